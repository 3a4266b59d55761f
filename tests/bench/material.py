"""Posts to measure with: the project's own texts, each made its own by a number, or a file's."""

import json
from itertools import cycle, islice
from pathlib import Path

from listener import files
from listener.files import BadLine

CORPUS = Path(__file__).parents[2] / "models" / "corpus" / "written.jsonl"

Json = dict[str, str]
"""A post as programs send it."""


def generated(count: int) -> list[Json]:
    """Posts without two equal texts, so that no prediction is reused."""
    with CORPUS.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return [
        {"id": f"bench-{number}", "text": f"{text} #{number}"}
        for number, text in enumerate(islice(cycle(texts), count))
    ]


def of_file(path: Path, timezone: str) -> list[Json]:
    """The good posts of a file, by listener's own reading of its columns."""
    with path.open("rb") as raw:
        items = files.read(raw, files.format_of(path), {}, source="file", timezone=timezone)
        posts = [item[1] for item in items if not isinstance(item, BadLine)]
    return [
        {
            "id": post.external_id, "text": post.text, "place_hint": post.place_hint,
            **({"created_at": post.created_at.isoformat()} if post.created_at else {}),
        }
        for post in posts
    ]  # fmt: skip


def write(posts: list[Json], path: Path) -> Path:
    """Write posts as JSONL for `dengar ingest`."""
    path.write_text("".join(json.dumps(post) + "\n" for post in posts), encoding="utf-8")
    return path
