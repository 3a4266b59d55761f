"""What measures must not teach: posts by id, near-copies by text, and their whole groups."""

from pathlib import Path

import orjson
import pytest

from models.errors import CorpusRefused
from models.unseen import held_groups

POSTS = [
    ("a", "Mohon perbaikan jalan berlubang di Jl. Mawar RT 03", "roads"),
    ("b", "terima kasih pak", "roads"),
    ("c", "Sampah menumpuk di belakang Pasar Kembang", "garbage"),
    ("d", "\u200b", "unseen"),
    ("e", "\u200d", "hidden"),
]


def held(tmp_path: Path, *rows: object) -> set[str]:
    file = tmp_path / "gold.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return held_groups(POSTS, [file])


@pytest.mark.parametrize(
    ("row", "groups"),
    [
        ({"id": "a"}, {"roads"}),
        ({"text": "mohon perbaikan jalan berlubang di jl. melati rt 07"}, {"roads"}),
        ({"text": "Mohon lampu jalan di Jl. Mawar dinyalakan"}, set()),  # the same street is no copy
        ({"id": "z", "text": "RT @warga: sampah menumpuk di belakang PASAR KEMBANG"}, {"garbage"}),
        ({"id": "z"}, set()),
        ({"id": "d"}, {"unseen"}),  # a text that nobody can see is like no other
    ],
)
def test_groups_that_are_held(tmp_path: Path, row: object, groups: set[str]) -> None:
    assert held(tmp_path, row) == groups


def test_a_near_copy_of_a_post_known_by_its_id_alone_is_held(tmp_path: Path) -> None:
    posts = [*POSTS, ("x", "mohon perbaikan jalan berlubang, jl. mawar rt 03", "other")]
    file = tmp_path / "gold.jsonl"
    file.write_bytes(orjson.dumps({"id": "a"}))
    assert held_groups(posts, [file]) == {"roads", "other"}


def test_without_files_nothing_is_held() -> None:
    assert held_groups(POSTS, []) == set()


@pytest.mark.parametrize("row", [{}, {"id": ""}, {"text": "\u200b"}, {"id": 3}])
def test_a_row_that_keeps_nothing_unseen_is_refused(tmp_path: Path, row: object) -> None:
    with pytest.raises(CorpusRefused, match="line 1: needs an id or a text"):
        held(tmp_path, row)
