"""Does a reader's answer survive another thumb, and does it keep its head over a hard post?

After the behavioural tests of Ribeiro et al. 2020 (CheckList): a change that leaves the meaning must leave the
labels; an emergency told calmly must raise the alarm, a metaphor told loudly must not. Nothing here teaches:
training mistypes by rules of its own (``models.augment``).
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import CorpusRefused
from models.jsonl import rows
from models.measure import URGENT
from models.predictions import HEADS, Reader
from models.taxonomy import load as load_taxonomy

SEED = 2026
EMERGENCY, HARD_NEGATIVE = "emergency", "hard_negative"

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_TOKEN = re.compile(r"\S+")
_PLAIN = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"@|https?:|www\.|pic\.twitter", re.IGNORECASE)
_VOWEL = re.compile(r"[aiueo]", re.IGNORECASE)

EMOJI = ("📍", "📷", "👀", "🙏", "🙏🏽", "📢", "👇", "➡️", "🏠", "🕗", "🇮🇩", "👨‍👩‍👧", "✨")
"""Signs that say nothing about the matter or the tone: another face would be another sentiment."""
HIDDEN = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")
"""Characters nobody sees, which copying from a web page or a chat leaves inside words."""
_BEFORE = ("@warga_kita ", "RT @warga_kita: ", "@tetangga07 @warga.07 ")
_AFTER = (
    " @warga_kita",
    " https://t.co/a1B2c3D4e5",
    " @tetangga07 https://bit.ly/3xYzAbC",
    " pic.twitter.com/a1B2c3D4e5",
)

# Our own ear, on purpose not models/slang.toml: what that table lacks must be met by the network.
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "tidak": ("nggak", "kagak", "ndak", "g"), "bukan": ("bkn",), "belum": ("blm", "blom"), "sudah": ("udh", "wes"),
    "akan": ("bakal", "bkl"), "saja": ("aj", "doang"), "sangat": ("bgt", "sgt"), "sekarang": ("skrg", "skg"),
    "kemarin": ("kmrn", "kemaren"), "besok": ("bsk", "besuk"), "nanti": ("ntar", "nti"), "malam": ("mlm", "malem"),
    "hari": ("hr",), "minggu": ("mgg",), "bulan": ("bln",), "tahun": ("thn", "taun"), "menit": ("mnt",),
    "orang": ("org", "wong"), "warga": ("wrga", "warge"), "anak": ("ank", "bocah"), "bapak": ("bpk", "bpak"),
    "teman": ("tmn", "temen"), "rumah": ("rmh", "rmah"), "jalan": ("jln", "jlan"), "depan": ("dpn", "ngarep"),
    "belakang": ("blkg", "blakang"), "samping": ("smping",), "dekat": ("dkt", "deket"), "sampai": ("smpe", "ampe"),
    "dengan": ("dgn", "ama"), "untuk": ("utk", "bwt"), "karena": ("krn", "gara2"), "tetapi": ("tp", "tapi"),
    "kalau": ("klo", "kl"), "supaya": ("biar", "spy"), "seperti": ("kyk", "kek"), "begitu": ("gitu", "bgitu"),
    "begini": ("gini", "bgini"), "bagaimana": ("gmn", "gimane"), "mengapa": ("knp", "ngapa"),
    "kenapa": ("knp", "nape"), "kapan": ("kpn", "kpan"), "siapa": ("siape", "sapa"), "dimana": ("dmn", "dimane"),
    "berapa": ("brp", "brapa"), "banyak": ("bnyk", "byk"), "semua": ("smua", "semuanye"), "hanya": ("cuman", "hny"),
    "masih": ("msh", "masi"), "juga": ("jg", "ugha"), "sering": ("srg", "sring"), "lama": ("lma",),
    "cepat": ("cpt", "cepet"), "segera": ("sgra", "sgera"), "tolong": ("tlg", "tulung"), "mohon": ("mhn", "mohn"),
    "harus": ("hrs", "kudu"), "bisa": ("bs", "bsa"), "ingin": ("pengen", "pgn"), "mau": ("mo", "maw"),
    "tahu": ("tau", "thu"), "lihat": ("liat", "lht"), "datang": ("dtg", "dateng"), "pulang": ("plg", "mulih"),
    "melapor": ("ngelapor", "lapor"), "mengadu": ("ngadu", "wadul"), "memperbaiki": ("benerin", "mbenerin"),
    "diperbaiki": ("dibenerin", "dibetulin"), "diangkut": ("diangkutin", "dangkut"), "hilang": ("ilang", "hlg"),
    "jatuh": ("jatoh", "jth"), "habis": ("abis", "hbs"), "hujan": ("ujan", "hjn"), "banjir": ("bnjr", "banjer"),
    "sampah": ("smph", "sampeh"), "lampu": ("lmpu",), "pohon": ("puun", "phn"), "air": ("aer",),
    "petugas": ("ptgs",), "kecamatan": ("kec", "kecmatan"), "kelurahan": ("kel", "klurahan"),
    "pemerintah": ("pmrntah", "pemrintah"), "informasi": ("inpo", "infonya"), "kendaraan": ("kndaraan",),
    "mobil": ("mbl",), "motor": ("mtr",), "uang": ("duit", "duwit"), "sakit": ("skt",), "gratis": ("gretong", "grts"),
}  # fmt: skip
"""Standard word -> how it is typed or said; any of them may stand in its place in any sentence."""


def typos(text: str, draw: random.Random) -> str:
    """One to three words mistyped: a key beside the right one, two letters swapped, or one letter dropped."""
    return _in_words(text, draw, draw.randint(1, 3), 4, _mistyped)


def slang(text: str, draw: random.Random) -> str:
    """Every standard word of SPOKEN as it is spoken."""

    def spoken(found: re.Match[str]) -> str:
        forms = SPOKEN.get(found[0].lower())
        return draw.choice(forms) if forms else found[0]

    return _TOKEN.sub(lambda token: token[0] if _ADDRESS.search(token[0]) else _PLAIN.sub(spoken, token[0]), text)


def upper(text: str, draw: random.Random) -> str:
    """All of it shouted, but links, which case would break."""
    return _cased(text, str.upper)


def lower(text: str, draw: random.Random) -> str:
    """All of it in small letters, but links."""
    return _cased(text, str.lower)


def mixed(text: str, draw: random.Random) -> str:
    """EveRy LetTer by THE tosS of a cOin, but links."""
    return _cased(text, lambda token: "".join(draw.choice((c.lower(), c.upper())) for c in token))


def emoji(text: str, draw: random.Random) -> str:
    """One to three emoji between words, and one to three at the end."""
    words = text.split(" ")
    for _ in range(draw.randint(1, 3)):
        words.insert(draw.randint(0, len(words)), draw.choice(EMOJI))
    return " ".join(words) + " " + "".join(draw.choices(EMOJI, k=draw.randint(1, 3)))


def hidden(text: str, draw: random.Random) -> str:
    """Characters nobody sees inside two to five words."""
    return _in_words(text, draw, draw.randint(2, 5), 2, _with_hidden)


def stretched(text: str, draw: random.Random) -> str:
    """A vowel of one to three words held down: "tolooong"."""
    return _in_words(text, draw, draw.randint(1, 3), 4, _held_down)


def addressed(text: str, draw: random.Random) -> str:
    """A handle or a retweet's head before it, or a handle or a link after it, or both."""
    where = draw.randrange(3)
    front = draw.choice(_BEFORE) if where != 1 else ""
    return front + text + (draw.choice(_AFTER) if where else "")


PERTURBATIONS: Mapping[str, Callable[[str, random.Random], str]] = {
    "typos": typos,
    "slang": slang,
    "upper case": upper,
    "lower case": lower,
    "mixed case": mixed,
    "emoji": emoji,
    "hidden characters": hidden,
    "stretched letters": stretched,
    "handles and links": addressed,
}
"""Kind -> what it does to a text; each leaves the meaning as it was."""


def perturbed(text: str, kind: str, seed: int = SEED) -> str:
    """The text as another would have written it; the same text, kind and seed give the same."""
    # By the text and not by its place in a list: a post more or less changes nothing for the others.
    return PERTURBATIONS[kind](text, random.Random(f"{seed} {kind} {text}"))  # noqa: S311 - no secret


def flips(reader: Reader, texts: Sequence[str], seed: int = SEED) -> dict[str, float]:
    """kind -> share, 0 to 1, of (post, head) labels that change when the texts are written otherwise.

    Only posts that a kind changes count for it; a kind that changes none of them is left out.
    """
    before = dict(zip(texts, reader.read(texts), strict=True))
    shares = {}
    for kind in PERTURBATIONS:
        pairs = [(text, other) for text in texts if (other := perturbed(text, kind, seed)) != text]
        after = reader.read([other for _, other in pairs])
        changed = [
            before[text].label(head) != said.label(head)
            for (text, _), said in zip(pairs, after, strict=True)
            for head in HEADS
        ]
        if changed:
            shares[kind] = round(sum(changed) / len(changed), 4)
    return shares


@dataclass(frozen=True, slots=True)
class Case:
    """A post written to be hard: an emergency that sounds harmless, or something harmless that sounds like one."""

    id: str
    text: str
    kind: str
    """EMERGENCY or HARD_NEGATIVE."""
    urgency: str

    def passed(self, said: str) -> bool:
        """Whether ``said`` wakes somebody for an emergency, and nobody for anything else."""
        return (said in URGENT) == (self.kind == EMERGENCY or self.urgency in URGENT)


def read_cases(path: Path) -> list[Case]:
    """The cases of a JSONL file: id, text, kind and urgency; other keys are ignored, blank lines skipped.

    Raises CorpusRefused at the first bad line, with its number.
    """
    allowed = {"kind": (EMERGENCY, HARD_NEGATIVE), "urgency": load_taxonomy().labels("urgency")}
    cases = []
    for row in rows(path, remedy="name a JSONL file with one case a line"):
        fields = [row.values.get(field) for field in ("id", "text", "kind", "urgency")]
        given = [value for value in fields if isinstance(value, str) and value.strip()]
        if len(given) < len(fields):
            raise row.refused("needs id, text, kind and urgency, all texts that are not empty")
        case = Case(*given)
        for field, values in allowed.items():
            if (value := getattr(case, field)) not in values:
                raise row.refused(f"{field}: unknown value {value[:40]!r}", f"use one of: {', '.join(values)}")
        cases.append(case)
    if not cases:
        raise CorpusRefused(path, "holds no case")
    return cases


def behaviour(reader: Reader, cases: Sequence[Case]) -> dict[str, dict[str, Any]]:
    """kind -> how many posts, the shares "passed" (see ``Case``) and "exact", and the ids that failed.

    "exact" is the share with the very urgency that was meant. A kind without cases is left out.
    """
    said = [prediction.urgency for prediction in reader.read([case.text for case in cases])]
    figures: dict[str, dict[str, Any]] = {}
    for kind in (EMERGENCY, HARD_NEGATIVE):
        pairs = [(case, answer) for case, answer in zip(cases, said, strict=True) if case.kind == kind]
        if pairs:
            failed = [{"id": case.id, "said": answer} for case, answer in pairs if not case.passed(answer)]
            figures[kind] = {
                "posts": len(pairs),
                "passed": round(1 - len(failed) / len(pairs), 4),
                "exact": round(sum(case.urgency == answer for case, answer in pairs) / len(pairs), 4),
                "failed": failed,
            }
    return figures


def _cased(text: str, change: Callable[[str], str]) -> str:
    return _TOKEN.sub(lambda token: token[0] if "://" in token[0] or "www." in token[0] else change(token[0]), text)


def _in_words(
    text: str, draw: random.Random, count: int, least: int, change: Callable[[str, random.Random], str]
) -> str:
    """Change up to ``count`` words of ``least`` letters or more; handles, links and numbers stay."""
    spots = [
        (token.start() + word.start(), token.start() + word.end())
        for token in _TOKEN.finditer(text)
        if not _ADDRESS.search(token[0])
        for word in _PLAIN.finditer(token[0])
        if len(word[0]) >= least
    ]
    for start, end in sorted(draw.sample(spots, min(count, len(spots))), reverse=True):
        text = text[:start] + change(text[start:end], draw) + text[end:]
    return text


def _mistyped(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 1)
    kind = draw.choice(("near", "swap", "drop"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "near" and (near := _beside(word[at].lower())):
        return word[:at] + draw.choice(near) + word[at + 1 :]
    return word[:at] + word[at + 1 :]


def _beside(letter: str) -> str:
    """The letters whose keys touch this one on a phone; none for a letter without a key."""
    for row, keys in enumerate(_ROWS):
        if (at := keys.find(letter)) >= 0:
            rows = _ROWS[max(0, row - 1) : row + 2]
            return "".join(other[max(0, at - 1) : at + 2] for other in rows).replace(letter, "")
    return ""


def _with_hidden(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word))
    return word[:at] + draw.choice(HIDDEN) + word[at:]


def _held_down(word: str, draw: random.Random) -> str:
    vowels = [found.start() for found in _VOWEL.finditer(word)]
    if not vowels:
        return word
    at = draw.choice(vowels)
    return word[:at] + word[at] * draw.randint(2, 5) + word[at:]
