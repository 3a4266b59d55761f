"""Out of a folder or a zip come the files of an artifact, into their place, and nothing else anywhere."""

import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from models import bundle
from models.artifact import GRAPH, WEIGHTS
from models.bundle import fetch
from models.errors import ArtifactRefused
from tests.support import tiny_artifact
from tests.support.tiny_artifact import content, packed


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """An artifact that somebody sent."""
    tiny_artifact.save(tmp_path / "given")
    return tmp_path / "given"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Where it shall come to lie."""
    (tmp_path / "new").mkdir()
    return tmp_path / "new"


@pytest.mark.parametrize("inside", ["", "reader/", "./"])
def test_a_zip_holds_the_files_at_the_top_or_in_one_folder(given: Path, new: Path, inside: str) -> None:
    fetch(packed(given.with_name("a.zip"), given, inside), new)
    assert content(new) == content(given)


def test_a_folder_is_copied_with_its_card(given: Path, new: Path) -> None:
    (given / "README.md").write_text("a card")
    fetch(given, new)
    assert content(new) == content(given)


@pytest.mark.parametrize("kind", ["folder", "link to nothing"])
def test_a_folder_holds_files_alone(given: Path, new: Path, kind: str) -> None:
    (given / GRAPH).unlink()
    if kind == "folder":
        (given / GRAPH).mkdir()
    else:
        (given / GRAPH).symlink_to("nowhere")
    with pytest.raises(ArtifactRefused, match=f"{GRAPH}: is no file of an artifact"):
        fetch(given, new)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (f"../{GRAPH}", "is no file of an artifact"),
        (f"../../../{GRAPH}", "is no file of an artifact"),
        (f"/{GRAPH}", "is no file of an artifact"),
        (f"a/../../{GRAPH}", "is no file of an artifact"),
        (f"..\\{GRAPH}", "is no file of an artifact"),
        ("../../.bashrc", "is no file of an artifact"),
        ("model.pkl", "is no file of an artifact"),
        ("__MACOSX/._reader.onnx", "is no file of an artifact"),
        (f"a/{GRAPH}", "more than one artifact"),
        (GRAPH, "more than one artifact"),
    ],
)
def test_an_entry_that_leads_elsewhere_is_refused_before_anything_is_written(
    given: Path, new: Path, tmp_path: Path, entry: str, problem: str
) -> None:
    source = packed(tmp_path / "a.zip", given)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(source, "a") as zipped:
        zipped.writestr(entry, b"x")
    before = content(tmp_path)
    with pytest.raises(ArtifactRefused, match=problem):
        fetch(source, new)
    assert content(tmp_path) == before


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_zip_holds_neither_links_nor_devices(new: Path, tmp_path: Path, kind: int) -> None:
    link = zipfile.ZipInfo(WEIGHTS)
    link.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr(link, "/etc/passwd")
    with pytest.raises(ArtifactRefused, match="is a link or a device"):
        fetch(tmp_path / "a.zip", new)


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_a_file_that_is_too_large_is_named(
    given: Path, new: Path, monkeypatch: pytest.MonkeyPatch, zipped: bool
) -> None:
    (given / WEIGHTS).write_bytes(bytes(50_000))
    source = packed(given.with_name("a.zip"), given) if zipped else given
    assert not zipped or source.stat().st_size < 40_000, "small as long as it is packed"
    monkeypatch.setattr(bundle, "MAX_BYTES", 40_000)
    with pytest.raises(ArtifactRefused, match=rf"{WEIGHTS}: is larger than 40000 bytes"):
        fetch(source, new)


def _flagged(whole: bytes) -> bytes:
    """Called encrypted, at byte 8 of the first entry of the directory at the end."""
    place = whole.index(b"PK\x01\x02") + 8
    return whole[:place] + bytes([whole[place] | 1]) + whole[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda whole: b"", "neither a folder nor a zip"),
        (lambda whole: b"hello", "neither a folder nor a zip"),
        (lambda whole: whole[:-30], "neither a folder nor a zip"),
        (lambda whole: whole[30:], "neither a folder nor a zip"),
        (lambda whole: whole[:200] + b"!" * 99 + whole[299:], "neither a folder nor a zip"),
        (_flagged, "is encrypted"),
    ],
    ids=["empty", "no zip", "end missing", "start missing", "overwritten", "encrypted"],
)
def test_a_zip_that_cannot_be_read_is_refused(
    given: Path, new: Path, damage: Callable[[bytes], bytes], problem: str
) -> None:
    source = packed(given.with_name("a.zip"), given)
    source.write_bytes(damage(source.read_bytes()))
    with pytest.raises(ArtifactRefused, match=problem):
        fetch(source, new)


def test_what_is_not_there_is_named(new: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactRefused, match="gone: is not there; name the folder of an artifact, or a zip of one"):
        fetch(tmp_path / "gone", new)
