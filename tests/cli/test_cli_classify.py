"""`dengar classify`: the contract of its answers."""

import json
from pathlib import Path

import pytest

from models.predictions import HEADS
from models.taxonomy import load
from tests.cli.conftest import Shell

KEYS = ["id", "intent", "topic", "urgency", "sentiment", "scores", "review", "places", "model"]


def answers(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_the_published_shape_of_an_answer(shell: Shell) -> None:
    ended = shell("classify", "--json", stdin=b'{"id": "a", "text": "lampu jalan mati di Gubeng"}\n')
    assert ended.status == 0
    (answer,) = answers(ended.out)
    assert list(answer) == KEYS
    taxonomy = load()
    scores = answer["scores"]
    assert isinstance(scores, dict)
    assert list(scores) == list(HEADS)
    for head in HEADS:
        assert set(scores[head]) == set(taxonomy.labels(head))
        assert sum(scores[head].values()) == pytest.approx(1)
        assert answer[head] == max(scores[head], key=scores[head].get)
    assert isinstance(answer["review"], bool)
    places = answer["places"]
    assert isinstance(places, list)
    assert {key for place in places for key in place} == {"text", "code", "name", "level"}
    assert any("Gubeng" in (place["name"] or "") for place in places)
    assert isinstance(answer["model"], str)


@pytest.mark.parametrize(
    ("stdin", "ids"),
    [
        (b"lampu mati\n\njalan rusak\n", ["1", "3"]),
        (b'{"text": "a"}\n{"id": 7, "text": "b"}\n{"id": null, "text": "c"}\n', ["1", "7", "3"]),
        (b'\xef\xbb\xbf{"id": "x", "text": "lampu"}\r\n', ["x"]),
        (b"\xef\xbb\xbflampu mati", ["1"]),
        (b'lampu\n{"id": "b", "text": "jalan"}\n', ["1", "b"]),
    ],
)
def test_lines_and_their_ids(shell: Shell, stdin: bytes, ids: list[str]) -> None:
    ended = shell("classify", "-", "--json", stdin=stdin)
    assert (ended.status, ended.err) == (0, "")
    assert [answer["id"] for answer in answers(ended.out)] == ids


@pytest.mark.parametrize("stdin", [b"", b"\n \n"])
def test_of_nothing_nothing_is_said(shell: Shell, stdin: bytes) -> None:
    ended = shell("classify", "--json", stdin=stdin)
    assert (ended.status, ended.out, ended.err) == (0, "", "")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"id": 1, "text": ', "is not JSON"),
        (b'{"id": 1, "text": "\\ud800"}', "is not JSON"),
        (b'{"id": 1}', "text is missing"),
        (b'{"id": 1, "text": 5}', "text is missing"),
        (b"\xff", "is not UTF-8"),
        (b"x" * 2_000_000, "is longer than"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_an_unreadable_line_is_named_and_the_rest_is_answered(shell: Shell, line: bytes, says: str) -> None:
    ended = shell("classify", "--json", stdin=b"lampu\n" + line + b"\njalan\n")
    assert ended.status == 1
    assert [answer["id"] for answer in answers(ended.out)] == ["1", "3"]
    assert ended.err.startswith(f"line 2: {says}")


def test_for_people(shell: Shell) -> None:
    Path("a.txt").write_text("kebakaran rumah di Gubeng, tolong!\n")
    ended = shell("classify", "a.txt")
    assert ended.status == 0
    assert ended.out.startswith("1: ")
    assert "Kebakaran" in ended.out
    assert "Gubeng" in ended.out


@pytest.mark.parametrize("name", ["nosuch.txt", "."])
def test_a_file_that_cannot_be_read(shell: Shell, name: str) -> None:
    ended = shell("classify", name)
    assert ended.status == 2
    assert "cannot be read" in ended.err
