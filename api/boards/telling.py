"""Says in Indonesian what the record says in ids: labels, desks, rules, events and alarms of one city."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.boards import words
from models.predictions import HEADS
from models.taxonomy import Taxonomy
from triage.entities import City, RoutingRule
from triage.pages import AlertLine, Event
from triage.rules.lifecycle import STATUS_NAMES


@dataclass(frozen=True, slots=True)
class AlertCard:
    """An alarm in the words of the board: the same for the page and for the live stream."""

    id: int
    case_id: int
    urgency: str
    letter: str
    urgency_name: str
    title: str
    topic: str
    place: str
    agency: str
    reason: str
    """Why it was raised; '' when the urgency says it all."""
    raised_at: str
    """ISO 8601, for programs."""
    raised: str
    """As people say it."""


class Teller:
    """Knows the names of one city. Built once per process by api.boards.rendering."""

    def __init__(self, city: City, taxonomy: Taxonomy) -> None:
        self._city = city
        self._taxonomy = taxonomy
        self._rules = {rule.id: rule for rule in city.routing}
        self._zone = ZoneInfo(city.timezone)

    def label(self, head: str, label: str) -> str:
        """Name of a label; its id if the taxonomy no longer knows it, since history keeps old labels."""
        known = self._taxonomy.heads.get(head, {}).get(label)
        return known.name if known else label

    def agency(self, agency: str) -> str:
        """Full name of an agency."""
        known = self._city.agencies.get(agency)
        return known.name if known else agency

    def agency_short(self, agency: str) -> str:
        """Short name of an agency."""
        known = self._city.agencies.get(agency)
        return known.short if known else agency

    def source(self, source: str) -> str:
        """Title of a source."""
        known = self._city.sources.get(source)
        return known.title if known else source

    def actor(self, login: str) -> str:
        """Who did it."""
        return words.ACTORS.get(login, login)

    def moment(self, at: datetime, now: datetime) -> str:
        """A moment in the city's time."""
        return words.moment(at, now, self._zone)

    def rule(self, rule: str) -> str:
        """Why the desk was chosen, from the id of the rule that chose it."""
        if rule in words.ROUTED_BY:
            return words.ROUTED_BY[rule]
        line, _, fell_back = rule.partition(":")
        told = self._line(self._rules[line]) if line in self._rules else "Aturan ini sudah tidak ada di tabel"
        return f"{told}; {words.ROUTING_FELL_BACK.get(fell_back, fell_back)}" if fell_back else told

    def event(self, event: Event) -> str:
        """One line of a case's history as a sentence."""
        match event.action:
            case "open":
                return f"Kasus dibuka di meja {self.agency(event.now)}. {self.rule(event.reason)}."
            case "raise":
                was, now = self.label("urgency", event.was), self.label("urgency", event.now)
                return f"Urgensi naik dari {was} ke {now} karena kiriman baru"
            case "alert":
                return f"Peringatan nomor {event.now} dibunyikan: {event.reason}"
            case "acknowledge":
                return f"Peringatan nomor {event.now} diterima"
            case "take":
                return "Kasus diambil untuk ditangani"
            case "forward":
                return f"Diteruskan dari {self.agency(event.was)} ke {self.agency(event.now)}"
            case "close" | "reopen":
                was, now = STATUS_NAMES.get(event.was, event.was), STATUS_NAMES.get(event.now, event.now)
                return f"Status {was} menjadi {now}"
            case "correct":
                return f"Label dikoreksi dari {self._labels(event.was)} menjadi {self._labels(event.now)}"
            case "reveal":
                return "Teks asli sebuah kiriman dibuka"
            case "source_deleted":
                return "Sebuah kiriman dihapus di sumbernya; teksnya sudah dimusnahkan"
            case _:
                return event.action

    def reason(self, event: Event) -> str:
        """The reason that a person gave for an event; '' where the sentence says it all."""
        return event.reason if event.action in ("forward", "close", "reopen", "reveal") else ""

    def alert(self, line: AlertLine, now: datetime) -> AlertCard:
        """An alarm in words."""
        return AlertCard(
            id=line.id,
            case_id=line.case_id,
            urgency=line.urgency,
            letter=words.URGENCY_LETTER[line.urgency],
            urgency_name=self.label("urgency", line.urgency),
            title=line.title,
            topic=self.label("topic", line.topic),
            place=line.place_name or "Tempat belum diketahui",
            agency=self.agency_short(line.agency),
            reason="" if line.reason == line.urgency else line.reason,
            raised_at=line.raised_at.isoformat(),
            raised=self.moment(line.raised_at, now),
        )

    def _line(self, rule: RoutingRule) -> str:
        conditions = []
        if rule.topics:
            conditions.append("topik " + " atau ".join(self.label("topic", t) for t in sorted(rule.topics)))
        if rule.urgencies:
            conditions.append("urgensi " + " atau ".join(self.label("urgency", u) for u in sorted(rule.urgencies)))
        if rule.words:
            conditions.append("memuat kata " + ", ".join(f"“{word}”" for word in rule.words))
        return "Aturan: " + ("; ".join(conditions) or "semua kasus lainnya")

    def _labels(self, spelled: str) -> str:
        """``topic=jalan, urgency=tinggi`` in words."""
        pairs = [part.partition("=")[::2] for part in spelled.split(", ")]
        return ", ".join(
            f"{words.HEADS[head]}: {self.label(head, value) or 'tidak terbaca'}"
            for head, value in pairs
            if head in HEADS
        )
