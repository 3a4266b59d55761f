"""CLASSIFY: what does the post say? One pass of the reader over the batch; exact copies reuse what was said."""

from collections.abc import Sequence

from triage.entities import Draft
from triage.stages.context import StageContext
from triage.store import predictions


def run(drafts: Sequence[Draft], context: StageContext) -> None:
    """Fill ``prediction``. Drafts marked ``unread`` keep None: the reader failed on them before."""
    readable = [draft for draft in drafts if not draft.unread]
    hashes = {draft.post.text_hash for draft in readable}
    answers = predictions.known(context.connection, hashes, context.reader.version)
    texts = {d.post.text_hash: d.post.text for d in readable if d.post.text_hash not in answers}
    answers |= dict(zip(texts, context.reader.read(list(texts.values())), strict=True))
    for draft in readable:
        draft.prediction = answers[draft.post.text_hash]
