"""A reader whose every word is known in advance, for tests that are not about reading."""

from collections.abc import Mapping, Sequence

from models.predictions import HEADS, Prediction
from models.taxonomy import load

CALM = {"intent": "pengaduan", "topic": "jalan", "urgency": "sedang", "sentiment": "netral"}
"""What it says of a text without any of WORDS."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "kebakaran": {"topic": "kebakaran", "urgency": "darurat"},
    "banjir": {"topic": "banjir_drainase", "urgency": "tinggi"},
    "hanyut": {"topic": "banjir_drainase", "urgency": "darurat"},
    "lampu": {"topic": "penerangan_jalan"},
    "sampah": {"topic": "sampah"},
    "terima kasih": {"intent": "apresiasi", "urgency": "rendah", "sentiment": "positif"},
    "wkwk": {"intent": "lainnya", "topic": "lainnya", "urgency": "rendah"},
}
"""Word in a text -> the labels it stands for; later lines win."""

POISON = "poison"
"""A text with this word makes the reader fail."""


class WordReader:
    """Implements models.predictions.Reader by looking for WORDS."""

    version = "words-1"

    def __init__(self) -> None:
        self.read_texts: list[str] = []
        """Every text it was asked about, to see what was spared."""

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text. Raises RuntimeError for a text with POISON."""
        self.read_texts += texts
        return [self._one(text.lower()) for text in texts]

    def _one(self, text: str) -> Prediction:
        if POISON in text:
            raise RuntimeError("poisoned")
        labels = dict(CALM)
        for word, says in WORDS.items():
            if word in text:
                labels |= says
        doubts = ("topic",) if "entah" in text else ()
        return Prediction(
            model=self.version,
            scores={head: _sure_of(head, labels[head]) for head in HEADS},
            doubts=doubts,
            **labels,
        )


def _sure_of(head: str, label: str) -> dict[str, float]:
    names = load().labels(head)
    rest = 0.1 / (len(names) - 1)
    return {name: 0.9 if name == label else rest for name in names}
