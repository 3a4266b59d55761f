"""A city's streets and landmarks, learnt from its own located archive: names and counts.

No name of a person or of one household may come out: see LEAST, SPOKEN and ``rules.streets.names_in``. The archive is
JSONL with text, address, kecamatan and kelurahan by name, and perhaps when and group.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rapidfuzz import fuzz, process

from triage.entities import Region, Street
from triage.errors import ArchiveRefused
from triage.rules.streets import kecamatan_of, names_in

FILE = "streets.csv"
"""In a city pack: name, code, posts, in_texts."""
LEAST = 3
"""Addresses, none like another, that make a name: what one household writes again and again is its door, no place."""
CLEAR = 0.6
"""Least share of one kecamatan among the posts of a name."""
ORDINARY = 3.0
"""A name that stands in more than this many texts for each address is an ordinary word."""
SPOKEN = 6.0
"""No word of a name stands in more than this many texts for each address: it would be no name but speech."""
SAME_DOOR = 75
"""rapidfuzz token_sort_ratio from which two addresses count once."""
_ALIKE = 88
"""rapidfuzz ratio from which two spellings name one region: "Pabean Cantikan" is Pabean Cantian."""


@dataclass(frozen=True, slots=True)
class Located:
    """A post of the archive."""

    text: str
    address: str
    code: str
    """Of its kelurahan, or else its kecamatan; '' where the archive names none that the city has."""


def learn(posts: Iterable[Located]) -> list[Street]:
    """The names that tell where they are, by name."""
    met: dict[str, Counter[str]] = defaultdict(Counter)
    addresses: dict[str, list[str]] = defaultdict(list)
    in_texts: Counter[str] = Counter()
    for post in posts:
        in_texts.update(names_in(post.text))
        if post.code:
            for name in names_in(post.address):
                met[name][post.code] += 1
                addresses[name].append(post.address.casefold())

    def spoken(name: str) -> bool:
        return any(in_texts[word] > SPOKEN * len(addresses.get(word, ())) for word in name.split())

    return [
        Street(name, dict(met[name]), in_texts[name])
        for name in sorted(met)
        if _tells(met[name], in_texts[name]) and not spoken(name) and _doors(addresses[name]) >= LEAST
    ]


def _tells(met: Mapping[str, int], in_texts: int) -> bool:
    """Whether the posts of a name are of one kecamatan, and it is more than a word."""
    areas: Counter[str] = Counter()
    for code, count in met.items():
        areas[kecamatan_of(code)] += count
    posts = areas.total()
    return max(areas.values()) >= CLEAR * posts and in_texts <= ORDINARY * posts


def _doors(addresses: Iterable[str]) -> int:
    """How many addresses are not like one before them, counted up to LEAST."""
    doors: list[str] = []
    for address in addresses:
        if not process.extractOne(address, doors, scorer=fuzz.token_sort_ratio, score_cutoff=SAME_DOOR):
            doors.append(address)
        if len(doors) == LEAST:
            break
    return len(doors)


def read(archive: Path, regions: Sequence[Region], before: str = "") -> Iterator[Located]:
    """The posts of an archive, one of each group; with ``before`` (ISO date) only those whose ``when`` is earlier.

    Raises ArchiveRefused, naming the line.
    """
    codes = Codes(regions)
    seen: set[str] = set()
    for number, row in _rows(archive):
        values = [row.get(field) or "" for field in ("text", "address", "kecamatan", "kelurahan", "when", "group")]
        if not all(isinstance(value, str) for value in values) or not values[0]:
            raise ArchiveRefused(archive, number, "needs a text; address, kecamatan, kelurahan, when are texts too")
        text, address, kecamatan, kelurahan, when, group = values
        if (before and not "" < when < before) or group in seen:
            continue
        seen |= {group} - {""}
        yield Located(text, address, codes.find(kecamatan, kelurahan))


def _rows(archive: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        lines = archive.read_bytes().splitlines()
    except OSError as error:
        raise ArchiveRefused(archive, 0, f"cannot be read ({error.strerror})") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ArchiveRefused(archive, number, f"is not JSON ({error})") from error
        if not isinstance(row, dict):
            raise ArchiveRefused(archive, number, "is not an object")
        yield number, row


class Codes:
    """Codes of regions by the names that an archive gives them."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._kecamatan = {_key(one.name): one.code for one in regions if one.level == "kecamatan"}
        self._inside: dict[str, dict[str, str]] = defaultdict(dict)
        for one in regions:
            if one.level == "kelurahan":
                self._inside[one.code.rpartition(".")[0]][_key(one.name)] = one.code
        self._known: dict[tuple[str, str], str] = {}

    def find(self, kecamatan: str, kelurahan: str) -> str:
        """The code of a kelurahan, or else of its kecamatan, or ''. "Wonorejo Rungkut" is the Wonorejo of Rungkut."""
        if (kecamatan, kelurahan) not in self._known:
            area = _nearest(_key(kecamatan), self._kecamatan)
            name = _key(kelurahan).removesuffix(_key(kecamatan)) or _key(kelurahan)
            self._known[kecamatan, kelurahan] = _nearest(name, self._inside.get(area, {})) or area
        return self._known[kecamatan, kelurahan]


def _nearest(key: str, codes: Mapping[str, str]) -> str:
    best = process.extractOne(key, codes.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE) if key else None
    return codes[best[0]] if best else ""


def _key(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def written(streets: Iterable[Street]) -> str:
    """The content of ``FILE``."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("name", "code", "posts", "in_texts"))
    for street in streets:
        for code, posts in sorted(street.posts.items()):
            table.writerow((street.name, code, posts, street.in_texts))
    return out.getvalue()
