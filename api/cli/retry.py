"""`dengar retry`: what was given up goes on its way again, once its cause is mended."""

from datetime import UTC, datetime

import typer

from triage.store import claims, migrate, notices
from triage.wiring import process_services


def retry() -> None:
    """Try again the posts that failed and the notices that were given up, after their cause is mended.

    Example: [cyan]dengar retry[/]
    """
    services = process_services()
    migrate.require_current(services.database)
    with services.database.write() as connection:
        posts = claims.retry(connection)
        sent_again = notices.retry(connection, datetime.now(UTC))
    if posts:
        services.wakeups.wake("triage")
    if sent_again:
        services.wakeups.wake("notify")
    typer.echo(f"on their way again: posts {posts}, notices {sent_again}")
