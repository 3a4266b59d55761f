"""Sign in and out, and the front door that sends everyone to their own first page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from api import security
from api.boards.rendering import back_to, flash, pages_of
from api.dependencies import Now, ServicesHere
from api.security import ActingViewer, ViewerHere, VisitorHere
from triage.errors import SignInFailed
from triage.people import Viewer

router = APIRouter(include_in_schema=False)

LONGEST_LOGIN = 200
LONGEST_PASSWORD = 1000
"""Characters: more is no password but an attempt to keep the hasher busy."""


def home(viewer: Viewer) -> str:
    """Where a viewer's work begins."""
    return {"officer": f"/meja/{viewer.agency}", "watcher": "/peringatan", "operator": "/meja"}[viewer.role]


@router.get("/")
def front_door(viewer: ViewerHere) -> Response:
    """To the viewer's own first page."""
    return back_to(home(viewer))


@router.get("/masuk")
def sign_in_form(request: Request, now: Now, visitor: VisitorHere, next: str = "/") -> Response:  # noqa: A002
    """The sign-in page; whoever is signed in already goes on."""
    if visitor:
        return back_to(security.local_path(next))
    return _form(request, now, next_path=next)


@router.post("/masuk", dependencies=[Depends(security.from_this_site)])
def sign_in(
    request: Request,
    services: ServicesHere,
    now: Now,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Check the password; start a new session in place of any old one."""
    login = login.strip()
    if len(login) > LONGEST_LOGIN or len(password) > LONGEST_PASSWORD or not login.isprintable():
        return _form(request, now, next_path=next, failed=True)
    try:
        token = services.people.sign_in(login, password, now)
    except SignInFailed:
        return _form(request, now, next_path=next, login=login, failed=True)
    services.people.sign_out(security.session_token(request, services.settings))
    response = back_to(security.local_path(next))
    security.start_session(response, services.settings, token)
    return response


@router.post("/keluar")
def sign_out(request: Request, services: ServicesHere, _viewer: ActingViewer) -> Response:
    """End the session here and in the browser."""
    services.people.sign_out(security.session_token(request, services.settings))
    response = back_to("/masuk", "keluar")
    security.end_session(response, services.settings)
    return response


def _form(request: Request, now: Now, *, next_path: str, login: str = "", failed: bool = False) -> Response:
    values = {
        "now": now,
        "next": security.local_path(next_path),
        "login": login,
        "failed": failed,
        "flash": flash(request),
    }
    return pages_of(request).show(None, "signin.html", values, status=401 if failed else 200)
