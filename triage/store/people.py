"""Users, their sessions, and API keys. Only hashes of secrets are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from triage.store.tables import keys, sessions, users


def put_user(
    connection: Connection, *, login: str, name: str, password_hash: str, role: str, agency: str, now: datetime
) -> None:
    """Add a user, or replace name, password, role and agency of one that exists, whose sessions end."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"name": name, "password_hash": password_hash, "role": role, "agency": agency, "active": True}
    add = dialect.insert(users).values(login=login, failures=0, created_at=now, **row)
    connection.execute(
        add.on_conflict_do_update(index_elements=["login"], set_=row | {"failures": 0, "locked_until": None})
    )
    _end_sessions_of(connection, login)


def disable_user(connection: Connection, login: str) -> bool:
    """Switch a user off and end the sessions. False if no such user was on."""
    off = update(users).where(users.c.login == login, users.c.active.is_(True)).values(active=False)
    found = connection.execute(off).rowcount == 1
    _end_sessions_of(connection, login)
    return found


def all_users(connection: Connection) -> list[Row[Any]]:
    """Every user by login, those switched off too."""
    return list(connection.execute(select(users).order_by(users.c.login)))


def user_by_login(connection: Connection, login: str) -> Row[Any] | None:
    """One user, or None."""
    return connection.execute(select(users).where(users.c.login == login)).one_or_none()


def note_failure(connection: Connection, user_id: int, *, most: int, now: datetime, lock_until: datetime) -> None:
    """Count a wrong password; the ``most``-th in a row locks the login and starts the count anew.

    The record itself counts, so that parallel guesses all count. While a lock holds nothing changes: it is
    neither lengthened nor lifted.
    """
    count = users.c.failures + 1
    connection.execute(
        update(users)
        .where(users.c.id == user_id, _unlocked(now))
        .values(
            failures=case((count >= most, 0), else_=count),
            locked_until=case((count >= most, lock_until), else_=users.c.locked_until),
        )
    )


def admit(connection: Connection, user_id: int, password_hash: str, now: datetime) -> bool:
    """Forget a user's wrong passwords. False, and nothing changes, for one who may not come in.

    Hashing takes a while, in which the login may have been locked, switched off or given another password:
    ``password_hash`` is the one that was verified.
    """
    forget = (
        update(users)
        .where(
            users.c.id == user_id, users.c.password_hash == password_hash, users.c.active.is_(True), _unlocked(now)
        )
        .values(failures=0, locked_until=None)
    )
    return connection.execute(forget).rowcount == 1


def open_session(connection: Connection, *, user_id: int, token_hash: str, csrf: str, expires_at: datetime) -> None:
    """Start a session."""
    connection.execute(
        sessions.insert(), {"token_hash": token_hash, "user_id": user_id, "csrf": csrf, "expires_at": expires_at}
    )


def session(connection: Connection, token_hash: str, now: datetime) -> Row[*tuple[Any, ...]] | None:
    """The user of a running session, with its csrf token; None if it ended or the user was switched off."""
    query = (
        select(sessions.c.csrf, users.c.id, users.c.login, users.c.name, users.c.role, users.c.agency)
        .join_from(sessions, users, users.c.id == sessions.c.user_id)
        .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now, users.c.active.is_(True))
    )
    return connection.execute(query).one_or_none()


def end_session(connection: Connection, token_hash: str) -> None:
    """Sign out."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def purge_sessions(connection: Connection, now: datetime) -> int:
    """Forget sessions that ran out. Returns how many."""
    return connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount


def put_key(connection: Connection, *, prefix: str, name: str, secret_hash: str, source: str, now: datetime) -> None:
    """Add an API key, or replace the one with this prefix."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"name": name, "secret_hash": secret_hash, "source": source, "revoked_at": None}
    add = dialect.insert(keys).values(prefix=prefix, created_at=now, **row)
    connection.execute(add.on_conflict_do_update(index_elements=["prefix"], set_=row))


def key(connection: Connection, prefix: str) -> Row[Any] | None:
    """A key that was not revoked."""
    return connection.execute(select(keys).where(keys.c.prefix == prefix, keys.c.revoked_at.is_(None))).one_or_none()


def all_keys(connection: Connection) -> list[Row[Any]]:
    """Every key, oldest first, revoked ones too."""
    return list(connection.execute(select(keys).order_by(keys.c.created_at, keys.c.prefix)))


def revoke_key(connection: Connection, prefix: str, now: datetime) -> bool:
    """Revoke a key. False if there is no such key in force."""
    revoked = update(keys).where(keys.c.prefix == prefix, keys.c.revoked_at.is_(None)).values(revoked_at=now)
    return connection.execute(revoked).rowcount == 1


def _unlocked(now: datetime) -> ColumnElement[bool]:
    return or_(users.c.locked_until.is_(None), users.c.locked_until <= now)


def _end_sessions_of(connection: Connection, login: str) -> None:
    owner = select(users.c.id).where(users.c.login == login)
    connection.execute(delete(sessions).where(sessions.c.user_id.in_(owner)))
