"""City packs: those that ship load and hold together, and a broken one names its fault."""

import json
import shutil
from importlib import resources
from pathlib import Path

import pytest

from models import taxonomy
from triage.cities.boundaries import Boundaries
from triage.cities.calendar import indonesian_holidays
from triage.cities.pack import available, boundaries, load, load_folder
from triage.entities import URGENCIES, City, Place
from triage.errors import CityPackError
from triage.rules.routing import route

TOPICS = taxonomy.load().labels("topic")
DAGO = Place("32.73.02.1004", "Dago", "kelurahan", "kel. Dago", 0.95)


@pytest.fixture(scope="module")
def packs() -> dict[str, City]:
    """The packs that ship, checked against the taxonomy."""
    return {name: load(name, TOPICS) for name in available()}


@pytest.fixture(params=available())
def city(request: pytest.FixtureRequest, packs: dict[str, City]) -> City:
    """Each of them."""
    return packs[request.param]


def test_the_packs_that_ship(packs: dict[str, City]) -> None:
    assert list(packs) == ["bandung", "surabaya"]
    assert [city.id for city in packs.values()] == list(packs)


@pytest.mark.parametrize(("name", "kecamatan", "kelurahan"), [("surabaya", 31, 153), ("bandung", 30, 151)])
def test_counts(packs: dict[str, City], name: str, kecamatan: int, kelurahan: int) -> None:
    city = packs[name]
    levels = [region.level for region in city.regions]
    assert [levels.count(level) for level in ("city", "kecamatan", "kelurahan")] == [1, kecamatan, kelurahan]
    assert sum(agency.kind == "kecamatan" for agency in city.agencies.values()) == kecamatan


def test_a_pack_holds_together(city: City) -> None:
    assert set(city.deadlines) == set(URGENCIES)
    assert city.agencies[city.triage_agency].kind == "triage"
    assert {"api", "file"} <= set(city.sources)


def test_surabaya_replays_its_demo(packs: dict[str, City]) -> None:
    assert packs["surabaya"].sources["demo"].options == {"file": "demo.jsonl"}


def test_every_kecamatan_has_its_office(city: City) -> None:
    served = {agency.area for agency in city.agencies.values() if agency.area}
    assert served == {region.code for region in city.regions if region.level == "kecamatan"}


def test_every_outline_is_a_region(city: City) -> None:
    outlines = [feature["properties"] for feature in json.loads(boundaries(city.id))["features"]]
    levels = {region.code: region.level for region in city.regions}
    assert all(levels[outline["code"]] == outline["level"] for outline in outlines)
    assert len({outline["code"] for outline in outlines}) == len(outlines)


@pytest.mark.parametrize(
    ("day", "free"),
    [
        ("2026-03-20", True),  # Lebaran: cuti bersama
        ("2026-03-21", True),  # Lebaran
        ("2026-08-17", True),
        ("2026-08-18", False),
        ("2015-12-25", True),
        ("2035-01-01", True),
    ],
)
def test_holidays(day: str, free: bool) -> None:
    assert (day in indonesian_holidays()) == free


@pytest.mark.parametrize(
    ("name", "lat", "lon", "code"),
    [
        ("surabaya", -7.2820, 112.7949, "35.78.09.1001"),  # ITS: Keputih
        ("surabaya", -7.2592, 112.7468, "35.78.07.1004"),  # Balai Kota: Ketabang
        ("surabaya", -7.2961, 112.7366, "35.78.04.1005"),  # Kebun Binatang: Darmo
        ("surabaya", -7.3367, 112.7150, "35.78.23.1004"),  # Masjid Al-Akbar: Pagesangan
        ("surabaya", -7.2149, 112.7326, "35.78.12"),  # Tanjung Perak has no outline: its kecamatan
        ("surabaya", -6.1754, 106.8272, None),  # Jakarta
        ("surabaya", 0.0, 0.0, None),
        ("bandung", -6.9025, 107.6188, "32.73.09.1003"),  # Gedung Sate: Citarum
        ("bandung", -6.9118, 107.6098, "32.73.19.1004"),  # Balai Kota: Babakan Ciamis
        ("bandung", -6.8915, 107.6107, "32.73.02.1006"),  # ITB: Lebak Siliwangi
        ("bandung", -6.9218, 107.6070, "32.73.11.1004"),  # Alun-alun: Balong Gede
        ("bandung", -6.9577, 107.7118, "32.73.27.1004"),  # Stadion GBLA: Rancanumpang
        ("bandung", -6.8117, 107.6175, None),  # Lembang, Kabupaten Bandung Barat
        ("bandung", -6.8722, 107.5425, None),  # Cimahi
    ],
)
def test_coordinates(packs: dict[str, City], name: str, lat: float, lon: float, code: str | None) -> None:
    region = Boundaries(boundaries(name), packs[name].regions).locate(lat, lon)
    assert (region and region.code) == code


@pytest.mark.parametrize(
    ("topic", "urgency", "text", "agency"),
    [
        ("jalan", "sedang", "jalan butut loba nu logak", "dsdabm"),
        ("jalan", "sedang", "pipa pdam bocor, jalan jadi rusak", "tirtawening"),
        ("jalan", "darurat", "jembatan ambruk", "bpbd"),
        ("banjir_drainase", "tinggi", "banjir cileuncang di gedebage", "dsdabm"),
        ("banjir_drainase", "darurat", "warga terjebak banjir", "bpbd"),
        ("penerangan_jalan", "sedang", "pju pareum", "dishub"),
        ("lalu_lintas", "darurat", "tabrakan, pengendara terjepit", "damkar"),
        ("lalu_lintas", "sedang", "macet total pkl 17.00", "dishub"),  # pukul, not street vendors
        ("lalu_lintas", "sedang", "macet gara2 pkl di trotoar", "satpolpp"),
        ("parkir", "sedang", "parkir liar", "dishub"),
        ("pohon_taman", "sedang", "dahan pohon rapuh", "dpkp"),
        ("pohon_taman", "darurat", "pohon tumbang menimpa mobil", "bpbd"),
        ("sampah", "sedang", "runtah numpuk di tps", "dlh"),
        ("lingkungan", "darurat", "aya seuneu di pabrik", "damkar"),
        ("air_bersih", "tinggi", "cai pdam teu ngocor", "tirtawening"),
        ("listrik", "sedang", "listrik padam ti peuting", "triase"),  # PLN
        ("listrik", "sedang", "kabel udara semrawut", "diskominfo"),
        ("listrik", "darurat", "kabel listrik putus, orang tersetrum", "damkar"),
        ("kebakaran", "darurat", "imah kahuruan", "damkar"),
        ("ketertiban", "sedang", "aya oray asup ka imah", "damkar"),
        ("ketertiban", "darurat", "ada yang mau bunuh diri di jembatan", "damkar"),
        ("ketertiban", "sedang", "sterilisasi kucing liar", "dkpp"),
        ("ketertiban", "sedang", "karaoke bising", "satpolpp"),
        ("kesehatan", "sedang", "antre di rsud bandung kiwari", "rsud-bandung-kiwari"),
        ("kesehatan", "sedang", "jaman kiwari antre puskesmas keneh", "dinkes"),
        ("bencana", "darurat", "lini, sesar lembang", "bpbd"),
        ("perizinan", "sedang", "bangunan tanpa pbg", "ciptabintar"),
        ("perizinan", "rendah", "izin usaha", "dpmptsp"),
        ("perumahan_pertanahan", "sedang", "sewa tanah pemkot", "bkad"),
        ("pajak_keuangan", "sedang", "ditarik biaya di tpu cikutra", "ciptabintar"),
        ("ekonomi_pasar", "sedang", "harga cabai naik", "disdagin"),
        ("ekonomi_pasar", "sedang", "revitalisasi pasar ciroyom", "perumda-pasar"),
        ("ekonomi_pasar", "rendah", "bantuan modal umkm", "diskopukm"),
        ("aparatur", "sedang", "staf kelurahan lambat", "kec-coblong"),
        ("aparatur", "sedang", "pungli oknum", "inspektorat"),
        ("wisata_budaya_olahraga", "rendah", "lapang bola butut", "dispora"),
        ("wisata_budaya_olahraga", "rendah", "festival angklung", "disbudpar"),
        ("lainnya", "rendah", "wilujeng enjing", "triase"),
        ("topik_baru", "rendah", "halo", "triase"),
    ],
)
def test_bandung_routes(packs: dict[str, City], topic: str, urgency: str, text: str, agency: str) -> None:
    city = packs["bandung"]
    assert route(city.routing, topic, urgency, DAGO, text, city.agencies, city.triage_agency)[0] == agency


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of Surabaya's pack to break."""
    with resources.as_file(resources.files("triage.cities") / "surabaya") as folder:
        return Path(shutil.copytree(folder, tmp_path / "pack"))


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        (
            "city.toml",
            'timezone = "Asia/Jakarta"',
            'timezone = "Asia/Surabaya"',
            ["city.toml", "Asia/Surabaya"],
        ),
        ("city.toml", 'triage_agency = "triase"', 'triage_agency = "meja"', ["triage_agency", "meja"]),
        ("city.toml", 'kind = "replay"', 'kind = "pull"', ["source 'demo'", "pull"]),
        ("city.toml", 'name = "x"', 'name = "api"', ["source 'api'", "duplicate"]),
        ("city.toml", "closes = 16:00:00", "closes = 07:00:00", ["office_hours", "opens"]),
        ("city.toml", 'code = "35.78"', "", ["city.toml", "code"]),
        ("city.toml", 'id = "surabaya"', "id = ", ["city.toml", "TOML"]),
        ("agencies.toml", 'id = "dlh"', 'id = "dishub"', ["agencies.toml", "'dishub'", "duplicate"]),
        ("agencies.toml", 'area = "35.78.01"', 'area = "35.78.99"', ["agencies.toml", "35.78.99"]),
        ("agencies.toml", 'area = "35.78.01"', 'area = "35.78.02"', ["kec-wonocolo", "kec-karang-pilang"]),
        ("agencies.toml", 'id = "dlh"', 'id = "DLH baru"', ["DLH baru", "bad id"]),
        ("routing.toml", 'agency = "dlh"', 'agency = "dkp"', ["routing.toml", "'pohon-taman'", "'dkp'"]),
        ("routing.toml", 'id = "sampah"', 'id = "jalan"', ["rule 'jalan'", "duplicate"]),
        (
            "routing.toml",
            'topics = ["sampah"]',
            'topics = ["parkir"]',
            ["'sampah'", "unreachable", "'parkir'"],
        ),
        ("routing.toml", 'topics = ["sampah"]', "", ["rule 'lingkungan'", "unreachable", "'sampah'"]),
        (
            "routing.toml",
            'id = "sampah"',
            'word = ["x"]\nid = "sampah"',
            ["rule 'sampah'", "unknown key 'word'"],
        ),
        ("routing.toml", 'words = ["pkl"', 'words = ["PKL"', ["rule 'pkl'", "'PKL'"]),
        ("routing.toml", 'id = "meja-triase"', 'id = "meja-triase"\ntopics = ["x"]', ["routing.toml", "'x'"]),
        (
            "routing.toml",
            'urgencies = ["darurat"]',
            'urgencies = ["gawat"]',
            ["'darurat-bencana'", "'gawat'"],
        ),
        ("deadlines.toml", "[rendah]", "[santai]", ["deadlines.toml", "rendah", "missing"]),
        ("deadlines.toml", "hours = 24", "hours = 24\nworking_days = 1", ["deadlines.toml", "tinggi"]),
        ("deadlines.toml", "hours = 24", "hours = -1", ["tinggi", "whole number"]),
        ("places.csv", "35.78.01,", "35.79.01,", ["places.csv", "Karang Pilang", "35.79.01"]),
        ("places.csv", "35.78.01.1002,", "35.78.01.1001,", ["places.csv", "Kebraon", "duplicate"]),
        ("places.csv", "Kebraon,kelurahan", "Kebraon,desa", ["places.csv", "line 5", "desa"]),
        ("places.csv", "-7.27432", "tujuh", ["places.csv", "line 2", "lat"]),
    ],
)
def test_a_broken_pack_names_its_fault(pack: Path, file: str, old: str, new: str, names: list[str]) -> None:
    path = pack / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CityPackError) as error:
        load_folder(pack, TOPICS)
    assert error.value.remedy
    for name in names:
        assert name in str(error.value)


def test_a_topic_without_a_line_is_refused(city: City) -> None:
    with pytest.raises(CityPackError, match="topic 'pertanian'"):
        load(city.id, [*TOPICS, "pertanian"])


def test_a_table_without_catch_all_is_refused(pack: Path) -> None:
    path = pack / "routing.toml"
    path.write_text(path.read_text(encoding="utf-8").partition('[[rule]]\nid = "meja-triase"')[0])
    with pytest.raises(CityPackError, match="catch-all"):
        load_folder(pack)


@pytest.mark.parametrize("file", ["agencies.toml", "routing.toml", "deadlines.toml", "places.csv"])
def test_a_missing_file_is_named(pack: Path, file: str) -> None:
    (pack / file).unlink()
    with pytest.raises(CityPackError, match=file):
        load_folder(pack)


@pytest.mark.parametrize("city", ["atlantis", "../surabaya", "", "Surabaya", "surabaya/"])
def test_an_unknown_city_is_refused(city: str) -> None:
    with pytest.raises(CityPackError) as error:
        load(city)
    assert "surabaya" in error.value.remedy
