"""The door for posts: check, redact, seal, store. A post that came through here is never lost."""

import base64
import hashlib
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from models.text import fingerprint, normalise
from triage.entities import City, IncomingPost, Intake
from triage.errors import InvalidPost, PostTooLarge, UnknownSource
from triage.rules.alarms import lexical_score
from triage.rules.redaction import clean, redact
from triage.sealing import Sealer
from triage.store import cases as case_store
from triage.store import posts as post_store
from triage.store.database import Database

LARGEST_POST = 64 * 1024
"""Bytes of text in one post (UTF-8)."""

LONGEST_ID = 512
"""Characters of an external id; longer ones are mistakes, such as a text in the wrong column."""

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Posts are younger than the web; an older time is some program's zero."""

INVISIBLE = " \u200b\u200c\u200d\u2060\ufeff"
"""Characters that show nothing: a text of these alone is empty."""

LONGEST_HINT = 1000
"""Characters of an address or author."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Posts ready to be written."""

    token: str
    """Tells the rows this batch added from those that were there."""
    ids: list[str]
    """Post ids in the order of the input."""
    rows: list[post_store.Row]


class IntakeDoor:
    """Accepts posts into the record. Built once per process by triage.wiring."""

    def __init__(self, database: Database, city: City, sealer: Sealer) -> None:
        self._database = database
        self._city = city
        self._sealer = sealer

    def check(self, post: IncomingPost) -> None:
        """Raise InvalidPost (or its UnknownSource, PostTooLarge) if the post cannot be accepted."""
        if post.source not in self._city.sources:
            raise UnknownSource(post.source, sorted(self._city.sources))
        if not post.external_id.strip() or len(post.external_id) > LONGEST_ID:
            raise InvalidPost("id", f"must have 1 to {LONGEST_ID} characters", remedy="give the id of the source")
        if clean(post.external_id) != post.external_id:
            # Cleaning it would make two ids one, and the second post would be taken for the first.
            raise InvalidPost("id", "holds control characters", remedy="give the id of the source")
        if not clean(post.text).strip().strip(INVISIBLE):
            raise InvalidPost("text", "is empty", remedy="leave posts without text out")
        if len(post.text) > LARGEST_POST or len(post.text.encode("utf-8", "surrogatepass")) > LARGEST_POST:
            raise PostTooLarge("text", f"is longer than {LARGEST_POST} bytes", remedy="shorten the text")
        for name, value in (("author", post.author), ("place_hint", post.place_hint), ("url", post.url)):
            if len(value) > LONGEST_HINT:
                raise InvalidPost(name, f"is longer than {LONGEST_HINT} characters", remedy="shorten it")
        if post.created_at is not None and post.created_at < EARLIEST:
            raise InvalidPost("created_at", f"is before {EARLIEST.year}", remedy="leave it out if it is not known")
        _check_point(post.lat, post.lon)

    def accept(self, incoming: Sequence[IncomingPost], now: datetime) -> Intake:
        """Store posts in one transaction; when this returns they are committed.

        The last of several posts with one id wins. Raises what ``check`` raises, then nothing is stored.
        """
        batch = self.prepare(incoming, now)
        with self._database.write() as connection:
            return self.store(connection, batch, now)

    def prepare(self, incoming: Sequence[IncomingPost], now: datetime) -> Batch:
        """Check, redact and seal, before any transaction is open: this is the costly half."""
        token = secrets.token_hex(8)
        ids, rows = [], {}
        for post in incoming:
            self.check(post)
            row = self._row(post, token, now)
            ids.append(row["id"])
            rows[row["id"]] = row
        return Batch(token, ids, list(rows.values()))

    def store(self, connection: Connection, batch: Batch, now: datetime) -> Intake:
        """Write a prepared batch inside the caller's transaction."""
        added, edited = post_store.store(connection, batch.rows, batch.token, now)
        return Intake(ids=batch.ids, added=added, edited=edited, known=len(batch.ids) - added - edited)

    def delete(self, source: str, external_ids: Sequence[str], now: datetime) -> int:
        """Honour deletions at the source: purge texts at once, leave a note on the case. Returns how many."""
        with self._database.write() as connection:
            buried = post_store.bury(connection, source, external_ids, now)
            case_store.forget_posts(connection, buried, now)
        return len(buried)

    def _row(self, post: IncomingPost, token: str, now: datetime) -> post_store.Row:
        text = redact(clean(post.text)).text
        normalised = normalise(text)
        content = f"{post.text}\0{post.place_hint}\0{post.lat}\0{post.lon}\0{post.url}"
        return {
            "id": post_id(post.source, post.external_id),
            "source": post.source,
            "external_id": post.external_id,
            "intake": token,
            "version": 1,
            "content_hash": hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
            "text": text,
            "text_hash": fingerprint(normalised),
            "sealed": self._sealer.seal(post.text),
            "author": self._sealer.pseudonym(post.source, post.author),
            "url": clean(post.url),
            "published_at": min(post.created_at or now, now),  # a source's clock may run ahead of ours
            "received_at": now,
            "place_hint": redact(clean(post.place_hint)).text,
            "lat": post.lat,
            "lon": post.lon,
            "alarm_score": lexical_score(normalised),
            "state": "pending",
            "fence": 0,
            "attempts": 0,
        }


def post_id(source: str, external_id: str) -> str:
    """Id of a post, the same on every machine: 20 characters of a hash of source and external id."""
    digest = hashlib.blake2b(f"{source}\0{external_id}".encode("utf-8", "surrogatepass"), digest_size=12).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower()


def _check_point(lat: float | None, lon: float | None) -> None:
    if (lat is None) != (lon is None):
        raise InvalidPost("lat, lon", "one is given without the other", remedy="give both or neither")
    for name, value, limit in (("lat", lat, 90), ("lon", lon, 180)):
        if value is not None and not (math.isfinite(value) and -limit <= value <= limit):
            raise InvalidPost(name, f"is not within {-limit} and {limit}", remedy="give degrees (WGS 84)")
