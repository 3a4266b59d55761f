"""The corpus file is sound; files that are not are refused by line; folds stay."""

from pathlib import Path

import orjson
import pytest

from models.dataset import CORPUS, fold_of, read_posts
from models.errors import CorpusRefused

GOOD = {
    "id": "1",
    "text": "jalan rusak",
    "intent": "pengaduan",
    "topic": "jalan",
    "urgency": "sedang",
    "sentiment": "netral",
}


def test_the_corpus_is_valid() -> None:
    posts = read_posts(CORPUS)
    assert len(posts) >= 7_000
    assert len({post.text.casefold() for post in posts}) == len(posts)
    for post in posts:
        for span in filter(None, post.location.split(" ; ")):
            assert span in post.text, post.id


BAD_LINES = [
    (b"{", "is not JSON"),
    (b"[]", "is not an object"),
    (orjson.dumps(GOOD | {"topic": "jalanan"}), "topic: unknown label 'jalanan'"),
    (orjson.dumps(GOOD | {"text": " "}), "text must be"),
    (orjson.dumps(GOOD | {"urgency": None}), "urgency must be"),
    (orjson.dumps(GOOD | {"location": 3}), "location must be"),
    (orjson.dumps(GOOD), "id '1' already stands in line 1"),
    (b'{"id": NaN}', "is not JSON"),
    (b"\xff\xfe", "is not JSON"),
]


@pytest.mark.parametrize(("line", "problem"), BAD_LINES)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(orjson.dumps(GOOD) + b"\n\n" + line + b"\n")
    with pytest.raises(CorpusRefused, match=r"posts\.jsonl, line 3: ") as refused:
        read_posts(file)
    assert problem in str(refused.value)
    assert refused.value.line == 3


@pytest.mark.parametrize(("content", "problem"), [(None, "is missing"), (b"\n", "holds no post")])
def test_a_file_without_posts_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    file = tmp_path / "posts.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CorpusRefused, match=problem):
        read_posts(file)


def test_a_new_post_never_moves_the_folds_of_others() -> None:
    assert [fold_of(f"p{i}", 5, 1) for i in range(8)] == [fold_of(f"p{i}", 5, 1) for i in range(8)]
    assert {fold_of(f"p{i}", 5, 1) for i in range(200)} == {0, 1, 2, 3, 4}
