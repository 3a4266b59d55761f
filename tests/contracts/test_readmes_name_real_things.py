"""What the pages for people name exists: files, make targets, commands, settings."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from api.cli import app
from tests.contracts.repository import PACKAGES, ROOT
from triage.settings import Settings

PAGES = sorted(
    page
    for folder in (ROOT, *(ROOT / name for name in (*PACKAGES, "tests")))
    for page in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)

SUFFIXES = "py|md|toml|txt|json|jsonl|csv|geojson|html|css|js|svg|png|safetensors|mako|ini|sh|yaml|yml"

INSTALLED = ("var", ".venv", "..")
"""Beginnings of paths that exist only once something runs, or lie outside the repository."""

CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)#]+)\)")
BLOCK = re.compile(r"^(?: {4}|```).*(?:\n|\Z)", re.MULTILINE)
PATH = re.compile(rf"(?:[\w.-]+/)+(?:[\w.-]+)?|[\w.-]+\.(?:{SUFFIXES})")


def paths(text: str) -> set[str]:
    """Paths in backticks and in links."""
    named = {code for code in CODE.findall(text) if PATH.fullmatch(code)}
    named |= {link for link in LINK.findall(text) if "://" not in link}
    return {path for path in named if path.split("/")[0] not in INSTALLED}


def exists(path: str, beside: Path) -> bool:
    """From the root or from the page's folder; a bare file name may stand in any room of the repository."""
    if (ROOT / path).exists() or (beside / path).exists():
        return True
    rooms = (ROOT / package for package in (*PACKAGES, "tests"))
    return "/" not in path and any(next(room.rglob(path), None) for room in rooms)


def code(text: str) -> str:
    """What a page shows as something to type."""
    return "\n".join([*CODE.findall(text), *BLOCK.findall(text)])


def make_targets(text: str) -> set[str]:
    return set(re.findall(r"\bmake ([a-z][\w-]*)", code(text)))


def commands(text: str) -> set[str]:
    """Commands of `dengar`, with the sub-command of those that have any."""
    found = re.findall(r"\bdengar ([a-z][\w-]*)(?: ([a-z][\w-]*))?", code(text))
    return {f"{name} {sub}" if sub and name in _groups() else name for name, sub in found}


def _groups() -> set[str]:
    return {name for name in _known() if " " not in name and any(k.startswith(f"{name} ") for k in _known())}


def _known() -> set[str]:
    root = get_command(app)
    known: set[str] = set()
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        known |= {name} | {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    return known


def _targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_every_path_exists(page: Path) -> None:
    named = paths(page.read_text(encoding="utf-8"))
    assert {path for path in named if not exists(path, page.parent)} == set()


def test_every_make_target_exists(page: Path) -> None:
    assert make_targets(page.read_text(encoding="utf-8")) <= _targets()


def test_every_command_exists(page: Path) -> None:
    assert commands(page.read_text(encoding="utf-8")) <= _known()


def test_every_setting_exists(page: Path) -> None:
    named = set(re.findall(r"\bDENGAR_[A-Z_]+", page.read_text(encoding="utf-8")))
    assert named <= {f"DENGAR_{name.upper()}" for name in Settings.model_fields}


def test_every_target_of_the_makefile_is_explained_by_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    explained = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert sorted(phony) == sorted(explained)


def test_every_command_says_what_it_does() -> None:
    root = get_command(app)
    for name in _known():
        command = root
        for part in name.split():
            command = command.commands[part]  # type: ignore[attr-defined]
        assert command.help, name


def test_what_does_not_exist_is_found() -> None:
    text = "see `nosuch/file.py` and [x](gone.md), `make nothing`, or\n\n    dengar user burn\n    dengar fly\n"
    assert paths(text) == {"nosuch/file.py", "gone.md"}
    assert not any(exists(path, ROOT) for path in paths(text))
    assert make_targets(text) == {"nothing"}
    assert commands(text) == {"user burn", "fly"}
