"""An installation today and one next year are the same: constraints.txt names one version of everything."""

import re
import tomllib
from importlib.metadata import version

import pytest

from tests.contracts.repository import ROOT

PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[\w.+!]+)")


def plain(name: str) -> str:
    """The name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lines() -> list[str]:
    kept = (line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text().splitlines())
    return [line for line in kept if line]


def pins() -> dict[str, str]:
    found = [match for line in lines() if (match := PIN.fullmatch(line))]
    return {plain(match["name"]): match["version"] for match in found}


def dependencies() -> list[str]:
    """Names of what pyproject.toml asks for, with its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    return sorted(plain(re.split(r"[\[<>=~!; ]", one)[0]) for one in asked)


def test_every_line_is_an_exact_version_and_stands_once() -> None:
    found = lines()
    assert [line for line in found if not PIN.fullmatch(line)] == []
    names = [plain(line.split("==")[0]) for line in found]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", dependencies())
def test_a_dependency_is_pinned_to_what_these_tests_run_on(name: str) -> None:
    # A build says on which machine it runs ("+cpu"): that is not part of the version that is pinned.
    assert pins().get(name) == version(name).partition("+")[0]
