"""The training loop of every network here: planned batches, a progress bar, checkpoints, going on after a kill."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

BATCH_TOKENS = 1_024
"""Tokens in a batch, padding included: long posts go in small batches."""
KEEP_EVERY = 300
"""Steps between checkpoints: a kill costs a few minutes."""
_Part = nn.Module | AdamW | OneCycleLR


def batches(lengths: Sequence[int], draw: random.Random, limit: int = BATCH_TOKENS) -> list[list[int]]:
    """Indices in batches of about equal length and at most ``limit`` tokens, padding included; shuffled.

    An item longer than ``limit`` is a batch by itself.
    """
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i] // 6, draw.random()))
    made: list[list[int]] = []
    longest = 0
    for i in order:
        longest = max(longest, lengths[i])
        if not made or (len(made[-1]) + 1) * longest > limit:
            made.append([])
            longest = lengths[i]
        made[-1].append(i)
    draw.shuffle(made)
    return made


@dataclass(frozen=True, slots=True)
class Run:
    """What a training run is told."""

    title: str
    groups: Sequence[dict[str, Any]]
    """Parameter groups of AdamW; each names its own ``lr``."""
    seed: int
    checkpoint: Path | None = None
    """Written every KEEP_EVERY steps and read at the start; removed when the run is over. None: a short run."""
    of: str = ""
    """What the run is of, such as a hash of its settings and texts: a checkpoint of anything else is passed over."""
    warm_up: float = 0.06
    """Share of the steps in which the rate rises; it falls to nothing over the rest."""


def train(
    network: nn.Module,
    steps: int,
    loss: Callable[[int], Tensor],
    run: Run,
    progress: Progress,
    after: Callable[[int], bool] = lambda done: True,
) -> None:
    """Take ``steps`` steps down ``loss(step)``; ``after(done)`` ends the run early by returning False.

    Randomness is seeded by step, so that a run that was killed and goes on draws as one that was not.
    """
    optimizer = AdamW(run.groups, betas=(0.9, 0.98), fused=True)
    rates = [group["lr"] for group in run.groups]
    # One step more than are taken, so that the last one still has a rate.
    schedule = OneCycleLR(optimizer, rates, total_steps=steps + 1, pct_start=run.warm_up)
    parts: dict[str, _Part] = {"network": network, "optimizer": optimizer, "schedule": schedule}
    done = _go_on(run, parts)
    bar = progress.add_task(run.title, total=steps, completed=done)
    running = 0.0
    for step in range(done, steps):
        torch.manual_seed(run.seed * 1_000_003 + step)
        network.train()
        error = loss(step)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(error)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        running = error.item() if not running else 0.98 * running + 0.02 * error.item()
        progress.update(bar, completed=step + 1, description=f"{run.title}: loss {running:.3f}")
        if not after(step + 1):
            break
        if run.checkpoint and (step + 1) % KEEP_EVERY == 0:
            state = {name: part.state_dict() for name, part in parts.items()}
            keep(run.checkpoint, {"done": step + 1, "of": run.of} | state)
    if run.checkpoint:
        run.checkpoint.unlink(missing_ok=True)


def _go_on(run: Run, parts: Mapping[str, _Part]) -> int:
    """Bring the parts to where the checkpoint left them, if there is one of this run; returns the steps done."""
    if run.checkpoint is None or not run.checkpoint.is_file():
        return 0
    state = torch.load(run.checkpoint, weights_only=True)
    if state.get("of", run.of) != run.of:
        return 0
    for name, part in parts.items():
        part.load_state_dict(state[name])
    done: int = state["done"]
    return done


def keep(file: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint, all or nothing."""
    half = file.with_suffix(".half")
    torch.save(state, half)
    half.replace(file)
