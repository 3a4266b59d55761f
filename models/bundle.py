"""An artifact as it travels: a folder, or a zip of one, from anywhere. Only its files come out, and no others."""

import errno
import lzma
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from models.artifact import MANIFEST, MAX_BYTES, PARTS, PROSE
from models.errors import ArtifactRefused

KNOWN = {MANIFEST, *PARTS, *PROSE}
"""The only names that are ever written."""

UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError)
"""What the zipfile module raises for files that are none, are cut short or are packed in unknown ways."""

_CHUNK = 2**20
_ENCRYPTED = 0x1


def fetch(source: Path, folder: Path) -> None:
    """Copy the files of an artifact into ``folder``, which is empty; whether they are in order, ``load`` says.

    Raises ArtifactRefused for a source that is not there, a file that no artifact has or that is larger than
    ``MAX_BYTES``, and a zip that cannot be read, holds links, or lies in more than one folder. Raises OSError.
    """
    if source.is_dir():
        _copy_folder(source, folder)
    elif source.is_file():
        try:
            _unpack(source, folder)
        except (*UNREADABLE, OSError) as error:
            # A zip that points before its own start, or a bad stream in it, is no fault of the disk.
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise
            raise ArtifactRefused(source, f"is neither a folder nor a zip that can be read ({error})") from error
    else:
        raise ArtifactRefused(source, "is not there", remedy="name the folder of an artifact, or a zip of one")


def _copy_folder(source: Path, folder: Path) -> None:
    for path in sorted(source.iterdir()):
        if path.name not in KNOWN or not path.is_file():
            raise ArtifactRefused(path, "is no file of an artifact", remedy="move it out of the folder")
        with path.open("rb") as content:
            _copy(content, folder / path.name, path)


def _unpack(source: Path, folder: Path) -> None:
    with zipfile.ZipFile(source) as bundle:
        for entry, path in _entries(source, bundle):
            with bundle.open(entry) as content:
                _copy(content, folder / path.name, source / path)


def _entries(source: Path, bundle: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The files of a zip: an artifact's, plain, each once, all at the top or all in one folder."""
    found = [(entry, PurePosixPath(entry.filename)) for entry in bundle.infolist() if not entry.is_dir()]
    for entry, path in found:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if path.name not in KNOWN or len(path.parts) > 2 or path.parts[0] in ("/", ".."):
            problem = "is no file of an artifact"
        elif kind not in (0, stat.S_IFREG):  # many programs leave the kind out
            problem = "is a link or a device"
        elif entry.flag_bits & _ENCRYPTED:
            problem = "is encrypted"
        else:
            continue
        told = f"holds {entry.filename[:80]!r}, which {problem}"
        raise ArtifactRefused(source, told, remedy="pack the folder of the artifact, and nothing else")
    paths = [path for _entry, path in found]
    if len({path.name for path in paths}) < len(paths) or len({path.parent for path in paths}) > 1:
        raise ArtifactRefused(source, "holds more than one artifact", remedy="pack one folder")
    return found


def _copy(content: IO[bytes], target: Path, told: Path) -> None:
    """Copy a file, whatever size it claims to have."""
    size = 0
    with target.open("xb") as file:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise ArtifactRefused(told, f"is larger than {MAX_BYTES} bytes")
            file.write(chunk)
