"""Files with a JSON object a line, read so that whatever is wrong with one is told with its line."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from models.errors import CorpusRefused


@dataclass(frozen=True, slots=True)
class Row:
    """An object, and where it stands."""

    values: Mapping[str, Any]
    file: Path
    line: int

    def refused(self, problem: str, remedy: str = "") -> CorpusRefused:
        """The error that says what is wrong with this row."""
        return CorpusRefused(self.file, problem, line=self.line, remedy=remedy)


def rows(file: Path, missing: str = "is missing", remedy: str = "name a JSONL file that exists") -> Iterator[Row]:
    """The objects of a file, blank lines skipped.

    Raises CorpusRefused for a line that is no object, and, with ``missing`` and ``remedy``, when there is no file.
    """
    for number, line in enumerate(content(file, missing, remedy).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise CorpusRefused(file, f"is not JSON ({error})", line=number) from error
        if not isinstance(values, dict):
            raise CorpusRefused(file, "is not an object", line=number)
        yield Row(values, file, number)


def content(file: Path, missing: str, remedy: str) -> bytes:
    """The bytes of a file, less the mark that some editors set before them.

    Raises CorpusRefused, with these words when there is none.
    """
    if not file.exists():
        raise CorpusRefused(file, missing, remedy=remedy)
    try:
        return file.read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        raise CorpusRefused(file, f"cannot be read ({error.strerror})", remedy=remedy) from error
