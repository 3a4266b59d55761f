"""What `dengar up` makes of options and environment, and what it says."""

import socket

import pytest

from api.cli import up
from tests.support.record import everything
from triage import settings as settings_module
from triage.wiring import Services


def free() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_the_port_of_the_environment_counts_unless_one_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    of_environment, of_option = free(), free()
    monkeypatch.setenv("DENGAR_WEB_PORT", str(of_environment))
    settings = settings_module.load()
    assert up.settings_for(settings, demo=False, port=None).web_port == of_environment
    assert up.settings_for(settings, demo=False, port=of_option).web_port == of_option


@pytest.mark.parametrize(
    ("demo", "environment", "secure"),
    [
        (True, {}, False),
        (True, {"DENGAR_WEB_HOST": "localhost"}, False),
        (True, {"DENGAR_WEB_HOST": "0.0.0.0"}, True),
        (True, {"DENGAR_SECURE_COOKIES": "true"}, True),
        (True, {"DENGAR_WEB_HOST": "0.0.0.0", "DENGAR_SECURE_COOKIES": "false"}, False),
        (False, {}, True),
        (False, {"DENGAR_SECURE_COOKIES": "false"}, False),
    ],
)
def test_cookies_go_over_plain_http_only_where_nobody_else_can_look_on_or_as_told(
    monkeypatch: pytest.MonkeyPatch, demo: bool, environment: dict[str, str], secure: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert up.settings_for(settings_module.load(), demo=demo, port=0).secure_cookies is secure


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("10.0.0.7", "http://10.0.0.7:8000"),
        ("dengar.example.org", "http://dengar.example.org:8000"),
    ],
)
def test_the_address_that_is_told_can_be_opened(services: Services, host: str, address: str) -> None:
    settings = services.settings.model_copy(update={"web_host": host})
    assert up._address(settings) == address


def test_the_key_that_is_told_is_the_key_that_was_made(
    services: Services, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    key = up._prepare_demo(services)
    assert services.people.key(key).name == "demo"
    assert up._prepare_demo(services) == key, "the same at every start"
    before = everything(services)
    up._announce(services, key)
    assert everything(services) == before, "to tell is not to write"
    said = capsys.readouterr().out
    assert f"API key  {key}" in said
    assert services.sealer.demo_password("siaga") in said
    assert "HTTPS" not in said


def test_without_a_demo_no_sign_in_is_told(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    services.settings.secure_cookies = True
    up._announce(services, "")
    said = capsys.readouterr().out
    assert "API key" not in said
    assert services.sealer.demo_password("siaga") not in said
    assert "DENGAR_SECURE_COOKIES" in said
