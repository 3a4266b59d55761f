"""Which desk a case goes to: the mechanics on a small table, and Surabaya's own table."""

import pytest

from triage.cities.pack import load
from triage.entities import Agency, City, Place, RoutingRule
from triage.rules.routing import route

AGENCIES = {
    agency.id: agency
    for agency in (
        Agency("triase", "Meja Triase", "Triase", "triage"),
        Agency("bpbd", "BPBD", "BPBD", "dinas"),
        Agency("pu", "Dinas PU", "PU", "dinas"),
        Agency("kec-gubeng", "Kecamatan Gubeng", "Gubeng", "kecamatan", "35.78.08"),
    )
}
RULES = (
    RoutingRule("gawat", "bpbd", frozenset({"banjir"}), frozenset({"darurat"})),
    RoutingRule("kantor", "@kecamatan", frozenset({"aparatur"}), words=("rt", "ketua rw")),
    RoutingRule("banjir", "pu", frozenset({"banjir"})),
    RoutingRule("sisa", "triase"),
)
MOJO = Place("35.78.08.1002", "Mojo", "kelurahan", "kel. Mojo", 0.95)
ELSEWHERE = Place("35.78.09", "Sukolilo", "kecamatan", "Sukolilo", 0.65)
CITY = Place("35.78", "Kota Surabaya", "city", "Surabaya", 0.2)


@pytest.mark.parametrize(
    ("topic", "urgency", "place", "text", "expected"),
    [
        ("banjir", "darurat", MOJO, "banjir", ("bpbd", "gawat")),
        ("banjir", "sedang", MOJO, "banjir", ("pu", "banjir")),
        ("banjir", "sedang", None, "banjir", ("pu", "banjir")),
        ("aparatur", "sedang", MOJO, "pak rt galak", ("kec-gubeng", "kantor")),
        ("aparatur", "sedang", MOJO, "ketua rw galak", ("kec-gubeng", "kantor")),
        ("aparatur", "sedang", MOJO, "artis galak", ("triase", "sisa")),  # "rt" inside a word
        ("aparatur", "sedang", None, "pak rt galak", ("triase", "kantor:no_kecamatan")),
        ("aparatur", "sedang", CITY, "pak rt galak", ("triase", "kantor:no_kecamatan")),
        ("aparatur", "sedang", ELSEWHERE, "pak rt galak", ("triase", "kantor:no_office")),
        ("wisata", "rendah", MOJO, "", ("triase", "sisa")),
    ],
)
def test_first_fitting_line_wins(
    topic: str, urgency: str, place: Place | None, text: str, expected: tuple[str, str]
) -> None:
    assert route(RULES, topic, urgency, place, text, AGENCIES, "triase") == expected


def test_a_table_that_knows_nothing_says_so() -> None:
    assert route((), "banjir", "sedang", None, "", AGENCIES, "triase") == ("triase", "no_rule")


@pytest.fixture(scope="module")
def surabaya() -> City:
    return load("surabaya")


@pytest.mark.parametrize(
    ("topic", "urgency", "text", "agency"),
    [
        ("jalan", "sedang", "jalan berlubang", "dsdabm"),
        ("banjir_drainase", "tinggi", "banjir di jalan", "dsdabm"),
        ("banjir_drainase", "darurat", "warga terjebak banjir", "bpbd"),
        ("penerangan_jalan", "sedang", "pju mati", "dishub"),
        ("lalu_lintas", "tinggi", "lampu merah mati", "dishub"),
        ("lalu_lintas", "darurat", "kecelakaan, korban luka", "bpbd"),
        ("parkir", "sedang", "parkir liar", "dishub"),
        ("parkir", "sedang", "pkl makan badan jalan", "satpolpp"),
        ("angkutan_umum", "sedang", "bus lama", "dishub"),
        ("pohon_taman", "sedang", "pohon lebat", "dlh"),
        ("sampah", "sedang", "sampah menumpuk", "dlh"),
        ("lingkungan", "sedang", "asap pabrik", "dlh"),
        ("lingkungan", "sedang", "minta fogging", "dinkes"),
        ("air_bersih", "tinggi", "air mati", "bpsda"),
        ("listrik", "tinggi", "tiang miring", "dsdabm"),
        ("listrik", "sedang", "lampu jalan padam", "dishub"),
        ("listrik", "darurat", "trafo keluar percikan api", "damkar"),
        ("layanan_digital", "sedang", "aplikasi error", "diskominfo"),
        ("layanan_digital", "sedang", "kabel internet menjuntai", "dsdabm"),
        ("kebakaran", "darurat", "rumah terbakar", "damkar"),
        ("ketertiban", "tinggi", "ular masuk rumah", "damkar"),
        ("bencana", "darurat", "tanah longsor", "bpbd"),
        ("kesehatan", "sedang", "antre puskesmas", "dinkes"),
        ("kesehatan", "sedang", "antre di rsud soewandhie", "rsud-soewandhie"),
        ("pendidikan", "sedang", "daftar sekolah", "dispendik"),
        ("pendidikan", "sedang", "beasiswa pemuda tangguh belum cair", "disbudporapar"),
        ("bantuan_sosial", "sedang", "bansos belum cair", "dinsos"),
        ("kependudukan", "sedang", "ktp belum jadi", "dispendukcapil"),
        ("perizinan", "rendah", "izin usaha", "dpmptsp"),
        ("perizinan", "sedang", "bangunan tanpa imb", "dprkpp"),
        ("perumahan_pertanahan", "sedang", "rusun bocor", "dprkpp"),
        ("perumahan_pertanahan", "sedang", "pelepasan surat ijo", "bpkad"),
        ("ketertiban", "sedang", "karaoke bising", "satpolpp"),
        ("keamanan", "darurat", "tawuran", "satpolpp"),
        ("perempuan_anak", "tinggi", "kdrt", "dp3appkb"),
        ("ketenagakerjaan", "sedang", "upah belum dibayar", "disperinaker"),
        ("ekonomi_pasar", "sedang", "harga beras naik", "dinkopumdag"),
        ("pajak_keuangan", "sedang", "pbb salah", "bapenda"),
        ("aparatur", "sedang", "pungli oknum", "inspektorat"),
        ("aparatur", "sedang", "staf kelurahan lambat", "kec-gubeng"),
        ("aparatur", "rendah", "seleksi cpns kapan", "bkpsdm"),
        ("wisata_budaya_olahraga", "rendah", "festival", "disbudporapar"),
        ("lainnya", "rendah", "halo", "triase"),
        ("topik_baru", "rendah", "halo", "triase"),
    ],
)
def test_surabaya(surabaya: City, topic: str, urgency: str, text: str, agency: str) -> None:
    city = surabaya
    assert route(city.routing, topic, urgency, MOJO, text, city.agencies, city.triage_agency)[0] == agency
