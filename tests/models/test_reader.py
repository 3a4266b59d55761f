"""The shipped reader: plain cases, one post alone and in company, and what it must never import."""

import json
import subprocess
import sys
import time
from hashlib import sha256

import pytest

from models import artifact as artifacts
from models import registry
from models.dataset import CORPUS, read_posts
from models.encoder import EncoderReader
from models.predictions import HEADS, Reader
from models.serve import load_reader
from models.taxonomy import load as load_taxonomy
from models.tokens import READ_BY
from tests.support.plain_words import CALM, EMERGENCIES

HOSTILE = [
    "",
    " ",
    "\x00",
    "\ud800",
    "🔥" * 50,
    "a" * 100_000,
    "?" * 5_000,
    "\u202e\u200b",
    "https://t.co/x @a",
]

URGENT = {"darurat", "tinggi"}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


@pytest.mark.parametrize("text", EMERGENCIES)
def test_a_plain_emergency_cannot_wait(reader: Reader, text: str) -> None:
    assert reader.read([text])[0].urgency in URGENT


@pytest.mark.parametrize("text", CALM)
def test_a_plain_other_post_is_no_alarm(reader: Reader, text: str) -> None:
    assert reader.read([text])[0].urgency in {"rendah", "sedang"}


@pytest.mark.parametrize(
    ("text", "head", "label"),
    [
        (CALM[0], "topic", "kependudukan"),
        (CALM[0], "intent", "permintaan_informasi"),
        (CALM[1], "intent", "apresiasi"),
        (CALM[1], "sentiment", "positif"),
        (CALM[5], "topic", "sampah"),
        (CALM[6], "topic", "penerangan_jalan"),
        (CALM[7], "topic", "parkir"),
        (EMERGENCIES[0], "topic", "kebakaran"),
        ("kapan jalan rusak ini diperbaiki, sudah banyak yang jatuh", "intent", "pengaduan"),
        ("banjir setinggi lutut di depan pasar", "topic", "banjir_drainase"),
    ],
)
def test_plain_labels(reader: Reader, text: str, head: str, label: str) -> None:
    assert reader.read([text])[0].label(head) == label


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Lampu jalan mati di Jl. Kertajaya depan SMP 6", "Kertajaya"),
        ("banjir di kelurahan Mojo kecamatan Gubeng sejak tadi", "Mojo"),
        ("jalan berlubang di Gang Mawar RT 3 RW 5", "Gang Mawar"),
    ],
)
def test_places_are_words_of_the_post(reader: Reader, text: str, place: str) -> None:
    spans = reader.read([text])[0].spans
    assert all(span in text for span in spans)
    assert place in " ".join(spans)


def test_alone_and_in_a_batch_are_the_same(reader: Reader) -> None:
    texts = [post.text for post in read_posts(CORPUS)[::60]] + HOSTILE
    for text, read in zip(texts, reader.read(texts), strict=True):
        alone = reader.read([text])[0]
        assert [alone.label(head) for head in HEADS] == [read.label(head) for head in HEADS]
        assert (alone.spans, alone.doubts) == (read.spans, read.doubts)
        for head in HEADS:
            assert dict(alone.scores[head]) == pytest.approx(dict(read.scores[head]), abs=1e-4)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gets_a_whole_prediction(reader: Reader, text: str) -> None:
    prediction = reader.read([text])[0]
    for head in HEADS:
        scores = prediction.scores[head]
        assert tuple(scores) == load_taxonomy().labels(head)
        assert sum(scores.values()) == pytest.approx(1)
        assert prediction.label(head) in scores
    json.dumps(dict(prediction.scores), allow_nan=False)


def test_no_texts_no_predictions(reader: Reader) -> None:
    assert reader.read([]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BANJIR di pasar", "banjir di pasar"),
        ("tolong kebakaran di ruko", "TOLOOOONG kebakaraaan di ruko"),
        ("lampu jalan mati", "lampu\u200b ja\u200blan mati 😭😭"),
        ("yang rusak tidak diperbaiki", "yg rusak gak diperbaiki"),
        ("@akun lampu mati https://t.co/a", "@lain lampu mati https://t.co/b"),
    ],
)
def test_what_means_the_same_reads_the_same(reader: Reader, one: str, other: str) -> None:
    first, second = reader.read([one, other])
    assert [first.label(head) for head in HEADS] == [second.label(head) for head in HEADS]


def test_serving_loads_quickly_and_imports_no_training_library() -> None:
    program = (
        "import sys, time; from models.serve import load_reader; started = time.perf_counter();"
        "load_reader().read(['banjir']); assert time.perf_counter() - started < 2;"
        # The most that was ever held; getrusage would count what this process held before it became that one.
        "held = open('/proc/self/status').read().split('VmHWM:')[1].split()[0]; assert int(held) < 350 * 1024;"
        "print(*sorted({'sklearn', 'scipy', 'torch', 'transformers', 'pickle5'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_the_shipped_reader_was_trained_on_the_corpus_as_it_is() -> None:
    files = {row["file"]: row["sha256"] for row in artifacts.load(registry.current()).lineage["files"]}
    for name in ("written.jsonl", "public_labels.jsonl"):
        assert files[name] == sha256(CORPUS.with_name(name).read_bytes()).hexdigest()
    for file in READ_BY:
        assert files[file.name] == sha256(file.read_bytes()).hexdigest(), "it learnt to read with another one"


def test_what_ships_is_small() -> None:
    assert sum(file.stat().st_size for file in registry.PRETRAINED.rglob("*") if file.is_file()) < 120 * 10**6


def test_thirty_posts_a_second_of_the_processor(reader: Reader) -> None:
    """A floor far below what it does, for machines that are slow or busy."""
    texts = [post.text for post in read_posts(CORPUS)[:200]]
    started = time.process_time()
    reader.read(texts)
    assert len(texts) / (time.process_time() - started) > 30


def test_one_session_serves_many_threads(reader: Reader) -> None:
    from concurrent.futures import ThreadPoolExecutor

    texts = [post.text for post in read_posts(CORPUS)[:40]]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: reader.read(texts), range(4)))
    assert all([p.topic for p in answer] == [p.topic for p in answers[0]] for answer in answers)
    assert isinstance(reader, EncoderReader)
