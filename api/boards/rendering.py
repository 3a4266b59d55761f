"""Renders pages: one template environment a process, and error pages that need no database."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.boards import words
from api.boards.files import address
from api.boards.telling import Teller
from api.security import HEADERS, SignInNeeded
from models.predictions import HEADS
from triage.entities import URGENCIES
from triage.people import Viewer
from triage.rules.lifecycle import STATUS_NAMES
from triage.wiring import Services

FOR_PROGRAMS = ("/api/", "/health")
"""Paths whose errors are JSON; everything else is a page."""

ASKED_WRONGLY = frozenset({"path", "query"})
"""Parts of an address: what is wrong there names a page that does not exist."""


class Pages:
    """The board's templates with the words of this city."""

    def __init__(self, services: Services) -> None:
        self.tell = Teller(services.city, services.taxonomy)
        self._environment = Environment(
            loader=PackageLoader("api.boards"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"number": words.number, "percent": words.percent}
        self._environment.globals |= {
            "address": address,
            "city": services.city,
            "taxonomy": services.taxonomy,
            "tell": self.tell,
            "until": words.until,
            "words": words,
            "heads": HEADS,
            "urgencies": URGENCIES[::-1],
            "statuses": STATUS_NAMES,
        }

    def show(
        self, viewer: Viewer | None, template: str, values: Mapping[str, object], *, status: int = 200
    ) -> Response:
        """A page for a viewer; ``viewer`` None for pages before signing in."""
        page = self._environment.get_template(template)
        return HTMLResponse(page.render({"viewer": viewer, "flash": "", **values}), status, headers=HEADERS)


def pages_of(request: Request) -> Pages:
    """The pages of this process, built on the first request for one."""
    state = request.app.state
    if not hasattr(state, "pages"):
        state.pages = Pages(state.services)
    pages: Pages = state.pages
    return pages


def back_to(path: str, message: str = "") -> Response:
    """The answer to a form: go to ``path`` and say ``message``, a code of words.FLASHES."""
    return RedirectResponse(f"{path}?pesan={message}" if message else path, status_code=303)


def flash(request: Request) -> str:
    """What the last action has to say, from the address; '' for nothing."""
    return words.FLASHES.get(request.query_params.get("pesan", ""), "")


def is_page(request: Request) -> bool:
    """Whether the reply to this request is read by a person."""
    return not request.url.path.startswith(FOR_PROGRAMS)


def error_page(request: Request, status: int, code: str) -> Response:
    """What went wrong, in Indonesian, and the way back. Asks the record nothing: it may be what failed."""
    title, advice = words.ERRORS.get(code) or words.ERRORS.get(str(status)) or words.ERRORS["500"]
    path, _, form = request.url.path.rpartition("/")
    if status == 422:
        advice = words.FORM_ADVICE.get(form, advice)
    back = path if request.method == "POST" and path.startswith("/kasus/") else "/"
    values = {"title": title, "advice": advice, "back": back, "now": datetime.now(UTC)}
    return pages_of(request).show(None, "error.html", values, status=status)


async def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Handler of SignInNeeded: to the sign-in page, and later back to where they wanted to go."""
    assert isinstance(error, SignInNeeded)
    address_back = request.url_for("sign_in_form").include_query_params(next=error.next_path)
    return RedirectResponse(f"{address_back.path}?{address_back.query}", status_code=303)
