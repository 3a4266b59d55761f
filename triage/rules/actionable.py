"""Whether a post becomes (part of) a case on a desk, or needs no action.

The first line that fits decides:

| rule              | when                                                     | outcome   |
|-------------------|----------------------------------------------------------|-----------|
| citizen_asks      | intent pengaduan, permintaan_informasi or aspirasi       | case      |
| urgent            | urgency darurat or tinggi, and no agency is speaking     | case      |
| doubtful          | the model doubts the intent, and it may well be asking, or the words are alarming | case |
| nothing_asked     | anything else: berita, apresiasi, lainnya, agency replies| no_action |
"""

from typing import Literal

from models.predictions import Prediction

ASKING = frozenset({"pengaduan", "permintaan_informasi", "aspirasi"})
URGENT = frozenset({"tinggi", "darurat"})
AGENCY_REPLY = "respons_instansi"
DOUBTFUL = "doubtful"
"""The rule whose cases go to the human triage desk: a person decides whether anything is to be done."""
MAYBE = 0.35
"""Probability that a doubtful post asks for something, from which a person decides."""
ALARMING = 40
"""Lexical score (0-100) from which words alone make a doubtful post worth a person's look."""


def decide(prediction: Prediction, urgency: str, lexical: int) -> tuple[Literal["case", "no_action"], str]:
    """The outcome of a post and the id of the rule that decided it.

    ``urgency`` and ``lexical`` are what ``triage.rules.alarms`` says of the post.
    """
    if prediction.intent in ASKING:
        return "case", "citizen_asks"
    if urgency in URGENT and prediction.intent != AGENCY_REPLY:
        return "case", "urgent"
    asking = sum(prediction.scores["intent"].get(intent, 0.0) for intent in ASKING)
    if "intent" in prediction.doubts and (asking >= MAYBE or lexical >= ALARMING):
        return "case", DOUBTFUL
    return "no_action", "nothing_asked"
