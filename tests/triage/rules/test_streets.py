"""Where streets and landmarks lie, by what an archive met."""

import pytest

from triage.entities import Region, Street
from triage.rules.places import HEARD, Gazetteer
from triage.rules.streets import Streets, names_in

MOJO, AIRLANGGA, KEPUTIH = "35.78.08.1003", "35.78.08.1001", "35.78.09.1001"
STREETS = [
    Street("karang menjangan", {MOJO: 9, AIRLANGGA: 1}),
    Street("menjangan", {MOJO: 3}),
    Street("gebang", {KEPUTIH: 12}),
    Street("gebang lor", {KEPUTIH: 4, MOJO: 1}),
    Street("melati", {KEPUTIH: 3}, in_texts=40),
    Street("galaxy mall", {KEPUTIH: 8}),
]
REGIONS = [
    Region("35.78", "Kota Surabaya", "city", -7.27, 112.72),
    Region("35.78.08", "Gubeng", "kecamatan", -7.27, 112.75),
    Region("35.78.09", "Sukolilo", "kecamatan", -7.28, 112.79),
    Region(AIRLANGGA, "Airlangga", "kelurahan", -7.27, 112.75),
    Region(MOJO, "Mojo", "kelurahan", -7.27, 112.76),
    Region(KEPUTIH, "Keputih", "kelurahan", -7.29, 112.80),
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Jl. Karang Menjangan No. 12", {"karang", "karang menjangan", "menjangan"}),
        ("jln gebang lor 3", {"gebang", "gebang lor", "lor"}),
        ("depan rumah saya", set()),
        ("Galaxy Mall 2", {"galaxy", "galaxy mall", "mall"}),
        ("mall kota lama", {"mall", "mall kota lama", "lama"}),  # a plain word stands inside, not at an end
        ("rumah bu tatik, gebang", {"gebang"}),  # neither a person nor what stands behind one
        ("RT IV blok C", set()),
        ("https://goo.gl/maps/pyb [TELP]", set()),
        ("gresik", set()),
        ("", set()),
    ],
)  # fmt: skip
def test_names_in_a_text(text: str, names: set[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("text", "address", "kecamatan", "words"),
    [
        ("", "Jl. Karang Menjangan 12", "35.78.08", "karang menjangan"),
        ("banjir di karang menjangan", "", "35.78.08", "karang menjangan"),  # the longer name, not the one inside it
        ("macet dekat galaxy mall", "", "35.78.09", "galaxy mall"),
        ("macet", "gebang lor", "35.78.09", "gebang lor"),
        ("bunga melati layu", "", None, ""),  # a word that texts hold far more often than addresses
        ("lampu mati di jalan melati", "", "35.78.09", "melati"),  # unless it stands behind a word for a place
        ("saya dari karang menjangan", "gebang", "35.78.09", "karang menjangan, gebang"),  # an address tells more
        ("tidak ada nama", "", None, ""),
    ],
)
def test_what_is_heard(text: str, address: str, kecamatan: str | None, words: str) -> None:
    heard = Streets(STREETS).hear(text, address)
    assert (heard and heard.kecamatan) == kecamatan
    assert (heard.words if heard else "") == words
    assert heard is None or (0 < heard.score <= 1 and 0 < heard.within <= 1)


def test_what_the_reader_took_for_a_place_tells_more_than_the_rest_of_a_text() -> None:
    streets = Streets(STREETS)
    text = "karang menjangan dekat gebang"
    free, tagged = streets.hear(text), streets.hear(text, spans=["gebang"])
    address = streets.hear(text, "gebang")
    assert free is not None
    assert tagged is not None
    assert address is not None
    keputih = [heard.score if heard.kecamatan == "35.78.09" else 1 - heard.score for heard in (free, tagged, address)]
    assert keputih[0] < keputih[1] < keputih[2]


def test_more_posts_make_it_surer() -> None:
    def score(posts: int) -> float:
        heard = Streets([Street("gebang", {KEPUTIH: posts}), Street("x", {MOJO: 50})]).hear("", "gebang")
        assert heard is not None
        return heard.score

    assert score(2) < score(5) < score(50)


def test_no_streets_hear_nothing() -> None:
    assert Streets([]).hear("jalan gebang", "gebang") is None


@pytest.mark.parametrize(
    ("text", "hint", "name", "level"),
    [
        ("banjir", "karang menjangan", "Mojo", "kelurahan"),
        ("banjir di kel. airlangga", "karang menjangan", "Airlangga", "kelurahan"),  # they agree on the kecamatan
        ("sampah di kecamatan gubeng", "karang menjangan 5", "Mojo", "kelurahan"),  # the street says where in it
        ("banjir Surabaya", "gebang 3", "Keputih", "kelurahan"),
        ("banjir di kel. mojo", "", "Mojo", "kelurahan"),
        ("lampu di melati layu", "", None, None),
    ],
)
def test_streets_beside_the_names_of_regions(text: str, hint: str, name: str | None, level: str | None) -> None:
    place = Gazetteer(REGIONS, STREETS).best(text, hint)
    assert (place and place.name, place and place.level) == (name, level)


def test_agreeing_makes_surer_and_contradicting_less_sure() -> None:
    gazetteer, names = Gazetteer(REGIONS, STREETS), Gazetteer(REGIONS)
    both, alone = gazetteer.best("di keputih dekat gebang lor"), names.best("di keputih dekat gebang lor")
    street, against = gazetteer.best("", "karang menjangan"), gazetteer.best("di keputih", "karang menjangan")
    assert both is not None
    assert alone is not None
    assert both.score > alone.score
    assert street is not None
    assert against is not None
    assert street.score >= HEARD
    assert against.score < max(street.score, alone.score)


def test_where_streets_are_known_a_weak_name_alone_is_no_place() -> None:
    assert Gazetteer(REGIONS, STREETS).best("jl. keputih macet") is None
    assert Gazetteer(REGIONS).best("jl. keputih macet") is not None
    city = Gazetteer(REGIONS, STREETS).best("surabaya panas")
    assert city is not None
    assert city.level == "city"


def test_the_name_of_a_kecamatan_is_not_narrowed_by_itself() -> None:
    streets = [*STREETS, Street("sukolilo", {KEPUTIH: 30})]
    for text, name in (("banjir di sukolilo", "Sukolilo"), ("banjir di sukolilo dekat galaxy mall", "Keputih")):
        place = Gazetteer(REGIONS, streets).best(text)
        assert place is not None
        assert place.name == name


def test_a_point_outranks_a_street() -> None:
    class Everywhere:
        def locate(self, lat: float, lon: float) -> Region | None:
            return REGIONS[-1]

    place = Gazetteer(REGIONS, STREETS).best("", "karang menjangan", -7.29, 112.8, Everywhere())
    assert place is not None
    assert place.name == "Keputih"


def test_hostile_texts_stay_cheap() -> None:
    gazetteer = Gazetteer(REGIONS, STREETS)
    for text in ("jl " * 2_000, "gebang " * 800, "1 " * 2_000, "a" * 4_000, "İ" * 4_000):
        gazetteer.best(text, text)
