"""Seconds from sending an urgent post to its alarm on the board's live stream, while thousands of posts wait.

`make bench-stream`. The posts that wait are the worst case of a workload: a whole archive ingested at once.
"""

import statistics
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Annotated

import httpx
import orjson
import typer
from rich.console import Console

from tests.bench import installation, material
from tests.bench.installation import PASSWORD, Installation

GOAL = 5.0
"""Seconds, for every single one."""

LOST = 60.0
"""Seconds after which an alarm counts as never come."""

URGENT = "TOLONG kebakaran rumah di {place}, ada warga terjebak di dalam, api sudah besar!"

PLACES = (
    "Kebraon", "Rungkut Kidul", "Wiyung", "Benowo", "Kenjeran", "Gubeng", "Sukolilo", "Lakarsantri", "Krembangan",
    "Wonocolo", "Tandes", "Tambaksari", "Gayungan", "Pakal", "Mulyorejo",
)  # fmt: skip
"""Far enough apart that each fire is a case, and so an alarm, of its own."""

console = Console(highlight=False, soft_wrap=True)


def main(
    posts: Annotated[int, typer.Option(help="Posts that wait meanwhile.")] = 10_000,
    file: Annotated[Path | None, typer.Option(help="Let the posts of this file wait instead.")] = None,
    repeats: Annotated[int, typer.Option(min=1, max=len(PLACES), help="Urgent posts sent, one after another.")] = 10,
) -> None:
    """Measure and print; exit 1 if one alarm came later than the goal."""
    with installation.running() as made:
        path = file or material.write(_of_yesterday(posts), made.folder / "posts.jsonl")
        cookie = _sign_in(made)
        key = {"Authorization": f"Bearer {made.add_key()}"}
        subprocess.run(made.command("ingest", str(path)), env=made.environment, check=True, capture_output=True)
        titles: Queue[str] = Queue()
        Thread(target=_listen, args=(f"{made.address}/peringatan/aliran", cookie, titles), daemon=True).start()
        seconds = []
        with httpx.Client(base_url=made.address, headers=key, timeout=LOST) as client:
            for number, place in enumerate(PLACES[:repeats], 1):
                waiting = made.states().get("pending", 0)
                seconds.append(_one(client, titles, number, URGENT.format(place=place)))
                console.print(f"alarm {number:2}: {seconds[-1]:5.2f} s, {waiting:,} posts waiting")
    median, worst = statistics.median(seconds), max(seconds)
    console.print(f"median {median:.2f} s, slowest {worst:.2f} s; goal {GOAL:.0f} s each")
    raise typer.Exit(worst > GOAL)


def _of_yesterday(count: int) -> list[material.Json]:
    """Posts too old to be the same fire as one that burns now, which would then raise no second alarm."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    return [{**post, "created_at": yesterday} for post in material.generated(count)]


def _sign_in(made: Installation) -> str:
    """Sign in as a watcher, as the form of the board does; the cookie."""
    made.services.people.add_user("siaga", "Siaga", PASSWORD, "watcher", "", datetime.now(UTC))
    reply = httpx.post(f"{made.address}/masuk", data={"login": "siaga", "password": PASSWORD})
    # The cookie is for HTTPS only, as it should be; on loopback we carry it ourselves.
    return reply.headers["set-cookie"].partition(";")[0]


def _listen(url: str, cookie: str, titles: "Queue[str]") -> None:
    """Pass on the titles of alarms as the live stream brings them, until the installation stops."""
    try:
        # No timeout: a stream is silent for as long as nothing happens.
        with httpx.stream("GET", url, headers={"Cookie": cookie}, timeout=None) as reply:
            reply.raise_for_status()
            for line in reply.iter_lines():
                if line.startswith("data: "):
                    titles.put(orjson.loads(line.removeprefix("data: "))["title"])
    except httpx.TransportError:
        return


def _one(client: httpx.Client, titles: "Queue[str]", number: int, text: str) -> float:
    """Seconds until the alarm of one urgent post is on the stream; LOST if it never comes."""
    started = time.perf_counter()
    client.post("/api/v1/posts", json={"id": f"urgent-{number}", "text": text}).raise_for_status()
    while (left := started + LOST - time.perf_counter()) > 0:
        try:
            if titles.get(timeout=left) == text:
                return time.perf_counter() - started
        except Empty:
            break
    return LOST


if __name__ == "__main__":
    typer.run(main)
