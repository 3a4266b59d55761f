"""Kill -9 the triage worker while posts arrive, wipe Redis if asked, then ask the record what is wrong.

`make bench-kills`. Exits 1 if one post was lost, left, doubled or split.
"""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.bench import installation, material
from tests.bench.installation import Installation
from triage.store.database import Database

PATIENCE = 90.0
"""Seconds without one more decided post after which the campaign gives up waiting."""

BREACHES = {
    "posts not decided": "SELECT count(*) FROM posts WHERE state <> 'done'",
    "posts with neither a case nor no_action":
        "SELECT count(*) FROM posts WHERE outcome IS NULL OR outcome NOT IN ('case', 'no_action')",
    "posts that a worker still holds": "SELECT count(*) FROM posts WHERE lease_owner IS NOT NULL",
    "outcome case, yet in no case":
        "SELECT count(*) FROM posts WHERE outcome = 'case' AND id NOT IN (SELECT post_id FROM case_posts)",
    "outcome no_action, yet in a case":
        "SELECT count(*) FROM posts WHERE outcome = 'no_action' AND id IN (SELECT post_id FROM case_posts)",
    "posts in two cases":
        "SELECT count(*) FROM (SELECT 1 FROM case_posts GROUP BY post_id HAVING count(*) > 1) AS twice",
    "cases that miscount their posts":
        "SELECT count(*) FROM cases"
        " WHERE posts <> (SELECT count(*) FROM case_posts WHERE case_posts.case_id = cases.id)",
    "cases without a first post, or with two":
        "SELECT count(*) FROM cases WHERE 1 <>"
        " (SELECT count(*) FROM case_posts WHERE case_posts.case_id = cases.id AND rule = 'first')",
    "cases whose history does not open once":
        "SELECT count(*) FROM cases WHERE 1 <>"
        " (SELECT count(*) FROM case_events WHERE case_events.case_id = cases.id AND action = 'open')",
    "posts read, yet without a prediction":
        "SELECT count(*) FROM posts WHERE outcome_rule <> 'unread' AND id NOT IN (SELECT post_id FROM predictions)",
    "predictions doubled":
        "SELECT count(*) FROM"
        " (SELECT 1 FROM predictions GROUP BY post_id, version, model HAVING count(*) > 1) AS twice",
    "alarms raised twice":
        "SELECT count(*) FROM (SELECT 1 FROM alerts GROUP BY case_id, urgency HAVING count(*) > 1) AS twice",
    "alarms whose numbers have gaps": "SELECT coalesce(max(id), 0) - count(*) FROM alerts",
}  # fmt: skip
"""What must never be -> the query that counts it. All must answer 0."""

console = Console(highlight=False, soft_wrap=True)


@dataclass(slots=True)
class Outcome:
    """What a campaign did and found."""

    held: list[int] = field(default_factory=list)
    """Posts that the worker held when it was killed, for each kill."""
    breaches: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def broken(self) -> dict[str, int]:
        """Only what is wrong."""
        return {name: count for name, count in self.breaches.items() if count}


def main(
    posts: Annotated[int, typer.Option(help="Posts made up for the campaign.")] = 3_000,
    file: Annotated[Path | None, typer.Option(help="Take the posts of this file instead.")] = None,
    kills: Annotated[int, typer.Option(help="How often the worker is killed.")] = 3,
    wipe_redis: Annotated[bool, typer.Option(help="Also kill Redis and wipe its data, half-way.")] = False,
) -> None:
    """Run one campaign and print what the record says; exit 1 on any breach."""
    with installation.running() as made:
        path = file or material.write(material.generated(posts), made.folder / "posts.jsonl")
        outcome = campaign(made, path, kills=kills, wipe_redis=wipe_redis)
    table = Table("must be 0", "found", box=None)
    for name, count in outcome.breaches.items():
        table.add_row(name, f"[red]{count}[/]" if count else "0")
    console.print(table)
    states = ", ".join(f"{name} {count}" for name, count in sorted(outcome.states.items()))
    console.print(
        f"{states} in {outcome.seconds:.0f} s; "
        f"{kills} kills of the worker, holding {outcome.held} posts{'; Redis wiped' if wipe_redis else ''}"
    )
    raise typer.Exit(bool(outcome.broken))


def campaign(made: Installation, path: Path, *, kills: int, wipe_redis: bool) -> Outcome:
    """Ingest a file into a running installation, kill meanwhile, wait for the end, look."""
    expected = len({post["id"] for post in material.of_file(path, made.services.city.timezone)})
    outcome, started = Outcome(), time.monotonic()
    sending = subprocess.Popen(
        made.command("ingest", str(path)), env=made.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for number in range(1, kills + 1):
        _wait_for_work(made, expected * number // (kills + 1), expected)
        if wipe_redis and number == (kills + 1) // 2:
            made.wipe_redis()  # with the worker in the same moment: nobody is left who knows
        outcome.held.append(_held_by(made, made.kill("triage")))
    refused = sending.wait()
    _wait_for_end(made, expected)
    outcome.seconds = time.monotonic() - started
    outcome.breaches = {"the first ingest failed": refused, **count_breaches(made.services.database)}
    outcome.breaches["posts lost, or too many"] = abs(sum(made.states().values()) - expected)
    outcome.breaches["posts that a second ingest added"] = _second_ingest(made, path, expected)
    outcome.states = made.states()
    return outcome


def _wait_for_work(made: Installation, decided: int, of_all: int) -> None:
    """Until so many posts are decided and the worker of now holds others, or none are left to hold."""

    def in_the_middle() -> bool:
        done = _decided(made.states())
        return done >= of_all or (done >= decided and _held_by(made, made.pid("triage")) > 0)

    installation.wait_until(in_the_middle, PATIENCE)


def _held_by(made: Installation, pid: int) -> int:
    """Posts under the lease of one worker process, dead or alive."""
    query = "SELECT lease_owner FROM posts WHERE state = 'leased'"
    with made.services.database.read() as connection:
        return sum(owner.endswith(f":{pid}") for owner in connection.exec_driver_sql(query).scalars())


def _wait_for_end(made: Installation, expected: int) -> None:
    """Until all are decided, or none more for PATIENCE: what is missing then shows as a breach."""
    best, until = -1, time.monotonic() + PATIENCE
    while best < expected and time.monotonic() < until:
        decided = _decided(made.states())
        if decided > best:
            best, until = decided, time.monotonic() + PATIENCE
        time.sleep(0.2)


def _decided(states: dict[str, int]) -> int:
    return states.get("case", 0) + states.get("no_action", 0)


def count_breaches(database: Database) -> dict[str, int]:
    """How often the record breaks each rule of BREACHES."""
    with database.read() as connection:
        return {name: int(connection.exec_driver_sql(query).scalar_one()) for name, query in BREACHES.items()}


def _second_ingest(made: Installation, path: Path, expected: int) -> int:
    """How many posts the same file changed when it came again."""
    command = made.command("ingest", str(path))
    said = subprocess.run(command, env=made.environment, capture_output=True, text=True, check=False).stdout
    return 0 if said.startswith(f"added 0, edited 0, known {expected},") else abs(expected) or 1


if __name__ == "__main__":
    typer.run(main)
