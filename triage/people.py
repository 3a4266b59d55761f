"""Who may come in: users with passwords, programs with API keys. All secrets are kept as argon2 hashes."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from triage.entities import City
from triage.errors import InvalidAction, KeyRefused, SignInFailed
from triage.rules.redaction import clean
from triage.store import people
from triage.store.database import Database

ROLES = {
    "officer": "works on the desk of one agency",
    "watcher": "watches the alarms of all agencies and acknowledges them",
    "operator": "sees every desk",
}

SESSION_LENGTH = timedelta(hours=12)
"""One shift, with some overlap."""

FAILURES_BEFORE_LOCK = 8
LOCK = timedelta(minutes=15)
"""After that many wrong passwords in a row a login waits this long: guessing becomes useless."""

SHORTEST_PASSWORD = 10
"""Characters."""

_KEY = re.compile(r"dgr_([0-9a-f]{10})_([!-~]+)")
"""The prefix, by which a key is found and which may be shown, and the secret."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone signed in."""

    login: str
    name: str
    role: str
    agency: str
    """The officer's desk; '' for those who see all."""
    csrf: str

    @property
    def sees_all(self) -> bool:
        """Whether cases of every agency may be shown."""
        return self.role == "operator"


@dataclass(frozen=True, slots=True)
class UserLine:
    """A user as operators see it."""

    login: str
    name: str
    role: str
    agency: str
    active: bool


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program that may send posts."""

    name: str
    source: str
    """The one source it may write; '' for any."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as operators see it."""

    prefix: str
    name: str
    source: str
    revoked_at: datetime | None


class People:
    """Users, sessions and keys. Built once per process by triage.wiring."""

    def __init__(self, database: Database, city: City) -> None:
        self._database = database
        self._city = city
        self._hasher = PasswordHasher()
        # Verified against when a login is unknown, so that the reply takes as long.
        self._nobody = self._hasher.hash(secrets.token_urlsafe())
        # argon2 hash in the record -> plain hash of the secret that proved right for it. argon2 takes tens of
        # milliseconds: a program that sends a hundred batches pays once.
        self._proven: dict[str, str] = {}

    def add_user(self, login: str, name: str, password: str, role: str, agency: str, now: datetime) -> None:
        """Add a user, or replace one, whose sessions end. Raises InvalidAction naming what is wrong."""
        if role not in ROLES:
            raise InvalidAction(f"unknown role {role!r}", remedy=f"use one of: {', '.join(ROLES)}")
        if (role == "officer") != bool(agency):
            raise InvalidAction("an officer, and only an officer, has an agency", remedy="give --agency")
        if agency and agency not in self._city.agencies:
            raise InvalidAction(f"unknown agency {agency!r}", remedy=f"use one of: {', '.join(self._city.agencies)}")
        if len(password) < SHORTEST_PASSWORD:
            raise InvalidAction(f"a password has at least {SHORTEST_PASSWORD} characters")
        with self._database.write() as connection:
            people.put_user(
                connection,
                login=login,
                name=name,
                password_hash=self._hasher.hash(password),
                role=role,
                agency=agency,
                now=now,
            )

    def all_users(self) -> list[UserLine]:
        """Every user by login, those switched off too."""
        with self._database.read() as connection:
            rows = people.all_users(connection)
        return [UserLine(row.login, row.name, row.role, row.agency, row.active) for row in rows]

    def disable_user(self, login: str) -> bool:
        """Switch a user off and end the sessions, at once; add_user switches on again. False if none was on."""
        with self._database.write() as connection:
            return people.disable_user(connection, clean(login))

    def sign_in(self, login: str, password: str, now: datetime) -> str:
        """Check a password and start a session. Returns its token. Raises SignInFailed, never saying why."""
        with self._database.read() as connection:
            user = people.user_by_login(connection, clean(login))
        # Hashed outside any transaction: it takes long, and others must be able to write meanwhile.
        right = self._matches(user.password_hash if user is not None and user.active else self._nobody, password)
        if user is None or not user.active:
            raise SignInFailed("wrong name or password")
        if not right:
            with self._database.write() as connection:
                people.note_failure(connection, user.id, most=FAILURES_BEFORE_LOCK, now=now, lock_until=now + LOCK)
            raise SignInFailed("wrong name or password")
        token = secrets.token_urlsafe(32)
        with self._database.write() as connection:
            if not people.admit(connection, user.id, user.password_hash, now):
                raise SignInFailed("wrong name or password")
            people.open_session(
                connection,
                user_id=user.id,
                token_hash=_token_hash(token),
                csrf=secrets.token_urlsafe(24),
                expires_at=now + SESSION_LENGTH,
            )
        return token

    def viewer(self, token: str, now: datetime) -> Viewer | None:
        """Who a session token belongs to, or None."""
        if not token:
            return None
        with self._database.read() as connection:
            row = people.session(connection, _token_hash(token), now)
        return Viewer(row.login, row.name, row.role, row.agency, row.csrf) if row else None

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            people.end_session(connection, _token_hash(token))

    def add_key(self, name: str, source: str, now: datetime, secret: str = "") -> str:
        """Make an API key and return it; only now can it be seen. ``secret`` fixes it (demo only)."""
        if source and source not in self._city.sources:
            raise InvalidAction(f"unknown source {source!r}", remedy=f"use one of: {', '.join(self._city.sources)}")
        secret = secret or secrets.token_urlsafe(32)
        prefix = hashlib.sha256(secret.encode()).hexdigest()[:10]
        with self._database.write() as connection:
            people.put_key(
                connection,
                prefix=prefix,
                name=name,
                secret_hash=self._hasher.hash(secret),
                source=source,
                now=now,
            )
        return f"dgr_{prefix}_{secret}"

    def key(self, presented: str) -> ApiKey:
        """Who presents this key. Raises KeyRefused.

        The record is asked each time, so that a revoked key is refused at once. Only a prefix that it knows is
        worth the price of argon2: prefixes are no secret, and strangers guess at their own cost.
        """
        parts = _KEY.fullmatch(presented)
        if parts is None:
            raise KeyRefused("missing or malformed API key", remedy="send the header Authorization: Bearer dgr_...")
        prefix, secret = parts.groups()
        with self._database.read() as connection:
            row = people.key(connection, prefix)
        if row is None or not self._proves(row.secret_hash, secret):
            raise KeyRefused("unknown or revoked API key", remedy="ask the operator for one: dengar key add")
        return ApiKey(row.name, row.source)

    def all_keys(self) -> list[KeyLine]:
        """Every key, oldest first, without secrets."""
        with self._database.read() as connection:
            rows = people.all_keys(connection)
        return [KeyLine(row.prefix, row.name, row.source, row.revoked_at) for row in rows]

    def revoke_key(self, prefix: str, now: datetime) -> bool:
        """Revoke a key, at once and for every process. False if there is no such key in force."""
        with self._database.write() as connection:
            return people.revoke_key(connection, prefix, now)

    def _proves(self, secret_hash: str, secret: str) -> bool:
        """Whether the secret of a key is right. Once one was, all others are told from it without argon2."""
        presented = _token_hash(secret)
        proven = self._proven.get(secret_hash)
        if proven is not None:
            return secrets.compare_digest(proven, presented)
        right = self._matches(secret_hash, secret)
        if right:
            self._proven[secret_hash] = presented
        return right

    def _matches(self, hashed: str, secret: str) -> bool:
        try:
            return self._hasher.verify(hashed, secret)
        except VerificationError:
            return False


def _token_hash(token: str) -> str:
    """Tokens carry 256 random bits: a plain hash suffices, and it can be looked up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
