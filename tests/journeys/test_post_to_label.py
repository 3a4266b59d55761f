"""One post from the API to a label that training can use, through the doors that people and programs use."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models.serve import load_reader
from tests.support.world import SilentWakeups, decide_all
from triage.wiring import Services

POST = {
    "id": "w-1",
    "source": "api",
    "text": "Min, lampu jalan di Jl. Gunung Anyar Lor mati sejak seminggu, gelap sekali. Hubungi saya 0812-0000-1111",
    "author": "@warga",
}
PASSWORD = "kata sandi uji"
DESK = "dishub"


@pytest.fixture
def city(services: Services) -> Iterator[TestClient]:
    """The application over the real reader, with one officer at one desk."""
    services.reader = load_reader(None)
    services.wakeups = SilentWakeups()  # type: ignore[assignment]
    services.people.add_user("petugas", "Petugas", PASSWORD, "officer", DESK, datetime.now(UTC))
    with TestClient(create_app(services), follow_redirects=True) as client:
        yield client


def test_a_post_becomes_a_case_and_its_correction_a_label(city: TestClient, services: Services) -> None:
    key = services.people.add_key("kanal", "", datetime.now(UTC))
    sent = city.post("/api/v1/posts", json=POST, headers={"Authorization": f"Bearer {key}"})
    assert sent.status_code == 202
    (post_id,) = sent.json()["ids"]
    assert services.wakeups.woken == ["triage"]  # type: ignore[attr-defined]
    assert decide_all(services) == 1

    desk = city.post("/masuk", data={"login": "petugas", "password": PASSWORD})
    assert desk.url.path == f"/meja/{DESK}"
    (case,) = set(re.findall(r'href="(/kasus/\d+)"', desk.text))
    shown = city.get(case).text
    assert "lampu jalan" in shown
    assert "0812" not in shown

    said = act(city, f"{case}/ambil")
    assert "Kasus ini sekarang Anda tangani." in said
    corrected = act(city, f"{case}/koreksi", post_id=post_id, urgency="tinggi")
    assert "Urgensi: Tinggi" in corrected
    closed = act(city, f"{case}/tutup", reason="lampu sudah diganti")

    history = ("lampu sudah diganti", "Label dikoreksi", "Kasus diambil", "Kasus dibuka")
    places = [closed.index(words) for words in history]
    assert places == sorted(places), "the history tells all of it, the newest first"
    assert label(services) == (
        post_id,
        "urgency",
        "tinggi",
        read_urgency(services),
        services.reader.version,
        "petugas",
    )
    assert case not in city.get(f"/meja/{DESK}").text, "a closed case leaves the desk"


def act(city: TestClient, path: str, **fields: str) -> str:
    """Fill in one of the forms on a case's page and send it; the page that follows, as text."""
    page = city.get(path.rpartition("/")[0]).text
    form = re.search(rf'<form method="post" action="{path}">(.*?)</form>', page, re.DOTALL)
    assert form, f"the page offers no form to {path}"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[1]))
    reply = city.post(path, data={**hidden, **fields})
    assert reply.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def label(services: Services) -> tuple[str, ...]:
    """The one label in the record."""
    with services.database.read() as connection:
        query = 'SELECT post_id, head, value, was, model, "by" FROM labels'
        return tuple(connection.exec_driver_sql(query).one())


def read_urgency(services: Services) -> str:
    """What the machine had said."""
    return services.reader.read([POST["text"]])[0].urgency
