"""POST /api/v1/posts: the door for programs. 202 means: committed, it will not be lost.

The body is read as bytes and parsed by orjson, which refuses NaN, lone surrogates and broken
UTF-8. A batch is taken whole or not at all; a refusal names each field and where it stands.
"""

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from api.dependencies import Now, ServicesHere
from api.errors import LONGEST_FIELD, MOST_SHOWN, plain, problem
from api.schemas import POSTS, Accepted, PostIn
from triage.entities import IncomingPost, Intake
from triage.errors import InvalidPost, KeyRefused, PostTooLarge, UnknownSource
from triage.people import ApiKey
from triage.rules.redaction import clean
from triage.wiring import Services

router = APIRouter(prefix="/api/v1", tags=["posts"])

MOST_POSTS = 1000
"""Posts in one request."""

BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        PostIn.model_json_schema(),
                        {"type": "array", "items": PostIn.model_json_schema(), "minItems": 1, "maxItems": MOST_POSTS},
                    ]
                }
            }
        },
    }
}


@router.post("/posts", status_code=202, response_model=Accepted, openapi_extra=BODY)
async def receive(
    request: Request, services: ServicesHere, now: Now, authorization: Annotated[str, Header()] = ""
) -> Response:
    """Take one post or up to 1,000."""
    key = await run_in_threadpool(_key, services, authorization)
    body = await request.body()
    try:
        intake = await run_in_threadpool(_accept, services, key, body, now)
    except BatchRefused as refused:
        return problem(refused.status, "post.invalid", "no post was taken", "correct them all", refused.problems)
    await run_in_threadpool(services.wakeups.wake, "triage")
    accepted = Accepted(ids=intake.ids, added=intake.added, edited=intake.edited, known=intake.known)
    return Response(accepted.model_dump_json(), status_code=202, media_type="application/json")


@router.delete("/posts/{source}/{external_id:path}", status_code=200)
async def delete(
    source: str,
    external_id: str,
    services: ServicesHere,
    now: Now,
    authorization: Annotated[str, Header()] = "",
) -> dict[str, int]:
    """Honour a deletion at the source: the text is purged at once, the case keeps a note."""
    key = await run_in_threadpool(_key, services, authorization)
    _require_source(key, source)
    if source not in services.city.sources:
        raise UnknownSource(source, sorted(services.city.sources))
    return {"deleted": await run_in_threadpool(services.intake.delete, source, [clean(external_id)], now)}


def _key(services: Services, authorization: str) -> ApiKey:
    scheme, _space, presented = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise KeyRefused("missing API key", remedy="send the header Authorization: Bearer dgr_...")
    return services.people.key(presented.strip())


class BatchRefused(Exception):
    """A batch with at least one bad post; names the first few."""

    def __init__(self, status: int, problems: list[dict[str, str]]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.status = status
        self.problems = problems


def _accept(services: Services, key: ApiKey, body: bytes, now: datetime) -> Intake:
    posts = _parse(body, key)
    problems, status = [], 422
    for number, post in enumerate(posts):
        try:
            _require_source(key, post.source)
            services.intake.check(post)
        except InvalidPost as error:
            status = 413 if isinstance(error, PostTooLarge) else status
            problems.append(_problem(number, error.field, error.problem, error.remedy))
    if problems:
        raise BatchRefused(status, problems[:MOST_SHOWN])
    return services.intake.accept(posts, now)


def _problem(number: int, field: str, problem: str, remedy: str) -> dict[str, str]:
    return {"post": str(number), "field": plain(field), "problem": plain(problem), "remedy": plain(remedy)}


def _parse(body: bytes, key: ApiKey) -> list[IncomingPost]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidPost("body", f"is not JSON: {error.msg} at byte {error.pos}", remedy="send UTF-8 JSON") from None
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_POSTS:
        raise InvalidPost("body", f"must be a post or a list of 1 to {MOST_POSTS}", remedy="split the batch")
    _refuse_unknown_fields(value)
    try:
        posts = POSTS.validate_python(value)
    except ValidationError as error:
        raise BatchRefused(
            422, [_schema_problem(e) for e in error.errors(include_input=False)[:MOST_SHOWN]]
        ) from None
    return [post.incoming(key.source or "api") for post in posts]


def _refuse_unknown_fields(posts: list[object]) -> None:
    # Before pydantic, which would describe each of half a million fields: five seconds and a gigabyte.
    unknown = (
        (number, min(post.keys() - PostIn.model_fields.keys(), default=None))
        for number, post in enumerate(posts)
        if isinstance(post, dict)
    )
    problems = [
        _problem(
            number, name[:LONGEST_FIELD], "is not a field of a post", f"fields: {', '.join(PostIn.model_fields)}"
        )
        for number, name in unknown
        if name is not None
    ]
    if problems:
        raise BatchRefused(422, problems[:MOST_SHOWN])


def _schema_problem(error: ErrorDetails) -> dict[str, str]:
    number, *field = [str(part) for part in error["loc"]]
    return {"post": number, "field": plain(".".join(field))[:LONGEST_FIELD], "problem": plain(error["msg"])}


def _require_source(key: ApiKey, source: str) -> None:
    if key.source and source != key.source:
        raise InvalidPost("source", f"this key may only write {key.source!r}", remedy="leave source out")
