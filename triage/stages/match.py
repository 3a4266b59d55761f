"""MATCH: does the post need a case, and is there one already? Posts of one batch may share a new case."""

from collections.abc import Sequence
from dataclasses import replace

from models.text import normalise
from triage.entities import URGENCIES, CaseDraft, Draft, Match, OpenCase
from triage.rules import actionable, alarms, duplicates
from triage.stages.context import StageContext
from triage.store import matters

UNREAD_TOPIC = "lainnya"
"""Topic of a case whose post the machine could not read: people decide."""

LOOK_BACK = max(*duplicates.WINDOW.values(), duplicates.COPY_WINDOW)
"""Cases silent for longer than every matching window are not loaded."""


def topics(drafts: Sequence[Draft]) -> set[str]:
    """What must be locked before matching."""
    return {_topic(draft) for draft in drafts}


def _topic(draft: Draft) -> str:
    return draft.prediction.topic if draft.prediction else UNREAD_TOPIC


def _keys(drafts: Sequence[Draft]) -> set[matters.Key]:
    """Where each post may find its case: its topic in its area and without one; without a place anywhere."""
    found: set[matters.Key] = set()
    for draft in drafts:
        area = (draft.place.kecamatan if draft.place else "") or matters.ANYWHERE
        found |= {(_topic(draft), area), (_topic(draft), "")}
    return found


def run(drafts: Sequence[Draft], context: StageContext) -> None:
    """Fill ``urgency``, ``outcome`` and, for what needs a case, ``case`` and ``match``."""
    acting = [draft for draft in drafts if _decide_outcome(draft) == "case"]
    if not acting:
        return
    at_home = matters.of_posts(context.connection, [draft.post.id for draft in acting])
    pool = _Pool(acting, context)
    for draft in acting:
        if draft.post.id in at_home:
            draft.case = pool.shared(at_home[draft.post.id])
            draft.match = Match("edited_post", 1.0)
            _reopen(draft.case, draft.urgency)
        else:
            draft.case, draft.match = pool.find(draft) or (pool.open(draft), None)
        # A copy says nothing new, and an officer may have judged its words already.
        if draft.match is None or draft.match.rule != "same_text":
            _raise_urgency(draft.case, draft.urgency)


def _decide_outcome(draft: Draft) -> str:
    lexical = draft.post.alarm_score
    draft.urgency = alarms.urgency_of(draft.prediction, lexical)
    if draft.prediction is None:
        draft.outcome, draft.outcome_rule = "case", "unread"
    else:
        draft.outcome, draft.outcome_rule = actionable.decide(draft.prediction, draft.urgency, lexical)
    return draft.outcome


def _raise_urgency(case: CaseDraft, urgency: str) -> None:
    if URGENCIES.index(urgency) > URGENCIES.index(case.urgency):
        case.urgency = urgency
        case.raised = case.id is not None


def _reopen(case: CaseDraft, urgency: str) -> None:
    """An edit that makes a closed case urgent puts it back on its desk, with an alarm of its own if need be."""
    if case.open.closed and urgency in actionable.URGENT:
        case.reopened = True
        case.open = replace(case.open, closed=False, alarmed=-1)


class _Pool:
    """Cases that a batch may join: open ones from the record, and those the batch itself opens."""

    def __init__(self, drafts: Sequence[Draft], context: StageContext) -> None:
        since = min(draft.post.published_at for draft in drafts) - LOOK_BACK
        near = matters.open_near(context.connection, _keys(drafts), since)
        copies = matters.holding_copies(context.connection, {draft.post.text_hash for draft in drafts})
        self._cases = {case.id: _draft_of(case) for case in [*near, *copies]}
        self._opened: list[CaseDraft] = []

    def shared(self, case: OpenCase) -> CaseDraft:
        """The one draft of a stored case, however many posts of the batch join it."""
        return self._cases.setdefault(case.id, _draft_of(case))

    def find(self, draft: Draft) -> tuple[CaseDraft, Match] | None:
        """The case this post belongs to best."""
        text, urgent = normalise(draft.post.text), draft.urgency in actionable.URGENT
        found: list[tuple[float, CaseDraft, Match]] = []
        for case in [*self._cases.values(), *self._opened]:
            if not self._eligible(draft, case):
                continue
            match = duplicates.same_matter(
                text=text,
                text_hash=draft.post.text_hash,
                place=draft.place,
                urgent=urgent,
                at=draft.post.published_at,
                case=case.open,
            )
            if match:
                found.append((match.score, case, match))
        if not found:
            return None
        _score, case, match = max(found, key=lambda candidate: candidate[0])
        self._grow(case, draft, text)
        return case, match

    def open(self, draft: Draft) -> CaseDraft:
        """A new case for this post."""
        post, place = draft.post, draft.place
        case = CaseDraft(
            id=None,
            topic=_topic(draft),
            urgency=draft.urgency,
            place=place,
            open=OpenCase(
                id=0,
                topic=_topic(draft),
                urgency=draft.urgency,
                kecamatan=place.kecamatan if place else "",
                place_code=place.code if place else "",
                lat=place.lat if place else None,
                lon=place.lon if place else None,
                first_at=post.published_at,
                last_at=post.published_at,
                texts=(normalise(post.text),),
                text_hashes=frozenset({post.text_hash}),
                alarmed=-1,
                closed=False,
                agency="",
                place_name=place.name if place else "",
                posts=1,
            ),
        )
        self._opened.append(case)
        return case

    def _eligible(self, draft: Draft, case: CaseDraft) -> bool:
        """Copies join whatever they were called; other posts only cases of their own topic; none a closed case."""
        if case.open.closed:
            return False  # here only because a post of the batch that belongs to it was edited
        return case.topic == _topic(draft) or draft.post.text_hash in case.open.text_hashes

    def _grow(self, case: CaseDraft, draft: Draft, text: str) -> None:
        """Let the next posts of this batch see the case with this one in it."""
        case.open = replace(
            case.open,
            posts=case.open.posts + 1,
            first_at=min(case.open.first_at, draft.post.published_at),
            last_at=max(case.open.last_at, draft.post.published_at),
            texts=(*case.open.texts[:4], text),
            text_hashes=case.open.text_hashes | {draft.post.text_hash},
        )


def _draft_of(case: OpenCase) -> CaseDraft:
    return CaseDraft(id=case.id, topic=case.topic, urgency=case.urgency, place=None, open=case, agency=case.agency)
