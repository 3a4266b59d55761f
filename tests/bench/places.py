"""Which kecamatan a post is about, on a city's own archive: streets learnt from older posts, measured on newer ones.

`make bench-places OPTIONS=../shared/data/public/surabaya.jsonl`. The constants of `triage/rules/streets.py` and
`triage/cities/streets.py` were chosen on the last quarter before --since, with what is older to learn from.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from models.serve import load_reader
from triage.cities import pack, streets
from triage.entities import Place
from triage.rules.places import Gazetteer
from triage.rules.streets import kecamatan_of

GOAL = {"text and address": (0.90, 0.85), "text alone": (0.90, 0.0)}
"""What is read -> share right of what is answered, share answered."""

console = Console(highlight=False, soft_wrap=True)


def main(
    archive: Annotated[Path, typer.Argument(help="JSONL: text, when, group, address, kecamatan, kelurahan.")],
    city: Annotated[str, typer.Option(help="City pack.")] = "surabaya",
    since: Annotated[str, typer.Option(help="ISO date: older posts teach, newer ones measure.")] = "2023-01-01",
    until: Annotated[str, typer.Option(help="ISO date: what is newer is not looked at.")] = "9999",
) -> None:
    """Measure and print; exit 1 if a goal is missed."""
    regions = pack.load(city).regions
    learnt = streets.learn(streets.read(archive, regions, before=since))
    rows = [orjson.loads(line) for line in archive.read_bytes().splitlines()]
    seen = {row["group"] for row in rows if row["when"] < since}
    rows = [row for row in rows if since <= row["when"] < until and row["group"] not in seen]
    codes = streets.Codes(regions)
    truth = [kecamatan_of(codes.find(row["kecamatan"], row["kelurahan"] or "")) for row in rows]
    predictions = load_reader().read([row["text"] for row in rows])
    table = Table("read", "by", "answered", "right", "goal", "CPU ms a post, reading apart", box=None)
    missed = False
    known = {"names of regions": Gazetteer(regions), "and learnt streets": Gazetteer(regions, learnt)}
    for name, gazetteer in known.items():
        for read, (right, answered) in GOAL.items():
            hints = [(row.get("address") or "") if read == "text and address" else "" for row in rows]
            started = time.process_time()
            places = [
                gazetteer.best(row["text"], hint, spans=prediction.spans)
                for row, hint, prediction in zip(rows, hints, predictions, strict=True)
            ]
            spent = (time.process_time() - started) / len(rows) * 1_000
            share, correct = _measured(places, truth)
            goal = f"{right} of {answered}" if answered else f"{right}"
            table.add_row(read, name, f"{share:.3f}", f"{correct:.3f}", goal, f"{spent:.2f}")
            missed |= name == "and learnt streets" and (correct < right or share < answered)
    console.print(table)
    console.print(
        f"{len(learnt):,} names learnt before {since}; {len(rows):,} newer posts, no near-copy of an older one"
    )
    raise typer.Exit(missed)


def _measured(places: Sequence[Place | None], truth: Sequence[str]) -> tuple[float, float]:
    """(share of posts answered with a kecamatan, share of those that are right)."""
    pairs = [(place.kecamatan, code) for place, code in zip(places, truth, strict=True) if place and place.kecamatan]
    return len(pairs) / max(1, len(truth)), sum(said == code for said, code in pairs) / max(1, len(pairs))


if __name__ == "__main__":
    typer.run(main)
