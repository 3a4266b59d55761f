"""The work list: claims under a lease, each with a fencing number, and the return of expired ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select, update

from triage.entities import Draft, Post
from triage.store.tables import posts

LONGEST_ERROR = 500
"""Characters of a failure kept with its post: enough to find it in the log."""


def claim(connection: Connection, *, owner: str, now: datetime, lease: timedelta, limit: int) -> list[Post]:
    """Take up to ``limit`` waiting posts, most alarming first, then oldest first.

    Each gets the next fencing number; whoever held it before can no longer write.
    """
    waiting = (
        select(posts.c.id)
        .where(posts.c.state == "pending")
        .order_by(posts.c.alarm_score.desc(), posts.c.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # Materialised: as a plain subquery PostgreSQL may run it again, and lock more than it takes.
        .cte("waiting")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    taken = (
        update(posts)
        .where(posts.c.id.in_(select(waiting.c.id)))
        .values(
            state="leased",
            lease_owner=owner,
            lease_until=now + lease,
            fence=posts.c.fence + 1,
            attempts=posts.c.attempts + 1,
        )
        .returning(
            posts.c.id, posts.c.source, posts.c.version, posts.c.text, posts.c.text_hash, posts.c.author,
            posts.c.published_at, posts.c.place_hint, posts.c.lat, posts.c.lon, posts.c.alarm_score,
            posts.c.fence, posts.c.attempts,
        )
    )  # fmt: skip
    claimed = [Post(**row._mapping) for row in connection.execute(taken)]
    return sorted(claimed, key=lambda post: (-post.alarm_score, post.published_at, post.id))


def hold(connection: Connection, claimed: Sequence[Post]) -> set[str]:
    """Ids of the claimed posts that are still ours, locked until the transaction ends.

    A post edited, deleted or claimed by another since has a higher fence and is left out.
    """
    query = select(posts.c.id, posts.c.fence).where(
        posts.c.id.in_([post.id for post in claimed]), posts.c.state == "leased"
    )
    fences = dict(connection.execute(query.order_by(posts.c.id).with_for_update()).all())
    return {post.id for post in claimed if fences.get(post.id) == post.fence}


def finish(connection: Connection, drafts: Sequence[Draft], now: datetime) -> None:
    """Mark held posts as decided, with their outcome and the rule that chose it."""
    connection.execute(
        update(posts)
        .where(posts.c.id == bindparam("of_post"))
        .values(
            state="done",
            outcome=bindparam("new_outcome"),
            outcome_rule=bindparam("new_rule"),
            decided_at=now,
            lease_owner=None,
            lease_until=None,
            error=None,
        ),
        [{"of_post": d.post.id, "new_outcome": d.outcome, "new_rule": d.outcome_rule} for d in drafts],
    )


def note_failure(connection: Connection, post: Post, error: str, *, final: bool) -> None:
    """Note why a decision failed. The sweeper returns the post when its lease has run out, which is
    the pause before the next try; ``final`` ends the trying and leaves it for `dengar doctor`.
    """
    connection.execute(
        update(posts)
        .where(posts.c.id == post.id, posts.c.fence == post.fence, posts.c.state == "leased")
        .values(state="failed" if final else "leased", error=error[:LONGEST_ERROR])
    )


def sweep(connection: Connection, now: datetime) -> int:
    """Return the posts of workers that died: their lease has run out. Returns how many."""
    expired = (
        update(posts)
        .where(posts.c.state == "leased", posts.c.lease_until < now)
        .values(state="pending", lease_owner=None, lease_until=None)
    )
    return connection.execute(expired).rowcount


def retry(connection: Connection) -> int:
    """Let failed posts wait again, as if never tried. Returns how many; `error` stays until one succeeds."""
    failed = (
        update(posts)
        .where(posts.c.state == "failed")
        .values(state="pending", attempts=0, lease_owner=None, lease_until=None)
    )
    return connection.execute(failed).rowcount


def waiting(connection: Connection) -> int:
    """Posts that nobody has claimed."""
    return connection.execute(select(func.count()).where(posts.c.state == "pending")).scalar_one()


def any_waiting(connection: Connection) -> bool:
    """Whether a claim would find something."""
    return connection.execute(select(posts.c.id).where(posts.c.state == "pending").limit(1)).first() is not None
