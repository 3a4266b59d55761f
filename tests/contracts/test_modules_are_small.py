"""A module that one can read in one sitting: at most 300 lines, with few exceptions, each with its reason."""

from tests.contracts.repository import ROOT, modules

LONGEST = 300

ALLOWED = {
    "triage/store/tables.py": "one list: every table of the record on one page",
    "triage/store/migrations/versions/0001_first_tables.py": "written by a machine from the tables",
}


def test_modules_are_small() -> None:
    tests = sorted((ROOT / "tests").rglob("*.py"))
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules() + tests
    }
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST and name not in ALLOWED}
    assert long == {}
    needless = [name for name in ALLOWED if lengths.get(name, 0) <= LONGEST]
    assert needless == [], "take it off the list"
