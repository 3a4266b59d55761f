"""The public files of the boards: our style and scripts, Bootstrap, Leaflet. Nothing comes from elsewhere."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from xstatic.pkg import bootstrap, leaflet

_OWN = Path(str(files("api.boards").joinpath("static")))
_FILES = {
    "bootstrap.css": Path(bootstrap.BASE_DIR) / "css" / "bootstrap.min.css",
    "leaflet.css": Path(leaflet.BASE_DIR) / "leaflet.css",
    "leaflet.js": Path(leaflet.BASE_DIR) / "leaflet.js",
    "dengar.css": _OWN / "dengar.css",
    "dengar.svg": _OWN / "dengar.svg",
    "alerts.js": _OWN / "alerts.js",
    "map.js": _OWN / "map.js",
}
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file in memory, ready to be sent."""

    content: bytes
    zipped: bytes
    """The same, gzipped."""
    media_type: str
    version: str
    """Changes with the content."""


@cache
def public_file(name: str) -> PublicFile | None:
    """A public file by its name; None if there is none. Read once per process."""
    if name not in _FILES:
        return None
    return pack(_FILES[name].read_bytes(), _TYPES[_FILES[name].suffix])


def pack(content: bytes, media_type: str) -> PublicFile:
    """Content ready to be sent."""
    return PublicFile(content, gzip.compress(content, mtime=0), media_type, hashlib.sha256(content).hexdigest()[:12])


def address(name: str) -> str:
    """Where a page finds a public file. Raises KeyError for one that does not ship."""
    file = public_file(name)
    if file is None:
        raise KeyError(name)
    return f"/aset/{name}?v={file.version}"
