"""The one place where Dengar's errors become HTTP. Replies name the field and the remedy, never echo a body."""

from itertools import accumulate

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.boards.rendering import ASKED_WRONGLY, ask_to_sign_in, error_page, is_page
from api.security import HEADERS, SignInNeeded
from triage import errors

log = structlog.get_logger(__name__)

STATUS: dict[type[errors.DengarError], int] = {
    errors.InvalidPost: 422,
    errors.UnknownSource: 422,
    errors.PostTooLarge: 413,
    errors.NotFound: 404,
    errors.NotAllowed: 409,
    errors.Conflict: 409,
    errors.InvalidAction: 422,
    errors.SignInFailed: 401,
    errors.KeyRefused: 401,
}

MOST_SHOWN = 20
"""Validation problems in one reply: a batch with a thousand mistakes gets a short answer."""

LARGEST_LIST = 3000
"""Bytes that the problems of one reply may take: it stays below 4 KB, however long the names in it."""

LONGEST_FIELD = 100
"""Characters of a field's path in a reply: keys of the body are the sender's words too."""

RETRY_AFTER = 5
"""Seconds after which to try again while the record is out of reach."""


def install(app: FastAPI) -> None:
    """Attach the handlers."""
    app.add_exception_handler(errors.DengarError, _dengar_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(SignInNeeded, ask_to_sign_in)
    app.add_exception_handler(OperationalError, _record_out_of_reach)
    app.add_exception_handler(PoolTimeout, _record_out_of_reach)
    app.add_exception_handler(Exception, _unexpected)


def problem(
    status: int, code: str, message: str, remedy: str = "", problems: list[dict[str, str]] | None = None
) -> Response:
    """The one shape of an error: ``{"error": {"code", "message", "remedy", "problems"?}}``."""
    body: dict[str, object] = {"code": code, "message": plain(message), "remedy": plain(remedy)}
    if problems:
        body["problems"] = _fitting(problems)
    # The reply to an unexpected error passes outside all middleware, so the headers go with every one.
    return JSONResponse({"error": body}, status_code=status, headers=HEADERS)


def _fitting(problems: list[dict[str, str]]) -> list[dict[str, str]]:
    sizes = accumulate(len(orjson.dumps(one)) for one in problems)
    return [one for one, size in zip(problems, sizes, strict=True) if size <= LARGEST_LIST]


async def _dengar_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.DengarError)
    status = STATUS.get(type(error), 500)
    if is_page(request):
        return error_page(request, status, error.code)
    return problem(status, error.code, error.message, error.remedy)


async def _invalid_request(request: Request, error: Exception) -> Response:
    # FastAPI's own handler fails on NaN, bytes and lone surrogates, and returns the whole input.
    assert isinstance(error, RequestValidationError)
    if is_page(request):
        wrong_address = any(e["loc"][0] in ASKED_WRONGLY for e in error.errors())
        return error_page(request, 404 if wrong_address else 422, "request.invalid")
    problems = [
        {"field": plain(".".join(str(part) for part in e["loc"]))[:LONGEST_FIELD], "problem": plain(str(e["msg"]))}
        for e in error.errors()[:MOST_SHOWN]
    ]
    return problem(422, "request.invalid", "the request is not valid", "correct the fields named", problems)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if is_page(request):
        return error_page(request, error.status_code, "http.error")
    return problem(error.status_code, "http.error", str(error.detail))


async def _record_out_of_reach(request: Request, error: Exception) -> Response:
    # Down, locked by another writer, or no connection to spare: it passes, and asking again is right.
    log.error("record out of reach", path=request.url.path, error=type(error).__name__, exc_info=error)
    if is_page(request):
        reply = error_page(request, 503, "record.unavailable")
    else:
        reply = problem(503, "record.unavailable", "the record does not answer", f"try again in {RETRY_AFTER} s")
    reply.headers["Retry-After"] = str(RETRY_AFTER)
    return reply


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error", path=request.url.path, exc_info=error)
    if is_page(request):
        return error_page(request, 500, "internal")
    return problem(500, "internal", "Dengar failed on this request", "try again; the operators see it in the log")


def plain(text: str) -> str:
    """Words that always encode, of a length that always fits."""
    return text.encode("utf-8", "replace").decode("utf-8")[:500]
