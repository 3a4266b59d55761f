"""The door for posts, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.world import NOW, post
from triage.errors import InvalidPost, PostTooLarge, UnknownSource
from triage.intake import LARGEST_POST
from triage.store import posts
from triage.wiring import Services


def test_a_second_time_adds_nothing(stored: Services) -> None:
    batch = [post("lampu mati", 1), post("jalan rusak", 2)]
    first = stored.intake.accept(batch, NOW)
    again = stored.intake.accept(batch, NOW)
    assert (first.added, first.edited, first.known) == (2, 0, 0)
    assert (again.added, again.edited, again.known) == (0, 0, 2)
    assert again.ids == first.ids


def test_an_edit_is_a_new_version_and_waits_again(stored: Services) -> None:
    original = post("lampu mati di Gubeng", 1)
    stored.intake.accept([original], NOW)
    intake = stored.intake.accept([replace(original, text="lampu mati di Rungkut")], NOW + timedelta(minutes=1))
    assert (intake.added, intake.edited) == (0, 1)
    with stored.database.read() as connection:
        assert posts.states(connection) == {"pending": 1}


def test_one_id_twice_in_a_batch_is_one_post_and_the_last_word_wins(stored: Services) -> None:
    intake = stored.intake.accept([post("satu", 1), post("dua", 1)], NOW)
    assert intake.added == 1
    assert intake.ids[0] == intake.ids[1]


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"source": "nosuch"}, UnknownSource, "source"),
        ({"text": " \u0000 "}, InvalidPost, "text"),
        ({"text": "x" * (LARGEST_POST + 1)}, PostTooLarge, "text"),
        ({"text": "é" * (LARGEST_POST // 2 + 1)}, PostTooLarge, "text"),
        ({"external_id": ""}, InvalidPost, "id"),
        ({"external_id": "x" * 513}, InvalidPost, "id"),
        ({"lat": 1.0}, InvalidPost, "lat, lon"),
        ({"lat": float("nan"), "lon": 1.0}, InvalidPost, "lat"),
        ({"lat": 1.0, "lon": 181.0}, InvalidPost, "lon"),
        ({"author": "x" * 1001}, InvalidPost, "author"),
    ],
)
def test_what_is_refused_and_why(
    services: Services, change: dict[str, object], error: type[InvalidPost], field: str
) -> None:
    with pytest.raises(error) as raised:
        services.intake.accept([post("baik", 1), replace(post("buruk", 2), **change)], NOW)
    assert raised.value.field == field
    with services.database.read() as connection:
        assert posts.states(connection) == {}, "a refused batch leaves nothing behind"


@pytest.mark.parametrize("text", ["nul \u0000 di sini", "surrogate \ud800 lepas", "\u202eterbalik", "😀" * 3000])
def test_hostile_text_is_taken_and_the_original_kept(stored: Services, text: str) -> None:
    (post_id,) = stored.intake.accept([post(text, 1)], NOW).ids
    with stored.database.read() as connection:
        sealed = posts.sealed_original(connection, post_id)
    assert sealed is not None
    assert stored.sealer.open(sealed) == text


def test_personal_numbers_are_not_stored_in_the_open(stored: Services) -> None:
    stored.intake.accept([post("hubungi 0812-0000-1111 atau budi@example.com", 1, author="@budi")], NOW)
    with stored.database.read() as connection:
        row = connection.exec_driver_sql("SELECT text, author, sealed FROM posts").one()
    assert "0812" not in row.text
    assert "example.com" not in row.text
    assert "budi" not in row.author
    assert b"0812" not in bytes(row.sealed)


def test_a_deletion_purges_the_text_and_leaves_a_tombstone(stored: Services) -> None:
    stored.intake.accept([post("lampu mati", 1), post("jalan rusak", 2)], NOW)
    assert stored.intake.delete("api", ["api-1", "nosuch"], NOW) == 1
    assert stored.intake.delete("api", ["api-1"], NOW) == 0
    back = stored.intake.accept([post("lampu mati, lagi", 1)], NOW)
    assert (back.added, back.edited) == (0, 0), "a deleted post does not come back"
    with stored.database.read() as connection:
        assert posts.states(connection) == {"pending": 1, "deleted": 1}
        texts = connection.exec_driver_sql("SELECT text FROM posts ORDER BY external_id").scalars().all()
    assert texts == ["", "jalan rusak"]
