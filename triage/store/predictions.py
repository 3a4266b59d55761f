"""Predictions already made, so that a repost costs nothing."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select

from models.predictions import Prediction
from triage.store.tables import predictions


def known(connection: Connection, text_hashes: Collection[str], model: str) -> dict[str, Prediction]:
    """Text hash -> what this model said about the same normalised text before."""
    query = select(predictions).where(predictions.c.text_hash.in_(list(text_hashes)), predictions.c.model == model)
    return {row.text_hash: _prediction(row) for row in connection.execute(query)}


def latest(connection: Connection, post_id: str) -> Prediction | None:
    """The newest prediction about a post."""
    query = (
        select(predictions).where(predictions.c.post_id == post_id).order_by(predictions.c.created_at.desc()).limit(1)
    )
    row = connection.execute(query).one_or_none()
    return _prediction(row) if row else None


def _prediction(row: Row[Any]) -> Prediction:
    return Prediction(
        model=row.model,
        intent=row.intent,
        topic=row.topic,
        urgency=row.urgency,
        sentiment=row.sentiment,
        scores=row.scores,
        doubts=tuple(row.doubts),
        spans=tuple(row.spans),
    )
