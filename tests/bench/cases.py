"""How well posts become cases: B-cubed F1 (Bagga and Baldwin 1998) on a stream written for it.

`make bench-cases`. `tests/bench/stream.jsonl` is two weeks of Surabaya: 60 incidents told by 3 to 40 people, and
510 posts that stand alone, half of them traps (the same street and another matter, the same matter elsewhere or
long after). The posts arrive in the order of time and go through the whole pipeline with the shipped reader. What
the machine takes for no case stands alone.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import text

from tests.bench import installation
from tests.support.world import SilentWakeups, decide_all
from triage.entities import IncomingPost

GOAL = 0.90
STREAM = Path(__file__).with_name("stream.jsonl")
TOGETHER = 25
"""Posts that arrive between two decisions."""

console = Console(highlight=False, soft_wrap=True)


def main(
    stream: Annotated[Path, typer.Option(help="JSONL: id, text, created_at, author, incident, lat, lon.")] = STREAM,
    worst: Annotated[int, typer.Option(help="Show this many incidents that were torn apart most.")] = 0,
) -> None:
    """Measure and print; exit 1 if the goal is missed."""
    rows = [orjson.loads(line) for line in stream.read_bytes().splitlines()]
    posts = [
        IncomingPost(
            source="x", external_id=row["id"], text=row["text"], author=row["author"],
            created_at=datetime.fromisoformat(row["created_at"]), lat=row["lat"], lon=row["lon"],
        )
        for row in rows
    ]  # fmt: skip
    with installation.prepared() as prepared:
        services = prepared.services
        services.wakeups = SilentWakeups()  # nobody waits to be woken
        for start in track(range(0, len(posts), TOGETHER), "deciding", console=Console(stderr=True)):
            batch = posts[start : start + TOGETHER]
            services.intake.accept(batch, batch[-1].created_at)
            decide_all(services)
        with services.database.read() as connection:
            found = connection.execute(
                text("SELECT external_id, case_id FROM posts LEFT JOIN case_posts ON case_posts.post_id = posts.id")
            )
            said = {external: f"case {case}" if case else external for external, case in found}
    meant = {row["id"]: row["incident"] or row["id"] for row in rows}
    precision, recall = b_cubed(said, meant)
    f1 = 2 * precision * recall / (precision + recall)
    cases = {name for name in said.values() if name.startswith("case")}
    table = Table("posts", "matters", "cases", "precision", "recall", "B-cubed F1", "goal", box=None)
    table.add_row(
        f"{len(rows):,}", f"{len(set(meant.values())):,}", f"{len(cases):,}",
        f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}", f"{GOAL}",
    )  # fmt: skip
    console.print(table)
    for incident, parts in _torn(said, meant)[:worst]:
        console.print(f"{incident}: {', '.join(f'{count} in {name}' for name, count in parts.most_common(6))}")
    raise typer.Exit(f1 < GOAL)


def b_cubed(said: Mapping[str, str], meant: Mapping[str, str]) -> tuple[float, float]:
    """(precision, recall) of clusters: for each post, how many of those beside it belong there, and how many that
    belong there are beside it, the post itself included; averaged over all posts."""
    both = Counter((said[key], meant[key]) for key in meant)
    clusters, classes = Counter(said[key] for key in meant), Counter(meant.values())
    precision = sum(both[said[key], meant[key]] / clusters[said[key]] for key in meant) / len(meant)
    recall = sum(both[said[key], meant[key]] / classes[meant[key]] for key in meant) / len(meant)
    return precision, recall


def _torn(said: Mapping[str, str], meant: Mapping[str, str]) -> list[tuple[str, Counter[str]]]:
    parts: dict[str, Counter[str]] = {}
    for key, incident in meant.items():
        if incident != key:
            parts.setdefault(incident, Counter())[said[key]] += 1
    return sorted(parts.items(), key=lambda item: -len(item[1]))


if __name__ == "__main__":
    typer.run(main)
