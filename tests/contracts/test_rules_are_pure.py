"""Rules know no clock, chance, file, network or environment: `now` and facts are passed in."""

import ast
from pathlib import Path

import pytest

from tests.contracts.repository import ROOT

PURE = [*sorted((ROOT / "triage" / "rules").rglob("*.py")), ROOT / "triage" / "entities.py"]

MODULES = {
    "os", "io", "pathlib", "shutil", "tempfile", "sys", "random", "secrets", "uuid", "time", "socket", "subprocess",
    "threading", "asyncio", "logging", "urllib", "http", "sqlite3", "importlib", "structlog", "sqlalchemy", "redis",
    "rq", "httpx", "fastapi",
}  # fmt: skip
"""Top-level modules that a rule may not import."""

CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
CLOCKS = {"now", "utcnow", "today"}
"""Attributes that read the clock when called."""


def impurities(source: str) -> list[str]:
    """What in a module's source reaches outside it, with line numbers."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: import {n.name}" for n in node.names if n.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            found.append(f"{node.lineno}: from {node.module} import ...")
        elif isinstance(node, ast.Call):
            name = node.func
            if isinstance(name, ast.Name) and name.id in CALLS:
                found.append(f"{node.lineno}: {name.id}(...)")
            if isinstance(name, ast.Attribute) and name.attr in CLOCKS:
                found.append(f"{node.lineno}: .{name.attr}()")
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.name)
def test_rules_are_pure(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import os", "from os import environ", "import random as dice", "from datetime import datetime as d; d.now()",
        "open('x')", "import time; time.time()", "date.today()", "from urllib.request import urlopen",
    ],
)  # fmt: skip
def test_what_reaches_outside_is_found(line: str) -> None:
    assert impurities(line)
