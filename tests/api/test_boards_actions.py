"""What officers do to a case, and what its page then says."""

import html
import re

import pytest

from tests.api.conftest import Board

FIRE = "Kebakaran di Kebraon, hubungi saya 081234567890"


@pytest.fixture
def fire(board: Board) -> int:
    """A case on the desk of the fire brigade."""
    return board.post(FIRE)[0]


def act(board: Board, login: str, path: str, **fields: str | int) -> tuple[int, str]:
    """Send a form; status and where it leads, or the page."""
    reply = board.client(login).post(path, data={"csrf": board.csrf(login), **fields})
    return reply.status_code, reply.headers.get("location", reply.text)


def page(board: Board, case_id: int, login: str = "kota") -> str:
    """The case's page as text, without markup and in single spaces."""
    text = re.sub(r"<[^>]+>", "", board.client(login).get(f"/kasus/{case_id}").text)
    return " ".join(html.unescape(text).split())


def test_take(board: Board, fire: int) -> None:
    assert act(board, "api", f"/kasus/{fire}/ambil", revision=0) == (303, f"/kasus/{fire}?pesan=diambil")
    assert board.status(fire) == ("taken", "damkar", 1)
    assert "Kasus diambil untuk ditangani api hari ini" in page(board, fire)
    assert "Kasus ini sekarang Anda tangani." in board.client("api").get(f"/kasus/{fire}?pesan=diambil").text


def test_forward_leads_back_to_the_own_desk(board: Board, fire: int) -> None:
    reply = act(board, "api", f"/kasus/{fire}/teruskan", revision=0, agency="bpbd", reason="perlu perahu")
    assert reply == (303, "/meja/damkar?pesan=diteruskan")
    assert board.status(fire) == ("new", "bpbd", 1)
    said = page(board, fire)
    assert "Diteruskan dari Dinas Pemadam Kebakaran dan Penyelamatan ke Badan Penanggulangan Bencana Daerah" in said
    assert "“perlu perahu”" in said
    assert "Diteruskan oleh petugas" in said
    assert board.client("api").get(f"/kasus/{fire}").status_code == 404


def test_an_operator_stays_with_the_forwarded_case(board: Board, fire: int) -> None:
    reply = act(board, "kota", f"/kasus/{fire}/teruskan", revision=0, agency="bpbd", reason="perlu perahu")
    assert reply == (303, f"/kasus/{fire}?pesan=diteruskan")


def test_close_and_reopen(board: Board, fire: int) -> None:
    act(board, "api", f"/kasus/{fire}/tutup", revision=0, reason="api padam")
    assert board.status(fire) == ("closed", "damkar", 1)
    assert "Tidak ada kasus terbuka" in board.client("api").get("/meja/damkar").text
    assert "Status Baru menjadi Selesai “api padam”" in page(board, fire)
    act(board, "api", f"/kasus/{fire}/buka-lagi", revision=1, reason="api menyala lagi")
    assert board.status(fire) == ("new", "damkar", 2)
    assert "Status Selesai menjadi Baru “api menyala lagi”" in page(board, fire)


def test_correct_makes_labels_and_the_case_follows(board: Board, fire: int) -> None:
    fields = {
        "revision": 0,
        "post_id": board.first_post(fire),
        "topic": "jalan",
        "urgency": "sedang",
        "intent": "",
    }
    assert act(board, "api", f"/kasus/{fire}/koreksi", **fields) == (303, f"/kasus/{fire}?pesan=dikoreksi")
    with board.services.database.read() as connection:
        rows = connection.exec_driver_sql('SELECT head, value, was, "by" FROM labels ORDER BY id').all()
    assert [tuple(row) for row in rows] == [
        ("topic", "jalan", "kebakaran", "api"),
        ("urgency", "sedang", "darurat", "api"),
    ]
    said = page(board, fire)
    assert "dari Topik: Kebakaran dan penyelamatan, Urgensi: Darurat menjadi Topik: Jalan, Urgensi: Sedang" in said
    assert "Jalan dikoreksi api, mesin: Kebakaran dan penyelamatan" in said


def test_a_correction_that_says_what_the_machine_said_changes_nothing(board: Board, fire: int) -> None:
    before = board.everything()
    fields = {"revision": 0, "post_id": board.first_post(fire), "topic": "kebakaran"}
    assert act(board, "api", f"/kasus/{fire}/koreksi", **fields) == (303, f"/kasus/{fire}?pesan=sama")
    assert board.everything() == before


def test_reveal_shows_the_original_once_and_leaves_a_trace(board: Board, fire: int) -> None:
    assert "081234567890" not in board.client("api").get(f"/kasus/{fire}").text
    fields = {"post_id": board.first_post(fire), "reason": "menelepon pelapor"}
    status, shown = act(board, "api", f"/kasus/{fire}/ungkap", **fields)
    assert status == 200
    assert "081234567890" in shown
    said = page(board, fire)
    assert "Teks asli sebuah kiriman dibuka “menelepon pelapor” api" in said
    assert "081234567890" not in said


def test_acknowledge_once(board: Board, fire: int) -> None:
    assert act(board, "pantau", "/peringatan/1/terima") == (303, "/peringatan?pesan=diterima")
    assert act(board, "api", "/peringatan/1/terima", back=f"/kasus/{fire}") == (
        303,
        f"/kasus/{fire}?pesan=sudah",
    )
    assert act(board, "api", "/peringatan/1/terima", back="//evil.example") == (303, "/?pesan=sudah")
    assert "Diterima pantau, hari ini" in page(board, fire)
    assert "Tidak ada peringatan yang menunggu." in board.client("pantau").get("/peringatan").text


# --- what cannot be done -----------------------------------------------------------------

FORMS = {
    "ambil": {},
    "teruskan": {"agency": "bpbd", "reason": "x"},
    "tutup": {"reason": "x"},
    "koreksi": {"topic": "jalan"},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_case_that_someone_else_changed_is_left_alone(board: Board, fire: int, form: str) -> None:
    act(board, "kota", f"/kasus/{fire}/koreksi", revision=0, post_id=board.first_post(fire), topic="jalan")
    before = board.everything()
    status, shown = act(
        board, "api", f"/kasus/{fire}/{form}", revision=0, post_id=board.first_post(fire), **FORMS[form]
    )
    assert status == 409
    assert "Kasus telah diubah orang lain" in shown
    assert f'href="/kasus/{fire}"' in shown
    assert board.everything() == before


def test_what_the_status_does_not_allow(board: Board, fire: int) -> None:
    status, shown = act(board, "api", f"/kasus/{fire}/buka-lagi", revision=0, reason="x")
    assert status == 409
    assert "tidak mungkin sekarang" in shown


@pytest.mark.parametrize(
    ("form", "fields", "advice"),
    [
        ("tutup", {"reason": "  "}, "Tulis bagaimana kasus ini diselesaikan"),
        ("tutup", {"reason": "x" * 1001}, "paling banyak 1.000 huruf"),
        ("teruskan", {"agency": "tidak-ada", "reason": "x"}, "Pilih perangkat daerah yang lain"),
        ("teruskan", {"agency": "damkar", "reason": "x"}, "Pilih perangkat daerah yang lain"),
        ("koreksi", {"topic": "tidak-ada"}, "Pilih label dari daftar"),
        ("ungkap", {"reason": ""}, "Tulis untuk apa"),
        ("ambil", {"revision": "x"}, "Periksa isian formulir"),
        ("koreksi", {"post_id": "../x"}, "Pilih label dari daftar"),
    ],
)
def test_a_form_filled_in_wrongly_says_what_it_wants(
    board: Board, fire: int, form: str, fields: dict[str, str], advice: str
) -> None:
    before = board.everything()
    fields = {"revision": "0", "post_id": board.first_post(fire)} | fields
    status, shown = act(board, "api", f"/kasus/{fire}/{form}", **fields)
    assert status == 422
    assert advice in shown
    assert board.everything() == before


def test_a_reason_keeps_no_characters_that_deceive(board: Board, fire: int) -> None:
    act(board, "api", f"/kasus/{fire}/tutup", revision=0, reason="selesai\x00 \u202eabc <b>tebal</b>")
    shown = board.client("api").get(f"/kasus/{fire}").text
    assert "\u202e" not in shown
    assert "\x00" not in shown
    assert "&lt;b&gt;tebal&lt;/b&gt;" in shown
