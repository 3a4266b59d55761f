"""The door for people: take, forward, close, reopen, correct a case; acknowledge an alarm; reveal an original.

Every action checks who asks, what the case's status allows and that nobody else changed
the case meanwhile; then it changes the case and appends to its history, in one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from models.predictions import HEADS
from models.taxonomy import Taxonomy
from triage.entities import URGENCIES, City
from triage.errors import Conflict, InvalidAction, NotAllowed, NotFound
from triage.people import Viewer
from triage.rules import deadlines, lifecycle
from triage.rules.redaction import clean
from triage.sealing import Sealer
from triage.store import alerts, cases, history, labels, posts, predictions
from triage.store.database import Database

DARURAT = URGENCIES.index("darurat")
"""Rank of what cannot wait."""

LONGEST_REASON = 1000
"""Characters."""


class Actions:
    """Built once per process by triage.wiring."""

    def __init__(
        self, database: Database, city: City, taxonomy: Taxonomy, sealer: Sealer, alert_channels: Sequence[str]
    ) -> None:
        self._database = database
        self._alert_channels = alert_channels
        self._city = city
        self._taxonomy = taxonomy
        self._sealer = sealer

    def take(self, viewer: Viewer, case_id: int, revision: int, now: datetime) -> None:
        """The viewer works on the case from now on."""
        with self._database.write() as connection:
            case = self._case(connection, viewer, case_id, "take", revision)
            self._apply(connection, case, "take", viewer, now, now_is=viewer.login, assignee=viewer.login)

    def forward(self, viewer: Viewer, case_id: int, revision: int, agency: str, reason: str, now: datetime) -> None:
        """Hand the case to another desk, saying why. If it had an alarm, the new desk gets one of its own."""
        reason = _reason("forward", reason)
        if agency not in self._city.agencies:
            raise InvalidAction("unknown agency", remedy="choose one from the list")
        with self._database.write() as connection:
            case = self._case(connection, viewer, case_id, "forward", revision)
            if case.agency == agency:
                raise InvalidAction("the case lies on that desk already", remedy="choose another agency")
            self._apply(
                connection, case, "forward", viewer, now,
                was=case.agency, now_is=agency, reason=reason, agency=agency, assignee=None, rule="forwarded",
            )  # fmt: skip
            if case.alert_id is not None:
                self._alarm(connection, case.id, agency, URGENCIES[case.urgency], "diteruskan", now)

    def close(self, viewer: Viewer, case_id: int, revision: int, reason: str, now: datetime) -> None:
        """The matter is settled; the reason says how."""
        reason = _reason("close", reason)
        with self._database.write() as connection:
            case = self._case(connection, viewer, case_id, "close", revision)
            self._apply(connection, case, "close", viewer, now, reason=reason, closed_at=now)

    def reopen(self, viewer: Viewer, case_id: int, revision: int, reason: str, now: datetime) -> None:
        """The matter was not settled after all."""
        reason = _reason("reopen", reason)
        with self._database.write() as connection:
            case = self._case(connection, viewer, case_id, "reopen", revision)
            self._apply(connection, case, "reopen", viewer, now, reason=reason, closed_at=None, assignee=None)

    def correct(
        self, viewer: Viewer, case_id: int, revision: int, post_id: str, truth: Mapping[str, str], now: datetime
    ) -> int:
        """Say what a post of the case really says: head -> label. Returns how many labels are new.

        What differs from what was held true so far becomes a label, so that a correction can be
        corrected in turn. The case follows its opening post in topic and urgency, other posts only
        to a higher urgency; the desk does not follow: moving a case is ``forward``, so that nobody
        loses one by correcting it. A person's darurat raises the alarm that the machine missed.
        """
        for head, value in truth.items():
            if head not in HEADS or value not in self._taxonomy.labels(head):
                raise InvalidAction(f"unknown {head} {value[:40]!r}", remedy="choose one from the list")
        with self._database.write() as connection:
            case = self._case(connection, viewer, case_id, "correct", revision)
            if not cases.holds(connection, case_id, post_id):
                raise NotFound("no such post in this case")
            said = predictions.latest(connection, post_id)
            held = {head: said.label(head) if said else "" for head in truth} | labels.held(connection, post_id)
            wrong = {head: value for head, value in truth.items() if value != held[head]}
            opening = post_id == cases.opened_by(connection, case_id)
            columns = self._following(case, wrong, opening=opening)
            for head, value in wrong.items():
                labels.append(
                    connection, post_id=post_id, case_id=case_id, head=head, value=value, was=held[head],
                    model=said.model if said else "", by=viewer.login, at=now,
                )  # fmt: skip
            if wrong:
                self._apply(
                    connection, case, "correct", viewer, now,
                    was=_spell({head: held[head] for head in wrong}), now_is=_spell(wrong), reason=post_id,
                    **columns,
                )  # fmt: skip
                if columns.get("urgency") == DARURAT > alerts.alarmed(connection, case_id) and not case.closed_at:
                    self._alarm(connection, case_id, case.agency, "darurat", "dinilai petugas", now)
        return len(wrong)

    def acknowledge(self, viewer: Viewer, alert_id: int, now: datetime) -> bool:
        """The viewer has seen the alarm. False if someone had already."""
        with self._database.write() as connection:
            alert = alerts.one(connection, alert_id)
            allowed = viewer.role in ("watcher", "operator") or (alert and alert.agency == viewer.agency)
            if alert is None or not allowed:
                raise NotFound("no such alarm")
            return alerts.acknowledge(connection, alert_id, viewer.login, now)

    def reveal(self, viewer: Viewer, case_id: int, post_id: str, reason: str, now: datetime) -> str:
        """The original text of a post, unredacted. Who looked and why stays in the case's history."""
        reason = _reason("reveal", reason)
        with self._database.write() as connection:
            self._visible(connection, viewer, case_id)
            if not cases.holds(connection, case_id, post_id):
                raise NotFound("no such post in this case")
            sealed = posts.sealed_original(connection, post_id)
            if sealed is None:
                raise NotFound("the source deleted this post")
            history.record(
                connection, case_id, now, action="reveal", actor=viewer.login, now_is=post_id, reason=reason
            )
        return self._sealer.open(sealed)

    def _visible(self, connection: Connection, viewer: Viewer, case_id: int) -> Row[Any]:
        case = cases.one(connection, case_id)
        if case is None or not (viewer.sees_all or case.agency == viewer.agency):
            raise NotFound("no such case")
        return case

    def _case(self, connection: Connection, viewer: Viewer, case_id: int, action: str, revision: int) -> Row[Any]:
        case = self._visible(connection, viewer, case_id)
        if case.revision != revision:
            raise Conflict("someone else changed this case meanwhile", remedy="look at it again, then repeat")
        if lifecycle.after(case.status, action) is None:
            raise NotAllowed(f"a case that is {case.status} cannot be given the action {action}")
        return case

    def _apply(
        self,
        connection: Connection,
        case: Row[Any],
        action: str,
        viewer: Viewer,
        now: datetime,
        *,
        was: str = "",
        now_is: str = "",
        reason: str = "",
        **columns: Any,
    ) -> None:
        """Move the case along the lifecycle, set ``columns`` of its row, append to its history."""
        status = lifecycle.after(case.status, action)
        if not cases.change(connection, case.id, case.revision, status=status, **columns):
            raise Conflict("someone else changed this case meanwhile", remedy="look at it again, then repeat")
        history.record(
            connection, case.id, now, action=action, actor=viewer.login,
            was=was or case.status, now_is=now_is or str(status), reason=reason,
        )  # fmt: skip

    def _alarm(
        self, connection: Connection, case_id: int, agency: str, urgency: str, reason: str, now: datetime
    ) -> None:
        alerts.raise_alert(
            connection, case_id=case_id, agency=agency, urgency=urgency, reason=reason,
            channels=self._alert_channels, now=now,
        )  # fmt: skip

    def _following(self, case: Row[Any], wrong: Mapping[str, str], *, opening: bool) -> dict[str, Any]:
        """Columns of the case that follow a correction of its opening post, or of another."""
        columns: dict[str, Any] = {}
        if "topic" in wrong and opening:
            columns["topic"] = wrong["topic"]
        if "urgency" in wrong and (opening or URGENCIES.index(wrong["urgency"]) > case.urgency):
            columns["urgency"] = URGENCIES.index(wrong["urgency"])
            rule = self._city.deadlines[wrong["urgency"]]
            columns["due_at"] = deadlines.due_at(
                rule, case.opened_at, self._city.hours, self._city.holidays, self._city.timezone
            )
        return columns


def _reason(action: str, reason: str) -> str:
    reason = " ".join(clean(reason).split())
    if not reason:
        raise InvalidAction(f"{action} needs a reason", remedy="say in a sentence why")
    if len(reason) > LONGEST_REASON:
        raise InvalidAction(f"a reason has at most {LONGEST_REASON} characters", remedy="shorten it")
    return reason


def _spell(labels_by_head: Mapping[str, str]) -> str:
    return ", ".join(f"{head}={value}" for head, value in labels_by_head.items())
