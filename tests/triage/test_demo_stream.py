"""The bundled demo stream of Surabaya: well formed, varied, with two incidents that grow."""

import json
import re
from pathlib import Path
from typing import TypedDict

import pytest
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

STREAM = Path(__file__).parents[2] / "triage" / "cities" / "surabaya" / "demo.jsonl"
SOURCES = {"x", "instagram", "facebook", "whatsapp", "webform", "email", "telegram", "news"}
INCIDENTS = ("fire", "flood")
MAX_CHARACTERS = 4_000
MAX_SIMILARITY = 85
SLASH_PATH = re.compile(r"(?<![\w.])/\w")
RETWEET = re.compile(r"^RT (@\w+): (.+)$", re.DOTALL)


class Post(TypedDict):
    """One line of the stream; `at` in seconds after the replay starts."""

    external_id: str
    at: float
    source: str
    author: str
    text: str
    incident: str


@pytest.fixture(scope="module")
def stream() -> list[Post]:
    return [json.loads(line) for line in STREAM.read_text(encoding="utf-8").splitlines()]


def moments(stream: list[Post], incident: str) -> list[float]:
    """Arrival times of one incident's posts, in seconds."""
    return [post["at"] for post in stream if post["incident"] == incident]


def test_a_busy_morning_has_at_least_300_posts(stream: list[Post]) -> None:
    assert len(stream) >= 300


def test_every_line_has_exactly_the_known_fields(stream: list[Post]) -> None:
    assert [p for p in stream if set(p) != set(Post.__annotations__)] == []


def test_ids_are_unique(stream: list[Post]) -> None:
    assert len({post["external_id"] for post in stream}) == len(stream)


def test_posts_arrive_in_order_within_ten_minutes(stream: list[Post]) -> None:
    times = [post["at"] for post in stream]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= 610


def test_every_source_is_known_and_used(stream: list[Post]) -> None:
    assert {post["source"] for post in stream} == SOURCES


def test_authors_are_handles(stream: list[Post]) -> None:
    assert [p["author"] for p in stream if not re.fullmatch(r"@\w+", p["author"])] == []


def test_texts_are_filled_short_and_without_paths(stream: list[Post]) -> None:
    bad = [
        post["external_id"]
        for post in stream
        if not post["text"].strip() or len(post["text"]) > MAX_CHARACTERS or SLASH_PATH.search(post["text"])
    ]
    assert bad == []


def test_there_are_exactly_two_incidents(stream: list[Post]) -> None:
    assert {post["incident"] for post in stream} == {"", *INCIDENTS}


@pytest.mark.parametrize("incident", INCIDENTS)
def test_an_incident_starts_with_one_post_and_grows_to_thirty(stream: list[Post], incident: str) -> None:
    times = moments(stream, incident)
    per_minute = [sum(start <= at - times[0] < start + 60 for at in times) for start in range(0, 540, 60)]
    assert len(times) == 30
    assert times[1] - times[0] >= 20, "the first post must stand alone"
    assert max(per_minute[1:]) > per_minute[0], "the busiest minute must come after the first"


@pytest.mark.parametrize(
    ("incident", "starts", "ends"),
    [("fire", 60, 420), ("flood", 20, 560)],
)
def test_an_incident_keeps_to_its_hours(stream: list[Post], incident: str, starts: float, ends: float) -> None:
    times = moments(stream, incident)
    assert times[0] == pytest.approx(starts, abs=5)
    assert times[-1] == pytest.approx(ends, abs=10)


def test_a_retweet_repeats_an_earlier_post_word_for_word(stream: list[Post]) -> None:
    said: set[tuple[str, str]] = set()
    broken, copies = [], 0
    for post in stream:
        if post["text"].startswith("RT @"):
            copies += 1
            copy = RETWEET.match(post["text"])
            if copy is None or copy.groups() not in said:
                broken.append(post["external_id"])
        said.add((post["author"], post["text"]))
    assert copies >= 3
    assert broken == []


def test_no_two_posts_are_alike_except_retweets(stream: list[Post]) -> None:
    own = [post for post in stream if not post["text"].startswith("RT @")]
    texts = [post["text"] for post in own]
    scores = process.cdist(texts, texts, scorer=fuzz.token_set_ratio, processor=default_process)
    alike = [
        (own[i]["external_id"], own[j]["external_id"], round(float(scores[i, j])))
        for i in range(len(own))
        for j in range(i)
        if scores[i, j] > MAX_SIMILARITY
    ]
    assert alike == []
