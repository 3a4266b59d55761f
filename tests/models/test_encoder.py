"""The reader that serves, over a tiny artifact: whole answers to anything, and no artifact that is not in order."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson
import pytest

from models.artifact import ENCODER, GRAPH, MANIFEST, PARTS, TOKENIZER, WEIGHTS
from models.encoder import EncoderReader, spans
from models.errors import ArtifactRefused
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.tokens import Tokens
from models.words import words

if TYPE_CHECKING:
    from tests.models.tiny import Trained

HOSTILE = [
    "",
    " ",
    "\n\n",
    "\x00",
    "\ud800",
    "🔥" * 500,
    "a" * 100_000,
    "?!" * 5_000,
    "\u202e\u200b\ufeff",
    "a\u0301" * 3_000,
    "ﷺ" * 4_000,
    "@x " * 3_000,
    "<s></s><pad><mask>",
    "https://t.co/x @a",
]


@pytest.mark.parametrize(
    ("text", "tags", "places"),
    [
        ("banjir di Jalan Mawar", "OOBI", ["Jalan Mawar"]),
        ("banjir di Jalan Mawar", "OOOO", []),
        ("Dago Cicadas banjir", "BBO", ["Dago", "Cicadas"]),
        ("Dago banjir Cicadas", "BOB", ["Dago", "Cicadas"]),
        ("Dago banjir Cicadas", "IOI", ["Dago", "Cicadas"]),  # a place that nothing began begins where it is
        ("Dago banjir Cicadas", "BOI", ["Dago", "Cicadas"]),
        ("Dago Cicadas", "BI", ["Dago Cicadas"]),
        ("RT 05, RW 02!", "BIIIII", ["RT 05, RW 02"]),  # less the signs at its edges
        ("... Dago", "BB", ["Dago"]),  # signs alone are no place
        ("di  Jl.\nMawar", "OBII", ["Jl.\nMawar"]),  # verbatim, with its spaces
        ("di JALAN😭Mawar", "OBI", ["JALAN😭Mawar"]),
        ("di jln mawar", "OBI", ["jln mawar"]),  # as it was typed, not as it was read
        ("", "", []),
    ],
)
def test_places_are_cut_from_the_post_by_the_tags_of_its_words(text: str, tags: str, places: list[str]) -> None:
    read = words(text)
    assert len(read.raw) == len(tags), read
    tokens = Tokens((), tuple(range(1, len(tags) + 1)), read)
    assert spans(text, tokens, np.array([0, *map("OBI".index, tags)])) == tuple(places)


def test_words_beyond_the_last_token_have_no_tag() -> None:
    text = "Dago Cicadas Dipatiukur"
    tokens = Tokens((), (1, 0, 0), words(text))
    assert spans(text, tokens, np.array([1, 1])) == ("Dago",)


@pytest.fixture(scope="module")
def reader(trained: "Trained") -> EncoderReader:
    return EncoderReader.open(trained.folder)


def test_a_post_alone_and_in_company_gets_the_same_prediction(reader: EncoderReader, trained: "Trained") -> None:
    texts = [*trained.texts, *HOSTILE]
    for text, read in zip(texts, reader.read(texts), strict=True):
        alone = reader.read([text])[0]
        assert [alone.label(head) for head in HEADS] == [read.label(head) for head in HEADS]
        assert (alone.spans, alone.doubts) == (read.spans, read.doubts)
        assert alone.embedding == pytest.approx(read.embedding, abs=1e-5)
        for head in HEADS:
            assert dict(alone.scores[head]) == pytest.approx(dict(read.scores[head]), abs=1e-5)


def test_answers_come_in_the_order_of_the_posts(reader: EncoderReader, trained: "Trained") -> None:
    texts = list(trained.texts)
    forward, backward = reader.raw(texts), reader.raw(texts[::-1])
    for one, other in zip(forward, backward[::-1], strict=True):
        np.testing.assert_allclose(one.logits["topic"], other.logits["topic"], atol=1e-5)
    assert len({one.logits["topic"].tobytes() for one in forward}) > len(texts) * 0.9, "they do differ"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_gets_a_whole_prediction(reader: EncoderReader, text: str) -> None:
    (read,) = reader.read([text])
    for head in HEADS:
        assert tuple(read.scores[head]) == load_taxonomy().labels(head)
        assert sum(read.scores[head].values()) == pytest.approx(1)
        assert read.label(head) in read.scores[head]
    assert sum(number**2 for number in read.embedding) == pytest.approx(1, abs=1e-4)
    assert all(place in text for place in read.spans)
    assert read.model == reader.version


def test_no_posts_no_predictions(reader: EncoderReader) -> None:
    assert reader.read([]) == []


def test_one_session_serves_many_threads(reader: EncoderReader, trained: "Trained") -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: reader.read(trained.texts), range(8)))
    assert all(answer == answers[0] for answer in answers)


@pytest.fixture
def folder(trained: "Trained", tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(trained.folder, tmp_path / "reader"))


def forge(folder: Path, name: str, content: bytes) -> None:
    """Change a file and make the manifest vouch for it: what is left to notice is the content."""
    (folder / name).write_bytes(content)
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    manifest["files"][name] = sha256(content).hexdigest()
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest))


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(
    "damage",
    [lambda b: b[: len(b) // 2], lambda b: b[:-2] + bytes([b[-2] ^ 1]) + b[-1:], lambda b: b""],
    ids=["truncated", "one bit", "emptied"],
)
def test_a_changed_file_is_refused_by_name(folder: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    (folder / name).write_bytes(damage((folder / name).read_bytes()))
    with pytest.raises(ArtifactRefused, match=rf"{name}: does not match its sha256"):
        EncoderReader.open(folder)


@pytest.mark.parametrize(
    ("name", "other"), [(WEIGHTS, GRAPH), (TOKENIZER, ENCODER), ("metrics.json", "lineage.json")]
)
def test_swapped_files_are_refused(folder: Path, name: str, other: str) -> None:
    first, second = (folder / name).read_bytes(), (folder / other).read_bytes()
    if first == second:
        second += b" "
    (folder / name).write_bytes(second)
    (folder / other).write_bytes(first)
    with pytest.raises(ArtifactRefused, match="does not match its sha256"):
        EncoderReader.open(folder)


def halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


def stranger(_content: bytes) -> bytes:
    """A pickle, which nothing may ever open."""
    return b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94."


def wordy(content: bytes) -> bytes:
    """A tokenizer with a word that the embedding table does not hold."""
    tokenizer = orjson.loads(content)
    tokenizer["model"]["vocab"] += [[f"▁kata{n}", -1.0] for n in range(40)]
    return orjson.dumps(tokenizer)


@pytest.mark.parametrize(
    ("name", "change", "refused"),
    [
        (GRAPH, halved, GRAPH),
        (GRAPH, stranger, GRAPH),
        (WEIGHTS, halved, GRAPH),
        (WEIGHTS, stranger, GRAPH),
        (TOKENIZER, halved, TOKENIZER),
        (TOKENIZER, stranger, TOKENIZER),
        (TOKENIZER, wordy, GRAPH),
    ],
)
def test_content_is_refused_though_the_manifest_vouches(
    folder: Path, name: str, change: Callable[[bytes], bytes], refused: str
) -> None:
    forge(folder, name, change((folder / name).read_bytes()))
    with pytest.raises(ArtifactRefused, match=refused.replace(".", r"\.")) as error:
        EncoderReader.open(folder)
    assert error.value.file.name == refused


def test_a_graph_that_answers_other_questions_is_refused(folder: Path, trained: "Trained") -> None:
    from dataclasses import replace

    from models.graph import graph

    fewer = replace(trained.exported, heads={"topic": False, "urgency": True})
    forge(folder, GRAPH, graph(fewer, (folder / WEIGHTS).read_bytes()))
    with pytest.raises(ArtifactRefused, match="where the labels are"):
        EncoderReader.open(folder)


def test_serving_imports_nothing_of_training() -> None:
    program = (
        "import sys, models.serve, models.encoder, models.registry;"
        "print(*sorted({'torch', 'transformers', 'sentence_transformers', 'onnx', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
