"""The shipped reader: plain cases, parity, and what it must never import."""

import json
import subprocess
import sys
import time

import pytest

from models.dataset import read_posts
from models.predictions import HEADS, Reader
from models.serve import load_reader
from models.taxonomy import load as load_taxonomy
from models.train_baseline import CORPUS
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


def test_plain_emergencies_cannot_wait(reader: Reader) -> None:
    """All but one: the child that is lost without a loud word, which triage.rules.alarms hears."""
    missed = [
        text for text, said in zip(EMERGENCIES, reader.read(EMERGENCIES), strict=True) if said.urgency not in URGENT
    ]
    assert [text[:28] for text in missed] in ([], ["anak saya 5 tahun hilang sej"])


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


def test_alone_and_in_a_batch_are_identical(reader: Reader) -> None:
    texts = [post.text for post in read_posts(CORPUS)[::8]] + HOSTILE
    batch = reader.read(texts)
    assert [reader.read([text])[0] for text in texts] == batch
    assert reader.read(texts[::-1])[::-1] == batch


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


def test_a_copy_is_read_as_its_original(reader: Reader) -> None:
    assert reader.read(["RT @warga: BANJIR di pasar"]) == reader.read(["banjir di pasar"])


def test_reads_a_thousand_posts_a_second(reader: Reader) -> None:
    texts = [post.text for post in read_posts(CORPUS)[:600]]
    started = time.process_time()
    reader.read(texts)
    assert len(texts) / (time.process_time() - started) > 1_000


def test_serving_loads_quickly_and_imports_no_training_library() -> None:
    program = (
        "import sys, time; from models.serve import load_reader; started = time.perf_counter();"
        "load_reader().read(['banjir']); assert time.perf_counter() - started < 1;"
        "print(*sorted({'sklearn', 'scipy', 'torch', 'transformers', 'pickle5'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
