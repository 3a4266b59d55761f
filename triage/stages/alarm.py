"""ALARM: must someone be woken? Once a case, however many posts it grows to, and again if it gets worse."""

from collections.abc import Sequence

from triage.entities import URGENCIES, Draft
from triage.rules import alarms
from triage.stages.context import StageContext


def run(drafts: Sequence[Draft], context: StageContext) -> None:
    """Fill ``case.alert_reason`` where an alarm must go out now."""
    for draft in drafts:
        case = draft.case
        if case is None or case.alert_reason or URGENCIES.index(case.urgency) <= case.open.alarmed:
            continue
        prediction = draft.prediction
        case.alert_reason = alarms.why_alarm(
            draft.urgency,
            draft.post.alarm_score,
            draft.unread,
            prediction.intent if prediction else "",
            case.open.posts,
        )
