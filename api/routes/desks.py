"""GET /meja and /meja/{agency}: open cases, the most urgent first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.boards.rendering import back_to, flash, pages_of
from api.dependencies import Now, ServicesHere
from api.security import ViewerHere
from triage.errors import NotFound
from triage.people import Viewer

router = APIRouter(include_in_schema=False)

LINES = 50
"""Cases on one page."""

After = Annotated[str, Query(pattern=r"^(\d-\d{1,18})?$")]
"""Where the page begins: urgency rank and number of the last case of the page before."""


@router.get("/meja")
def all_desks(
    request: Request, services: ServicesHere, now: Now, viewer: ViewerHere, setelah: After = ""
) -> Response:
    """The whole city for operators; officers go to their own desk."""
    if viewer.agency:
        return back_to(f"/meja/{viewer.agency}")
    return _show(request, services, now, viewer, "", setelah)


@router.get("/meja/{agency}")
def desk(
    request: Request, services: ServicesHere, now: Now, viewer: ViewerHere, agency: str, setelah: After = ""
) -> Response:
    """The desk of one agency."""
    if agency not in services.city.agencies:
        raise NotFound("no such desk")
    return _show(request, services, now, viewer, agency, setelah)


def _show(request: Request, services: ServicesHere, now: Now, viewer: Viewer, agency: str, after: str) -> Response:
    values = {
        "now": now,
        "desk": services.views.desk(viewer, agency, after, LINES),
        "desks": services.views.desks(viewer) if viewer.sees_all else {},
        "first_page": not after,
        "flash": flash(request),
    }
    return pages_of(request).show(viewer, "desk.html", values)
