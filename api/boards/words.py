"""The Indonesian words of the boards: names of what programs call by ids, and moments as people say them.

Labels of the model have their names in the taxonomy, agencies in the city pack; all else is here.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

URGENCY_LETTER = {"darurat": "D", "tinggi": "T", "sedang": "S", "rendah": "R"}
"""On every mark beside its colour and shape, for who cannot tell colours apart."""

HEADS = {"intent": "Maksud", "topic": "Topik", "urgency": "Urgensi", "sentiment": "Nada"}

ROLES = {"officer": "Petugas", "watcher": "Pemantau peringatan", "operator": "Operator kota"}

JOINED_BY = {
    "first": "Kiriman pertama, membuka kasus ini",
    "same_text": "Teksnya sama persis dengan kiriman lain di kasus ini",
    "same_place_similar_text": "Tempat sama atau berdekatan dan teks serupa",
    "same_incident": "Kejadian mendesak di tempat dan waktu yang sama",
    "similar_text": "Teks sangat serupa, tempat belum diketahui",
    "edited_post": "Kiriman disunting di sumbernya",
}
"""Matching rule -> why a post belongs to its case."""

ROUTED_BY = {
    "unread": "Mesin tidak dapat membaca kiriman; petugas triase yang memutuskan",
    "doubtful_intent": "Mesin ragu apakah kiriman ini meminta sesuatu; petugas triase yang memutuskan",
    "doubtful_topic": "Mesin ragu tentang topiknya; petugas triase yang memutuskan",
    "forwarded": "Diteruskan oleh petugas",
    "no_rule": "Tidak ada aturan yang cocok; petugas triase yang memutuskan",
}
"""Routing rules that are not lines of the city's table."""

ROUTING_FELL_BACK = {
    "no_kecamatan": "kecamatannya belum diketahui, maka ke meja triase",
    "no_office": "kecamatannya tidak punya kantor di daftar, maka ke meja triase",
}
"""What follows the colon of a rule id."""

CHANNELS = {"log": "Catatan sistem", "webhook": "Webhook"}

NOTICE_STATES = {"pending": "menunggu dikirim", "delivered": "terkirim", "failed": "gagal dikirim"}

ACTORS = {"machine": "Mesin"}

FLASHES = {
    "diambil": "Kasus ini sekarang Anda tangani.",
    "diteruskan": "Kasus sudah diteruskan.",
    "ditutup": "Kasus selesai.",
    "dibuka": "Kasus dibuka kembali.",
    "dikoreksi": "Koreksi tersimpan. Terima kasih, mesin akan belajar darinya.",
    "sama": "Tidak ada label yang berubah.",
    "diterima": "Peringatan sudah diterima.",
    "sudah": "Peringatan itu sudah diterima sebelumnya.",
    "keluar": "Anda sudah keluar.",
}
"""Code in the address after an action -> what the page says. Unknown codes say nothing."""

ERRORS = {
    "signin": ("Nama atau kata sandi salah", "Periksa lagi. Setelah beberapa kali salah, tunggu 15 menit."),
    "case.conflict": (
        "Kasus telah diubah orang lain",
        "Tindakan Anda belum dijalankan. Lihat keadaan terbaru, lalu ulangi bila masih perlu.",
    ),
    "action.not_allowed": (
        "Tindakan ini tidak mungkin sekarang",
        "Status kasus sudah berubah. Lihat keadaan terbaru.",
    ),
    "action.invalid": ("Isian belum lengkap", "Periksa isian formulir, lalu kirim lagi."),
    "403": (
        "Formulir tidak dapat diterima",
        "Formulir ini kedaluwarsa atau bukan dari halaman Dengar. Muat ulang halaman, lalu ulangi.",
    ),
    "404": ("Halaman tidak ditemukan", "Halaman ini tidak ada, atau bukan untuk meja Anda."),
    "405": ("Alamat ini bukan halaman", "Kembali ke meja, lalu pilih dari sana."),
    "413": ("Isian terlalu besar", "Persingkat isian, lalu kirim lagi."),
    "422": ("Isian belum benar", "Periksa isian formulir, lalu kirim lagi."),
    "500": (
        "Dengar sedang bermasalah",
        "Coba lagi sebentar lagi. Operator melihat masalah ini di catatan sistem.",
    ),
    "503": (
        "Dengar belum dapat menjawab",
        "Tunggu beberapa detik, lalu coba lagi. Periksa dulu apakah tindakan terakhir Anda sudah tersimpan.",
    ),
}
"""Code of an error, else its HTTP status -> what happened, what to do."""

FORM_ADVICE = {
    "teruskan": "Pilih perangkat daerah yang lain, dan tulis alasannya (paling banyak 1.000 huruf).",
    "tutup": "Tulis bagaimana kasus ini diselesaikan (paling banyak 1.000 huruf).",
    "buka-lagi": "Tulis mengapa kasus ini perlu dibuka kembali (paling banyak 1.000 huruf).",
    "koreksi": "Pilih label dari daftar.",
    "ungkap": "Tulis untuk apa teks asli perlu dilihat (paling banyak 1.000 huruf).",
}
"""Last part of a form's address -> what it wants."""

_DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_NEAR_DAYS = {-1: "kemarin", 0: "hari ini", 1: "besok"}


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment in the city's own time, with the day as people say it.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    >>> moment(noon, noon, ZoneInfo("Asia/Jakarta"))
    'hari ini 12.00 WIB'
    """
    here, today = at.astimezone(zone), now.astimezone(zone).date()
    return f"{_day(here.date(), today)} {here:%H.%M} {here:%Z}"


def _day(day: date, today: date) -> str:
    near = _NEAR_DAYS.get((day - today).days)
    if near:
        return near
    year = f" {day.year}" if day.year != today.year else ""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def until(due: datetime, now: datetime) -> str:
    """How long is left, or how long it has been overdue.

    >>> from datetime import UTC
    >>> due = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    >>> until(due, due - timedelta(minutes=90)), until(due, due + timedelta(days=2, hours=3))
    ('sisa 1 jam 30 menit', 'lewat tenggat 2 hari')
    """
    if due > now:
        return f"sisa {span(due - now, units=2 if due - now < timedelta(days=1) else 1)}"
    return f"lewat tenggat {span(now - due, units=1)}"


def span(length: timedelta, units: int) -> str:
    """A length of time by its largest units."""
    minutes = int(length.total_seconds() // 60)
    parts = [(minutes // 1440, "hari"), (minutes % 1440 // 60, "jam"), (minutes % 60, "menit")]
    shown = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(shown[:units]) or "kurang dari 1 menit"


def number(value: float) -> str:
    """A whole number as Indonesians write it: 12.345."""
    return f"{value:,.0f}".replace(",", ".")


def percent(share: float) -> str:
    """A share of 0 to 1 as percent."""
    return f"{share * 100:.0f}%"
