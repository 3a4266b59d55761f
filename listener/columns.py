"""From the columns of somebody's file to an incoming post: names guessed, times read, faults named."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from triage.entities import IncomingPost
from triage.errors import InvalidPost

ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "external_id", "id_str", "tweet_id"),
    "text": ("text", "full_text", "isi", "teks", "content", "keluhan", "laporan", "message", "caption"),
    "created_at": ("created_at", "when", "published_at", "date", "tanggal", "waktu", "time", "timestamp"),
    "author": ("author", "username", "screen_name", "user", "akun", "pelapor"),
    "place_hint": ("place_hint", "address", "alamat", "lokasi", "location"),
    "lat": ("lat", "latitude", "lintang"),
    "lon": ("lon", "lng", "long", "longitude", "bujur"),
    "url": ("url", "link", "tautan"),
    "source": ("source", "sumber"),
}
"""Field of a post -> column names it is known by, the likeliest first. Compared without case.

No `no` and no `nomor` for the id: they number the rows of one sheet, and row 7 of the next sheet would
be taken for an edit of row 7 of this one. Who knows better says so: ``--map id=nomor``.
"""

TIME_FORMATS = (
    "%a %b %d %H:%M:%S %z %Y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d/%m/%Y",
    "%d-%m-%Y",
)
"""Read besides ISO 8601 and RFC 2822: X's own, and the usual Indonesian ones."""


EPOCH = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
"""Seconds or milliseconds since 1970, from 2001 on."""


class Columns:
    """Which column of a file holds which field. ``given`` (field -> column) overrides the guess; '' drops a field."""

    def __init__(self, names: list[str], given: Mapping[str, str], *, source: str, timezone: str) -> None:
        self._source = source
        self._zone = ZoneInfo(timezone)
        self._columns = _choose(names, given)
        if "text" not in self._columns:
            raise InvalidPost(
                "text",
                f"no column holds the text; columns are: {', '.join(names)[:300] or 'none'}",
                remedy="name it: --map text=COLUMN",
            )

    def post(self, row: Mapping[str, Any]) -> IncomingPost:
        """The post of one row. Raises InvalidPost naming the field."""
        text = self._text(row, "text")
        created = self._text(row, "created_at").strip()
        author = self._text(row, "author").strip()
        return IncomingPost(
            source=self._text(row, "source").strip() or self._source,
            external_id=self._identity(row) or _content_id(text, created, author),
            text=text,
            author=author,
            created_at=self._time(created) if created else None,
            place_hint=self._text(row, "place_hint").strip(),
            lat=self._number(row, "lat"),
            lon=self._number(row, "lon"),
            url=self._text(row, "url").strip(),
        )

    def _text(self, row: Mapping[str, Any], field: str) -> str:
        value = row.get(self._columns.get(field, ""))
        if value is None:
            return ""
        if isinstance(value, bool | list | dict):
            raise InvalidPost(field, "is not a text", remedy="give a string")
        return str(value)

    def _identity(self, row: Mapping[str, Any]) -> str:
        if isinstance(row.get(self._columns.get("id", "")), float):
            # JSON numbers beyond 64 bits come as decimals too: two ids would become one.
            raise InvalidPost("id", "is a number that loses digits", remedy='write it in quotes: "id": "123..."')
        return self._text(row, "id").strip()

    def _number(self, row: Mapping[str, Any], field: str) -> float | None:
        value = self._text(row, field).strip()
        if not value:
            return None
        try:
            return float(value)
        except ValueError:
            raise InvalidPost(field, f"{value[:40]!r} is not a number", remedy="give degrees like -7.26") from None

    def _time(self, value: str) -> datetime:
        moment = read_time(value)
        if moment is None:
            raise InvalidPost(
                "created_at",
                f"cannot read the time {value[:40]!r}",
                remedy="give ISO 8601, or leave times out: --map created_at=",
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)


def check_fields(given: Mapping[str, str]) -> None:
    """Raise InvalidPost if a field was named that a post does not have."""
    unknown = sorted(set(given) - set(ALIASES))
    if unknown:
        raise InvalidPost("--map", f"unknown field {unknown[0]!r}", remedy=f"use one of: {', '.join(ALIASES)}")


def read_time(value: str) -> datetime | None:
    """A moment from the usual spellings, naive where no zone is written; None if unreadable."""
    if EPOCH.fullmatch(value):  # first: ISO 8601 without dashes would read some as the year 1767
        return datetime.fromtimestamp(int(value[:10]), UTC)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    for form in TIME_FORMATS:
        try:
            return datetime.strptime(value, form)  # noqa: DTZ007 - the caller adds the city's zone
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None


def _choose(names: list[str], given: Mapping[str, str]) -> dict[str, str]:
    by_lower = {name.strip().lower(): name for name in names}
    chosen = {}
    for field, aliases in ALIASES.items():
        if field in given:
            if given[field] and given[field] not in names:
                raise InvalidPost(
                    "--map", f"the file has no column {given[field]!r}", remedy=f"columns: {', '.join(names)[:300]}"
                )
            column = given[field]
        else:
            column = next((by_lower[alias] for alias in aliases if alias in by_lower), "")
        if column:
            chosen[field] = column
    return chosen


def _content_id(text: str, created: str, author: str) -> str:
    """An id for a row without one: the same row gets the same id again."""
    content = f"{author}\0{created}\0{text}".encode("utf-8", "surrogatepass")
    return "content-" + hashlib.blake2b(content, digest_size=12).hexdigest()
