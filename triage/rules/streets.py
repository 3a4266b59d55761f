"""Where streets and landmarks lie, by how often the city's own archive put them there.

A name is one to four words of an address ("pandegiling", "rungkut asri tengah", "tunjungan plaza"). The archive
tells in which kelurahan the posts with it were; naive Bayes (McCallum and Nigam 1998) weighs all names of a post
together. An address names the place itself, and nearly so do the spans that the reader tagged; the rest of a text may
name where the author comes from, or a person: its names count less, and a single word only behind a word for a place
or when it hardly occurs otherwise.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from triage.entities import Street

LONGEST = 4
"""Words of a name."""
DOUBT = {"address": 0.3, "span": 6.0, "text": 20.0}
"""Posts that must speak for a name before it is believed, by where it stands."""

_TOKEN = re.compile(r"[a-z]+|\d+")
_SAME = {"jln": "jalan", "jl": "jalan", "gang": "gg", "perumahan": "perum", "kampung": "kp", "apartment": "apartemen"}
_BREAK = re.compile(r"https?\S+|www\.\S+|\[[A-Z]+\]|[,;()/|\n:]")
"""Links, marks of redaction and signs, over which no name reaches."""
_PRIVATE = frozenset(
    {
        "bu", "ibu", "bpk", "bapak", "bp", "pak", "pk", "mbak", "mas", "bunda", "sdr", "sdri", "hj", "alm",
        "almarhum", "ny", "tn", "cak", "pic", "cp", "telp", "hp", "wa", "ketua", "kos", "kost", "kosan", "keluarga",
        "an", "name", "nmr", "ngapunten", "hartono",
    }
)  # fmt: skip
"""Words of persons, households and contacts, and what a reading of a learnt list found besides: no name holds one or
begins behind it."""
_ELSEWHERE = frozenset({"kabupaten", "gresik", "sidoarjo", "lamongan", "bangkalan", "mojokerto"})
"""Words of other regions: no name of the city holds one."""
_NUMERAL = re.compile(r"[ivx]+|[a-z]{1,2}")
_CUES = frozenset(
    {
        "jalan", "gg", "perum", "pasar", "kp", "daerah", "kawasan", "apartemen", "rusun", "rusunawa", "desa", "dusun",
        "dukuh", "puskesmas", "sdn", "smpn", "sman", "rsud", "rs", "terminal", "stasiun", "taman", "makam", "waduk",
        "kali", "sungai", "jembatan", "sekitar",
    }
)  # fmt: skip
"""Words behind which a name is a place."""
_PLAIN = frozenset(
    {
        "kota", "jawa", "timur", "barat", "indonesia", "jalan", "rt", "rw", "no", "nomor", "gg", "kel", "kec",
        "kelurahan", "kecamatan", "di", "depan", "dekat", "samping", "belakang", "sebelah", "dan", "ke", "dari",
        "yang", "blok", "raya", "rumah", "saya", "area", "sekitar", "sepanjang", "warga", "alamat", "ktp", "sesuai",
        "domisili", "kode", "pos", "h", "surabaya", "sby", "dpn", "arah", "menuju", "persisnya", "tepatnya",
    }
)  # fmt: skip
"""No name begins or ends with one of these."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the names of one post tell together."""

    kecamatan: str
    """Code of the likeliest one."""
    score: float
    """Its share, 0 to 1."""
    code: str
    """Code of the likeliest kelurahan in it, or its own where the archive told no more."""
    within: float
    """Share of that code in the kecamatan, 0 to 1."""
    words: str
    """The names that were heard, as ``names_in`` writes them, joined by ", "."""


class Streets:
    """The names of one city; every answer depends on its input alone."""

    def __init__(self, streets: Iterable[Street]) -> None:
        self._streets = {street.name: street for street in streets}
        posts: Counter[str] = Counter()
        for street in self._streets.values():
            posts.update(street.posts)
        total = sum(posts.values())
        self._prior = {code: count / total for code, count in posts.items()}

    def __len__(self) -> int:
        return len(self._streets)

    def hear(self, text: str, address: str = "", spans: Sequence[str] = ()) -> Heard | None:
        """Where the names of a text, of its ``spans`` for places and of an address lie.

        None when the archive knows none of them.
        """
        told = dict.fromkeys(self._known(text, free=True), "text")
        told |= {name: "span" for span in spans for name in self._known(span, free=False)}
        told |= dict.fromkeys(self._known(address, free=False), "address")
        if not told:
            return None
        sums = {code: log(prior) for code, prior in self._prior.items()}
        for name, where in told.items():
            posts, doubt = self._streets[name].posts, DOUBT[where]
            for code, count in posts.items():
                # As against a kelurahan without any such post; what is common to all needs no adding.
                sums[code] += log((count / self._prior[code] + doubt) / doubt)
        most = max(sums.values())
        shares = {code: exp(value - most) for code, value in sums.items()}
        return _heard(shares, ", ".join(told))

    def _known(self, text: str, *, free: bool) -> list[str]:
        """The longest names of a text that the archive knows, none inside another."""
        taken: set[int] = set()
        known: list[str] = []
        for start, end, name, cued in sorted(_spans(text), key=lambda span: span[0] - span[1]):
            street = self._streets.get(name)
            if street is None or not taken.isdisjoint(range(start, end)):
                continue
            if free and end - start == 1 and not cued and street.in_texts > sum(street.posts.values()):
                continue
            taken.update(range(start, end))
            if name not in known:
                known.append(name)
        return known


def names_in(text: str) -> set[str]:
    """Every run of one to four words that could be a name, as ``Streets`` knows them."""
    return {name for _, _, name, _ in _spans(text)}


def _spans(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """(first word, word after the last, name, whether a cue stands before it)."""
    before = 0
    for part in _BREAK.split(text):
        words = [_SAME.get(word, word) for word in _TOKEN.findall(part.lower())]
        for start, word in enumerate(words):
            if word in _PLAIN or word in _PRIVATE or (start and words[start - 1] in _PRIVATE):
                continue
            cued = not _CUES.isdisjoint(words[max(0, start - 2) : start])
            for end in range(start + 1, min(len(words), start + LONGEST) + 1):
                last = words[end - 1]
                if last.isdigit() or last in _PRIVATE or last in _ELSEWHERE:
                    break
                if last not in _PLAIN and not all(
                    one in _PLAIN or _NUMERAL.fullmatch(one) for one in words[start:end]
                ):
                    yield before + start, before + end, " ".join(words[start:end]), cued
        before += len(words)


def _heard(shares: Mapping[str, float], words: str) -> Heard:
    areas: dict[str, float] = defaultdict(float)
    for code, share in shares.items():
        areas[kecamatan_of(code)] += share
    kecamatan = max(areas, key=lambda code: areas[code])
    inside = {code: share for code, share in shares.items() if kecamatan_of(code) == kecamatan}
    likeliest = max(inside, key=lambda code: inside[code])
    total = sum(shares.values())
    return Heard(kecamatan, areas[kecamatan] / total, likeliest, inside[likeliest] / areas[kecamatan], words)


def kecamatan_of(code: str) -> str:
    """The code of the kecamatan that a kelurahan or kecamatan lies in."""
    return ".".join(code.split(".")[:3])
