"""Who gets in, what stays hidden, and that a forged form changes nothing. Over every route there is."""

import re
from datetime import UTC, datetime

import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.security import local_path
from tests.api.conftest import PASSWORD, SITE, Board
from triage.people import FAILURES_BEFORE_LOCK

PUBLIC = {"/masuk", "/aset/{name}", "/favicon.ico", "/peta/batas.geojson"}
MACHINE = re.compile(r"/api/|/health|/metrics")

ROUTES = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and not MACHINE.match(route.path)
    for method in route.methods
)
PRIVATE = [route for route in ROUTES if route[1] not in PUBLIC]
FORMS = [path for method, path in PRIVATE if method == "POST"]

FIRE = "Kebakaran di Kebraon, api sudah besar"


def address(path: str, case_id: int = 1, agency: str = "damkar", number: int = 1) -> str:
    return path.format(case_id=case_id, agency=agency, number=number, name="x")


def form(board: Board, login: str, case_id: int = 1) -> dict[str, str]:
    """Everything that any form of a case could want."""
    return {
        "csrf": board.csrf(login),
        "revision": "0",
        "agency": "bpbd",
        "reason": "sudah dicek",
        "post_id": board.first_post(case_id),
        "topic": "jalan",
    }


def test_the_tables_here_know_every_route() -> None:
    assert len(ROUTES) >= 18
    assert {path for _, path in ROUTES} >= PUBLIC
    assert {"/kasus/{case_id}/koreksi", "/peringatan/{number}/terima", "/keluar"} <= set(FORMS)


# --- signing in --------------------------------------------------------------------------


def test_signing_in_leads_to_the_own_desk(board: Board) -> None:
    client = board.client()
    reply = client.post("/masuk", data={"login": " api ", "password": PASSWORD, "next": "/"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/").headers["location"] == "/meja/damkar"


@pytest.mark.parametrize(
    ("login", "first_page"), [("api", "/meja/damkar"), ("pantau", "/peringatan"), ("kota", "/meja")]
)
def test_everyone_has_a_first_page_that_opens(board: Board, login: str, first_page: str) -> None:
    client = board.client(login)
    assert client.get("/").headers["location"] == first_page
    assert client.get(first_page).status_code == 200


def test_over_https_the_cookie_is_bound_to_the_host(board: Board) -> None:
    board.services.settings.secure_cookies = True
    cookie = board.client().post("/masuk", data={"login": "api", "password": PASSWORD}).headers["set-cookie"]
    assert cookie.startswith("__Host-dengar=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("login", "password"),
    [("api", "salah salah"), ("tidak ada", PASSWORD), ("", ""), ("a\x00b", PASSWORD), ("api", "x" * 5000)],
)
def test_wrong_passwords_are_refused_alike(board: Board, login: str, password: str) -> None:
    reply = board.client().post("/masuk", data={"login": login, "password": password})
    assert reply.status_code == 401
    assert "Nama atau kata sandi salah" in reply.text
    assert "set-cookie" not in reply.headers


def test_a_guessed_at_login_is_locked_even_for_the_right_password(board: Board) -> None:
    client = board.client()
    for _ in range(FAILURES_BEFORE_LOCK):
        client.post("/masuk", data={"login": "api", "password": "salah salah"})
    assert client.post("/masuk", data={"login": "api", "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": SITE}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": SITE}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
)
def test_another_site_cannot_sign_anyone_in(board: Board, headers: dict[str, str], allowed: bool) -> None:
    reply = board.client().post("/masuk", data={"login": "api", "password": PASSWORD}, headers=headers)
    assert reply.status_code == (303 if allowed else 403)


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("/kasus/3?pesan=x", "/kasus/3?pesan=x"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/a\\b", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/kasus/3\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
    ],
)
def test_signing_in_never_leads_off_this_site(board: Board, asked: str, goes_to: str) -> None:
    assert local_path(asked) == goes_to
    reply = board.client().post("/masuk", data={"login": "api", "password": PASSWORD, "next": asked})
    assert reply.headers["location"] == goes_to
    assert board.client("api").get("/masuk", params={"next": asked}).headers["location"] == goes_to


def test_signing_out_ends_the_session_for_good(board: Board) -> None:
    client = board.client("api")
    assert client.post("/keluar", data={"csrf": board.csrf("api")}).headers["location"] == "/masuk?pesan=keluar"
    assert board.services.people.viewer(board.tokens["api"], datetime.now(UTC)) is None
    assert board.client("api").get("/meja/damkar").headers["location"] == "/masuk?next=%2Fmeja%2Fdamkar"


# --- walls -------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nobody_gets_in_unsigned(board: Board, method: str, path: str) -> None:
    board.post(FIRE)
    before = board.everything()
    reply = board.client().request(method, address(path))
    if path == "/peringatan/aliran":
        assert reply.status_code == 401
    else:
        assert reply.status_code == 303
        assert reply.headers["location"].startswith("/masuk?next=%2F")
    assert board.everything() == before


@pytest.mark.parametrize(
    ("method", "path"), [(m, p) for m, p in PRIVATE if re.search(r"\{(case_id|agency|number)\}", p)]
)
def test_another_agency_gets_404_whatever_it_tries(board: Board, method: str, path: str) -> None:
    assert board.post(FIRE) == [1]
    before = board.everything()
    reply = board.client("pohon").request(method, address(path), data=form(board, "pohon"))
    missing = board.client("pohon").request(
        method, address(path, case_id=99, agency="tidak-ada", number=99), data=form(board, "pohon")
    )
    assert reply.status_code == missing.status_code == 404
    assert re.sub(r"/kasus/\d+", "", reply.text) == re.sub(
        r"/kasus/\d+", "", missing.text
    )  # the two cannot be told apart
    assert "Kebraon" not in reply.text
    assert board.everything() == before


def test_lists_of_one_agency_hold_nothing_of_another(board: Board) -> None:
    board.post(FIRE, "Pohon miring di Wiyung")
    assert "Kebraon" not in board.client("pohon").get("/peringatan").text
    assert "Kebraon" not in board.client("pohon").get("/meja/dlh").text
    assert "Kebraon" in board.client("api").get("/peringatan").text
    assert board.client("pohon").get("/meja").headers["location"] == "/meja/dlh"


def test_a_watcher_reads_cases_with_an_alarm_and_acts_on_none(board: Board) -> None:
    fire, tree = board.post(FIRE, "Pohon miring di Wiyung")
    client, before = board.client("pantau"), board.everything()
    assert client.get(f"/kasus/{fire}").status_code == 200
    assert client.get(f"/kasus/{tree}").status_code == 404
    assert client.get("/meja").status_code == client.get("/meja/damkar").status_code == 404
    for path in FORMS:
        if "{case_id}" in path:
            assert client.post(address(path), data=form(board, "pantau")).status_code == 404
    assert board.everything() == before


# --- forged forms ------------------------------------------------------------------------


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("csrf", ["", "salah", "é", None, "of another session"])
def test_a_form_without_the_sessions_token_changes_nothing(board: Board, path: str, csrf: str | None) -> None:
    board.post(FIRE)
    before = board.everything()
    data = form(board, "api")
    data["csrf"] = board.csrf("kota") if csrf == "of another session" else csrf or ""
    if csrf is None:
        del data["csrf"]
    reply = board.client("api").post(address(path), data=data)
    assert reply.status_code == 403
    assert "Formulir tidak dapat diterima" in reply.text
    assert board.everything() == before
    assert board.services.people.viewer(board.tokens["api"], datetime.now(UTC))  # nobody was signed out


@pytest.mark.parametrize("path", FORMS)
def test_a_form_sent_by_another_site_changes_nothing(board: Board, path: str) -> None:
    board.post(FIRE)
    before = board.everything()
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert board.client("api").post(address(path), data=form(board, "api"), headers=headers).status_code == 403
    assert board.everything() == before
