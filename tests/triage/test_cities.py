"""City packs: Surabaya's loads and holds together, and a broken one names its fault."""

import shutil
from importlib import resources
from pathlib import Path

import pytest

from models import taxonomy
from triage.cities.boundaries import Boundaries
from triage.cities.calendar import indonesian_holidays
from triage.cities.pack import available, boundaries, load, load_folder
from triage.entities import URGENCIES, City
from triage.errors import CityPackError

TOPICS = taxonomy.load().labels("topic")


@pytest.fixture(scope="module")
def surabaya() -> City:
    return load("surabaya", TOPICS)


def test_surabaya_counts(surabaya: City) -> None:
    levels = [region.level for region in surabaya.regions]
    assert [levels.count(level) for level in ("city", "kecamatan", "kelurahan")] == [1, 31, 153]
    assert sum(agency.kind == "kecamatan" for agency in surabaya.agencies.values()) == 31
    assert set(surabaya.deadlines) == set(URGENCIES)
    assert surabaya.agencies[surabaya.triage_agency].kind == "triage"
    assert surabaya.sources["demo"].options == {"file": "demo.jsonl"}
    assert "surabaya" in available()


def test_every_kecamatan_has_its_office(surabaya: City) -> None:
    served = {agency.area for agency in surabaya.agencies.values() if agency.area}
    assert served == {region.code for region in surabaya.regions if region.level == "kecamatan"}


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
    ("lat", "lon", "code"),
    [
        (-7.2820, 112.7949, "35.78.09.1001"),  # ITS: Keputih
        (-7.2592, 112.7468, "35.78.07.1004"),  # Balai Kota: Ketabang
        (-7.2961, 112.7366, "35.78.04.1005"),  # Kebun Binatang: Darmo
        (-7.3367, 112.7150, "35.78.23.1004"),  # Masjid Al-Akbar: Pagesangan
        (-7.2149, 112.7326, "35.78.12"),  # Tanjung Perak has no outline: its kecamatan
        (-6.1754, 106.8272, None),  # Jakarta
        (0.0, 0.0, None),
    ],
)
def test_coordinates(surabaya: City, lat: float, lon: float, code: str | None) -> None:
    region = Boundaries(boundaries("surabaya"), surabaya.regions).locate(lat, lon)
    assert (region and region.code) == code


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


def test_a_topic_without_a_line_is_refused() -> None:
    with pytest.raises(CityPackError, match="topic 'pertanian'"):
        load("surabaya", [*TOPICS, "pertanian"])


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
