"""The record: every table of Dengar. Migrations produce exactly these, a test proves it.

Texts in ``posts`` are redacted; the original lies encrypted in ``sealed``. History
(`post_versions`, `case_events`, `labels`) is appended, never overwritten.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware in Python and UTC in the database. SQLite has no time zones, so naive is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware moment into what the driver takes."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: pass an aware one")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the driver gives into an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column declared INTEGER."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

posts = Table(
    "posts",
    metadata,
    Column("id", Text, primary_key=True, comment="hash of source and external_id"),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("intake", Text, nullable=False, comment="token of the batch that brought it"),
    Column("version", Integer, nullable=False),
    Column("content_hash", Text, nullable=False, comment="hash of all that an edit can change"),
    Column("text", Text, nullable=False, comment="redacted; '' once deleted"),
    Column("text_hash", Text, nullable=False, comment="hash of the normalised text"),
    Column("sealed", LargeBinary, comment="the original, encrypted; NULL once deleted"),
    Column("author", Text, nullable=False, comment="keyed pseudonym"),
    Column("url", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("place_hint", Text, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("alarm_score", Integer, nullable=False),
    Column("state", Text, nullable=False, comment="pending, leased, done, failed"),
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, comment="why the last attempt failed"),
    Column("outcome", Text, comment="case or no_action"),
    Column("outcome_rule", Text),
    Column("decided_at", UtcDateTime),
    Column("deleted_at", UtcDateTime, comment="tombstone: the source deleted it"),
    UniqueConstraint("source", "external_id"),
)
# Partial: the claim walks only what waits, however large the archive has grown.
Index(
    "ix_posts_waiting",
    posts.c.alarm_score.desc(),
    posts.c.received_at,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)
Index(
    "ix_posts_leased",
    posts.c.lease_until,
    sqlite_where=text("state = 'leased'"),
    postgresql_where=text("state = 'leased'"),
)
Index("ix_posts_text_hash", posts.c.text_hash)
Index("ix_posts_source_received", posts.c.source, posts.c.received_at)

post_versions = Table(
    "post_versions",
    metadata,
    Column("post_id", Text, ForeignKey("posts.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("replaced_at", UtcDateTime, nullable=False),
)

predictions = Table(
    "predictions",
    metadata,
    Column("post_id", Text, ForeignKey("posts.id"), primary_key=True),
    Column("version", Integer, primary_key=True, comment="of the post"),
    Column("model", Text, primary_key=True),
    Column("text_hash", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("sentiment", Text, nullable=False),
    Column("scores", JSON, nullable=False),
    Column("doubts", JSON, nullable=False),
    Column("spans", JSON, nullable=False),
    Column("places", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_predictions_reuse", predictions.c.text_hash, predictions.c.model)

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("urgency", Integer, nullable=False, comment="rank: 0 rendah to 3 darurat"),
    Column("status", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("rule", Text, nullable=False, comment="id of the routing rule that chose the desk"),
    Column("title", Text, nullable=False),
    Column("place_code", Text, nullable=False),
    Column("place_name", Text, nullable=False),
    Column("kecamatan", Text, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("first_at", UtcDateTime, nullable=False, comment="earliest publication"),
    Column("last_at", UtcDateTime, nullable=False, comment="latest publication"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("assignee", Text, comment="login of the officer who took it"),
    Column("posts", Integer, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("samples", JSON, nullable=False, comment="post id -> normalised text, for matching"),
    Column("revision", Integer, nullable=False, comment="rises with every human action"),
)
_is_open = text("closed_at IS NULL")
_desk = (cases.c.agency, cases.c.urgency.desc(), cases.c.id)
_all_desks = (cases.c.urgency.desc(), cases.c.id)
_matter = (cases.c.topic, cases.c.kecamatan, cases.c.last_at.desc())
Index("ix_cases_desk", *_desk, sqlite_where=_is_open, postgresql_where=_is_open)
Index("ix_cases_all_desks", *_all_desks, sqlite_where=_is_open, postgresql_where=_is_open)
Index("ix_cases_matter", *_matter, sqlite_where=_is_open, postgresql_where=_is_open)

case_posts = Table(
    "case_posts",
    metadata,
    Column("post_id", Text, ForeignKey("posts.id"), primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("rule", Text, nullable=False, comment="why it belongs here; 'first' opened the case"),
    Column("score", Float, nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
)
Index("ix_case_posts_case", case_posts.c.case_id, case_posts.c.joined_at, case_posts.c.post_id)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False, comment="login, or 'machine'"),
    Column("action", Text, nullable=False),
    Column("was", Text, nullable=False),
    Column("now", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
Index("ix_case_events_case", case_events.c.case_id, case_events.c.id)

labels = Table(
    "labels",
    metadata,
    Column("id", Id, primary_key=True),
    Column("post_id", Text, ForeignKey("posts.id"), nullable=False, index=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("head", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("was", Text, nullable=False, comment="what was held true before: the machine's word, or an earlier label"),
    Column("model", Text, nullable=False, comment="the model that read the post"),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False, comment="from counters: commits in order"),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("agency", Text, nullable=False, comment="the desk it called"),
    Column("urgency", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledged_by", Text),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", Id, ForeignKey("alerts.id"), nullable=False, index=True),
    Column("channel", Text, nullable=False, comment="log or webhook"),
    Column("state", Text, nullable=False, comment="pending, delivered, failed"),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("outcome", Text, nullable=False, comment="what the channel answered last"),
    Column("delivered_at", UtcDateTime),
)
Index(
    "ix_notices_due",
    notices.c.due_at,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False, comment="officer, watcher, operator"),
    Column("agency", Text, nullable=False, comment="desk of an officer; '' for the others"),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False, comment="wrong passwords in a row"),
    Column("locked_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

keys = Table(
    "keys",
    metadata,
    Column("prefix", Text, primary_key=True, comment="public part of the key"),
    Column("name", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("source", Text, nullable=False, comment="the one source it may write; '' for any"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

cursors = Table(
    "cursors",
    metadata,
    Column("source", Text, primary_key=True),
    Column("position", Text, nullable=False, comment="where the source goes on; its own format"),
    Column("revision", Integer, nullable=False, comment="compare-and-set"),
    Column("next_at", UtcDateTime, nullable=False),
    Column("error", Text, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
