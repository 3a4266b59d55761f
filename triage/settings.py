"""Every setting of Dengar, from the environment (``DENGAR_*``), in one documented place."""

import base64
import binascii
import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from triage.errors import SettingsRefused

SHORTEST_SECRET = 32
"""Characters: 32 of base64 carry 192 bits."""

SHORTEST_WEBHOOK_KEY = 24
"""Bytes, as Standard Webhooks asks."""

PLACEHOLDERS = ("changeme", "change-me", "secret", "password", "example", "placeholder", "dengar")
"""Words that betray a secret copied out of a manual."""

LONGEST_SOCKET_PATH = 100
"""Bytes: the kernel refuses longer Unix socket paths (sun_path is 108 with its end)."""


class Settings(BaseSettings):
    """Read once per process; nothing below the entry points reads the environment."""

    model_config = SettingsConfigDict(env_prefix="DENGAR_", extra="ignore")

    data_dir: Path = Field(
        default=Path("var"), description="Folder of the embedded database, Redis, logs and generated secret."
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty means SQLite in data_dir. PostgreSQL for production."
    )
    redis_url: str = Field(default="", description="Redis for wake-ups; empty means the private socket in data_dir.")
    city: str = Field(default="surabaya", description="City pack: a folder of triage/cities.")
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Root of all derived keys; empty means one generated into data_dir on first use.",
    )
    web_host: str = Field(default="127.0.0.1", description="Address the web process listens on.")
    web_port: int = Field(default=8000, ge=0, le=65535, description="Port the web process listens on.")
    secure_cookies: bool = Field(
        default=True,
        description="Send cookies over HTTPS only; unless given, `dengar up --demo` turns it off on loopback.",
    )
    model_dir: Path | None = Field(
        default=None, description="Artifact to serve; empty means the one named in models/pretrained."
    )
    batch_size: int = Field(
        default=64, ge=1, le=1024, description="Posts a worker claims at once: small, so that an alarm waits little."
    )
    lease_seconds: int = Field(
        default=20, ge=1, le=3600, description="How long a claim holds before the sweeper returns the post."
    )
    max_attempts: int = Field(
        default=5, ge=1, le=100, description="Claims after which a post goes to a person unread by the machine."
    )
    alert_webhook: str = Field(
        default="", description="URL that every alarm is posted to, signed (Standard Webhooks); empty: log only."
    )
    alert_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="Signing secret of alert_webhook, `whsec_...`."
    )

    @model_validator(mode="after")
    def _check_webhook(self) -> Self:
        """A webhook that cannot be signed would be noticed by the first alarm: too late."""
        if not self.alert_webhook:
            return self
        if not re.match(r"https?://[^/\s]", self.alert_webhook):
            raise ValueError("DENGAR_ALERT_WEBHOOK is not an http or https URL")
        try:
            key = base64.b64decode(self.alert_webhook_secret.get_secret_value().removeprefix("whsec_"), validate=True)
        except binascii.Error:
            key = b""
        if len(key) < SHORTEST_WEBHOOK_KEY:
            raise ValueError("DENGAR_ALERT_WEBHOOK_SECRET must be whsec_ and base64 of at least 24 bytes")
        return self

    @cached_property
    def database(self) -> str:
        """SQLAlchemy URL of the record."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'dengar.db').resolve()}"

    @cached_property
    def redis_socket(self) -> Path:
        """Socket of the private Redis; outside data_dir only where that path is too long for the kernel."""
        socket = (self.data_dir / "redis.sock").resolve()
        if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
            return socket
        short = hashlib.sha256(os.fsencode(socket)).hexdigest()[:16]
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or Path.home())
        return runtime / f".dengar-{short}.sock"

    @property
    def redis(self) -> str:
        """URL of the Redis that carries wake-ups."""
        return self.redis_url or f"unix://{self.redis_socket}"

    @cached_property
    def secret(self) -> bytes:
        """The root secret. Raises SettingsRefused for a placeholder or a short one."""
        given = self.secret_key.get_secret_value()
        if not given:
            return _generated_secret(self.data_dir / "secret.key")
        if len(given) < SHORTEST_SECRET or any(word in given.lower() for word in PLACEHOLDERS):
            raise SettingsRefused(
                "DENGAR_SECRET_KEY is too short or a placeholder",
                remedy="set it to the output of: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            )
        return given.encode()


def load() -> Settings:
    """Settings of this process. Raises SettingsRefused naming each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{_variable(e['loc'])}{e['msg']}" for e in error.errors())
        raise SettingsRefused(wrong, remedy="correct or unset the variable") from None


def _variable(place: tuple[int | str, ...]) -> str:
    """The variable that an error is about; rules over several variables name them in their message."""
    return f"DENGAR_{str(place[0]).upper()}: " if place else ""


def _generated_secret(path: Path) -> bytes:
    """The secret of this installation, made on first use and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside and linked into place: nobody reads a half-written secret, and of two
        # processes that start together one wins and both read the same.
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix="secret-") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    secret = path.read_bytes().strip()
    if len(secret) < SHORTEST_SECRET:
        raise SettingsRefused(
            f"{path} is damaged: it holds {len(secret)} bytes",
            remedy="restore it from a backup, or remove it if nothing is sealed yet",
        )
    return secret
