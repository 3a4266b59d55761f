"""Who is asking, and whether the browser really meant it: sessions, forged forms, headers.

A forged form is stopped three times: the session cookie is SameSite=Lax, every form carries
the session's own token, and the browser says where a POST comes from.
"""

import re
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, HTTPException, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencies import Now, ServicesHere
from triage.people import SESSION_LENGTH, Viewer
from triage.settings import Settings

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",  # Bootstrap draws its small icons as data: images
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""On every reply that does not say otherwise: only public files may be kept by a browser."""

_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""Printable ASCII without a backslash: browsers drop tabs and read backslashes as slashes."""


class SignInNeeded(HTTPException):
    """A page was asked for without a session. ``next_path`` is where to go after signing in."""

    def __init__(self, next_path: str) -> None:
        super().__init__(303)
        self.next_path = next_path


def local_path(path: str) -> str:
    """The path if it stays on this site, else '/'.

    >>> local_path("/kasus/3?pesan=x"), local_path("//evil.example"), local_path("https://evil.example")
    ('/kasus/3?pesan=x', '/', '/')
    """
    return path if _LOCAL_PATH.fullmatch(path) else "/"


def session_token(request: Request, settings: Settings) -> str:
    """The token that the browser presents; '' for none."""
    return request.cookies.get(_cookie_name(settings), "")


def start_session(response: Response, settings: Settings, token: str) -> None:
    """Give the browser its session."""
    response.set_cookie(
        _cookie_name(settings),
        token,
        max_age=int(SESSION_LENGTH.total_seconds()),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def end_session(response: Response, settings: Settings) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        _cookie_name(settings), path="/", secure=settings.secure_cookies, httponly=True, samesite="lax"
    )


def _cookie_name(settings: Settings) -> str:
    # __Host- makes browsers refuse the cookie unless it is Secure and of this very host.
    return "__Host-dengar" if settings.secure_cookies else "dengar"


def _visitor(request: Request, services: ServicesHere, now: Now) -> Viewer | None:
    return services.people.viewer(session_token(request, services.settings), now)


def _viewer(request: Request, visitor: Annotated[Viewer | None, Depends(_visitor)]) -> Viewer:
    if visitor is None:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise SignInNeeded(local_path(asked) if request.method == "GET" else "/")
    return visitor


def from_this_site(request: Request) -> None:
    """Refuse (403) a POST that another site caused. Needs no session, so it guards the sign-in form too."""
    site = request.headers.get("sec-fetch-site")
    if site:  # set by the browser itself, whatever proxies do to Host
        foreign = site not in ("same-origin", "none")
    else:
        origin = request.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign:
        raise HTTPException(403, "the form was sent from another site")


def _acting_viewer(
    viewer: Annotated[Viewer, Depends(_viewer)],
    _same_site: Annotated[None, Depends(from_this_site)],
    csrf: Annotated[str, Form()] = "",
) -> Viewer:
    if not secrets.compare_digest(csrf.encode("utf-8", "replace"), viewer.csrf.encode()):
        raise HTTPException(403, "the form does not carry its session's token")
    return viewer


VisitorHere = Annotated[Viewer | None, Depends(_visitor)]
"""Whoever is signed in, or None."""

ViewerHere = Annotated[Viewer, Depends(_viewer)]
"""Whoever is signed in; anyone else is sent to sign in."""

ActingViewer = Annotated[Viewer, Depends(_acting_viewer)]
"""Whoever is signed in and sent a form of ours; a forged form gets 403."""


class SecurityHeaders:
    """ASGI middleware that adds HEADERS and touches no body, so that streams flow through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; complete the headers of the reply."""

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, completed if scope["type"] == "http" else send)
