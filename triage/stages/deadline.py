"""DEADLINE: by when? The clock of the case's urgency, in the city's working time."""

from collections.abc import Sequence

from triage.entities import Draft
from triage.rules import deadlines
from triage.stages.context import StageContext


def run(drafts: Sequence[Draft], context: StageContext) -> None:
    """Fill ``case.due_at`` of cases that are new or became more urgent; the clock starts now."""
    city = context.city
    for draft in drafts:
        case = draft.case
        if case is None or (case.id is not None and not case.raised):
            continue
        case.due_at = deadlines.due_at(
            city.deadlines[case.urgency], context.now, city.hours, city.holidays, city.timezone
        )
