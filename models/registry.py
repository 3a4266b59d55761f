"""The artifacts of this installation, and which of them serves: ``CURRENT.toml`` beside their folders names it.

Promoting is the writing of that one small file, so it is reviewed like any other change and rolled back by naming
the artifact before. What comes from outside is copied, checked and tried aside before anything here is moved.
"""

import math
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from models import artifact as artifacts
from models.artifact import GRAPH, Artifact
from models.bundle import fetch
from models.errors import ArtifactRefused
from models.predictions import HEADS, Reader

PRETRAINED = Path(__file__).with_name("pretrained")
CURRENT = "CURRENT.toml"
TRIAL = "lampu jalan mati di depan balai RW, tolong diperbaiki"
"""What a reader must be able to read before it may serve."""

Opener = Callable[[Path], Reader]
"""Makes a reader over an artifact's folder: ``models.serve.load_reader``."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Current:
    """The artifact that serves."""

    folder: Path
    version: str
    """The version it must prove to be: a folder swapped for another is noticed."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A folder of the registry, in order or not."""

    folder: Path
    bytes: int
    promoted: bool
    """Whether CURRENT.toml names it."""
    artifact: Artifact | None
    """None where it is refused."""
    refusal: str = ""

    @property
    def serves(self) -> bool:
        """Whether a process that starts now reads with it."""
        return self.promoted and not self.refusal


def current(registry: Path | None = None) -> Path:
    """The folder of the artifact that serves, by the registry folder given or the one shipped.

    Raises ArtifactRefused if CURRENT.toml is missing, unreadable or names no folder in the registry.
    """
    return read_current(registry).folder


def read_current(registry: Path | None = None) -> Current:
    """As ``current``, with the version that the artifact must have."""
    registry = registry or PRETRAINED
    path = registry / CURRENT
    try:
        named = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactRefused(path, "is missing", remedy="name the artifact: dengar models promote NAME") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArtifactRefused(path, f"is not TOML ({error})") from error
    folder, version = named.get("folder"), named.get("version")
    if set(named) != {"folder", "version"} or not isinstance(folder, str) or not isinstance(version, str):
        raise ArtifactRefused(path, "must hold exactly folder and version, both texts")
    if folder in ("", ".", "..") or Path(folder).name != folder:
        raise ArtifactRefused(path, f"folder {folder!r} must be the plain name of a folder beside it")
    return Current(registry / folder, version)


def promote(folder: str, version: str, registry: Path | None = None) -> None:
    """Make an artifact the one that serves; processes pick it up when they start.

    Raises ArtifactRefused for a folder or version with other signs than letters, digits and ``._-``.
    """
    registry = registry or PRETRAINED
    for word in (folder, version):
        _plain(registry / CURRENT, word)
    lines = (
        "# The model that serves. To roll back, restore this file and the folder it names.",
        f'folder = "{folder}"',
        f'version = "{version}"',
    )
    waiting = registry / f".{CURRENT}.new"
    waiting.write_text("\n".join(lines) + "\n", encoding="utf-8")
    waiting.replace(registry / CURRENT)


def installed(registry: Path | None = None) -> list[Installed]:
    """Every folder of the registry by name, with the one that is promoted even where it is not there.

    Checks all of each artifact (a tenth of a second for the shipped one). Raises ArtifactRefused if the registry
    is no folder; an unreadable CURRENT.toml promotes nothing.
    """
    registry = registry or PRETRAINED
    _must_be_folder(registry)
    promoted = _promoted(registry)
    folders = {path for path in registry.iterdir() if path.is_dir() and not path.name.startswith(".")}
    folders |= {promoted.folder} if promoted else set()
    return [inspect(folder) for folder in sorted(folders)]


def inspect(folder: Path) -> Installed:
    """What lies in a folder of a registry. Raises nothing for an artifact that is refused: it says why."""
    artifact, refusal = None, ""
    here = _promoted(folder.parent)
    here = here if here and here.folder == folder else None
    try:
        artifact = artifacts.load(folder)
    except ArtifactRefused as error:
        refusal = f"{error.file.name}: {error.problem}"
    except OSError as error:
        refusal = f"cannot be read ({error.strerror})"
    if artifact and here and artifact.version != here.version:
        refusal = f"is {artifact.version}, but {CURRENT} promotes {here.version}"
    size = sum(path.stat().st_size for path in folder.glob("*") if path.is_file())
    return Installed(folder, size, here is not None, artifact, refusal)


def switch(name: str, registry: Path | None, opener: Opener) -> Artifact:
    """Promote an artifact that is installed, as to roll back. Raises ArtifactRefused, and then changes nothing."""
    registry = registry or PRETRAINED
    _plain(registry, name)
    if not (registry / name).is_dir():
        raise ArtifactRefused(registry / name, "is not there", remedy="see: dengar models list")
    artifact = artifacts.load(registry / name)
    _try(artifact, opener)
    with _disk(registry):
        promote(name, artifact.version, registry)
    return artifact


def install(
    source: Path, name: str | None, registry: Path | None, opener: Opener, *, replacing: bool = False,
    promoting: bool = True,
) -> Artifact:  # fmt: skip
    """Take an artifact, a folder or a zip of one, into the registry; by default it serves from then on.

    ``name`` of its folder there: by default the name it was published under. Returns it, at its new place. A copy
    is checked and must read a text before anything is moved; the same version there already is left as it is.
    Raises ArtifactRefused, and leaves the registry as it was: for what ``artifacts.load`` refuses, a reader that
    cannot read, an unsafe zip, another artifact under that name unless ``replacing``, a full disk.
    """
    registry = registry or PRETRAINED
    _must_be_folder(registry)
    with _disk(registry), tempfile.TemporaryDirectory(dir=registry, prefix=".install-") as aside:
        new = Path(aside, "new")
        new.mkdir()
        fetch(source, new)
        with _told_of(source, new):
            artifact = artifacts.load(new)
            _try(artifact, opener)
        name = artifact.name if name is None else name
        for word in (name, artifact.version):
            _plain(source, word)
        target = registry / name
        if not _is_there(target, artifact.version, replacing=replacing, promoting=promoting):
            _put(new, target, Path(aside, "old"), artifact.version if promoting else "")
        elif promoting:
            promote(name, artifact.version, registry)
    return replace(artifact, folder=target)


def _is_there(target: Path, version: str, *, replacing: bool, promoting: bool) -> bool:
    """Whether this very artifact lies there, whole. Raises ArtifactRefused where something lies that must stay."""
    if not target.exists():
        return False
    found = inspect(target).artifact
    if found and found.version == version:
        return True
    serving = _promoted(target.parent)
    if not target.is_dir():
        problem, remedy = "is no folder", "give the artifact another name (--name)"
    elif not replacing:
        problem = f"holds {found.version if found else 'something else'}"
        remedy = "give this one another name (--name), or replace what is there (--replace)"
    elif serving and serving.folder == target and not promoting:
        problem = f"serves, and would not once it holds {version} unpromoted"
        remedy = "give this one another name (--name), or leave out --no-promote"
    else:
        return False
    raise ArtifactRefused(target, problem, remedy=remedy)


def _put(new: Path, target: Path, old: Path, promoted: str) -> None:
    """Move ``new`` to its place and promote that version, or put back what was there."""
    there = target.exists()
    if there:
        target.rename(old)
    try:
        new.rename(target)
        if promoted:
            promote(target.name, promoted, target.parent)
    except BaseException:
        if not new.exists():
            target.rename(new)
        if there:
            old.rename(target)
        raise


def _try(artifact: Artifact, opener: Opener) -> None:
    """Read one text. Raises ArtifactRefused unless the answer is a prediction made of numbers."""
    try:
        (said,) = opener(artifact.folder).read([TRIAL])
        numbers = [chance for head in HEADS for chance in said.scores[head].values()]
    except ArtifactRefused:
        raise
    except Exception as error:  # a graph of unknown make fails in ways of its own
        problem = f"cannot read a text ({type(error).__name__}: {str(error)[:200]})"
        raise ArtifactRefused(artifact.folder / GRAPH, problem) from error
    if not all(map(math.isfinite, (*numbers, *said.embedding))):
        raise ArtifactRefused(artifact.folder / GRAPH, "answers with what is not a number")


@contextmanager
def _told_of(source: Path, copy: Path) -> Iterator[None]:
    """Errors about a file of the copy name the file that the person gave."""
    try:
        yield
    except ArtifactRefused as error:
        told = source / error.file.relative_to(copy) if error.file.is_relative_to(copy) else error.file
        raise ArtifactRefused(told, error.problem, remedy=error.remedy) from error


@contextmanager
def _disk(registry: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        file = Path(str(error.filename or registry))
        problem = f"cannot be read or written ({error.strerror or error})"
        raise ArtifactRefused(file, problem, remedy="mend that, or name another folder with --registry") from error


def _must_be_folder(registry: Path) -> None:
    if not registry.is_dir():
        raise ArtifactRefused(registry, "is not a folder", remedy="name the folder that holds the artifacts")


def _promoted(registry: Path) -> Current | None:
    try:
        return read_current(registry)
    except ArtifactRefused:
        return None


def _plain(file: Path, word: str) -> None:
    """Names go into paths and into CURRENT.toml, and come from outside."""
    if not _PLAIN.fullmatch(word):
        problem = f"cannot go by the name {word[:60]!r}"
        raise ArtifactRefused(file, problem, remedy="use letters, digits and . _ - in names (--name) and releases")
