"""A JSON object a line, and what is said of a line that is none."""

from pathlib import Path

import pytest

from models.errors import CorpusRefused
from models.jsonl import rows


def test_rows_know_where_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b'{"id": "a"}\n\n  \n{"id": "b"}')
    assert [(row.values["id"], row.line) for row in rows(file)] == [("a", 1), ("b", 4)]
    assert str(next(rows(file)).refused("is odd", "mend it")) == f"{file}, line 1: is odd; mend it"


@pytest.mark.parametrize(
    ("line", "problem"),
    [(b"{", "is not JSON"), (b"[1]", "is not an object"), (b"3", "is not an object"), (b"\xff", "is not JSON")],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b'{"id": "a"}\n' + line)
    with pytest.raises(CorpusRefused, match=f"line 2: {problem}"):
        list(rows(file))


def test_a_missing_file_is_told_in_the_words_of_who_needs_it(tmp_path: Path) -> None:
    with pytest.raises(CorpusRefused, match="is missing, and the desk needs it; ask"):
        list(rows(tmp_path / "none.jsonl", "is missing, and the desk needs it", "ask"))


def test_the_mark_of_windows_editors_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": "a"}')
    assert [row.values for row in rows(file)] == [{"id": "a"}]


def test_a_folder_is_told_as_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(CorpusRefused, match="cannot be read \\(Is a directory\\)"):
        list(rows(tmp_path))
