"""The model card of an artifact: README.md beside it, written from its own figures and never by hand."""

import re
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from models import artifact as artifacts
from models import tables
from models.artifact import CARD, ENCODER, WEIGHTS, Artifact
from models.errors import ArtifactRefused
from models.predictions import HEADS
from models.sources import UNSTATED
from models.tables import Report
from models.tokens import MAX_TOKENS

WIDTH = 118
FEW = 5
"""Labels with fewer posts are not called weak: their figures are chance."""
_NEEDED = {
    "metrics": ("held_out", "doubted", "alarm_curve", "epochs", "embedding", "int8_agrees"),
    "lineage": ("command", "recipe", "sources", "held_out", "files", "without", "taxonomy", "libraries", "python"),
}
_FOLDERS = re.compile(r"^(--?[\w-]+=)?(?:/|\.\.?/).*?([^/]+)/*$")
_PICTURES = {
    "reliability.svg": "How often each head was right, by the chance it gave",
    "confusion.svg": "What urgency and intent were meant, and what was said",
}
_LABELS = "Right labels, as accuracy / macro-F1:"
_ALARMS = (
    "What cannot wait. Urgent is darurat or tinggi, and its recall lies in the brackets with 95 % confidence; false "
    "is the share of all other posts that were raised:"
)
_INTENDED = (
    "To order the posts that reach a local government: which desk they belong to, which cannot wait, which say the "
    "same. Each answer is advice to an officer, who sees the chances behind it and can overrule it; `doubts` marks "
    "what a person should look at first."
)
_NOT_INTENDED = (
    "Acting without a person: no patrol, fine, refusal or reply may follow from a label alone.",
    "Standing in for the emergency line: what it does not find must have another way in.",
    "Judging people: neither the citizens who write nor the officers they write about.",
    "Measuring opinion: who posts is no sample of who lives there, and its errors are not spread evenly.",
    "Other languages, other countries, or texts that are not short messages to or about a government.",
)
_WEAK = (
    "Irony, and metaphors that its posts lack, stay hard.",
    "Few of its posts are in regional languages, and hardly any in others than Javanese and Sundanese.",
    f"A post is cut after {MAX_TOKENS} word pieces; what stands behind is not read.",
    "Pictures, links and the thread around a post are not seen.",
    "Labels follow one guide; careful readers differ at its borders, above all between sedang and tinggi.",
    "Its posts come from a handful of cities: names of places elsewhere are rarer in them.",
)


def write(folder: Path, report: Report | None = None, command: str = "") -> None:
    """Write the card of the artifact in ``folder``.

    ``report`` are figures on posts it never saw and ``command`` what measured them; without, the card says that
    nobody looked. Pictures of these figures are shown where they lie beside it. Raises ArtifactRefused.
    """
    artifact = artifacts.load(folder)
    for part, keys in _NEEDED.items():
        if missing := [key for key in keys if key not in getattr(artifact, part)]:
            raise ArtifactRefused(folder / f"{part}.json", f"lacks {', '.join(missing)}, which a card tells")
    parts = [_what(artifact), _origin(artifact), _making(artifact), _held_out(artifact)]
    if report is None:
        parts.append(iter(["## Real posts", _text("Not measured: `dengar evaluate` does, and tells it here.")]))
    else:
        parts.append(_measured(artifact, report, command))
    parts += [_thresholds(artifact), _weaknesses(report), _use()]
    folder.joinpath(CARD).write_text("\n\n".join(block for part in parts for block in part) + "\n", encoding="utf-8")


def licensed_only(artifact: Artifact) -> bool:
    """Whether every source of the artifact states its licence."""
    return all(source["licence"] != UNSTATED for source in artifact.lineage.get("sources", ()))


def _what(artifact: Artifact) -> Iterator[str]:
    shape = orjson.loads((artifact.folder / ENCODER).read_bytes())
    layers, hidden = shape.get("num_hidden_layers", "?"), shape.get("hidden_size", "?")
    size = (artifact.folder / WEIGHTS).stat().st_size / 2**20
    base = Path(str(artifact.lineage["recipe"]["base"])).name
    yield f"# {artifact.version}"
    yield _text(
        "Reads Indonesian posts to and about local governments, in one pass: intent, topic, urgency, sentiment, the "
        f"words that name places, and a vector by which posts about one matter are found. One encoder of {layers} "
        f"layers and {hidden} numbers a token, which started from {base}, with a head for each question; urgency is "
        f"ordinal. {size:.0f} MiB of int8 weights, run by ONNX Runtime; no torch is needed to serve it."
    )
    yield _text(f"Labels: taxonomy {artifact.lineage['taxonomy']}, `models/taxonomy.toml`.")


def _origin(artifact: Artifact) -> Iterator[str]:
    sources, files = artifact.lineage["sources"], artifact.lineage["files"]
    rows = [[source["name"], source["licence"], f"{source['posts']:,}"] for source in sources]
    rows.append(["together", "", f"{sum(source['posts'] for source in sources):,}"])
    yield "## What it learnt from"
    yield tables.Grid("", ["source", "licence", "texts"], rows).markdown()
    if unstated := [source["name"] for source in sources if source["licence"] == UNSTATED]:
        yield _text(
            f"Whoever gathered {', '.join(unstated)} states no licence: those are public posts whose texts stay "
            "outside the repository, and only weights and labels made from them are in it. `--licensed-only` trains "
            "without them."
        )
    told = "; ".join(f"{file['file']} {file['sha256'][:12]}" for file in files)
    yield _text(f"`models/corpus/DATASHEET.md` tells who wrote the project's own posts. Files, by sha256: {told}.")


def _making(artifact: Artifact) -> Iterator[str]:
    metrics, lineage = artifact.metrics, artifact.lineage
    recipe = {key: value for key, value in lineage["recipe"].items() if key != "base"}
    libraries = ", ".join(f"{name} {version}" for name, version in lineage["libraries"].items())
    agrees = ", ".join(f"{head} {metrics['int8_agrees'][head]:.1%}" for head in HEADS)
    epochs = ", ".join(f"{epoch['mean']:.3f}" for epoch in metrics["epochs"])
    near = metrics["embedding"]
    yield "## How it was made"
    yield _command(lineage["command"])
    yield _text("Recipe: " + ", ".join(f"{key} {value}" for key, value in recipe.items()) + ".")
    yield _text(f"Made with Python {lineage['python']}, {libraries}.")
    yield _text(f"Held-out score after each epoch, of which the best was kept: {epochs}.")
    yield _text(
        f"The int8 graph labels held-out posts as the float network does: {agrees}. The embedding finds the partner "
        f"of a post among {near['unseen']:,} that it did not learn from in {near['after']:.1%} of cases, the "
        f"encoder's mean in {near['before']:.1%}."
    )


def _held_out(artifact: Artifact) -> Iterator[str]:
    figures = {"this reader": artifact.metrics["held_out"]}
    yield "## Held-out posts"
    yield _text(
        f"{artifact.lineage['held_out']:,} posts of its sources that did not train it, nor did posts of their "
        "near-duplicate groups. The end of the training, temperatures and thresholds were chosen on them: "
        "they flatter a little."
    )
    yield _LABELS
    yield tables.labels(figures).markdown()
    yield _text(_ALARMS)
    yield tables.alarms(figures).markdown()
    yield tables.sureness(artifact.metrics["held_out"], artifact.metrics["doubted"]).markdown()


def _measured(artifact: Artifact, report: Report, command: str) -> Iterator[str]:
    rows = tables.compared(report)
    yield "## Real posts"
    yield _text(
        f"{report['posts']:,} labelled posts of {report['gold']['file']} (sha256 {report['gold']['sha256'][:12]}). "
        f"{_unseen(artifact, report)} Measured by:"
    )
    yield _command(command)
    yield _LABELS
    yield tables.labels(rows).markdown()
    yield _text(_ALARMS)
    yield tables.alarms(rows).markdown()
    if "baselines" in report:
        yield _text(
            f"The baselines learnt from {report['baselines']['posts']:,} posts of the same sources in the same run. "
            "They have no alarm thresholds and find no places."
        )
    yield "### Sureness"
    yield tables.sureness(report["figures"], report["doubted"]).markdown()
    for name, title in _PICTURES.items():
        if (artifact.folder / name).is_file():
            yield f"![{title}]({name})"
    yield "### Slices"
    yield from (grid.markdown() for grid in tables.slices(report))
    for head in HEADS:
        yield f"### Labels of {head}"
        yield tables.classes(report, head).markdown()
    if "behaviour" in report:
        yield "### Behaviour"
        yield _text(
            "Emergencies told calmly, and loud posts that are none: those of `models/corpus/behaviour.jsonl`, unless "
            "the command above names others."
        )
        yield tables.behaviour(report).markdown()
    if "robustness" in report:
        yield "### Robustness"
        yield _text("The same posts written otherwise (`models/robustness.py`), and the labels that change with it.")
        yield tables.robustness(report).markdown()
    yield "### Other alarm thresholds on these posts"
    for grid in tables.curves(report):
        yield f"{grid.title}:"
        yield grid.markdown()


def _unseen(artifact: Artifact, report: Report) -> str:
    gold, lineage = report["gold"], artifact.lineage
    if gold["sha256"] in {file["sha256"] for file in lineage["files"]}:
        return "They trained it: the figures prove nothing about posts it has not seen."
    if gold["sha256"] in {file["sha256"] for file in lineage["without"]}:
        return "They neither trained nor tuned it, nor did their near-copies."
    return "Its training was not told to leave them out: posts it has seen may be among them."


def _thresholds(artifact: Artifact) -> Iterator[str]:
    limits = artifact.thresholds
    rows = [[head, f"{limits.temperature[head]:.2f}", f"{limits.doubt[head]:.2f}"] for head in HEADS]
    yield "## Thresholds"
    yield _text(
        f"A post is darurat from P(darurat) >= {limits.alarm_darurat}, and at least tinggi from P(darurat) + "
        f"P(tinggi) >= {limits.alarm_tinggi}, though another label be likelier: a missed emergency costs more than a "
        "needless look. These are the lowest limits above which half, and six of ten, of the held-out posts were so."
    )
    if promise := artifact.metrics.get("promised"):
        yield _text(
            f"To find {promise['recall']:.0%} of all urgent posts with {promise['confidence']:.0%} confidence (risk "
            f"control), the limit would have to be {promise['limit']}: it would call {promise['called']:.0%} of all "
            f"posts urgent, {promise['precision']:.0%} of them rightly."
        )
    yield tables.Grid("", ["head", "temperature", "in doubt under"], rows).markdown()
    yield _text("What limits on P(darurat) would find of darurat among the held-out posts:")
    yield tables.curve("", artifact.metrics["alarm_curve"]).markdown()


def _weaknesses(report: Report | None) -> Iterator[str]:
    found = []
    if report is not None:
        for head in ("topic", "intent"):
            if weak := tables.least(report, head, FEW, 3):
                found.append(f"Of {head}, it reads worst (F1): {', '.join(weak)}.")
        if weak := tables.worst_slices(report, 3 * FEW, 3):
            found.append(f"Of the slices, it reads worst (mean accuracy): {', '.join(weak)}.")
        urgent, darurat = report["figures"]["urgent"], report["figures"]["darurat"]
        found.append(
            f"It missed {urgent['posts'] - urgent['hits']} of {urgent['posts']} urgent real posts, and of those it "
            f"called urgent {1 - urgent['precision']:.0%} were not."
        )
        found.append(
            f"{darurat['posts']} of the real posts were darurat: the share it would find of such posts may be "
            f"anything from {darurat['low']:.0%} to {darurat['high']:.0%}."
        )
    yield "## Known weaknesses"
    yield _bullets([*found, *_WEAK])


def _use() -> Iterator[str]:
    yield "## What it is for"
    yield _text(_INTENDED)
    yield "Not for:"
    yield _bullets(_NOT_INTENDED)


def told(program: str, words: Sequence[str]) -> str:
    """A command as another may give it: what is published goes where its reader has other folders."""
    return shlex.join([*program.split(), *(_FOLDERS.sub(r"\1\2", word) for word in words)])


def _command(command: str) -> str:
    lines = textwrap.wrap(command, WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    return "\n".join(["```sh", " \\\n    ".join(lines), "```"])


def _text(paragraph: str, indent: str = "") -> str:
    return textwrap.fill(paragraph, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(_text(f"- {line}", indent="  ") for line in lines)
