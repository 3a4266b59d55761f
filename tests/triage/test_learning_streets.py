"""`dengar city streets`: from a city's archive to names and counts."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from api.cli import app
from triage.cities import pack, streets
from triage.errors import ArchiveRefused, CityPackError
from triage.rules.streets import names_in

REGIONS = pack.load("surabaya").regions
ROW = {"text": "lampu mati", "address": "Jl. Karang Menjangan 5", "kecamatan": "Gubeng", "kelurahan": "Mojo"}


def archive(tmp_path: Path, *rows: Any) -> Path:
    file = tmp_path / "archive.jsonl"
    file.write_bytes(b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows))
    return file


def learnt(tmp_path: Path, *rows: Any, before: str = "") -> dict[str, dict[str, int]]:
    found = streets.learn(streets.read(archive(tmp_path, *rows), REGIONS, before))
    return {street.name: dict(street.posts) for street in found}


def rows(address: str, *others: str, **fields: str) -> list[dict[str, str]]:
    """Posts of three households of a street, and of others."""
    addresses = [f"{address} nomor 5", f"belakang masjid {address} RT 02", f"gang buntu {address}", *others]
    return [ROW | fields | {"address": one, "text": f"lampu {number}"} for number, one in enumerate(addresses)]


def test_a_name_is_learnt_from_three_addresses_of_one_kecamatan(tmp_path: Path) -> None:
    names = learnt(tmp_path, *rows("karang menjangan", "Jl. Sekali Saja"))
    assert names == {name: {"35.78.08.1002": 3} for name in ("karang", "karang menjangan", "menjangan")}


def test_one_household_that_writes_often_makes_no_name(tmp_path: Path) -> None:
    assert learnt(tmp_path, *[ROW | {"address": f"karang menjangan no 5 rt {n}"} for n in range(9)]) == {}


@pytest.mark.parametrize("person", ["depan rumah bu tatik", "kos bp herman", "cp tatik", "https://goo.gl/maps/tatik"])
def test_no_person_and_no_link_becomes_a_name(tmp_path: Path, person: str) -> None:
    names = learnt(tmp_path, *rows(f"gebang {person}"))
    assert not {"tatik", "herman"} & {word for name in names for word in name.split()}


def test_a_name_of_many_places_tells_nothing(tmp_path: Path) -> None:
    others = rows("karang menjangan", kecamatan="Sukolilo", kelurahan="Keputih")
    assert learnt(tmp_path, *rows("karang menjangan"), *others) == {}


def test_a_word_of_many_texts_is_no_name(tmp_path: Path) -> None:
    speech = [ROW | {"address": "", "text": "menjangan lewat"}] * 20
    assert learnt(tmp_path, *rows("menjangan"), *speech) == {}


def test_near_duplicates_count_once_and_newer_or_undated_posts_not(tmp_path: Path) -> None:
    assert learnt(tmp_path, *[row | {"group": "g"} for row in rows("gebang")]) == {}
    for when, known in (("2022-12-31", True), ("2023-01-01", False), ("", False)):
        assert bool(learnt(tmp_path, *rows("gebang", when=when), before="2023-01-01")) == known


@pytest.mark.parametrize(
    ("kecamatan", "kelurahan", "code"),
    [
        ("Gubeng", "Mojo", "35.78.08.1002"),
        ("GUBENG", "mojo", "35.78.08.1002"),
        ("Rungkut", "Wonorejo Rungkut", "35.78.03.1005"),
        ("Pabean Cantikan", "Bongkaran", "35.78.12.1001"),
        ("Gubeng", "Entah", "35.78.08"),
        ("Entah", "Mojo", ""),
        ("", "", ""),
    ],
)
def test_names_of_an_archive_find_their_codes(kecamatan: str, kelurahan: str, code: str) -> None:
    assert streets.Codes(REGIONS).find(kecamatan, kelurahan) == code


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b"{", "line 2: is not JSON"),
        (b"[]", "line 2: is not an object"),
        ({"address": "x"}, "line 2: needs a text"),
        (ROW | {"kelurahan": 3}, "line 2: needs a text; address, kecamatan"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, row: Any, problem: str) -> None:
    with pytest.raises(ArchiveRefused, match=problem):
        learnt(tmp_path, ROW, row)


def test_the_command_writes_what_a_pack_reads(tmp_path: Path) -> None:
    file, out = archive(tmp_path, *rows("karang menjangan")), tmp_path / "streets.csv"
    shown = CliRunner().invoke(app, ["city", "streets", str(file), "--city", "surabaya", "--out", str(out)])
    assert shown.exit_code == 0, shown.output
    assert out.read_text(encoding="utf-8").startswith("name,code,posts,in_texts\nkarang,35.78.08.1002,3,0\n")
    printed = CliRunner().invoke(app, ["city", "streets", str(file), "--city", "surabaya"])
    assert "karang menjangan,35.78.08.1002,3,0" in printed.stdout
    missing = CliRunner().invoke(app, ["city", "streets", str(tmp_path / "none.jsonl")])
    assert isinstance(missing.exception, ArchiveRefused)


def test_the_streets_of_surabaya_are_facts_about_its_kelurahan() -> None:
    city = pack.load("surabaya")
    assert len(city.streets) > 1_000
    assert all(sum(street.posts.values()) >= streets.LEAST for street in city.streets)
    assert all(names_in(street.name) >= {street.name} for street in city.streets), "or it could never be heard"
    words = {word for street in city.streets for word in street.name.split()}
    assert not words & {"tatik", "kamto", "saudah", "herman", "bu", "pak", "kos", "telp", "https", "goo"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("gebang,35.78.99.1001,2,0", "unknown region 35.78.99.1001"),
        ("gebang,35.78.08.1002,0,0", "0 posts in 35.78.08.1002"),
        ("gebang,35.78.08.1002,x,0", "posts must be a number"),
        (",35.78.08.1002,1,0", "name must be a text"),
    ],
)
def test_bad_streets_of_a_pack_are_refused(tmp_path: Path, line: str, problem: str) -> None:
    import shutil

    folder = tmp_path / "surabaya"
    shutil.copytree(Path(pack.__file__).parent / "surabaya", folder)
    (folder / streets.FILE).write_text(f"name,code,posts,in_texts\n{line}\n", encoding="utf-8")
    with pytest.raises(CityPackError, match=problem):
        pack.load_folder(folder)
