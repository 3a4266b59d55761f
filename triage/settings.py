"""Every setting of Dengar, from the environment (``DENGAR_*``), in one documented place."""

import hashlib
import os
import secrets
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from triage.errors import SettingsRefused

SHORTEST_SECRET = 32
"""Characters: 32 of base64 carry 192 bits."""

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
    demo: bool = Field(default=False, description="Demo city: replayed stream, demo users, sign-ins printed.")
    web_host: str = Field(default="127.0.0.1", description="Address the web process listens on.")
    web_port: int = Field(default=8000, ge=0, le=65535, description="Port the web process listens on.")
    secure_cookies: bool = Field(
        default=True, description="Send cookies over HTTPS only; `dengar up --demo` turns it off on loopback."
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
        wrong = "; ".join(f"DENGAR_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsRefused(wrong, remedy="correct or unset the variable") from None


def _generated_secret(path: Path) -> bytes:
    """The secret of this installation, made on first use and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_bytes()
