"""ROUTE: whose desk? The first fitting line of the city's table; a doubtful topic goes to people."""

from collections.abc import Sequence

from models.text import normalise
from triage.entities import Draft
from triage.rules import actionable, routing
from triage.stages.context import StageContext


def run(drafts: Sequence[Draft], context: StageContext) -> None:
    """Fill ``case.agency`` and ``case.rule`` of cases opened by this batch; a case that stands keeps its desk."""
    city = context.city
    for draft in drafts:
        case = draft.case
        if case is None or case.id is not None or case.agency:
            continue
        if draft.prediction is None:
            case.agency, case.rule = city.triage_agency, "unread"
        elif draft.outcome_rule == actionable.DOUBTFUL:
            case.agency, case.rule = city.triage_agency, "doubtful_intent"
        elif "topic" in draft.prediction.doubts:
            case.agency, case.rule = city.triage_agency, "doubtful_topic"
        else:
            case.agency, case.rule = routing.route(
                city.routing,
                case.topic,
                case.urgency,
                case.place,
                normalise(draft.post.text),
                city.agencies,
                city.triage_agency,
            )
