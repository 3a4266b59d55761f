"""Which artifact serves: ``pretrained/CURRENT.toml`` names it, so promoting a model is a reviewed edit."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from models.errors import ArtifactRefused

PRETRAINED = Path(__file__).with_name("pretrained")
CURRENT = "CURRENT.toml"


@dataclass(frozen=True, slots=True)
class Current:
    """The artifact that serves."""

    folder: Path
    version: str
    """The version it must prove to be: a folder swapped for another is noticed."""


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
        raise ArtifactRefused(path, "is missing", remedy="run python -m models.train_baseline") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArtifactRefused(path, f"is not TOML ({error})") from error
    folder, version = named.get("folder"), named.get("version")
    if set(named) != {"folder", "version"} or not isinstance(folder, str) or not isinstance(version, str):
        raise ArtifactRefused(path, "must hold exactly folder and version, both texts")
    if folder in ("", ".", "..") or Path(folder).name != folder:
        raise ArtifactRefused(path, f"folder {folder!r} must be the plain name of a folder beside it")
    return Current(registry / folder, version)


def promote(folder: str, version: str, registry: Path | None = None) -> None:
    """Make an artifact the one that serves; processes pick it up when they start."""
    registry = registry or PRETRAINED
    lines = (
        "# The model that serves. To roll back, restore this file and the folder it names.",
        f'folder = "{folder}"',
        f'version = "{version}"',
    )
    waiting = registry / f".{CURRENT}.new"
    waiting.write_text("\n".join(lines) + "\n", encoding="utf-8")
    waiting.replace(registry / CURRENT)
