"""The long-running processes, each on its own: web, worker, beat; and migrate, which they need first."""

from enum import StrEnum
from typing import Annotated

import typer
import uvicorn

from api.cli.logs import configure as configure_logs
from triage import beat as beat_module
from triage import worker as worker_module
from triage.store import migrate as migrate_module
from triage.wiring import process_services


class Kind(StrEnum):
    """What a worker works on."""

    TRIAGE = "triage"
    COLLECT = "collect"
    NOTIFY = "notify"


def migrate() -> None:
    """Bring the database to the shape that this version needs.

    Example: [cyan]DENGAR_DATABASE_URL=postgresql://dengar@db/dengar dengar migrate[/]
    """
    services = process_services()
    services.settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate_module.upgrade(services.database)
    typer.echo("database: up to date")


def web() -> None:
    """Serve the HTTP API and the boards.

    Example: [cyan]DENGAR_WEB_PORT=8080 dengar web[/]
    """
    configure_logs()
    services = process_services()
    migrate_module.require_current(services.database)
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=services.settings.web_host,
        port=services.settings.web_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def worker(kind: Annotated[Kind, typer.Argument(help="What to work on.")]) -> None:
    """Run one worker: triage decides posts, collect pulls sources, notify carries alarms out.

    Example: [cyan]dengar worker triage[/]  (start as many as there are cores)
    """
    configure_logs()
    services = process_services()
    migrate_module.require_current(services.database)
    worker_module.run(kind.value, services)


def beat() -> None:
    """Run the clock: returns posts of workers that died, wakes workers for what waits.

    Example: [cyan]dengar beat[/]
    """
    configure_logs()
    services = process_services()
    migrate_module.require_current(services.database)
    beat_module.run(services)
