"""Typed reading of one entry of a city pack, with errors that name file, entry and remedy."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time

from triage.errors import CityPackError


def refuse(file: str, entry: str, problem: str, remedy: str) -> CityPackError:
    """The error for one entry of one file, to be raised by the caller."""
    return CityPackError(f"{file}, {entry}: {problem}", remedy=remedy)


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a TOML file or one row of a CSV file. Every reader raises CityPackError."""

    file: str
    name: str
    values: Mapping[str, object]

    def refuse(self, problem: str, remedy: str) -> CityPackError:
        """The error for this entry, to be raised by the caller."""
        return refuse(self.file, self.name, problem, remedy)

    def only(self, allowed: Collection[str]) -> None:
        """Refuses keys outside ``allowed``: a misspelt condition must not vanish unseen."""
        for key in self.values:
            if key not in allowed:
                raise self.refuse(f"unknown key {key!r}", f"use only: {', '.join(sorted(allowed))}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text, not empty unless ``default`` stands in for a missing key."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            raise self.refuse(f"{key} must be a text", f'write {key} = "..."')
        return value

    def number(self, key: str) -> float:
        """A number, also when written as text (CSV)."""
        try:
            return float(str(self.values.get(key, "")))
        except ValueError:
            raise self.refuse(f"{key} must be a number", "write degrees with a dot, e.g. -7.25") from None

    def count(self, key: str) -> int:
        """A whole number from 0; 0 when missing."""
        value = self.values.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.refuse(f"{key} must be a whole number from 0", f"write {key} = 5")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.refuse(f"{key} must be a list of texts", f'write {key} = ["...", "..."]')
        return tuple(value)

    def clock(self, key: str) -> time:
        """A time of day."""
        value = self.values.get(key)
        if not isinstance(value, time):
            raise self.refuse(f"{key} must be a time", f"write {key} = 08:00:00 without quotes")
        return value
