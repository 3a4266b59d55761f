"""What comes from outside is taken in whole or not at all, and the model in service outlives every mishap."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import artifact as artifacts
from models import registry
from models.artifact import GRAPH, MANIFEST, WEIGHTS
from models.errors import ArtifactRefused
from models.predictions import Prediction, Reader
from models.serve import load_reader
from tests.support import tiny_artifact
from tests.support.reader import WordReader
from tests.support.tiny_artifact import content, packed


def opener(_folder: Path) -> Reader:
    """A reader that can read, whatever the folder holds."""
    return WordReader()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A registry where `tiny` serves."""
    folder = tmp_path / "registry"
    registry.promote("tiny", tiny_artifact.save(folder / "tiny"), folder)
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another version of `tiny`, outside the registry."""
    tiny_artifact.save(tmp_path / "other", seed=2)
    return tmp_path / "other"


@pytest.mark.parametrize("inside", ["", "reader/", "./"])
def test_a_zip_installs_as_the_folder_it_holds(place: Path, other: Path, tmp_path: Path, inside: str) -> None:
    taken = registry.install(packed(tmp_path / "a.zip", other, inside), "new", place, opener)
    assert taken.folder == place / "new"
    assert content(place / "new") == content(other)
    assert registry.read_current(place) == registry.Current(place / "new", artifacts.load(other).version)


def test_an_installed_folder_serves_under_the_name_it_was_made_with(tmp_path: Path, other: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    taken = registry.install(other, None, place, load_reader)
    assert (taken.folder, taken.version) == (place / "tiny", artifacts.load(other).version)
    assert registry.current(place) == place / "tiny"
    assert sorted(path.name for path in place.iterdir()) == ["CURRENT.toml", "tiny"]


def test_what_is_not_promoted_lies_beside_what_serves(place: Path, other: Path) -> None:
    before = registry.read_current(place)
    registry.install(other, "new", place, opener, promoting=False)
    assert registry.read_current(place) == before
    assert artifacts.load(place / "new").version == artifacts.load(other).version


def test_another_version_under_a_name_is_only_replaced_when_told(place: Path, other: Path) -> None:
    before = content(place)
    with pytest.raises(ArtifactRefused, match=r"tiny: holds tiny-2026\.11-.*--name.*--replace"):
        registry.install(other, "tiny", place, opener)
    assert content(place) == before
    registry.install(other, "tiny", place, opener, replacing=True)
    assert content(place / "tiny") == content(other)
    assert registry.read_current(place).version == artifacts.load(other).version


def test_what_serves_is_not_replaced_by_what_shall_not_serve(place: Path, other: Path) -> None:
    before = content(place)
    with pytest.raises(ArtifactRefused, match="serves, and would not"):
        registry.install(other, "tiny", place, opener, replacing=True, promoting=False)
    assert content(place) == before


def test_the_same_version_again_changes_nothing_but_who_serves(place: Path, other: Path) -> None:
    registry.install(other, "new", place, opener, promoting=False)
    before = content(place / "new")
    registry.install(other, "new", place, opener)
    assert content(place / "new") == before
    assert registry.current(place) == place / "new"


def test_a_damaged_artifact_is_mended_by_installing_it_again(place: Path, tmp_path: Path) -> None:
    tiny_artifact.save(tmp_path / "same")
    (place / "tiny" / WEIGHTS).write_bytes(b"damaged")
    with pytest.raises(ArtifactRefused, match="holds something else"):
        registry.install(tmp_path / "same", "tiny", place, opener)
    registry.install(tmp_path / "same", "tiny", place, opener, replacing=True)
    assert content(place / "tiny") == content(tmp_path / "same")


def graph_of(scores: Sequence[float]) -> Callable[[Path], object]:
    return lambda folder: tiny_artifact.save(folder, graph=tiny_artifact.graph(np.array(scores)))


MISHAPS: list[tuple[str, Callable[[Path], object], str]] = [
    ("a file missing", lambda folder: (folder / WEIGHTS).unlink(), rf"{WEIGHTS}: is missing"),
    ("a file changed", lambda folder: (folder / WEIGHTS).write_bytes(b"x"), rf"{WEIGHTS}: does not match its sha256"),
    ("no manifest", lambda folder: (folder / MANIFEST).unlink(), rf"{MANIFEST}: is missing"),
    (
        "a stranger",
        lambda folder: (folder / "model.pkl").write_bytes(b"x"),
        r"model\.pkl.* is no file of an artifact",
    ),
    ("no graph at all", lambda folder: tiny_artifact.save(folder, graph=b"x"), rf"{GRAPH}: cannot be run"),
    ("too few answers", graph_of([0.5] * 5), rf"{GRAPH}: .*scores"),
    ("no numbers", graph_of([np.nan] * tiny_artifact.LABELS), rf"{GRAPH}: .*not a number"),
    ("a name that climbs", lambda folder: tiny_artifact.save(folder, name="../tiny"), "cannot go by the name"),
    ("a release that is code", lambda folder: tiny_artifact.save(folder, release='1"\nx="'), "cannot go by the name"),
]


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(("mishap", "problem"), [pytest.param(*case, id=name) for name, *case in MISHAPS])
def test_what_is_not_in_order_stays_outside_and_the_given_file_is_named(
    place: Path, other: Path, mishap: Callable[[Path], object], problem: str, zipped: bool
) -> None:
    mishap(other)
    source = packed(other.with_name("a.zip"), other) if zipped else other
    before = content(place)
    with pytest.raises(ArtifactRefused, match=problem) as refused:
        registry.install(source, None, place, load_reader, replacing=True)
    assert content(place) == before
    assert refused.value.file.is_relative_to(source), "not the copy"
    assert refused.value.remedy


def raising(error: Exception) -> Callable[[Path], Reader]:
    def fail(_folder: Path) -> Reader:
        raise error

    return fail


class Mumbler(WordReader):
    """Says of one text what is left when ``spoil`` has been at it."""

    def __init__(self, spoil: Callable[[list[Prediction]], list[Prediction]]) -> None:
        super().__init__()
        self.spoil = spoil

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        return self.spoil(super().read(texts))


@pytest.mark.parametrize(
    ("reads", "problem"),
    [
        (raising(ArtifactRefused(Path(GRAPH), "is of another age")), "is of another age"),
        (raising(RuntimeError("no such operator")), r"cannot read a text \(RuntimeError: no such operator\)"),
        (lambda _folder: Mumbler(lambda said: []), "cannot read a text"),
        (lambda _folder: Mumbler(lambda said: [replace(said[0], scores={})]), "cannot read a text"),
        (lambda _folder: Mumbler(lambda said: [replace(said[0], embedding=(float("inf"),))]), "not a number"),
    ],
    ids=["refused", "fails", "silent", "no scores", "endless embedding"],
)
def test_a_reader_that_cannot_read_never_serves(
    place: Path, other: Path, reads: Callable[[Path], Reader], problem: str
) -> None:
    registry.install(other, "new", place, opener, promoting=False)
    before = content(place)
    with pytest.raises(ArtifactRefused, match=problem):
        registry.install(other, "tiny", place, reads, replacing=True)
    with pytest.raises(ArtifactRefused, match=problem):
        registry.switch("new", place, reads)
    assert content(place) == before


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc/x", ".hidden", "a b", 'a"', "a\n", "x" * 101, "ä"]
)
def test_a_name_is_one_plain_word(place: Path, other: Path, name: str) -> None:
    before = content(place)
    for call in (
        lambda: registry.install(other, name, place, opener),
        lambda: registry.switch(name, place, opener),
        lambda: registry.promote(name, "tiny-1-0", place),
        lambda: registry.promote("tiny", name, place),
    ):
        with pytest.raises(ArtifactRefused, match="cannot go by the name"):
            call()
    assert content(place) == before


@pytest.mark.parametrize(("name", "replacing"), [("CURRENT.toml", False), ("CURRENT.toml", True)])
def test_the_file_that_says_what_serves_is_no_place_for_an_artifact(
    place: Path, other: Path, name: str, replacing: bool
) -> None:
    before = content(place)
    with pytest.raises(ArtifactRefused, match="is no folder"):
        registry.install(other, name, place, opener, replacing=replacing)
    assert content(place) == before


def test_a_source_or_a_registry_that_is_not_there_is_named(place: Path, other: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactRefused, match=r"gone: is not there"):
        registry.install(tmp_path / "gone", None, place, opener)
    with pytest.raises(ArtifactRefused, match=r"gone: is not a folder"):
        registry.install(other, None, tmp_path / "gone", opener)
    with pytest.raises(ArtifactRefused, match=r"gone: is not a folder"):
        registry.installed(tmp_path / "gone")


@pytest.mark.parametrize("name", ["tiny", "new"])
def test_a_disk_that_fills_up_at_the_last_step_leaves_all_as_it_was(
    place: Path, other: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = content(place)

    def full(*_words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(registry, "promote", full)
    with pytest.raises(ArtifactRefused, match=r"registry: cannot be read or written \(No space left on device\)"):
        registry.install(other, name, place, opener, replacing=True)
    assert content(place) == before
    assert sorted(path.name for path in place.iterdir()) == ["CURRENT.toml", "tiny"]


def test_one_rolls_back_by_promoting_the_artifact_before(place: Path, other: Path) -> None:
    before = registry.read_current(place)
    registry.install(other, "new", place, opener)
    assert registry.read_current(place) != before
    assert registry.switch("tiny", place, load_reader).version == before.version
    assert registry.read_current(place) == before


def test_only_a_whole_artifact_that_is_there_is_promoted(place: Path, other: Path) -> None:
    registry.install(other, "new", place, opener, promoting=False)
    (place / "new" / WEIGHTS).write_bytes(b"x")
    before = content(place)
    with pytest.raises(ArtifactRefused, match="does not match its sha256"):
        registry.switch("new", place, opener)
    with pytest.raises(ArtifactRefused, match=r"gone: is not there; see: dengar models list"):
        registry.switch("gone", place, opener)
    assert content(place) == before


def test_every_folder_is_listed_with_what_is_wrong_with_it(place: Path) -> None:
    tiny_artifact.save(place / "damaged", seed=3)
    (place / "damaged" / WEIGHTS).write_bytes(b"x")
    (place / "older").mkdir()
    (place / "older" / "vocabulary.json").write_text("{}")
    (place / ".install-left").mkdir()
    listed = {one.folder.name: one for one in registry.installed(place)}
    assert list(listed) == ["damaged", "older", "tiny"]
    assert {name: one.refusal for name, one in listed.items()} == {
        "damaged": f"{WEIGHTS}: does not match its sha256 in {MANIFEST}",
        "older": "vocabulary.json: is no file of an artifact",
        "tiny": "",
    }
    assert [name for name, one in listed.items() if one.serves] == ["tiny"]
    assert listed["older"].bytes == 2


@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        ('folder = "tiny"\nversion = "tiny-2026.11-00000000"', "but CURRENT.toml promotes tiny-2026.11-00000000"),
        ('folder = "gone"\nversion = "tiny-2026.11-00000000"', "gone: is not a folder"),
    ],
)
def test_what_is_promoted_and_cannot_serve_says_why(place: Path, named: str, refusal: str) -> None:
    (place / "CURRENT.toml").write_text(named)
    (one,) = (one for one in registry.installed(place) if one.promoted)
    assert refusal in one.refusal
    assert not one.serves


def test_without_a_readable_current_file_nothing_serves(place: Path) -> None:
    (place / "CURRENT.toml").write_text("folder =")
    assert [(one.folder.name, one.promoted, one.serves) for one in registry.installed(place)] == [
        ("tiny", False, False)
    ]
