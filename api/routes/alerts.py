"""GET /peringatan: the alarms, live. All come from the record, so a lost connection loses none."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Form, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.boards.alert_pulse import pulse_of
from api.boards.rendering import back_to, flash, pages_of
from api.dependencies import Now, ServicesHere
from api.security import ActingViewer, ViewerHere, VisitorHere, local_path, session_token
from triage.people import Viewer
from triage.wiring import Services

router = APIRouter(prefix="/peringatan", include_in_schema=False)

SHOWN = 100
"""Alarms on a page, and at once on a stream."""

KEEPALIVE = 15
"""Seconds between pings, so that proxies do not close a quiet stream."""

RECHECK = 30.0
"""Seconds after which a stream asks again whether its session still runs."""

LARGEST_NUMBER = 2**63 - 1

AlertNumber = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]


@router.get("")
def live_list(
    request: Request,
    services: ServicesHere,
    now: Now,
    viewer: ViewerHere,
    before: Annotated[int | None, Query(alias="sebelum", ge=1, le=LARGEST_NUMBER)] = None,
) -> Response:
    """The alarms that wait, newest first, then the last ones that somebody has seen."""
    # Asked before the list: an alarm raised in between comes twice, and the script drops the second.
    after = services.views.last_alert()
    page = services.views.alerts(viewer, before, SHOWN)
    values = {
        "now": now,
        "after": after,
        "page": page,
        "flash": flash(request),
    }
    return pages_of(request).show(viewer, "alerts.html", values)


@router.post("/{number}/terima")
def acknowledge(
    services: ServicesHere,
    now: Now,
    viewer: ActingViewer,
    number: AlertNumber,
    back: Annotated[str, Form()] = "/peringatan",
) -> Response:
    """Say that the alarm was seen."""
    first = services.actions.acknowledge(viewer, number, now)
    return back_to(local_path(back).partition("?")[0], "diterima" if first else "sudah")


@router.get("/aliran")
async def stream(
    request: Request,
    services: ServicesHere,
    visitor: VisitorHere,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """Alarms after a number, then each new one as it is raised. A browser resumes by Last-Event-ID itself."""
    if visitor is None:
        return Response(status_code=401)  # a redirect to a page would make the browser try for ever
    resumed = last_event_id.isascii() and last_event_id.isdigit() and int(last_event_id) <= LARGEST_NUMBER
    start = int(last_event_id) if resumed else after
    return EventSourceResponse(_events(request, services, visitor, start), ping=KEEPALIVE)


async def _events(
    request: Request, services: Services, viewer: Viewer, number: int
) -> AsyncIterator[ServerSentEvent]:
    pulse, tell = pulse_of(request.app), pages_of(request).tell
    token = session_token(request, services.settings)
    time = asyncio.get_running_loop().time
    recheck_at = time() + RECHECK
    while True:
        if time() >= recheck_at:
            present = await run_in_threadpool(services.people.viewer, token, datetime.now(UTC))
            if present is None:
                return
            viewer, recheck_at = present, time() + RECHECK
        newest = pulse.newest
        lines = await run_in_threadpool(services.views.alerts_after, viewer, number, SHOWN)
        for line in lines:
            card = tell.alert(line, datetime.now(UTC))
            yield ServerSentEvent(event="alert", id=str(line.id), data=orjson.dumps(card).decode())
            number = line.id
        if not lines:
            await pulse.beyond(newest, patience=recheck_at - time())
