"""The peers' methods learn from the posts that they are given, and say the same every time."""

import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from models import baselines, evaluate
from models.errors import CorpusRefused, TrainingUnavailable
from models.predictions import HEADS
from models.sources import Example

NEEDS = "needs the extra `train`"
ROW = {"text": "lampu mati", "intent": "pengaduan", "topic": "jalan", "urgency": "sedang", "sentiment": "netral"}


def gold_file(tmp_path: Path, *rows: dict[str, str]) -> Path:
    file = tmp_path / "gold.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps({**ROW, **row}) for row in rows))
    return file


def examples() -> list[Example]:
    """Posts about lamps and about rubbish, some without a sentiment."""
    made = []
    for n in range(12):
        lamp = n % 2 == 0
        text = f"lampu padam di gang {n}, gelap" if lamp else f"sampah menumpuk di gang {n}, bau"
        labels = {
            "intent": "pengaduan" if n % 3 else "aspirasi",
            "topic": "penerangan_jalan" if lamp else "sampah",
            "urgency": "tinggi" if lamp else "sedang",
        }
        if n > 3:
            labels["sentiment"] = "negatif" if lamp else "netral"
        made.append(Example(str(n), text, str(n), "written", 0.5, labels=labels))
    return made


NEW = ["lampu gang padam", "sampah bau sekali"]


def test_baselines_learn_what_words_tell() -> None:
    pytest.importorskip("sklearn", reason=NEEDS)
    told: dict[str, float] = {}
    answers = baselines.read(
        examples(), NEW, None, lambda method, share: told.update({method: told.get(method, 0) + share})
    )
    assert set(answers) == set(baselines.methods(None)) == {"words", "letters"}
    for said in answers.values():
        assert said["topic"] == ["penerangan_jalan", "sampah"]
        assert said["sentiment"] == ["negatif", "netral"]
    assert told == pytest.approx({"words": 1.0, "letters": 1.0})
    assert answers == baselines.read(examples(), NEW, None, lambda method, share: None)


def test_the_frozen_encoder_answers_where_one_is_named(base: Path) -> None:
    pytest.importorskip("sklearn", reason=NEEDS)
    told = []
    answers = baselines.read(examples(), NEW, str(base), lambda method, share: told.append((method, share)))
    assert set(answers) == set(baselines.methods(str(base)))
    assert {head: len(labels) for head, labels in answers["frozen"].items()} == dict.fromkeys(HEADS, 2)
    assert sum(share for method, share in told if method == "frozen") == pytest.approx(1.0)


def test_baselines_learn_from_the_refining_sources_less_the_gold(tmp_path: Path) -> None:
    every = baselines.posts(None, [])
    assert {example.source for example in every} == {"written"}
    held = gold_file(tmp_path, {"id": every[0].id}, {"id": every[1].id})
    left = baselines.posts(None, [held])
    assert every[0].id not in {example.id for example in left}
    assert len(every) - 10 < len(left) <= len(every) - 2


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(TrainingUnavailable, match=r"scikit-learn is not installed; install the extra"):
        baselines.read(examples(), NEW, None, lambda method, share: None)


def test_sources_that_teach_one_label_alone_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    one = [example for example in examples() if example.labels["topic"] == "sampah"]
    monkeypatch.setattr(baselines.sources, "read", lambda source, without: one)
    with pytest.raises(CorpusRefused, match="topic: the refining sources teach fewer than 2 labels"):
        baselines.posts(None, [])


def test_baselines_learn_in_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason=NEEDS)
    tiny_artifact = pytest.importorskip("tests.support.tiny_artifact", reason=NEEDS)
    asked = []

    def few(data: Path | None, without: Sequence[Path]) -> list[Example]:
        asked.append((data, list(without)))
        return examples()

    monkeypatch.setattr(baselines, "posts", few)
    monkeypatch.setenv("COLUMNS", "200")
    tiny_artifact.save(tmp_path / "reader")
    file, target = gold_file(tmp_path, {"id": "g"}), tmp_path / "all.json"
    assert (
        evaluate.main([str(file), "--artifact", str(tmp_path / "reader"), "--baselines", "--json", str(target)]) == 0
    )
    assert asked == [(None, [file])]
    report = orjson.loads(target.read_bytes())["baselines"]
    assert report["posts"] == len(examples())
    assert set(report["figures"]) == {baselines.TITLES["words"], baselines.TITLES["letters"]}
    assert "letter groups, linear SVM" in capsys.readouterr().out
