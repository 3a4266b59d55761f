"""Adapting an encoder to posts without labels."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

import torch

from models import adapt, loop
from models.base import load_base
from models.command import STOPPED
from models.errors import CorpusRefused
from models.text import HANDLE, URL
from models.tokens import PostTokenizer
from tests.models import tiny


def written(file: Path, rows: list[dict[str, str]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.mark.parametrize(
    ("without", "texts"),
    [
        ([], ["satu", "dua", "tiga"]),  # one of each group
        ([{"id": "a"}], ["dua", "tiga"]),  # and none of a group that is kept
        ([{"id": "x", "text": "dua"}], ["satu", "tiga"]),
        ([{"id": "d"}], ["satu", "dua"]),
    ],
)
def test_one_text_of_a_group_and_none_that_is_kept_for_measuring(
    tmp_path: Path, without: list[dict[str, str]], texts: list[str]
) -> None:
    rows = [
        {"id": "a", "text": "satu", "group": "g"},
        {"id": "b", "text": "satu lagi", "group": "g"},
        {"id": "c", "text": "dua"},
        {"id": "d", "text": "tiga"},
    ]
    file, kept = written(tmp_path / "posts.jsonl", rows), written(tmp_path / "kept.jsonl", without)
    assert adapt.texts_of([file], [kept]) == texts


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "b"}', r"second\.jsonl, line 2: needs an id and a text"),
        ('{"text": "x"}', r"second\.jsonl, line 2: needs an id"),
        ("{", r"second\.jsonl, line 2: is not JSON"),
    ],
)
def test_a_line_without_a_text_is_named(tmp_path: Path, line: str, problem: str) -> None:
    first = written(tmp_path / "first.jsonl", [{"id": "a", "text": "satu"}])
    second = tmp_path / "second.jsonl"
    second.write_text(f"\n{line}\n")
    with pytest.raises(CorpusRefused, match=problem):
        adapt.texts_of([first, second], [])


def test_masks_hide_words_and_never_the_ends_of_a_post(base: Path) -> None:
    tokenizer = PostTokenizer(load_base(str(base))[1])
    size = tokenizer.tokenizer.get_vocab_size()
    hide = adapt.Masking(tokenizer, size)
    torch.manual_seed(1)
    rows = [torch.tensor(one.ids) for one in tokenizer([e.text for e in tiny.corpus()])]
    seen, mask, hidden, true = hide(rows)
    inside = torch.stack([(true != end) for end in hide.special]).all(dim=0)
    assert not (hidden & ~inside).any()
    assert torch.equal(seen[~hidden], true[~hidden])
    assert hidden[inside].float().mean() == pytest.approx(adapt.MASKED, abs=0.01)
    assert (seen[hidden] == hide.mask).float().mean() == pytest.approx(0.8, abs=0.03)
    assert (seen[hidden] == true[hidden]).float().mean() == pytest.approx(0.1, abs=0.03)
    assert int(mask.sum()) == sum(len(row) for row in rows)
    assert int(seen.max()) < size


def test_an_adapted_encoder_is_a_base_and_a_kill_costs_it_nothing(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loop, "KEEP_EVERY", 2)
    file = written(tmp_path / "posts.jsonl", [{"id": e.id, "text": e.text} for e in tiny.corpus()[:80]])

    def command(out: str) -> int:
        return adapt.main([str(file), "--base", str(base), "--out", str(tmp_path / out), "--epochs", "2"])

    assert command("whole") == 0, capsys.readouterr().err
    forward = adapt.MaskedPosts.forward
    asked = 0

    def stop(*told: object) -> torch.Tensor:
        nonlocal asked
        asked += 1
        if asked == 4:
            raise KeyboardInterrupt
        return forward(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(adapt.MaskedPosts, "forward", stop)
    assert command("killed") == STOPPED
    assert (tmp_path / "killed.checkpoint").is_file()
    assert not (tmp_path / "killed").exists()
    assert command("killed") == 0, capsys.readouterr().err
    assert not (tmp_path / "killed.checkpoint").exists()
    bases = [load_base(str(place)) for place in (base, tmp_path / "whole", tmp_path / "killed")]
    first, whole, killed = (encoder.state_dict() for encoder, _ in bases)
    assert all(torch.equal(whole[name], killed[name]) for name in whole)
    assert any(not torch.equal(first[name], whole[name]) for name in whole)
    for encoder, tokenizer in bases:
        ids = tokenizer.encode(f"{URL} {HANDLE}", add_special_tokens=False).ids
        assert ids == [tokenizer.token_to_id(URL), tokenizer.token_to_id(HANDLE)]
        assert max(ids) < encoder.config.vocab_size


def test_nothing_to_learn_from_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "posts.jsonl", [])
    assert adapt.main([str(file), "--base", "none", "--out", str(tmp_path / "out")]) == 1
    assert "model.corpus_refused" in capsys.readouterr().err
