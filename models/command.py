"""How a command of this package ends: well, with its error told, or stopped."""

from collections.abc import Callable

from rich.console import Console

from models.errors import ModelsError

REFUSED = 1
"""Exit status after an error that was told."""
RESUMES = "stopped; the same command goes on where this one was"
STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""


def status_of(work: Callable[[], None], console: Console, farewell: str = "stopped") -> int:
    """Do the work of a command; returns its exit status: 0, REFUSED, or STOPPED with ``farewell`` told."""
    try:
        work()
    except ModelsError as error:
        console.print(f"{error.code}: {error}", style="red", markup=False, highlight=False)
        return REFUSED
    except KeyboardInterrupt:
        console.print(farewell)
        return STOPPED
    return 0
