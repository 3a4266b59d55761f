"""`dengar user` and `dengar key`: who may come in."""

import secrets
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from triage.people import ROLES
from triage.store import migrate
from triage.wiring import Services, process_services

user = typer.Typer(no_args_is_help=True, help="People who sign in to the boards.")
key = typer.Typer(no_args_is_help=True, help="API keys of programs that send posts.")


def _word(value: str) -> str:
    """A name that can be read and typed again."""
    if not value.strip() or not value.isprintable():
        raise typer.BadParameter("give a name of printable characters")
    return value


@user.command("add")
def add_user(
    login: Annotated[str, typer.Argument(callback=_word, help="Name to sign in with.")],
    role: Annotated[str, typer.Option(help="; ".join(f"{role}: {does}" for role, does in ROLES.items()))] = "officer",
    agency: Annotated[str, typer.Option(help="Desk of an officer, e.g. dlh.")] = "",
    name: Annotated[str, typer.Option(help="Name that others see.")] = "",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Add a user, or give one that exists a new password, role and agency; it is signed out everywhere.

    Without --password-stdin a password is made and printed once. Switches on again who was disabled.
    Example: [cyan]dengar user add sari --agency dlh[/]
    """
    services = _services()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(12)
    services.people.add_user(login, name or login, password, role, agency, datetime.now(UTC))
    typer.echo(f"user {login}: {role} {agency}".rstrip())
    if not password_stdin:
        typer.echo(f"password: {password}")


@user.command("list")
def list_users() -> None:
    """List the users: login, name, role, desk, and whether they may come in.

    Example: [cyan]dengar user list[/]
    """
    for row in _services().people.all_users():
        state = "active" if row.active else "disabled"
        typer.echo(f"{row.login}  {row.name}  {row.role}  desk={row.agency or 'all'}  {state}")


@user.command("disable")
def disable_user(login: Annotated[str, typer.Argument(callback=_word, help="Name they sign in with.")]) -> None:
    """Switch a user off and sign them out everywhere, at once; what they did stays in the history.

    Example: [cyan]dengar user disable sari[/]
    """
    if not _services().people.disable_user(login):
        typer.echo(f"no user {login!r} is active; dengar user list shows them", err=True)
        raise typer.Exit(1)
    typer.echo(f"disabled {login}")


@key.command("add")
def add_key(
    name: Annotated[str, typer.Argument(callback=_word, help="Who will use it.")],
    source: Annotated[str, typer.Option(help="The one source it may write; nothing for any.")] = "",
) -> None:
    """Make an API key. It is printed once; only its hash is stored.

    Example: [cyan]dengar key add 'situs kota' --source webform[/]
    """
    services = _services()
    typer.echo(services.people.add_key(name, source, datetime.now(UTC)))


@key.command("list")
def list_keys() -> None:
    """List the keys, without their secrets.

    Example: [cyan]dengar key list[/]
    """
    for row in _services().people.all_keys():
        state = f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else "in force"
        typer.echo(f"{row.prefix}  {row.name}  source={row.source or 'any'}  {state}")


@key.command("revoke")
def revoke_key(prefix: Annotated[str, typer.Argument(help="Public part of the key: dgr_PREFIX_...")]) -> None:
    """Revoke a key; it is refused from this moment on.

    Example: [cyan]dengar key revoke 1a2b3c4d5e[/]
    """
    if not _services().people.revoke_key(prefix, datetime.now(UTC)):
        typer.echo(f"no key {prefix!r} is in force; dengar key list shows them", err=True)
        raise typer.Exit(1)
    typer.echo(f"revoked {prefix}")


def _services() -> Services:
    services = process_services()
    migrate.require_current(services.database)
    return services
