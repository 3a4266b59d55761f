"""How a command ends, and what is said then."""

import io

from rich.console import Console

from models.command import REFUSED, STOPPED, status_of
from models.errors import ExportRefused


def ended(work: object, *farewell: str) -> tuple[int, str]:
    out = io.StringIO()
    return status_of(work, Console(file=out), *farewell), out.getvalue()  # type: ignore[arg-type]


def refuse() -> None:
    raise ExportRefused("[red]weights[/] are no numbers", remedy="train again")


def stop() -> None:
    raise KeyboardInterrupt


def test_done_refused_or_stopped() -> None:
    assert ended(lambda: None) == (0, "")
    assert ended(refuse) == (REFUSED, "model.export_refused: [red]weights[/] are no numbers; train again\n")
    assert ended(stop) == (STOPPED, "stopped\n")
    assert ended(stop, "goes on") == (STOPPED, "goes on\n")
