"""Replaying a bundled stream: pace, catching up, going on from anywhere."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.sources.replay import NEVER, PACE, PAGE, ReplaySource
from tests.support.world import NOW

LENGTH = 120


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> ReplaySource:
    """120 posts, one every five seconds from the start."""
    path: Path = tmp_path_factory.mktemp("stream") / "stream.jsonl"
    path.write_bytes(
        b"\n".join(
            orjson.dumps({"external_id": str(n), "at": 5.0 * n, "source": "x", "author": "@a", "text": f"lampu {n}"})
            for n in range(LENGTH)
        )
    )
    return ReplaySource(path)


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize(("seconds", "due"), [(0, 1), (4.9, 1), (5, 2), (23, 5)])
def test_posts_come_at_the_pace_in_which_they_were_written(stream: ReplaySource, seconds: float, due: int) -> None:
    start = stream.fetch("", NOW)
    assert [post.external_id for post in start.posts] == ["0"]
    later = stream.fetch(f"{NOW.isoformat()}|0", NOW + after(seconds))
    assert [post.external_id for post in later.posts] == [str(n) for n in range(due)]
    assert [post.created_at for post in later.posts] == [NOW + after(5 * n) for n in range(due)]
    assert later.next_at == NOW + after(seconds) + PACE


def test_nothing_due_is_an_empty_page_that_stays_where_it_is(stream: ReplaySource) -> None:
    position = f"{NOW.isoformat()}|1"
    page = stream.fetch(position, NOW + after(3))
    assert (page.posts, page.position) == ([], position)


def test_an_interruption_is_caught_up_page_by_page_with_the_true_times(stream: ReplaySource) -> None:
    late = NOW + timedelta(hours=1)
    position, pages = f"{NOW.isoformat()}|10", []
    for _ in range(3):
        page = stream.fetch(position, late)
        position = page.position
        pages.append(page)
    assert [len(page.posts) for page in pages] == [PAGE, PAGE, LENGTH - 10 - 2 * PAGE]
    assert pages[0].posts[0].created_at == NOW + after(50)
    assert [page.next_at - late for page in pages] == [PACE, PACE, NEVER]


def test_after_the_end_nothing_comes(stream: ReplaySource) -> None:
    page = stream.fetch(f"{NOW.isoformat()}|{LENGTH}", NOW + timedelta(days=1))
    assert (list(page.posts), page.next_at) == ([], NOW + timedelta(days=1) + NEVER)


def test_a_stream_that_was_shortened_meanwhile_has_ended(stream: ReplaySource) -> None:
    assert stream.fetch(f"{NOW.isoformat()}|{LENGTH + 7}", NOW).next_at == NOW + NEVER


@given(st.integers(0, LENGTH), st.floats(0, 700))
def test_the_same_position_and_moment_give_the_same_page(stream: ReplaySource, done: int, seconds: float) -> None:
    position, now = f"{NOW.isoformat()}|{done}", NOW + after(seconds)
    page = stream.fetch(position, now)
    assert page == stream.fetch(position, now)
    assert [post.external_id for post in page.posts] == [str(n) for n in range(done, done + len(page.posts))]
