"""`dengar desk` and `dengar case`: what a board shows, on a terminal or for a program."""

import sys
from dataclasses import asdict
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from triage.pages import CasePage, DeskPage
from triage.people import Viewer
from triage.store import migrate
from triage.wiring import Services, process_services

OPERATOR = Viewer(login="console", name="console", role="operator", agency="", csrf="")
"""Whoever may run commands on this machine may read its database."""

LARGEST_NUMBER = 2**63 - 1
"""What a column of ids can hold."""

console = Console(highlight=False)


def desk(
    agency: Annotated[str, typer.Argument(help="Agency id, e.g. dlh; nothing for all desks.")] = "",
    after: Annotated[str, typer.Option(help="Cursor of the page before (next_cursor).")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="Lines on a page.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the open cases of a desk, the most urgent first.

    Example: [cyan]dengar desk dlh --limit 10[/]
    """
    services = process_services()
    migrate.require_current(services.database)
    page = services.views.desk(OPERATOR, agency, after, limit)
    if as_json:
        _json(asdict(page))
    else:
        _desk_table(page, services)


def case(
    number: Annotated[int, typer.Argument(min=1, max=LARGEST_NUMBER, help="Number of the case.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show a case: its posts, what the machine said and why, and its history.

    Example: [cyan]dengar case 17 --json[/]
    """
    services = process_services()
    migrate.require_current(services.database)
    page = services.views.case(OPERATOR, number)
    if as_json:
        _json(asdict(page))
    else:
        _case_table(page, services)


def _json(value: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))


def _desk_table(page: DeskPage, services: Services) -> None:
    zone = ZoneInfo(services.city.timezone)
    table = Table(title=_agency(page.agency, services) or "semua meja")
    for column in ("kasus", "urgensi", "topik", "judul", "tempat", "kiriman", "tenggat"):
        table.add_column(column, overflow="fold")
    for line in page.lines:
        table.add_row(
            str(line.id),
            services.taxonomy.name("urgency", line.urgency) + (" !" if line.alerted else ""),
            services.taxonomy.name("topic", line.topic),
            escape(line.title),
            line.place_name or "-",
            str(line.posts),
            f"{line.due_at.astimezone(zone):%d-%m %H:%M}",
        )
    console.print(table)
    if page.next_cursor:
        console.print(f"next page: --after {page.next_cursor}")


def _case_table(page: CasePage, services: Services) -> None:
    zone = ZoneInfo(services.city.timezone)
    line = page.case
    console.print(f"[bold]kasus {line.id}[/]  {_agency(line.agency, services)}  (aturan: {page.rule})")
    console.print(
        f"{services.taxonomy.name('topic', line.topic)}, {services.taxonomy.name('urgency', line.urgency)}, "
        f"{line.place_name or 'tempat tidak diketahui'}, tenggat {line.due_at.astimezone(zone):%d-%m-%Y %H:%M}"
    )
    for post in page.posts:
        console.print(f"  [{post.source}] {post.text}", markup=False)
    for event in page.events:
        console.print(
            f"  {event.at.astimezone(zone):%d-%m %H:%M:%S} {event.actor} {event.action} {event.now} {event.reason}",
            markup=False,
        )


def _agency(agency: str, services: Services) -> str:
    return services.city.agencies[agency].name if agency else ""
