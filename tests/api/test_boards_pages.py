"""What every page must be: safe whatever citizens write, complete in its headers, clear in its words."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from api.boards import words
from api.boards.telling import Teller
from api.routes.desks import LINES
from api.security import HEADERS
from models.predictions import HEADS
from tests.api.conftest import Board, fires
from triage.entities import URGENCIES
from triage.pages import Event
from triage.rules.lifecycle import TRANSITIONS

HOSTILE = [
    "<script>alert(1)</script> kebakaran di Rungkut",
    '"><img src=x onerror=alert(1)> kebakaran di Wiyung',
    "kebakaran di Benowo \u202egnp.exe\u2066 </bdi></li>",
    "kebakaran di Kebraon " + "🔥" * 10_000,
    "kebakaran {{ 7*7 }} {% raw %} di Gubeng &lt;i&gt;",
    "kebakaran di Tandes " + "a" * 5_000,
]

PAGES = [
    ("api", "/meja/damkar", 200),
    ("kota", "/meja", 200),
    ("kota", "/meja/dlh", 200),
    ("api", "/kasus/1", 200),
    ("pantau", "/kasus/1", 200),
    ("pantau", "/peringatan", 200),
    ("", "/masuk", 200),
    ("", "/masuk?pesan=keluar", 200),
    ("api", "/kasus/99999", 404),
    ("api", "/kasus/abc", 404),
    ("api", "/kasus/99999999999999999999999", 404),
    ("api", "/meja/damkar?setelah=3-99999999999999999999999", 404),
    ("api", "/kasus/1?setelah=x~y", 404),
    ("api", "/tidak-ada", 404),
    ("api", "/keluar", 405),
]


class Markup(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.inside: list[str] = []
        self.script_text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.inside and self.inside[-1] in ("script", "style"):
            self.script_text += data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass


def markup(page: str) -> Markup:
    parsed = Markup()
    parsed.feed(page)
    return parsed


@pytest.mark.parametrize(("login", "path", "status"), PAGES)
def test_every_page_is_safe_and_complete(board: Board, login: str, path: str, status: int) -> None:
    board.post(*HOSTILE)
    reply = board.client(login).get(path)
    assert reply.status_code == status
    assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in reply.headers["content-security-policy"]
    page = markup(reply.text)
    assert page.script_text == ""
    for tag, attributes in page.tags:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "script" or (attributes["src"] or "").startswith("/aset/")
        for name in ("src", "href", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "?", "#"))
    assert "\u202e" not in reply.text
    assert "<h1" in reply.text
    assert ' lang="id"' in reply.text


def test_errors_have_the_headers_too_when_everything_failed(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("rahasia")

    monkeypatch.setattr(board.services.views, "desk", broken)
    client = board.client("api")
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    reply = client.get("/meja/damkar")
    assert reply.status_code == 500
    assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS
    assert "Dengar sedang bermasalah" in reply.text
    assert "rahasia" not in reply.text


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_words_stay_words(board: Board, number: int) -> None:
    case_id = board.post(HOSTILE[number])[0]
    for path in ("/meja/damkar", f"/kasus/{case_id}", "/peringatan"):
        page = markup(board.client("api").get(path).text)
        assert not [tag for tag, attributes in page.tags if tag == "img" and attributes.get("src") == "x"]
        assert not [tag for tag, _ in page.tags if tag == "i"]
    shown = "".join(page.texts)
    assert HOSTILE[number][:20].replace("\u202e", "") in shown


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://contoh.example/a?b=1&c=2", True),
        ("http://contoh.example/", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,<script>1</script>", False),
        ('" onclick="alert(1)', False),
        ("//evil.example", False),
    ],
)
def test_only_web_addresses_become_links(board: Board, url: str, linked: bool) -> None:
    case_id = board.post("kebakaran di Kebraon", url=url)[0]
    page = markup(board.client("api").get(f"/kasus/{case_id}").text)
    links = [a for tag, a in page.tags if tag == "a" and "noopener" in (a.get("rel") or "")]
    assert [a["href"] for a in links] == ([url] if linked else [])


def test_the_desk_shows_the_most_urgent_first_and_what_is_late(board: Board) -> None:
    board.post("Pohon miring di Wiyung", age=timedelta(minutes=5))
    board.post("Kebakaran di Rungkut", age=timedelta(hours=30))
    text = board.client("kota").get("/meja").text
    assert text.index("Kebakaran di Rungkut") < text.index("Pohon miring di Wiyung")
    assert "lewat tenggat 1 hari" in text
    assert 'data-lat="-7' in text


def test_a_desk_pages_through_all_its_cases_once(board: Board) -> None:
    ids = board.post(*fires(LINES + 5))
    client, address, seen = board.client("kota"), "/meja", []
    while address:
        page = markup(client.get(address).text)
        hrefs = [a["href"] or "" for tag, a in page.tags if tag == "a"]
        seen += [int(h.removeprefix("/kasus/")) for h in hrefs if h.startswith("/kasus/")]
        onward = [h for h in hrefs if h.startswith("?setelah=")]
        address = f"/meja{onward[0]}" if onward else ""
    assert sorted(seen) == ids
    assert len(ids) == LINES + 5


def test_a_case_explains_itself(board: Board) -> None:
    case_id = board.post("Mungkin kebakaran di Kebraon", "Mungkin kebakaran di Kebraon!")[0]
    text = board.client("api").get(f"/kasus/{case_id}").text
    for said in (
        "Kiriman pertama, membuka kasus ini",
        "Aturan: topik Kebakaran dan penyelamatan",
        "uji-1",
        "90%",
        ">ragu<",
        "dibunyikan: darurat",
        "menunggu dikirim",
        "Kebraon",
    ):
        assert said in text


def test_a_deleted_post_says_so(board: Board) -> None:
    case_id = board.post("Kebakaran di Kebraon")[0]
    board.services.intake.delete("x", ["0"], datetime.now(UTC))
    text = board.client("api").get(f"/kasus/{case_id}").text
    assert "Sumber dihapus. Teksnya sudah dimusnahkan." in text
    assert "Kebakaran di Kebraon" not in text
    assert "Buka teks asli" not in text


def test_public_files_may_be_kept_and_pages_may_not(board: Board) -> None:
    client = board.client("api")
    page = client.get("/meja/damkar")
    assert page.headers["cache-control"] == "no-store"
    files = [
        a.get("href") or a.get("src") or "" for tag, a in markup(page.text).tags if tag in ("link", "script", "img")
    ]
    assert len(files) >= 6
    for file in files:
        reply = client.get(file)
        assert reply.status_code == 200
        assert "immutable" in reply.headers["cache-control"]
        assert client.get(file, headers={"If-None-Match": reply.headers["etag"]}).status_code == 304
    assert client.get("/aset/../../../security.py").status_code == 404
    assert client.get("/peta/batas.geojson").json()["type"] == "FeatureCollection"


def test_the_schema_of_the_api_holds_no_pages(board: Board) -> None:
    paths = board.client().get("/api/v1/openapi.json").json()["paths"]
    assert not [path for path in paths if path.startswith(("/meja", "/kasus", "/peringatan", "/masuk"))]


# --- words -------------------------------------------------------------------------------

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOON, "hari ini 12.00 WIB"),
        (NOON + timedelta(hours=13), "besok 01.00 WIB"),
        (NOON - timedelta(hours=13), "kemarin 23.00 WIB"),
        (NOON + timedelta(days=3), "Kam 5 Mar 12.00 WIB"),
        (NOON - timedelta(days=365), "Min 2 Mar 2025 12.00 WIB"),
    ],
)
def test_moments(at: datetime, said: str) -> None:
    assert words.moment(at, NOON, ZoneInfo("Asia/Jakarta")) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(seconds=20), "sisa kurang dari 1 menit"),
        (timedelta(minutes=59), "sisa 59 menit"),
        (timedelta(hours=2), "sisa 2 jam"),
        (timedelta(hours=2, minutes=5), "sisa 2 jam 5 menit"),
        (timedelta(days=3, hours=5), "sisa 3 hari"),
        (timedelta(0), "lewat tenggat kurang dari 1 menit"),
        (timedelta(hours=-49), "lewat tenggat 2 hari"),
    ],
)
def test_what_is_left(left: timedelta, said: str) -> None:
    assert words.until(NOON + left, NOON) == said


def test_everything_has_a_name(board: Board) -> None:
    tell = Teller(board.services.city, board.services.taxonomy)
    assert set(words.HEADS) == set(HEADS)
    assert set(words.URGENCY_LETTER) == set(URGENCIES)
    assert len(set(words.URGENCY_LETTER.values())) == len(URGENCIES)
    for action in {action for _, action in TRANSITIONS} | {"open", "raise", "alert", "acknowledge", "reveal"}:
        assert tell.event(Event(NOON, "machine", action, "", "", "")) != action
    for rule in board.services.city.routing:
        assert tell.rule(rule.id).startswith("Aturan:")
    assert "belum diketahui" in tell.rule(f"{board.services.city.routing[0].id}:no_kecamatan")
