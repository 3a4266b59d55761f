"""B-cubed by hand, and the stream it is measured on."""

from collections import Counter
from datetime import datetime

import orjson
import pytest

from tests.bench.cases import STREAM, b_cubed


@pytest.mark.parametrize(
    ("said", "precision", "recall"),
    [
        ({"a": "1", "b": "1", "c": "2"}, 1.0, 1.0),
        ({"a": "1", "b": "2", "c": "3"}, 1.0, 2 / 3),  # a and b each find half of their matter, c all of its own
        ({"a": "1", "b": "1", "c": "1"}, 5 / 9, 1.0),  # two thirds, two thirds and a third of what is beside each
    ],
)
def test_b_cubed(said: dict[str, str], precision: float, recall: float) -> None:
    meant = {"a": "fire", "b": "fire", "c": "lamp"}
    assert b_cubed(said, meant) == pytest.approx((precision, recall))


def test_the_stream_is_what_it_says() -> None:
    rows = [orjson.loads(line) for line in STREAM.read_bytes().splitlines()]
    sizes = Counter(row["incident"] for row in rows)
    assert sizes.pop("") >= 500
    assert len(sizes) == 60
    assert min(sizes.values()) == 3
    assert max(sizes.values()) == 40
    assert len({row["id"] for row in rows}) == len(rows)
    times = [datetime.fromisoformat(row["created_at"]) for row in rows]
    assert times == sorted(times)
    assert all(time.tzinfo is not None for time in times)
