"""Which kelurahan or kecamatan a text is about, from the names that stand in it.

| evidence                                                        | score       |
|-----------------------------------------------------------------|-------------|
| name after its own cue: "kel. Mojo", "kecamatan Gubeng"          | 0.95        |
| coordinates of the post                                         | 0.90        |
| name after a word for a place: "daerah", "pasar", "stasiun"      | 0.80        |
| name alone, or after "di"                                       | 0.65        |
| street called like it: "Jl. Kertajaya", "Rungkut Asri", "Petemon 2" | 0.45     |
| the city's own name, or a name that two kelurahan share          | 0.20 (city) |
| streets and landmarks of the city's archive (``rules.streets``)  | as learnt   |

Independent evidence adds up: a kelurahan and its kecamatan in one text are 1 - (1-a)(1-b). A
kelurahan elsewhere than the kecamatan that the text names with its cue counts half. A street adds
nothing: it runs through its namesake or leads there, so the kecamatan beside it answers first.
Learnt names alone answer from HEARD on. Where they and the names of regions agree, they add up; where not, the surer
one stands, less half of the other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from triage.entities import Place, Region, Street
from triage.rules.alternation import alternation
from triage.rules.streets import Heard, Streets

HEARD = 0.6
"""Least share of a kecamatan among what learnt names tell."""
SURE = 0.5
"""Least score of a name that stands alone in a city whose streets are known: a street that is called like a kelurahan
and that the archive never met is no place."""
WITHIN = 0.6
"""Least share of one kelurahan in that kecamatan, to be answered instead of it."""
CUED, LOCATED, NEAR, BARE, STREET, CITY = 0.95, 0.90, 0.80, 0.65, 0.45, 0.20

COMMON_WORDS = frozenset(
    {
        "airlangga", "ampel", "babatan", "beringin", "bongkaran", "bulak", "darmo", "drsoetomo", "gading",
        "genteng", "gundih", "jagir", "jambangan", "jepara", "jeruk", "kandangan", "karah",
        "kemayoran", "lontar", "made", "mojo", "pakis", "ploso", "sawahan", "sidodadi", "ujung",
    }
)  # fmt: skip
"""Names that mean something else as often: words, persons, other cities. Alone they prove nothing."""

_CUE = re.compile(
    r"\b(?:(?P<kelurahan>kel|kelurahan|kelurhan)|(?P<kecamatan>kec|kecamatan)"
    r"|(?P<near>daerah|wilayah|kawasan|area|kampung|kampoeng|perum|perumahan|pasar|stasiun|terminal|polsek"
    r"|puskesmas|koramil|kua|balai rw|warga)"
    r"|(?P<street>(?:jl|jln|jalan|jalur|gg|gang|raya|jembatan)(?:\W+raya)?))[\W_]*\Z"
)
_STREET_TAIL = re.compile(
    r"\W+(?:barat|timur|utara|selatan|tengah|kulon|wetan|lor|kidul|indah|asri|jaya|baru|lama|permai|madya"
    r"|gang|gg|raya|no|[ivx]{1,5}|\d{1,3}(?:[a-z]|(?![\d.,:])))\b"
)
_CUE_REACH = 24
"""Characters before a name in which its cue may stand."""

_GAP = r"[\s.-]{0,2}"
_LEVEL_ORDER = {"kelurahan": 0, "kecamatan": 1, "city": 2}


class Polygons(Protocol):
    """What ``triage.cities.boundaries.Boundaries`` offers."""

    def locate(self, lat: float, lon: float) -> Region | None:
        """The region at a point in degrees; None outside the city."""
        ...


@dataclass(frozen=True, slots=True)
class _Mention:
    """A name in the text, with all the regions of that name."""

    key: str
    text: str
    cue: str
    """``kelurahan``, ``kecamatan``, ``near``, ``street`` or '' for none."""


class Gazetteer:
    """The names of one city's regions, compiled once; every answer depends on its input alone."""

    def __init__(self, regions: Sequence[Region], streets: Iterable[Street] = ()) -> None:
        """``streets`` are learnt names; their codes are of ``regions``. Raises ValueError without the city itself."""
        self._streets = Streets(streets)
        self._by_code = {region.code: region for region in regions}
        by_name: dict[str, list[Region]] = {}
        names: set[str] = set()
        city = None
        for region in regions:
            name = _bare_name(region)
            names.add(name)
            by_name.setdefault(_key(name), []).append(region)
            city = region if region.level == "city" else city
        if city is None:
            raise ValueError("a gazetteer needs a region of level city")
        self._city: Region = city
        self._by_name: Mapping[str, Sequence[Region]] = by_name
        self._names = re.compile(rf"\b{alternation(_atoms(name) for name in sorted(names))}\b")

    def find(self, text: str) -> tuple[Place, ...]:
        """Every place that the text names, best first; empty when it names none."""
        mentions = self._mentions(text)
        kecamatan = {
            region.code: score
            for mention in mentions
            for region, score in self._meanings(mention)
            if region.level == "kecamatan"
        }
        places: dict[str, Place] = {}
        for mention in mentions:
            place = self._resolve(mention, kecamatan)
            if place.code not in places or place.score > places[place.code].score:
                places[place.code] = place
        return tuple(sorted(places.values(), key=lambda place: (-place.score, _LEVEL_ORDER[place.level])))

    def best(
        self,
        text: str,
        hint: str = "",
        lat: float | None = None,
        lon: float | None = None,
        polygons: Polygons | None = None,
        spans: Sequence[str] = (),
    ) -> Place | None:
        """The one place a post is about, from its text, the address beside it and its coordinates.

        ``spans`` are the pieces of the text that the reader took for places.

        The answer's point is the post's own when it was read from coordinates, else its region's centre.
        """
        named = self.find(f"{hint}\n{text}" if hint else text)
        at = self._at(lat, lon, polygons)
        if at is None:
            return self._weighed(named[0] if named else None, self._streets.hear(text, hint, spans))
        for place in named:
            if place.kecamatan and place.kecamatan == at.kecamatan:
                return replace(at, score=_together(at.score, place.score))
        return named[0] if named and named[0].score > at.score else at

    def _weighed(self, named: Place | None, heard: Heard | None) -> Place | None:
        """What the names of regions tell, weighed against those of streets and landmarks."""
        if heard is None:
            alone = named and self._streets and named.kecamatan and named.score < SURE
            return None if alone else named
        code = heard.code if heard.within >= WITHIN else heard.kecamatan
        region = self._by_code[code]
        score = min(0.99, round(heard.score, 2))
        street = Place(code, region.name, region.level, heard.words, score, region.lat, region.lon)
        if named is None or not named.kecamatan:
            return street if street.score >= HEARD else named
        if named.kecamatan == street.kecamatan:
            # A word that names a kecamatan does not tell where in it, however often the archive met it.
            narrowed = named.level != "kelurahan" and _key(named.text) != _key(heard.words)
            place = replace(street, text=f"{named.text}, {street.text}") if narrowed else named
            return replace(place, score=_together(named.score, street.score))
        sure, other = (named, street) if named.score >= street.score else (street, named)
        return replace(sure, score=round(sure.score - other.score / 2, 2))

    def _mentions(self, text: str) -> list[_Mention]:
        folded = text.lower()
        if len(folded) != len(text):  # a few letters grow when lowered; keep both in step
            text = folded
        mentions = []
        for hit in self._names.finditer(folded):
            start, end = hit.span()
            before = _CUE.search(folded, max(0, start - _CUE_REACH), start)
            cue = (before.lastgroup or "") if before else ""
            key = _key(hit.group())
            if key in COMMON_WORDS and not cue:
                continue
            if cue in ("", "near") and _STREET_TAIL.match(folded, end):
                cue = "street"
            mentions.append(_Mention(key, text[start:end], cue))
        return mentions

    def _meanings(self, mention: _Mention) -> list[tuple[Region, float]]:
        """The regions a mention can mean, with the score of its evidence."""
        regions = self._by_name[mention.key]
        if cued := [region for region in regions if region.level == mention.cue]:
            return [(region, CUED) for region in cued]
        widest = max(regions, key=lambda region: _LEVEL_ORDER[region.level]).level
        score = {"near": NEAR, "street": STREET}.get(mention.cue, BARE)
        return [(region, CITY if widest == "city" else score) for region in regions if region.level == widest]

    def _resolve(self, mention: _Mention, kecamatan: Mapping[str, float]) -> Place:
        """What a mention means beside the kecamatan that the text names (code -> score)."""
        meanings = self._meanings(mention)
        if len(meanings) > 1:
            meanings = [item for item in meanings if _parent(item[0]) in kecamatan]
        region, score = meanings[0] if meanings else (self._city, CITY)
        if region.level == "kelurahan" and score > STREET:
            if _parent(region) in kecamatan:
                score = _together(score, kecamatan[_parent(region)])
            elif CUED in kecamatan.values():
                score = round(score / 2, 2)
        return Place(region.code, region.name, region.level, mention.text, score, region.lat, region.lon)

    @staticmethod
    def _at(lat: float | None, lon: float | None, polygons: Polygons | None) -> Place | None:
        region = polygons.locate(lat, lon) if polygons and lat is not None and lon is not None else None
        if region is None:
            return None
        return Place(region.code, region.name, region.level, f"{lat},{lon}", LOCATED, lat, lon)


def _bare_name(region: Region) -> str:
    """The name as people write it: "Kota Surabaya" is "surabaya"."""
    name = region.name.lower()
    return re.sub(r"^(?:kota|kabupaten) ", "", name) if region.level == "city" else name


def _key(name: str) -> str:
    return "".join(character for character in name if character.isalnum())


def _atoms(name: str) -> list[str]:
    """Steps of a pattern that takes "Karang Pilang", "Karangpilang" and "Karang-Pilang" alike.

    A name in one word may be written in two where both keep four letters: "Kali Rungkut".
    """
    if not name.isalpha():
        return [re.escape(letter) if letter.isalnum() else _GAP for letter in re.sub(r"\W+", " ", name)]
    splits = range(4, len(name) - 3)
    return [_GAP + letter if place in splits else letter for place, letter in enumerate(name)]


def _parent(region: Region) -> str:
    return region.code.rpartition(".")[0]


def _together(one: float, other: float) -> float:
    """The score of two independent pieces of evidence."""
    return min(0.99, round(1 - (1 - one) * (1 - other), 2))
