"""`dengar models`, `dengar train`, `dengar evaluate`: which reader serves, and how another comes to."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from api.cli import reader, training
from models import artifact as artifacts
from models import registry
from models.artifact import WEIGHTS
from tests.cli.conftest import Shell
from tests.support import tiny_artifact
from tests.support.tiny_artifact import content, packed

KEYS = ["folder", "version", "release", "bytes", "promoted", "serves", "accuracy", "refused"]


@pytest.fixture
def place(bare: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the installation's artifacts, where `tiny` serves."""
    folder = tmp_path / "pretrained"
    registry.promote("tiny", tiny_artifact.save(folder / "tiny"), folder)
    monkeypatch.setattr(registry, "PRETRAINED", folder)
    monkeypatch.setattr(reader, "console", Console(width=200, highlight=False, soft_wrap=True))
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """An artifact that somebody sent."""
    tiny_artifact.save(tmp_path / "other", seed=2)
    return tmp_path / "other"


def test_the_list_for_programs(bare: Shell, place: Path) -> None:
    tiny_artifact.save(place / "damaged", seed=3)
    (place / "damaged" / WEIGHTS).write_bytes(b"x")
    ended = bare("models", "list", "--json")
    assert (ended.status, ended.err) == (0, "")
    damaged, tiny = json.loads(ended.out)
    assert list(tiny) == KEYS
    assert tiny == {
        "folder": str(place / "tiny"),
        "version": artifacts.load(place / "tiny").version,
        "release": "2026.11",
        "bytes": sum(len(part) for part in content(place / "tiny").values()),
        "promoted": True,
        "serves": True,
        "accuracy": {"intent": 0.9, "topic": 0.75, "urgency": 0.0, "sentiment": None},
        "refused": None,
    }
    assert (damaged["version"], damaged["serves"]) == (None, False)
    assert damaged["refused"] == f"{WEIGHTS}: does not match its sha256 in manifest.json"
    assert set(damaged["accuracy"].values()) == {None}


def test_the_list_for_people(bare: Shell, place: Path) -> None:
    (place / "empty").mkdir()
    registry.promote("gone", "gone-2026.11-00000000", place)
    ended = bare("models", "list")
    assert ended.status == 0
    rows = {cells[1].strip(): [cell.strip() for cell in cells[2:-1]] for line in ended.out.splitlines()
            if len(cells := line.split("\N{BOX DRAWINGS LIGHT VERTICAL}")) > 3}  # fmt: skip
    version = artifacts.load(place / "tiny").version
    assert rows["tiny"][:2] == [version, "2026.11"]
    assert rows["tiny"][3:] == ["no", "intent 0.900, topic 0.750, urgency 0.000"]
    assert rows["gone"][3:] == ["cannot", "gone: is not a folder"]
    assert rows["empty"][3:] == ["no", "manifest.json: is missing"]


def test_one_more_folder_is_listed_beside_the_installation_s_own(bare: Shell, place: Path, tmp_path: Path) -> None:
    tiny_artifact.save(tmp_path / "candidates" / "new", seed=2)
    both = json.loads(bare("models", "list", "--registry", str(tmp_path / "candidates"), "--json").out)
    assert [(Path(one["folder"]).name, one["serves"]) for one in both] == [("tiny", True), ("new", False)]
    own = json.loads(bare("models", "list", "--registry", str(place), "--json").out)
    assert len(own) == 1, "not twice"


@pytest.mark.parametrize("named", ["", "tiny", "pretrained/tiny"])
def test_an_artifact_is_shown_by_its_name_by_its_folder_or_because_it_serves(
    bare: Shell, place: Path, named: str
) -> None:
    shown = json.loads(bare("models", "show", *filter(None, [named]), "--json").out)
    assert list(shown) == [*KEYS, "thresholds", "metrics", "lineage"]
    assert shown["version"] == artifacts.load(place / "tiny").version
    assert shown["serves"]
    assert shown["thresholds"]["alarm"] == {"darurat": 0.2, "tinggi": 0.4}
    assert shown["metrics"] == tiny_artifact.METRICS
    assert shown["lineage"] == tiny_artifact.LINEAGE


def test_an_artifact_is_shown_to_people(bare: Shell, place: Path) -> None:
    ended = bare("models", "show", "tiny")
    assert ended.status == 0
    for said in (artifacts.load(place / "tiny").version, "dengar train --seed 7", "rate 0.001", "the project's own",
                 "written.jsonl", "ab" * 32, "posts 4, recall 0.5", "darurat from 0.2"):  # fmt: skip
        assert said in ended.out, said


@pytest.mark.parametrize("lineage", [b"{}", b'{"sources": "none", "files": [1], "recipe": []}'])
def test_an_artifact_that_tells_little_is_shown_nonetheless(bare: Shell, place: Path, lineage: bytes) -> None:
    version = tiny_artifact.save(place / "terse", lineage=lineage, metrics=b'{"held_out": {"intent": 1}}')
    ended = bare("models", "show", "terse")
    assert ended.status == 0
    assert version in ended.out
    assert "does not serve" in ended.out
    assert bare("models", "list").status == 0


def test_words_of_a_stranger_steer_neither_terminal_nor_markup(bare: Shell, place: Path) -> None:
    lineage = rb'{"command": "\u001b[2J[bold]x[/]", "sources": [{"name": "\u001b]0;y", "licence": "[red]z[/red]"}]}'
    tiny_artifact.save(place / "rude", lineage=lineage)
    ended = bare("models", "show", "rude")
    assert "\x1b" not in ended.out
    assert "[bold]x[/]" in ended.out
    assert "[red]z[/red]" in ended.out


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_an_installed_artifact_serves_and_the_one_before_can_be_promoted_again(
    bare: Shell, place: Path, other: Path, zipped: bool
) -> None:
    before, version = registry.read_current(place), artifacts.load(other).version
    source = packed(other.with_name("other.zip"), other, "reader/") if zipped else other
    ended = bare("models", "install", str(source), "--name", "newer")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"{version} is in {place / 'newer'}\n")
    assert registry.read_current(place) == registry.Current(place / "newer", version)
    back = json.loads(bare("models", "promote", "tiny", "--json").out)
    assert (back["version"], back["serves"]) == (before.version, True)
    assert registry.read_current(place) == before


def test_without_promotion_the_present_one_serves_on(bare: Shell, place: Path, other: Path) -> None:
    before = registry.read_current(place)
    made = json.loads(bare("models", "install", str(other), "--name", "newer", "--no-promote", "--json").out)
    assert (made["folder"], made["serves"]) == (str(place / "newer"), False)
    assert registry.read_current(place) == before


def test_a_name_is_given_away_only_when_told(bare: Shell, place: Path, other: Path) -> None:
    before = content(place)
    refused = bare("models", "install", str(other))
    assert (refused.status, refused.out) == (1, "")
    assert "tiny: holds tiny-2026.11-" in refused.err
    assert "--replace" in refused.err
    assert content(place) == before
    assert bare("models", "install", str(other), "--replace").status == 0
    assert content(place / "tiny") == content(other)


def test_another_registry_is_another_folder(bare: Shell, place: Path, other: Path, tmp_path: Path) -> None:
    before = content(place)
    (tmp_path / "mine").mkdir()
    assert bare("models", "install", str(other), "--registry", "mine").status == 0
    assert registry.read_current(tmp_path / "mine").version == artifacts.load(other).version
    assert bare("models", "promote", "tiny", "--registry", "mine").status == 0
    assert content(place) == before


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("install", "gone"), 1, "gone: is not there"),
        (("install", "other", "--name", "../x"), 1, "cannot go by the name '../x'"),
        (("install", "other", "--registry", "gone"), 1, "gone: is not a folder"),
        (("install", "broken"), 1, f"{WEIGHTS}: does not match its sha256"),
        (("install",), 2, "FOLDER_OR_ZIP"),
        (("promote", "gone"), 1, "gone: is not there"),
        (("promote",), 2, "name"),
        (("show", "gone"), 1, "gone: is not a folder"),
        (("show", "broken"), 1, f"{WEIGHTS}: does not match its sha256"),
        (("list", "--registry", "gone"), 1, "gone: is not a folder"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(
    bare: Shell, place: Path, other: Path, words: tuple[str, ...], status: int, says: str
) -> None:
    tiny_artifact.save(other.with_name("broken"))
    (other.with_name("broken") / WEIGHTS).write_bytes(b"x")
    before = content(place)
    ended = bare("models", *words)
    assert (ended.status, ended.out) == (status, "")
    assert says in ended.err
    assert "Traceback" not in ended.err
    assert content(place) == before


def test_a_setting_that_outweighs_promotion_is_told(
    bare: Shell, place: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENGAR_MODEL_DIR", "elsewhere/reader")
    for words in (("list",), ("install", str(other), "--name", "newer"), ("promote", "tiny")):
        assert "DENGAR_MODEL_DIR is set" in bare("models", *words).err, words
    assert bare("models", "install", str(other), "--name", "newer", "--no-promote").err == ""


@pytest.fixture
def stand_in(bare: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What Python was told to run, one word a line; it prints `shown` and ends with status 7."""
    script, told = tmp_path / "python", tmp_path / "told"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\necho shown\nexit 7\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    return told


@pytest.mark.parametrize(("command", "module"), [("train", "models.publish"), ("evaluate", "models.evaluate")])
@pytest.mark.parametrize("words", [[], ["--labels", "a b.jsonl"], ["x", "-n", "--", "-y"], ["--no-such", "--json"]])
def test_all_words_are_handed_over_and_the_status_comes_back(
    bare: Shell, stand_in: Path, command: str, module: str, words: list[str]
) -> None:
    assert bare(command, *words).status == 7
    assert stand_in.read_text().splitlines() == ["-P", "-m", module, *words]


@pytest.mark.parametrize("command", ["train", "evaluate"])
@pytest.mark.parametrize("help_", ["-h", "--help"])
def test_help_is_that_of_the_module_after_our_own(bare: Shell, stand_in: Path, command: str, help_: str) -> None:
    ended = bare(command, help_)
    assert ended.status == 7
    assert f"Example: dengar {command} " in ended.out
    assert ended.out.endswith("\nshown\n")
    assert stand_in.read_text().splitlines()[-1] == help_


@pytest.mark.parametrize("package", training.PACKAGES)
@pytest.mark.parametrize("words", [[], ["--help"]])
def test_without_the_train_extra_one_sentence_names_the_remedy(
    bare: Shell, stand_in: Path, monkeypatch: pytest.MonkeyPatch, package: str, words: list[str]
) -> None:
    monkeypatch.setattr(training, "find_spec", lambda name: None if name == package else name)
    ended = bare("train", *words)
    assert ended.status == 1
    assert ended.err == f"dengar: {package} is not installed\n        install the extra: pip install '.[train]'\n"
    assert not stand_in.exists()


@pytest.mark.slow
def test_the_options_are_those_of_training_wherever_one_stands(bare: Shell) -> None:
    Path("models").mkdir()  # a folder of this name is no package of ours
    ended = bare("train", "--help")
    assert ended.status == 0
    assert "usage: dengar train" in ended.out
    assert "--no-promote" in ended.out


RUNNER = "import sys; from api.cli.training import run_to_end; sys.exit(run_to_end(sys.argv[1:]))"
PATIENT = "trap 'echo stopped; exit 9' INT TERM HUP; echo up; while :; do sleep 0.05; done"


@pytest.mark.parametrize(
    ("number", "whole_group"), [(signal.SIGTERM, False), (signal.SIGHUP, False), (signal.SIGINT, True)]
)
def test_who_stops_the_command_stops_the_training_and_waits_for_its_end(number: int, whole_group: bool) -> None:
    command = [sys.executable, "-c", RUNNER, "sh", "-c", PATIENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as outer:
        assert outer.stdout is not None
        assert outer.stdout.readline() == "up\n"
        os.killpg(outer.pid, number) if whole_group else outer.send_signal(number)
        assert outer.stdout.readline() == "stopped\n"
    assert outer.returncode == 9


def test_a_training_that_was_killed_ends_as_a_shell_would_say() -> None:
    assert training.run_to_end(["sh", "-c", "kill -KILL $$"]) == 128 + signal.SIGKILL
