"""The map in README.md shows the stages of the pipeline, each once and in their order."""

import re

from tests.contracts.repository import ROOT
from triage.pipeline import DECIDING, READING, STAGES

HEADING = "## The map"


def map_rows() -> list[list[str]]:
    """Cells of the rows of the first table under the heading, without its head."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert HEADING in text, f"README.md has no heading {HEADING!r}"
    section = text.split(HEADING, 1)[1].split("\n## ", 1)[0]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None, "no table under the heading"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def stage_rows() -> list[list[str]]:
    """The rows whose first cell is one name in backticks."""
    return [row for row in map_rows() if re.fullmatch(r"`\w+`", row[0])]


def test_the_map_has_one_row_for_each_stage_in_order() -> None:
    assert [row[0].strip("`") for row in stage_rows()] == [stage.name for stage in STAGES]


def test_each_stage_is_the_function_of_its_file() -> None:
    for stage, row in zip(STAGES, stage_rows(), strict=True):
        assert stage.run.__module__ == f"triage.stages.{stage.name}"
        assert f"`triage/stages/{stage.name}.py`" in row[1]


def test_every_file_of_a_stage_is_in_the_pipeline() -> None:
    files = {path.stem for path in (ROOT / "triage" / "stages").glob("*.py")} - {"__init__", "context"}
    assert files == {stage.name for stage in STAGES}
    assert READING + DECIDING == STAGES
