"""Training: it learns, it plans its batches well, and a kill costs it nothing but time."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

import torch
from torch import Tensor, nn

from models import loop
from models import train as training
from models.loop import Run, batches, keep, train
from models.network import ReaderNetwork, loss_of
from models.tensors import Batches
from tests.models import tiny

STEPS = 24


class Killed(BaseException):
    """Stands for what ends a process."""


@pytest.mark.parametrize(
    ("lengths", "limit"),
    [
        ([5] * 40, 20),
        (list(range(2, 257)), 1_024),
        ([256] * 3 + [2] * 100, 1_024),
        ([30, 2_000, 31], 1_024),  # longer than a batch may be
        ([7], 1_024),
        ([], 1_024),
    ],
)
def test_batches_hold_every_post_once_and_no_more_tokens_than_allowed(lengths: list[int], limit: int) -> None:
    plan = batches(lengths, random.Random(1), limit)
    assert sorted(i for batch in plan for i in batch) == list(range(len(lengths)))
    for batch in plan:
        assert batch
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= limit


def test_batches_pad_little_and_come_in_another_order_each_time() -> None:
    lengths = [random.Random(i).randint(4, 250) for i in range(500)]
    draw = random.Random(2)
    first, second = batches(lengths, draw), batches(lengths, draw)
    padded = sum(len(batch) * max(lengths[i] for i in batch) for batch in first)
    assert padded < sum(lengths) * 1.1
    assert first != second
    assert batches(lengths, random.Random(2)) == first


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 6), nn.Dropout(0.4), nn.Linear(6, 1))


def loss_on(made: nn.Module) -> Callable[[int], Tensor]:
    """A loss that draws both its posts and its dropout afresh at each step."""

    def loss(step: int) -> Tensor:
        posts = torch.randn(8, 6)
        error: Tensor = (made(posts)[:, 0] - posts.sum(dim=1)).square().mean()
        return error

    return loss


def run_of(made: nn.Module, checkpoint: Path | None, of: str = "this") -> Run:
    return Run("trial", [{"params": list(made.parameters()), "lr": 0.05}], 3, checkpoint, of)


def weights(made: nn.Module) -> list[list[float]]:
    return [value.flatten().tolist() for value in made.state_dict().values()]


def killed_at(step: int, what: Callable[[int], Tensor]) -> Callable[[int], Tensor]:
    def loss(now: int) -> Tensor:
        if now == step:
            raise Killed
        return what(now)

    return loss


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint every few steps."""
    monkeypatch.setattr(loop, "KEEP_EVERY", 5)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("kills", [[3], [5], [12], [7, 16, 23]])
def test_a_killed_run_that_goes_on_ends_as_one_that_was_not(tmp_path: Path, kills: list[int]) -> None:
    whole, checkpoint = network(), tmp_path / "checkpoint.pt"
    train(whole, STEPS, loss_on(whole), run_of(whole, None), tiny.quiet())
    for step in kills:
        made = network()
        with pytest.raises(Killed):
            train(made, STEPS, killed_at(step, loss_on(made)), run_of(made, checkpoint), tiny.quiet())
        assert checkpoint.exists() == (step >= 5)
    made = network()
    seen: list[int] = []

    def after(done: int) -> bool:
        seen.append(done)
        return True

    train(made, STEPS, loss_on(made), run_of(made, checkpoint), tiny.quiet(), after)
    assert weights(made) == weights(whole)
    assert seen == list(range(kills[-1] // 5 * 5 + 1, STEPS + 1)), "no step is taken twice"
    assert list(tmp_path.iterdir()) == [], "nothing is left of a run that is over"


@pytest.mark.usefixtures("often")
def test_a_checkpoint_of_another_run_is_passed_over(tmp_path: Path) -> None:
    made, checkpoint = network(), tmp_path / "checkpoint.pt"
    with pytest.raises(Killed):
        train(made, STEPS, killed_at(12, loss_on(made)), run_of(made, checkpoint, "that"), tiny.quiet())
    whole, made = network(), network()
    train(whole, STEPS, loss_on(whole), run_of(whole, None), tiny.quiet())
    train(made, STEPS, loss_on(made), run_of(made, checkpoint), tiny.quiet())
    assert weights(made) == weights(whole)


def test_a_kill_while_a_checkpoint_is_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = tmp_path / "checkpoint.pt"
    keep(checkpoint, {"done": 5})

    def half(_state: object, file: Path) -> None:
        file.write_bytes(b"PK")
        raise Killed

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(Killed):
        keep(checkpoint, {"done": 10})
    assert torch.load(checkpoint, weights_only=True) == {"done": 5}


@pytest.mark.usefixtures("often")
def test_a_run_ends_early_when_told(tmp_path: Path) -> None:
    made, checkpoint = network(), tmp_path / "checkpoint.pt"
    taken: list[int] = []

    def loss(step: int) -> Tensor:
        taken.append(step)
        return loss_on(made)(step)

    train(made, STEPS, loss, run_of(made, checkpoint), tiny.quiet(), lambda done: done < 11)
    assert taken == list(range(11))
    assert not checkpoint.exists()


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_the_shortest_runs_are_runs(steps: int) -> None:
    made = network()
    before = weights(made)
    train(made, steps, loss_on(made), run_of(made, None), tiny.quiet())
    assert (weights(made) == before) == (steps == 0)


def test_sixty_steps_lower_the_loss(base: Path) -> None:
    material = tiny.material()
    reader, tokenizer = training.begin(material, tiny.recipe(base))
    make = Batches(tokenizer)
    posts = sorted(material.learning, key=lambda example: len(example.text))[:32]
    errors: list[float] = []

    def loss(step: int) -> Tensor:
        ids, mask, truth, tags, weight = make(posts[step % 4 :: 4], None)
        error = loss_of(reader(ids, mask), truth, tags, weight, 0.05)
        errors.append(error.item())
        return error

    run = Run("trial", [{"params": list(reader.parameters()), "lr": 3e-3}], 1)
    train(reader, 60, loss, run, tiny.quiet())
    assert sum(errors[-4:]) < sum(errors[:4]) * 0.7


class Fitted:
    """Fits the tiny network, in a folder of its own or in a given one."""

    def __init__(self, base: Path, tmp_path: Path) -> None:
        self.base, self.tmp_path = base, tmp_path

    def __call__(self, folder: str, rate: float = 2e-3) -> ReaderNetwork:
        recipe = training.Recipe(str(self.base), broad_epochs=0.5, refine_epochs=2, rate=rate)
        return training.fit(tiny.material(), recipe, self.tmp_path / folder, tiny.quiet())[0]


@pytest.fixture
def fitted(base: Path, tmp_path: Path) -> Fitted:
    return Fitted(base, tmp_path)


@pytest.mark.usefixtures("often")
def test_a_killed_training_ends_with_the_same_network(
    fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fitted("whole")
    asked = 0
    score = training.score

    def killing(*told: object) -> dict[str, float]:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Killed
        return score(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "score", killing)
    with pytest.raises(Killed):
        fitted("killed")
    assert (tmp_path / "killed" / "checkpoint.pt").exists()
    again = fitted("killed")
    assert weights(again) == weights(whole)
    files = [(tmp_path / folder / training.JOURNAL).read_text() for folder in ("whole", "killed")]
    assert files[0] == files[1]


def test_what_is_finished_is_learnt_again_only_when_something_changed(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fitted("work")
    runs: list[Run] = []

    def counted(made: nn.Module, steps: int, loss: object, run: Run, *rest: object) -> None:
        runs.append(run)
        train(made, steps, loss, run, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train", counted)
    assert weights(fitted("work")) == weights(first)
    assert runs == [], "it was finished"
    other = fitted("work", rate=1e-3)
    assert len(runs) == 1
    assert weights(other) != weights(first)


def test_what_another_run_left_when_it_was_killed_is_not_taken_for_what_is_finished(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fitted("work")
    with monkeypatch.context() as patched:
        kept: list[Path] = []

        def keep_and_die(file: Path, state: dict[str, Tensor]) -> None:
            keep(file, state)
            kept.append(file)
            raise Killed

        patched.setattr(training, "keep", keep_and_die)
        with pytest.raises(Killed):
            fitted("work", rate=1e-3)
        assert [file.name for file in kept] == ["best.pt"]
    assert weights(fitted("work")) == weights(first)
