"""Posts a CPU-second of the serving reader against `transformers.pipeline` over the same network; load time, memory.

`make bench-reader-speed`. CPU seconds of one thread, in turns, so that a busy machine hurts both alike.
"""

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import orjson
import torch
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor
from transformers import Pipeline, PreTrainedModel, PreTrainedTokenizerFast

from models import registry
from models.dataset import CORPUS
from models.encoder import EncoderReader
from models.network import ReaderNetwork
from models.predictions import HEADS
from models.taxonomy import load as load_taxonomy
from models.train import restored
from models.words import words

GOAL, AGREE = 6.0, 0.985
LOAD, MEMORY = 2.0, 350
ROUNDS = 3

console = Console(highlight=False, soft_wrap=True)


class _Whole(PreTrainedModel):
    """The network as transformers knows models."""

    _supports_sdpa = True  # as the encoder inside does

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__(network.encoder.config)
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """Logits of the heads."""
        return dict(self.network(input_ids, attention_mask).heads)


class _ReaderPipeline(Pipeline):
    """What a team that serves with transformers would write."""

    def _sanitize_parameters(self, **_given: object) -> tuple[dict, dict, dict]:
        return {}, {}, {}

    def preprocess(self, text: str) -> dict:
        """Text to token ids, in the words that the network learnt."""
        made = self.tokenizer(words(text).text, truncation=True, max_length=256, return_tensors="pt")
        return {key: made[key] for key in ("input_ids", "attention_mask")}

    def _forward(self, inputs: dict) -> dict[str, Tensor]:
        return self.model(**inputs)

    def postprocess(self, outputs: dict[str, Tensor]) -> dict[str, str]:
        """The likeliest label of each head."""
        taxonomy = load_taxonomy()
        return {head: taxonomy.labels(head)[int(outputs[head][0].argmax())] for head in HEADS}


def main(
    posts: Annotated[int, typer.Option(help="Posts to read in each round.")] = 400,
    file: Annotated[Path, typer.Option(help="JSONL with text.")] = CORPUS,
) -> None:
    """Measure and print; exit 1 if a goal is missed."""
    rows = [orjson.loads(line)["text"] for line in file.read_bytes().splitlines() if line.strip()]
    texts = random.Random(1).sample(rows, min(posts, len(rows)))
    torch.set_num_threads(1)
    folder = registry.current()
    reader, pipeline = EncoderReader.open(folder), _pipeline(folder)
    spent = {"int8": 0.0, "pipeline": 0.0}
    for _ in track(range(ROUNDS), "reading", console=Console(stderr=True)):
        ours = _timed(spent, "int8", lambda: reader.raw(texts))
        theirs = _timed(spent, "pipeline", lambda: list(pipeline(texts, batch_size=32)))
    taxonomy = load_taxonomy()
    same = [
        taxonomy.labels(head)[int(raw.logits[head].argmax())] == row[head]
        for raw, row in zip(ours, theirs, strict=True)
        for head in HEADS
    ]
    seconds, megabytes = _loaded()
    rates = {name: ROUNDS * len(texts) / cpu for name, cpu in spent.items()}
    ratio, agree = rates["int8"] / rates["pipeline"], sum(same) / len(same)
    table = Table("figure", "measured", "goal", box=None)
    table.add_row("int8, posts a CPU-second", f"{rates['int8']:.0f}", "")
    table.add_row("transformers pipeline, batches of 32, posts a CPU-second", f"{rates['pipeline']:.0f}", "")
    table.add_row("ratio", f"{ratio:.1f}", f"{GOAL:g}")
    table.add_row("labels equal", f"{agree:.4f}", f"{AGREE}")
    table.add_row("seconds to load and read once, a fresh process", f"{seconds:.2f}", f"{LOAD:g}")
    table.add_row("memory of that process, MiB", f"{megabytes:.0f}", f"{MEMORY}")
    console.print(table)
    raise typer.Exit(ratio < GOAL or agree < AGREE or seconds > LOAD or megabytes > MEMORY)


def _pipeline(folder: Path) -> _ReaderPipeline:
    network, tokenizer = restored(str(folder))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer.tokenizer, pad_token="<pad>")
    return _ReaderPipeline(model=_Whole(network).eval(), tokenizer=fast, device=-1)


def _timed(spent: dict[str, float], name: str, work):
    started = time.process_time()
    result = work()
    spent[name] += time.process_time() - started
    return result


def _loaded() -> tuple[float, float]:
    """(seconds, MiB at the most) of a process that loads the reader and reads one post."""
    program = (
        "import time; from models.serve import load_reader; started = time.perf_counter();"
        "load_reader().read(['banjir di pasar']); seconds = time.perf_counter() - started;"
        # Not getrusage: it would count what this process held before it became that one.
        "print(seconds, int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


if __name__ == "__main__":
    typer.run(main)
