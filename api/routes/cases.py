"""GET /kasus/{id}: all there is to know about a case. POST /kasus/{id}/...: what officers do to it.

Every form carries the session's token and the revision of the case it was made from; the
answer is a redirect, so that reloading repeats nothing.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response

from api.boards.rendering import back_to, flash, pages_of
from api.dependencies import Now, ServicesHere
from api.security import ActingViewer, ViewerHere
from triage.rules.redaction import clean

router = APIRouter(prefix="/kasus/{case_id}", include_in_schema=False)

CaseId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Revision = Annotated[int, Form(ge=0, le=2**31 - 1)]
PostId = Annotated[str, Form(pattern="^[a-z2-7]{20}$")]
Reason = Annotated[str, Form()]
After = Annotated[str, Query(pattern=r"^(\d{4}-\d\d-\d\dT[\d:.]{8,15}\+00:00~[a-z2-7]{20})?$")]
"""Where a page of posts begins: when the last post of the page before joined, and its id."""


@router.get("")
def show(
    request: Request,
    services: ServicesHere,
    now: Now,
    viewer: ViewerHere,
    case_id: CaseId,
    setelah: After = "",
) -> Response:
    """The case with its posts, its decisions and its history."""
    page = services.views.case(viewer, case_id, setelah)
    truth = {(c.post_id, c.head): c for c in page.corrections}
    values = {
        "now": now,
        "page": page,
        "case": page.case,
        "truth": truth,
        "may_acknowledge": viewer.role in ("watcher", "operator") or page.may_act,
        "first_page": not setelah,
        "flash": flash(request),
    }
    return pages_of(request).show(viewer, "case.html", values)


@router.post("/ambil")
def take(services: ServicesHere, now: Now, viewer: ActingViewer, case_id: CaseId, revision: Revision) -> Response:
    """Take the case."""
    services.actions.take(viewer, case_id, revision, now)
    return back_to(f"/kasus/{case_id}", "diambil")


@router.post("/teruskan")
def forward(
    services: ServicesHere,
    now: Now,
    viewer: ActingViewer,
    case_id: CaseId,
    revision: Revision,
    agency: Annotated[str, Form()] = "",
    reason: Reason = "",
) -> Response:
    """Hand the case to another desk. An officer may not see it there, so goes back to the own desk."""
    services.actions.forward(viewer, case_id, revision, agency, reason, now)
    return back_to(f"/kasus/{case_id}" if viewer.sees_all else f"/meja/{viewer.agency}", "diteruskan")


@router.post("/tutup")
def close(
    services: ServicesHere,
    now: Now,
    viewer: ActingViewer,
    case_id: CaseId,
    revision: Revision,
    reason: Reason = "",
) -> Response:
    """Close the case, saying how it was settled."""
    services.actions.close(viewer, case_id, revision, reason, now)
    return back_to(f"/kasus/{case_id}", "ditutup")


@router.post("/buka-lagi")
def reopen(
    services: ServicesHere,
    now: Now,
    viewer: ActingViewer,
    case_id: CaseId,
    revision: Revision,
    reason: Reason = "",
) -> Response:
    """Open the case again."""
    services.actions.reopen(viewer, case_id, revision, reason, now)
    return back_to(f"/kasus/{case_id}", "dibuka")


@router.post("/koreksi")
def correct(
    services: ServicesHere,
    now: Now,
    viewer: ActingViewer,
    case_id: CaseId,
    revision: Revision,
    post_id: PostId,
    intent: Annotated[str, Form()] = "",
    topic: Annotated[str, Form()] = "",
    urgency: Annotated[str, Form()] = "",
    sentiment: Annotated[str, Form()] = "",
) -> Response:
    """Say what a post really says. A head left empty is not spoken about."""
    given = {"intent": intent, "topic": topic, "urgency": urgency, "sentiment": sentiment}
    truth = {head: label for head, label in given.items() if label}
    changed = services.actions.correct(viewer, case_id, revision, post_id, truth, now)
    return back_to(f"/kasus/{case_id}", "dikoreksi" if changed else "sama")


@router.post("/ungkap")
def reveal(
    request: Request,
    services: ServicesHere,
    now: Now,
    viewer: ActingViewer,
    case_id: CaseId,
    post_id: PostId,
    reason: Reason = "",
) -> Response:
    """Show the original of a post, this once; the history says who asked and why."""
    original = services.actions.reveal(viewer, case_id, post_id, reason, now)
    values = {"now": now, "case_id": case_id, "original": clean(original), "reason": reason}
    return pages_of(request).show(viewer, "reveal.html", values)
