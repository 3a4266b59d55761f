"""The one place that reads the environment, and what it refuses."""

import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from triage import settings as settings_module
from triage.errors import SettingsRefused
from triage.settings import LONGEST_SOCKET_PATH, Settings
from triage.wiring import Services


def test_without_an_environment_everything_is_embedded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DENGAR_DATA_DIR", str(tmp_path))
    settings = settings_module.load()
    assert settings.database == f"sqlite:///{tmp_path / 'dengar.db'}"
    assert settings.redis.startswith("unix://")
    assert (settings.city, settings.secure_cookies) == ("surabaya", True)


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_DATABASE_URL", "postgresql://dengar@db/dengar")
    monkeypatch.setenv("DENGAR_REDIS_URL", "redis://redis:6379/0")
    monkeypatch.setenv("DENGAR_BATCH_SIZE", "8")
    settings = settings_module.load()
    assert settings.database == "postgresql://dengar@db/dengar"
    assert settings.redis == "redis://redis:6379/0"
    assert settings.batch_size == 8


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DENGAR_BATCH_SIZE", "0"),
        ("DENGAR_BATCH_SIZE", "many"),
        ("DENGAR_LEASE_SECONDS", "0"),
        ("DENGAR_MAX_ATTEMPTS", "-1"),
        ("DENGAR_WEB_PORT", "65536"),
        ("DENGAR_SECURE_COOKIES", "perhaps"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsRefused, match=variable) as refused:
        settings_module.load()
    assert refused.value.remedy


def test_every_setting_is_read_somewhere() -> None:
    """A setting that nothing reads promises what it does not keep."""
    root = Path(settings_module.__file__).parents[1]
    sources = [path.read_text() for room in ("api", "listener", "triage") for path in (root / room).rglob("*.py")]
    unread = [name for name in Settings.model_fields if not any(f"settings.{name}" in text for text in sources)]
    own = (root / "triage" / "settings.py").read_text()
    assert [name for name in unread if f"self.{name}" not in own] == []


# --- the secret --------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["short", "x" * 31, "changeme" * 8, "my-Secret-" * 6, "PASSWORD" * 8])
def test_placeholders_and_short_secrets_are_refused(secret: str) -> None:
    with pytest.raises(SettingsRefused, match="DENGAR_SECRET_KEY"):
        _ = Settings(secret_key=secret).secret  # type: ignore[arg-type]


def test_a_good_secret_is_taken_and_never_shown() -> None:
    given = "q8Zr1vT5-kd0wYb3nL7xHc2mJf6sGa9u"
    settings = Settings(secret_key=given)  # type: ignore[arg-type]
    assert settings.secret == given.encode()
    assert given not in repr(settings)


def test_a_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    made = Settings(data_dir=folder).secret
    assert len(made) >= 32
    assert Settings(data_dir=folder).secret == made
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    found: list[bytes] = []
    start = Barrier(8)

    def look() -> None:
        settings = Settings(data_dir=tmp_path)
        start.wait(10)
        found.append(settings.secret)

    threads = [Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 32


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_damaged_secret_file_is_never_used(tmp_path: Path, content: str) -> None:
    """An empty one is what a full disk leaves; a key derived from nothing protects nothing."""
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(SettingsRefused):
        _ = Settings(data_dir=tmp_path).secret


# --- paths and channels ------------------------------------------------------------------


def test_a_socket_path_that_the_kernel_refuses_moves_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    assert Settings(data_dir=Path("/srv/dengar")).redis_socket == Path("/srv/dengar/redis.sock")
    long = tmp_path / ("x" * LONGEST_SOCKET_PATH)
    first, second = (Settings(data_dir=folder).redis_socket for folder in (long, long / "y"))
    assert first.parent == Path("/run/user/1")
    assert first != second, "two installations never share a Redis"


@pytest.mark.parametrize(("webhook", "channels"), [("", ("log",)), ("https://example.org/", ("log", "webhook"))])
def test_channels_of_an_alarm(webhook: str, channels: tuple[str, ...]) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    settings = Settings(alert_webhook=webhook, alert_webhook_secret=secret)  # type: ignore[arg-type]
    assert Services(settings).alert_channels == channels


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!"])
def test_a_webhook_without_a_secret_to_sign_with_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    """Found when the first alarm goes out, it would be found too late."""
    monkeypatch.setenv("DENGAR_ALERT_WEBHOOK", "https://example.org/alarm")
    monkeypatch.setenv("DENGAR_ALERT_WEBHOOK_SECRET", secret)
    with pytest.raises(SettingsRefused, match="DENGAR_ALERT_WEBHOOK"):
        settings_module.load()
