"""What programs send us, as pydantic schemas. Unknown fields are refused: a typo must not lose data."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from triage.entities import IncomingPost


class PostIn(BaseModel):
    """One post."""

    model_config = ConfigDict(extra="forbid", strict=False)

    id: str = Field(description="Id at the source; the same id again is the same post, or an edit of it.")
    text: str
    source: str = Field(default="", description="Source name; needless for a key that is bound to one.")
    author: str = ""
    created_at: AwareDatetime | None = Field(default=None, description="ISO 8601 with zone.")
    place_hint: str = ""
    lat: float | None = None
    lon: float | None = None
    url: str = ""

    def incoming(self, source: str) -> IncomingPost:
        """The post as intake takes it."""
        created: datetime | None = self.created_at
        return IncomingPost(
            source=self.source or source,
            external_id=self.id,
            text=self.text,
            author=self.author,
            created_at=created,
            place_hint=self.place_hint,
            lat=self.lat,
            lon=self.lon,
            url=self.url,
        )


POSTS = TypeAdapter(list[PostIn])
"""Validates a whole batch in one pass."""


class Accepted(BaseModel):
    """The reply to a batch that is in the record."""

    ids: list[str] = Field(description="Dengar's id of each post, in the order sent.")
    added: int
    edited: int
    known: int
