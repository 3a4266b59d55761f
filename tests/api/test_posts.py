"""POST and DELETE of posts: what programs send, what they are told, what is stored."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.routes.posts import MOST_POSTS
from tests.api.door import Door, furnish, opened
from tests.support.world import NOW, SilentWakeups
from triage.intake import LARGEST_POST, post_id

LAMP = {"id": "1", "text": "lampu mati"}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("door")
    return folder, furnish(folder)


@pytest.fixture
def door(furnished: tuple[Path, str], tmp_path: Path) -> Iterator[Door]:
    with opened(*furnished, tmp_path / "data") as door:
        yield door


@pytest.fixture(scope="module")
def shut(furnished: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door for requests that are refused: whoever uses it finds it empty."""
    with opened(*furnished, tmp_path_factory.mktemp("shut") / "data") as door:
        yield door
        assert door.rows() == []


def test_one_post_is_stored_before_the_reply_and_wakes_triage(door: Door) -> None:
    reply = door.send(LAMP)
    assert reply.status_code == 202
    assert reply.json() == {"ids": [post_id("api", "1")], "added": 1, "edited": 0, "known": 0}
    assert door.rows() == [(post_id("api", "1"), "api", "1", "lampu mati", 1)]
    assert isinstance(door.services.wakeups, SilentWakeups)
    assert door.services.wakeups.woken == ["triage"]


def test_all_fields_are_kept(door: Door) -> None:
    full = {
        "id": "9", "text": "lampu mati", "source": "x", "author": "@budi", "url": "https://x.example/9",
        "created_at": "2026-11-20T08:00:00+07:00", "place_hint": "Jl. Gubeng 1", "lat": -7.27, "lon": 112.75,
    }  # fmt: skip
    assert door.send(full).status_code == 202
    with door.services.database.read() as connection:
        row = connection.exec_driver_sql("SELECT * FROM posts").one()
    assert (row.source, row.url, row.place_hint, row.lat, row.lon) == (
        "x", "https://x.example/9", "Jl. Gubeng 1", -7.27, 112.75,
    )  # fmt: skip
    assert row.published_at.startswith("2026-11-20 01:00:00")
    assert row.author not in ("", "@budi")


@pytest.mark.parametrize("count", [2, MOST_POSTS])
def test_the_ids_of_a_batch_stand_in_the_order_sent(door: Door, count: int) -> None:
    numbers = [str((number * 7919) % count) for number in range(count)]
    reply = door.send([{"id": number, "text": f"lampu {number}"} for number in numbers])
    assert reply.status_code == 202
    assert reply.json()["ids"] == [post_id("api", number) for number in numbers]
    assert len(door.rows()) == len(set(numbers))


def test_a_batch_of_more_is_refused_whole(shut: Door) -> None:
    reply = shut.send([{"id": str(number), "text": "lampu"} for number in range(MOST_POSTS + 1)])
    assert reply.status_code == 422
    assert f"1 to {MOST_POSTS}" in reply.json()["error"]["message"]
    assert reply.json()["error"]["remedy"]
    assert shut.rows() == []


def test_sending_again_is_known_and_a_change_is_an_edit(door: Door) -> None:
    first = door.send([LAMP, {"id": "2", "text": "jalan rusak"}]).json()
    again = door.send([LAMP, {"id": "2", "text": "jalan rusak parah"}]).json()
    assert again == {"ids": first["ids"], "added": 0, "edited": 1, "known": 1}
    assert [row[3:] for row in door.rows()] == [("lampu mati", 1), ("jalan rusak parah", 2)]


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "missing API key"),
        ("", "missing API key"),
        ("Basic dXNlcjpwYXNz", "missing API key"),
        ("Bearer", "missing or malformed API key"),
        ("Bearer rahasia", "missing or malformed API key"),
        ("Bearer dgr_0000000000_wrong", "unknown or revoked API key"),
    ],
)
def test_without_a_right_key_nothing_is_taken(shut: Door, authorization: str | None, message: str) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for reply in (
        shut.client.post("/api/v1/posts", json=LAMP, headers=headers),
        shut.client.delete("/api/v1/posts/api/1", headers=headers),
    ):
        assert reply.status_code == 401
        assert reply.json()["error"]["code"] == "key.refused"
        assert reply.json()["error"]["message"] == message
    assert shut.rows() == []


def test_a_key_with_one_letter_changed_is_refused(shut: Door) -> None:
    assert shut.send(LAMP, shut.key[:-1] + ("a" if shut.key[-1] != "a" else "b")).status_code == 401


def test_a_revoked_key_is_refused_at_once(door: Door) -> None:
    fresh = door.services.people.add_key("lain", "", NOW)
    assert door.send(LAMP).status_code == 202
    for key in (door.key, fresh):
        assert door.services.people.revoke_key(key.split("_")[1], NOW)
        assert door.send(LAMP, key).status_code == 401


def test_a_key_bound_to_a_source_writes_that_source_only(door: Door) -> None:
    bound = door.services.people.add_key("situs", "webform", NOW)
    assert door.send(LAMP, bound).status_code == 202
    assert door.send(LAMP | {"id": "2", "source": "webform"}, bound).status_code == 202
    for refused in (door.send(LAMP | {"source": "x"}, bound), door.send([LAMP, LAMP | {"source": "x"}], bound)):
        assert refused.status_code == 422
        assert refused.json()["error"]["problems"][0]["field"] == "source"
    assert door.delete("x/1", bound).status_code == 422
    assert {row[1] for row in door.rows()} == {"webform"}


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"teks": "x"}, 422, "teks"),
        ({"id": None}, 422, "id"),
        ({"id": 7}, 422, "id"),
        ({"id": ""}, 422, "id"),
        ({"id": "x" * 513}, 422, "id"),
        ({"text": ["lampu"]}, 422, "text"),
        ({"text": ""}, 422, "text"),
        ({"text": "\u0000 \n"}, 422, "text"),
        ({"text": "x" * (LARGEST_POST + 1)}, 413, "text"),
        ({"source": "nosuch"}, 422, "source"),
        ({"created_at": "kemarin"}, 422, "created_at"),
        ({"created_at": "2026-11-23T08:00:00"}, 422, "created_at"),
        ({"created_at": 1e300}, 422, "created_at"),
        ({"lat": 1.0}, 422, "lat, lon"),
        ({"lat": 91, "lon": 0}, 422, "lat"),
        ({"lat": "timur", "lon": 0}, 422, "lat"),
        ({"url": "x" * 1001}, 422, "url"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_refused_names_post_field_and_remedy(
    shut: Door, change: dict[str, object], status: int, field: str
) -> None:
    reply = shut.send([LAMP, {"id": "2", "text": "jalan rusak"} | change])
    assert reply.status_code == status
    (problem,) = reply.json()["error"]["problems"]
    assert (problem["post"], problem["field"]) == ("1", field)
    assert problem["problem"]
    assert len(reply.content) < 4096
    assert shut.rows() == [], "a batch is taken whole or not at all"


@pytest.mark.parametrize("text", ["x" * LARGEST_POST, "😀" * (LARGEST_POST // 4), "\u0001a" * (LARGEST_POST // 2)])
@pytest.mark.parametrize("batch", [True, False])
def test_the_largest_post_is_taken_however_json_spells_it(door: Door, text: str, *, batch: bool) -> None:
    body = {"id": "1", "text": text}
    assert door.send([body] if batch else body).status_code == 202


def test_a_batch_full_of_mistakes_gets_a_short_answer(shut: Door) -> None:
    long = "\U0001f4a1" * 90
    bad = [{"id": "1", "text": "a", "source": long}, {"id": "1", "text": "a", long: 1}, {"id": long * 9, "text": "a"}]
    for one in bad:
        reply = shut.send([one] * MOST_POSTS)
        assert reply.status_code == 422
        assert reply.json()["error"]["problems"]
        assert len(reply.content) < 4096


def test_a_deletion_purges_the_text_and_is_counted_once(door: Door) -> None:
    door.send([LAMP, {"id": "a/b c?d", "text": "jalan"}])
    assert door.delete("api/1").json() == {"deleted": 1}
    assert door.delete("api/1").json() == {"deleted": 0}
    assert door.delete("api/a%2Fb%20c%3Fd").json() == {"deleted": 1}
    assert [row[3] for row in door.rows()] == ["", ""]
    assert door.send(LAMP).json()["added"] == 0, "a deleted post does not come back"


def test_a_deletion_at_an_unknown_source_names_the_known_ones(shut: Door) -> None:
    reply = shut.delete("nosuch/1")
    assert reply.status_code == 422
    assert reply.json()["error"]["code"] == "source.unknown"
    assert "webform" in reply.json()["error"]["remedy"]


def test_a_deletion_with_hostile_words_finds_nothing(shut: Door) -> None:
    for path in ("api/%00", "api/%ff%fe", "api/..%2f..%2fetc", "api/" + "x" * 5000):
        assert shut.delete(path).status_code in (200, 404, 422), path


def test_a_post_from_the_future_is_published_now(door: Door) -> None:
    ahead = datetime.now(UTC) + timedelta(days=300)
    assert door.send(LAMP | {"created_at": ahead.isoformat()}).status_code == 202
    with door.services.database.read() as connection:
        row = connection.exec_driver_sql("SELECT published_at, received_at FROM posts").one()
    assert row.published_at == row.received_at


def test_a_time_before_there_were_posts_is_refused(door: Door) -> None:
    assert door.send(LAMP | {"created_at": "0001-01-01T00:00:00+07:00"}).status_code == 422


def test_two_ids_that_differ_in_a_control_character_do_not_hide_each_other(door: Door) -> None:
    door.send(LAMP)
    reply = door.send({"id": "1\u0000", "text": "jalan rusak"})
    assert reply.status_code == 422 or reply.json()["ids"][0] in [row[0] for row in door.rows()]
