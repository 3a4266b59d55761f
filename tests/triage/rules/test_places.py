"""Which place a text is about, on the gazetteer of Surabaya."""

import time

import pytest

from triage.cities.pack import load
from triage.entities import Region
from triage.rules.places import Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(load("surabaya").regions)


@pytest.mark.parametrize(
    ("text", "name", "level"),
    [
        # the cue decides between a kelurahan and the kecamatan of the same name
        ("sampah di kel. Gubeng", "Gubeng", "kelurahan"),
        ("sampah di kec. Gubeng", "Gubeng", "kecamatan"),
        ("sampah di Gubeng", "Gubeng", "kecamatan"),
        ("KELURAHAN TEGALSARI", "Tegalsari", "kelurahan"),
        ("stasiun gubeng", "Gubeng", "kecamatan"),
        ("kelurahan benowo", "Benowo", "kelurahan"),
        ("daerah benowo", "Benowo", "kecamatan"),
        # spelling
        ("banjir Karangpilang", "Karang Pilang", "kecamatan"),
        ("banjir karang pilang", "Karang Pilang", "kecamatan"),
        ("gununganyar tambak", "Gunung Anyar Tambak", "kelurahan"),
        ("Kali Rungkut macet", "Kalirungkut", "kelurahan"),
        ("kedung doro gelap", "Kedungdoro", "kelurahan"),
        ("ndek manukan kulon rek", "Manukan Kulon", "kelurahan"),
        # the longer name wins
        ("jalan rusak di rungkut kidul", "Rungkut Kidul", "kelurahan"),
        ("bulak banteng gelap", "Bulak Banteng", "kelurahan"),
        # a kelurahan with its kecamatan, in either order
        ("kel. Mojo kec. Gubeng", "Mojo", "kelurahan"),
        ("Kecamatan Gubeng, kelurahan Airlangga", "Airlangga", "kelurahan"),
        # a common word needs a cue
        ("lampu mati daerah pakis", "Pakis", "kelurahan"),
        ("kelurahan Genteng lambat", "Genteng", "kelurahan"),
        # two kelurahan of one name
        ("wonorejo kec. rungkut", "Wonorejo", "kelurahan"),
        ("kel. wonorejo", "Kota Surabaya", "city"),
        # a street only points to its namesake
        ("jl. Kertajaya macet", "Kertajaya", "kelurahan"),
        ("jl. Kertajaya kecamatan sukolilo", "Sukolilo", "kecamatan"),
        ("kel. rungkut kotor", "Rungkut", "kecamatan"),  # no kelurahan of that name
        ("kec. Surabaya", "Kota Surabaya", "city"),
        ("Surabaya panas", "Kota Surabaya", "city"),
    ],
)
def test_best(gazetteer: Gazetteer, text: str, name: str, level: str) -> None:
    place = gazetteer.best(text)
    assert place is not None
    assert (place.name, place.level) == (name, level)
    assert place.text.lower() in text.lower()


@pytest.mark.parametrize(
    "text",
    ["", "genteng rumah bocor", "di ujung gang", "made in china", "jeruk murah", "gubengan", "mbulak-balik"],
)
def test_nothing(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == ()
    assert gazetteer.best(text) is None


def test_same_name_is_told_apart_by_the_kecamatan(gazetteer: Gazetteer) -> None:
    codes = [gazetteer.best(f"kel wonorejo kec {name}") for name in ("rungkut", "tegalsari")]
    assert [place and place.code for place in codes] == ["35.78.03.1005", "35.78.05.1005"]


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("kel. Keputih", "daerah Keputih"),
        ("daerah Keputih", "Keputih"),
        ("Keputih", "jl. Keputih"),
        ("Keputih", "Keputih Timur"),
        ("jl. Keputih", "Surabaya"),
        ("Keputih Sukolilo", "Keputih"),
        ("kel. Keputih", "kel. Keputih kec. Gubeng"),
    ],
)
def test_stronger_words_score_higher(gazetteer: Gazetteer, stronger: str, weaker: str) -> None:
    high, low = gazetteer.find(stronger), gazetteer.find(weaker)
    assert high[0].score > next(place for place in low if place.name in (high[0].name, "Kota Surabaya")).score


class OnePoint:
    """Polygons that answer Keputih everywhere but at 0,0."""

    def locate(self, lat: float, lon: float) -> Region | None:
        return Region("35.78.09.1001", "Keputih", "kelurahan", lat, lon) if lat else None


@pytest.mark.parametrize(
    ("text", "hint", "lat", "name", "score"),
    [
        ("banjir", "", -7.29, "Keputih", 0.90),
        ("banjir di sukolilo", "", -7.29, "Keputih", 0.96),  # words and point agree: together surer
        ("banjir di gubeng", "", -7.29, "Keputih", 0.90),  # a bare name yields to the point
        ("banjir di kel. mojo", "", -7.29, "Mojo", 0.95),  # a cued name does not
        ("banjir di gubeng", "", 0.0, "Gubeng", 0.65),  # a point outside the city says nothing
        ("banjir", "kel. mojo", None, "Mojo", 0.95),
        ("", "", None, None, None),
    ],
)
def test_words_and_coordinates(
    gazetteer: Gazetteer, text: str, hint: str, lat: float | None, name: str | None, score: float | None
) -> None:
    place = gazetteer.best(text, hint, lat, None if lat is None else 112.79, OnePoint())
    assert (place and place.name, place and place.score) == (name, score)


def test_a_point_is_the_posts_own_or_its_regions_centre(gazetteer: Gazetteer) -> None:
    located, named = gazetteer.best("", "", -7.29, 112.79, OnePoint()), gazetteer.best("kel. mojo")
    assert located is not None
    assert named is not None
    assert (located.lat, located.lon, located.text) == (-7.29, 112.79, "-7.29,112.79")
    centre = next(region for region in load("surabaya").regions if region.code == named.code)
    assert (named.lat, named.lon) == (centre.lat, centre.lon)


def test_letters_that_grow_when_lowered_do_no_harm(gazetteer: Gazetteer) -> None:
    place = gazetteer.best("İİİ di kel. Keputih")
    assert place is not None
    assert place.text.lower() == "keputih"


def test_a_gazetteer_without_its_city_is_refused() -> None:
    with pytest.raises(ValueError, match="city"):
        Gazetteer([])


def test_hostile_texts_stay_cheap(gazetteer: Gazetteer) -> None:
    started = time.perf_counter()
    for piece in ("kali ", "gunung ", "kel. ", "jl raya ", "surabaya "):
        gazetteer.find((piece * 4_000)[:4_000])
    assert time.perf_counter() - started < 0.5
