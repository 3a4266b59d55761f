"""The labels and their Indonesian names, read from ``taxonomy.toml``: the one list of what a post can be."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from models.predictions import HEADS


@dataclass(frozen=True, slots=True)
class Label:
    """One answer to one question about a post."""

    id: str
    """What programs and databases store; never changes once published."""
    name: str
    """What people read, in Indonesian."""
    definition: str
    """One Indonesian line for annotators and officers."""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All labels of the four heads. Asking for an unknown head or label raises KeyError."""

    version: str
    heads: Mapping[str, Mapping[str, Label]]
    """head -> label id -> label, in the order of the file; urgency runs from calm to alarming."""

    def labels(self, head: str) -> tuple[str, ...]:
        """Label ids of a head, in order."""
        return tuple(self.heads[head])

    def name(self, head: str, label: str) -> str:
        """The Indonesian name of a label, e.g. ``("topic", "jalan")`` -> ``"Jalan"``."""
        return self.heads[head][label].name

    def definition(self, head: str, label: str) -> str:
        """The Indonesian definition of a label."""
        return self.heads[head][label].definition


@cache
def load() -> Taxonomy:
    """The taxonomy of this version of the code; read once per process."""
    source = tomllib.loads(files("models").joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    return Taxonomy(
        version=source["version"],
        heads={
            head: {id_: Label(id_, text["nama"], text["definisi"]) for id_, text in source[head].items()}
            for head in HEADS
        },
    )
