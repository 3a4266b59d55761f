"""The other commands: help, who may come in, what stands on a desk, and errors without a traceback."""

import json
import re
from datetime import UTC, datetime

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from api.cli import app, desks
from tests.cli.conftest import Shell
from tests.support import world
from triage.errors import KeyRefused


def commands() -> list[tuple[str, ...]]:
    """Every command, also those of groups."""
    group = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found += [(name, inner) for inner in command.commands] if hasattr(command, "commands") else [(name,)]
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"])
    assert shown.exit_code == 0
    assert re.search(rf"Example: .*dengar {' '.join(command)}", " ".join(shown.output.split()))


def test_all_commands_are_there() -> None:
    assert {" ".join(command) for command in commands()} == {
        "up", "migrate", "web", "worker", "beat", "ingest", "classify", "desk", "case", "city streets", "doctor",
        "retry", "user add", "user list", "user disable", "key add", "key list", "key revoke", "labels export",
        "train", "evaluate", "models list", "models show", "models install", "models promote",
    }  # fmt: skip


def test_a_user_with_a_made_password_can_sign_in(shell: Shell) -> None:
    ended = shell("user", "add", "sari", "--agency", "dlh")
    assert ended.status == 0
    told, password = ended.out.splitlines()
    assert told == "user sari: officer dlh"
    assert shell.services.people.sign_in("sari", password.removeprefix("password: "), datetime.now(UTC))


def test_a_password_from_standard_input_is_not_printed(shell: Shell) -> None:
    ended = shell("user", "add", "siaga", "--role", "watcher", "--password-stdin", stdin=b"kata sandi panjang\n")
    assert (ended.status, ended.out) == (0, "user siaga: watcher\n")
    assert shell.services.people.sign_in("siaga", "kata sandi panjang", datetime.now(UTC))


@pytest.mark.parametrize(
    ("words", "stdin", "status", "says"),
    [
        (("sari",), b"", 1, "has an agency"),
        (("sari", "--agency", "nosuch"), b"", 1, "unknown agency 'nosuch'"),
        (("sari", "--role", "boss"), b"", 1, "unknown role 'boss'"),
        (("sari", "--role", "watcher", "--agency", "dlh"), b"", 1, "only an officer"),
        (("sari", "--agency", "dlh", "--password-stdin"), b"pendek\n", 1, "at least 10 characters"),
        (("sari", "--agency", "dlh", "--password-stdin"), b"", 1, "at least 10 characters"),
        ((" ", "--agency", "dlh"), b"", 2, "printable characters"),
        (("\udcff", "--agency", "dlh"), b"", 2, "printable characters"),
        ((), b"", 2, "Missing argument"),
    ],
)
def test_users_that_cannot_be(shell: Shell, words: tuple[str, ...], stdin: bytes, status: int, says: str) -> None:
    ended = shell("user", "add", *words, stdin=stdin)
    assert (ended.status, says in ended.err) == (status, True), ended.err


def test_a_user_is_listed_and_switched_off(shell: Shell) -> None:
    shell("user", "add", "sari", "--agency", "dlh", "--name", "Sari W.")
    shell("user", "add", "kota", "--role", "operator")
    assert shell("user", "list").out == (
        "kota  kota  operator  desk=all  active\nsari  Sari W.  officer  desk=dlh  active\n"
    )
    assert shell("user", "disable", "sari").out == "disabled sari\n"
    assert "sari  Sari W.  officer  desk=dlh  disabled\n" in shell("user", "list").out
    again = shell("user", "disable", "sari")
    assert again.status == 1
    assert "no user 'sari' is active" in again.err


def test_the_life_of_a_key(shell: Shell) -> None:
    made = shell("key", "add", "situs kota", "--source", "webform").out.strip()
    prefix = made.split("_")[1]
    listed = shell("key", "list").out
    assert listed == f"{prefix}  situs kota  source=webform  in force\n"
    assert made not in listed
    assert shell.services.people.key(made).source == "webform"
    assert shell("key", "revoke", prefix).out == f"revoked {prefix}\n"
    assert "revoked 20" in shell("key", "list").out
    again = shell("key", "revoke", prefix)
    assert again.status == 1
    assert f"no key '{prefix}' is in force" in again.err
    with pytest.raises(KeyRefused):
        shell.services.people.key(made)


def test_a_key_for_a_source_that_is_not_there(shell: Shell) -> None:
    ended = shell("key", "add", "situs", "--source", "nosuch")
    assert ended.status == 1
    assert "unknown source 'nosuch'" in ended.err
    assert shell("key", "list").out == ""


@pytest.fixture
def busy(shell: Shell) -> Shell:
    """Two cases on desks."""
    shell("migrate")
    services = world.quiet(shell.services)
    world.take_in(services, "banjir di Gubeng, [bold]tolong[/]", "sampah menumpuk di Rungkut")
    assert world.decide_all(services) == 2
    return shell


def test_a_desk_for_programs(busy: Shell) -> None:
    page = json.loads(busy("desk", "--json").out)
    assert [line["topic"] for line in page["lines"]] == ["banjir_drainase", "sampah"], "the most urgent first"
    agency = page["lines"][1]["agency"]
    own = json.loads(busy("desk", agency, "--json").out)
    assert [line["id"] for line in own["lines"]] == [page["lines"][1]["id"]]


def test_a_desk_is_paged(busy: Shell) -> None:
    first = json.loads(busy("desk", "--limit", "1", "--json").out)
    second = json.loads(busy("desk", "--limit", "1", "--after", first["next_cursor"], "--json").out)
    assert [line["topic"] for line in first["lines"] + second["lines"]] == ["banjir_drainase", "sampah"]
    assert second["next_cursor"] == ""
    assert first["next_cursor"] in busy("desk", "--limit", "1").out


def test_a_desk_for_people_takes_no_word_for_markup(busy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "console", Console(width=300))
    shown = busy("desk")
    assert shown.status == 0
    assert "[bold]tolong[/]" in shown.out


def test_a_case_for_programs_and_for_people(busy: Shell) -> None:
    number = str(json.loads(busy("desk", "--json").out)["lines"][0]["id"])
    page = json.loads(busy("case", number, "--json").out)
    assert page["case"]["topic"] == "banjir_drainase"
    assert page["posts"][0]["text"] == "banjir di Gubeng, [bold]tolong[/]"
    assert page["rule"]
    assert page["events"]
    shown = busy("case", number)
    assert f"kasus {number}" in shown.out
    assert "[api] banjir di Gubeng, [bold]tolong[/]" in shown.out


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("desk", "nosuch"), 1, "no such desk"),
        (("desk", "--after", "%%%"), 1, "no such page"),
        (("desk", "--after", "3-" + "9" * 30), 1, "no such page"),
        (("desk", "--limit", "0"), 2, "--limit"),
        (("case", "999"), 1, "no such case"),
        (("case", "0"), 2, "NUMBER"),
        (("case", "9" * 30), 2, "NUMBER"),
        (("case", "x"), 2, "NUMBER"),
        (("worker", "nosuch"), 2, "triage"),
        (("nosuch",), 2, "nosuch"),
        (("key", "revoke", "nosuch"), 1, "no key 'nosuch' is in force"),
    ],
)
def test_what_is_not_there(shell: Shell, words: tuple[str, ...], status: int, says: str) -> None:
    ended = shell(*words)
    assert ended.status == status
    assert says.lower() in ended.err.lower()


@pytest.mark.parametrize(
    "words", [("desk",), ("case", "1"), ("key", "list"), ("ingest", "-"), ("web",), ("beat",), ("worker", "notify")]
)
def test_before_the_first_migration_every_command_says_so(bare: Shell, words: tuple[str, ...]) -> None:
    bare.folder.mkdir()
    ended = bare(*words)
    assert ended.status == 1
    assert "dengar migrate" in ended.err


def test_migrate_twice(bare: Shell) -> None:
    assert [bare("migrate").out for _ in range(2)] == ["database: up to date\n"] * 2
    assert bare("key", "list").status == 0


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DENGAR_DATABASE_URL", "garbage", "the database: Could not parse"),
        ("DENGAR_DATABASE_URL", "postgresql://u:rahasia@127.0.0.1:1/x", "the database: "),
        ("DENGAR_BATCH_SIZE", "abc", "DENGAR_BATCH_SIZE: "),
        ("DENGAR_CITY", "atlantis", "atlantis"),
        ("DENGAR_SECRET_KEY", "changeme", "DENGAR_SECRET_KEY is too short"),
    ],
)
def test_wrong_settings_are_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    ended = shell("ingest", "-", stdin=b'{"text": "lampu"}')
    assert ended.status == 1
    assert says in ended.err
    assert "rahasia" not in ended.err


def test_up_names_a_wrong_setting_too(bare: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_BATCH_SIZE", "abc")
    ended = bare("up")
    assert ended.status == 1
    assert "DENGAR_BATCH_SIZE" in ended.err
