"""LOCATE: where is the matter? The words, the address beside them, or the point the platform gave."""

from collections.abc import Sequence

from triage.entities import Draft
from triage.stages.context import StageContext


def run(drafts: Sequence[Draft], context: StageContext) -> None:
    """Fill ``places`` (all that was found, best first) and ``place`` (the best, or None for unknown)."""
    for draft in drafts:
        post = draft.post
        spans = draft.prediction.spans if draft.prediction else ()
        draft.place = context.gazetteer.best(
            post.text, post.place_hint, post.lat, post.lon, context.boundaries, spans
        )
        first = [draft.place] if draft.place else []
        codes = {place.code for place in first}
        draft.places = (*first, *(place for place in context.gazetteer.find(post.text) if place.code not in codes))
