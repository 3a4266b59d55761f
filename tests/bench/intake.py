"""Posts a second from HTTP to 202, in batches and one at a time, with a worker busy beside and without.

`make bench-intake`. Wall-clock figures: compare those of one run, and look at the load it names.
"""

import os
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.table import Table

from listener import files
from listener.ingest import ingest
from tests.bench import installation, material
from tests.bench.installation import Installation
from tests.bench.material import Json

BATCH = 500
SINGLES = 500
"""Posts sent one at a time."""

GOAL = 2_000
"""Posts a second in batches, on two cores with SQLite."""

console = Console(highlight=False, soft_wrap=True)


def main(
    posts: Annotated[int, typer.Option(help="Posts sent in batches.")] = 10_000,
    file: Annotated[Path | None, typer.Option(help="Send the posts of this file instead.")] = None,
) -> None:
    """Measure and print; exit 1 if the goal for batches without a worker is missed."""
    batches = material.of_file(file, "Asia/Jakarta") if file else material.generated(posts)
    singles = [{**post, "id": f"single-{post['id']}"} for post in batches[:SINGLES]]
    table = Table("posts/s to 202", f"batches of {BATCH}", "one at a time", "ratio", box=None)
    rates = {}
    for worker in (False, True):
        with installation.served(worker=worker) as made:
            together, alone = _both(made, batches, singles, worker)
        rates[worker] = together
        name = "web and a triage worker" if worker else "web alone"
        table.add_row(name, f"{together:,.0f}", f"{alone:,.0f}", f"{together / alone:.1f}")
    table.add_row("dengar ingest, alone", f"{_ingest_rate(batches):,.0f}", "", "")
    console.print(table)
    met = rates[False] >= GOAL
    console.print(
        f"{len(batches):,} posts; goal {GOAL:,} posts/s in batches: {'met' if met else 'MISSED'}; "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    raise typer.Exit(not met)


def _both(made: Installation, batches: list[Json], singles: list[Json], worker: bool) -> tuple[float, float]:
    """Posts a second (in batches, one at a time)."""
    headers = {"Authorization": f"Bearer {made.add_key()}"}
    with httpx.Client(base_url=made.address, headers=headers, timeout=60) as client:
        # The first request verifies the key, which is slow on purpose.
        _send(client, [{"id": "warm-up", "text": "pemanasan"}])
        if worker:
            installation.wait_until(lambda: "pending" not in made.states())
        alone = _rate(client, [[post] for post in singles])
        together = _rate(client, [batches[start : start + BATCH] for start in range(0, len(batches), BATCH)])
    return together, alone


def _rate(client: httpx.Client, requests: list[list[Json]]) -> float:
    started = time.perf_counter()
    for posts in requests:
        _send(client, posts)
    return sum(map(len, requests)) / (time.perf_counter() - started)


def _send(client: httpx.Client, posts: list[Json]) -> None:
    reply = client.post("/api/v1/posts", json=posts)
    if reply.status_code != 202 or reply.json()["added"] != len(posts):
        raise RuntimeError(f"not taken: {reply.status_code} {reply.text[:200]}")


def _ingest_rate(posts: list[Json]) -> float:
    """Posts a second from a file to the record, without HTTP."""
    with installation.prepared() as made:
        path = material.write(posts, made.folder / "posts.jsonl")
        intake = made.services.intake
        with path.open("rb") as raw:
            started = time.perf_counter()
            items = files.read(raw, "jsonl", {}, source="file", timezone=made.services.city.timezone)
            report = ingest(items, intake, lambda _report: None)
            return report.added / (time.perf_counter() - started)


if __name__ == "__main__":
    typer.run(main)
