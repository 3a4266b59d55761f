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

EMERGENCIES = [
    "Tolong! Rumah terbakar di Gang Mawar, dua anak masih terjebak di lantai dua",
    "kebakaran besar di pasar, api sudah merembet ke rumah warga, cepat kirim pemadam",
    "ada kecelakaan barusan di depan SPBU, pengendara motor tidak sadarkan diri dan berdarah, butuh ambulans",
    "anak tenggelam di sungai belakang sekolah, belum ketemu, tolong tim SAR",
    "kabel listrik putus menjuntai ke jalan masih ada apinya, anak-anak lewat situ",
    "air masuk rumah sudah sedada, kami di atap dengan bayi, tolong evakuasi",
    "Bapak saya sesak napas dan pingsan, ambulans belum datang, tolong",
    "anak saya 5 tahun hilang sejak sore di pasar malam, pakai baju merah",
    "tawuran pakai celurit sekarang di bawah jembatan, ada yang sudah kena bacok",
    "bau gas menyengat di dapur rusun, beberapa orang sudah lemas, tolong segera",
    "longsor barusan menimbun rumah, masih ada orang di dalam",
    "perampok bersenjata lagi di minimarket, kasir disandera",
    "tetangga saya sedang dipukuli suaminya, teriak minta tolong dari tadi",
    "orang mau lompat dari jembatan, tolong cepat ke sini",
]

CALM = [
    "Bagaimana cara mengurus KTP yang hilang?",
    "Terima kasih, jalan depan rumah sudah mulus lagi",
    "Selamat pagi semua, semoga hari ini lancar",
    "Jadwal SIM keliling hari Sabtu di mana ya?",
    "Usul taman kota ditambah bangku dan ayunan",
    "Sampah di depan gang belum diangkut tiga hari",
    "Lampu jalan di RT kami mati sudah seminggu",
    "Parkir liar di depan toko bikin sempit",
    "Pajak motor bisa dibayar lewat aplikasi apa saja?",
    "Diskon besar-besaran sepatu lari, pesan sekarang",
    "Pemkot menggelar rapat koordinasi penataan pasar",
    "Kopi sore ini enak sekali",
]

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


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


@pytest.mark.parametrize("text", EMERGENCIES)
def test_a_plain_emergency_cannot_wait(reader: Reader, text: str) -> None:
    assert reader.read([text])[0].urgency in {"darurat", "tinggi"}


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
