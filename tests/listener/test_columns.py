"""From the columns of somebody's file to a post."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.columns import Columns, check_fields, read_time
from triage.entities import IncomingPost
from triage.errors import InvalidPost

JAKARTA = ZoneInfo("Asia/Jakarta")


def post(row: dict[str, object], **given: str) -> IncomingPost:
    """The post of a row whose columns are its keys."""
    return Columns(list(row), given, source="file", timezone="Asia/Jakarta").post(row)


@pytest.mark.parametrize(
    "row",
    [
        {"id": "7", "text": "lampu", "author": "@a", "url": "u", "lat": "-7.2", "lon": "112.7", "address": "Gubeng"},
        {
            "External_ID": "7", "Isi": "lampu", "Pelapor": "@a", "Tautan": "u", "Lintang": -7.2, "Bujur": 112.7,
            "Alamat": "Gubeng",
        },
        {"id_str": 7, "full_text": "lampu", "screen_name": "@a", "link": "u", "LAT": "-7.2", "LNG": 112.7,
         "Lokasi": "Gubeng"},
    ],
)  # fmt: skip
def test_columns_are_guessed_by_their_usual_names(row: dict[str, object]) -> None:
    found = post(row)
    assert (found.external_id, found.text, found.author, found.url) == ("7", "lampu", "@a", "u")
    assert (found.lat, found.lon, found.place_hint) == (-7.2, 112.7, "Gubeng")


def test_a_given_column_beats_the_guess_and_an_empty_one_drops_the_field() -> None:
    row = {"id": "1", "nomor_tiket": "T-9", "text": "judul", "uraian": "lampu mati", "time": "kemarin"}
    found = post(row, id="nomor_tiket", text="uraian", created_at="")
    assert (found.external_id, found.text, found.created_at) == ("T-9", "lampu mati", None)


@pytest.mark.parametrize(
    ("given", "problem"),
    [({"text": "nosuch"}, "has no column 'nosuch'"), ({"text": ""}, "no column holds the text")],
)
def test_a_column_that_is_not_there(given: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidPost, match=problem):
        post({"id": "1", "text": "lampu"}, **given)


@pytest.mark.parametrize("numbering", ["No", "no", "NO", "Nomor", "nomor"])
def test_the_numbering_of_a_sheet_names_no_post(numbering: str) -> None:
    """Row 1 of this month's sheet is no edit of row 1 of the last."""
    last_month, this_month = (post({numbering: "1", "isi": text}) for text in ("lampu mati", "jalan rusak"))
    assert last_month.external_id != this_month.external_id
    assert post({numbering: "2", "isi": "lampu mati"}).external_id == last_month.external_id, "moved, still the same"
    assert post({numbering: "7", "isi": "lampu mati"}, id=numbering).external_id == "7", "said so, it is the id"


def test_a_field_that_posts_do_not_have() -> None:
    with pytest.raises(InvalidPost, match="unknown field 'judul'"):
        check_fields({"judul": "x"})


def test_rows_without_an_id_get_one_of_their_content() -> None:
    first, same, other = (post({"text": text, "author": "@a"}) for text in ("lampu", "lampu", "jalan"))
    assert first.external_id == same.external_id != other.external_id


def test_the_source_of_a_row_beats_the_source_of_the_file() -> None:
    assert post({"text": "a", "sumber": "x"}).source == "x"
    assert post({"text": "a", "sumber": " "}).source == "file"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-23T09:30:00+07:00", datetime(2026, 11, 23, 9, 30, tzinfo=JAKARTA)),
        ("2026-11-23T02:30:00Z", datetime(2026, 11, 23, 9, 30, tzinfo=JAKARTA)),
        ("2026-11-23 09:30", datetime(2026, 11, 23, 9, 30, tzinfo=JAKARTA)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=JAKARTA)),
        ("23/11/2026 09:30", datetime(2026, 11, 23, 9, 30, tzinfo=JAKARTA)),
        ("23-11-2026 09:30:05", datetime(2026, 11, 23, 9, 30, 5, tzinfo=JAKARTA)),
        ("03/04/2026", datetime(2026, 4, 3, tzinfo=JAKARTA)),
        ("Mon Nov 23 02:30:00 +0000 2026", datetime(2026, 11, 23, 9, 30, tzinfo=JAKARTA)),
        ("Mon, 23 Nov 2026 09:30:00 +0700", datetime(2026, 11, 23, 9, 30, tzinfo=JAKARTA)),
        ("1767011200", datetime(2025, 12, 29, 12, 26, 40, tzinfo=UTC)),
        ("1767011200000", datetime(2025, 12, 29, 12, 26, 40, tzinfo=UTC)),
    ],
)
def test_times(written: str, moment: datetime) -> None:
    assert post({"text": "a", "created_at": written}).created_at == moment


@pytest.mark.parametrize(
    "written", ["kemarin", "32/01/2026", "0", "9" * 400, "Mon, 99 Nov 2026 99:99:99 +9999", "\x00"]
)
def test_a_time_that_cannot_be_read_is_named_with_the_remedy(written: str) -> None:
    with pytest.raises(InvalidPost, match="cannot read the time") as raised:
        post({"text": "a", "created_at": written})
    assert "--map created_at=" in raised.value.remedy


@given(
    st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,4} [A-Z][a-z]{2} \d{1,9} \d\d:\d\d:\d\d [+-]\d{1,9}")
)
def test_no_spelling_of_a_time_makes_the_reader_fail(written: str) -> None:
    moment = read_time(written)
    assert moment is None or abs(moment.utcoffset() or timedelta(0)) < timedelta(days=1)
