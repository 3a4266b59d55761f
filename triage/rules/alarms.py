"""How alarming a text sounds, how urgent a post is, and whether a case must raise an alarm now.

The lexical score decides how early a post is read. It never decides alone what a post means: it
can only confirm what the model suspects, or speak for a post that the model could not read.
"""

import re

from models.predictions import Prediction
from triage.rules.actionable import AGENCY_REPLY, ALARMING
from triage.rules.alternation import alternation

GROWN = 5
"""Posts in a case of urgency tinggi from which it is an incident and no longer one person's matter."""

SURE = 0.3
"""P(darurat) at which the model alone wakes people."""

SUSPECTED = 0.05
"""P(darurat) from which loud words make a post darurat although the model prefers another label."""

LOUD = 60
"""Lexical score that confirms such a suspicion: at least one unmistakable word."""

# Points of what a text may hold, in Indonesian, slang, Javanese and Sundanese. Every line counts
# once however many of its words stand there, so that a shout is not worth more than a report.
_SIGNS: tuple[tuple[int, str], ...] = (
    (60, "kebakaran|kobongan|kobong|kahuruan|terbakar|kebakar|dibakar massa|meledak|ledakan|njebluk"),
    (60, "terjebak|kejebak|tertimpa|ketimpa|tertimbun|ketimbun|terseret|keseret|hanyut|kentir|palid"),
    (60, "tenggelam|kelelep|klelep|titeuleum|titeleum|kecemplung|tercebur"),
    (60, "nyetrum|kesetrum|kesetrom|tersengat listrik|tersetrum|kabel putus|kabel listrik putus"
         "|bocor gas|gas bocor|kebocoran gas"),
    (60, "begal|dibegal|pembegalan|rampok|dirampok|perampok|perampokan|disandera|tawuran"),
    (60, "dibacok|pembacokan|ditusuk|penusukan|carok|celurit|parang|golok"),
    (60, "anak saya hilang|anakku hilang|anak kami hilang|adik saya hilang|anak ilang|bayi hilang"
         "|tahun hilang|tahun ilang|thn hilang"),
    (60, "bunuh diri|penculikan|diculik|anak hilang|disekap|dianiaya|penganiayaan|dikeroyok|pengeroyokan"
         "|dipukuli|digebuki|mau lompat|mau loncat"),
    (60, "banjir bandang|tanggul jebol|jebol|longsor|ambrol|ambruk|gempa|lindu|tsunami|urug|kaurugan"),
    (50, "kecelakaan|laka|lakalantas|tabrakan|ketabrak|tertabrak|tabrak lari|nabrak|terlindas|kelindes"),
    (50, "sekarat|kritis|kejang|tidak sadarkan diri|ga sadar|gak sadar|pingsan|semaput|kapiuhan|sesak napas"),
    (50, "meninggal|tewas|korban jiwa|maot|evakuasi|dievakuasi|ngungsi|mengungsi|pengungsi"),
    (40, "ambulans|ambulan|ambulance|cepat naik|air terus naik"),
    (40, "ular|kobra|piton|sanca|buaya|tawon"),
    (30, "roboh|rubuh|ambleg|tumbang|tumbeng|runtuh|angin kencang|puting beliung"),
    (25, "berdarah|luka parah|luka luka|terluka|patah tulang|jatuh korban|makan korban|korban"),
    (25, "geni|seuneu|percikan api|si jago merah|asap tebal|asap hitam|korsleting|konslet"),
    (25, "tolong cepat|tolong segera|cepat tolong|butuh bantuan|segera tolong|darurat|emergency|urgent|sos"),
    (20, "banjir|caah|kebanjiran|rob|air masuk rumah|sepinggang|sedada|selutut|tolong|tulung"),
    (20, "damkar|pemadam|basarnas|bpbd|112|119"),
    (20, "merendam|terendam|di dalam rumah|dalam rumah"),
    (20, "mengancam|ancaman|senjata tajam|sajam|kdrt|kekerasan|pelecehan|ngamuk|mengamuk"),
)  # fmt: skip

# What takes the alarm out of such words: figures of speech, drills, the past, adverts, fiction.
_CALM: tuple[tuple[int, str], ...] = (
    (100, "kebakaran jenggot|banjir diskon|banjir pujian|banjir promo|banjir order|banjir air mata"),
    (80, "simulasi|latihan|gladi|sosialisasi|pelatihan|penyuluhan|webinar|lomba|hut damkar|edukasi"),
    (50, "film|lagu|sinetron|drama|drakor|novel|konser|album|game|trailer|lirik"),
    (50, "promo|diskon|cashback|giveaway|jual|dijual|ready stok|ready stock|open order|gratis ongkir"),
    (40, "tahun lalu|taun lalu|tahun kemarin|bulan lalu|dulu|jaman dulu|zaman dulu|sejarah|mengenang"),
    (30, "seandainya|andai|semoga tidak|jangan sampai|mencegah|pencegahan|antisipasi|alhamdulillah"),
)  # fmt: skip

_POINTS = {
    word: (group, points if group < len(_SIGNS) else -points)
    for group, (points, words) in enumerate(_SIGNS + _CALM)
    for word in words.split("|")
}
_WORDS = re.compile(rf"\b{alternation(_POINTS)}\b")


def lexical_score(text: str) -> int:
    """0 (nothing alarming) to 100 for a normalised text.

    >>> lexical_score("tolong ada kebakaran di pasar")
    80
    >>> lexical_score("bapaknya kebakaran jenggot")
    0
    """
    hits = {_POINTS[word] for word in _WORDS.findall(text)}
    return max(0, min(100, sum(points for _, points in hits)))


def urgency_of(prediction: Prediction | None, lexical: int) -> str:
    """How urgent a post is: the model's label, except that darurat takes a sure model or two witnesses.

    A darurat that the model is not sure of and no loud word confirms is tinggi: the same day, but
    nobody is woken. A post that no model could read (``prediction`` is None) is tinggi if its words are alarming.
    """
    if prediction is None:
        return "tinggi" if lexical >= ALARMING else "sedang"
    darurat = prediction.scores["urgency"].get("darurat", 0.0)
    if darurat >= SURE or (darurat >= SUSPECTED and lexical >= LOUD):
        return "darurat"
    return "tinggi" if prediction.urgency == "darurat" else prediction.urgency


def why_alarm(urgency: str, lexical: int, unread: bool, intent: str, posts_in_case: int) -> str:
    """Why an alarm must go out, in Indonesian for the alarm's text; '' for no alarm.

    ``urgency`` is what ``urgency_of`` said of the newest post. ``unread`` means that the model failed
    on it; ``intent`` is then ''. An agency's own message never raises an alarm.
    """
    if intent == AGENCY_REPLY:
        return ""
    if urgency == "darurat":
        return "darurat"
    if unread and lexical >= ALARMING:
        return "belum terbaca mesin"
    if urgency == "tinggi" and posts_in_case >= GROWN:
        return "kasus membesar"
    return ""
