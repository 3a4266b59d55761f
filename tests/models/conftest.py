"""A tiny trained reader, made once for all tests of a session."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.models.tiny import Trained

os.environ["HF_HUB_OFFLINE"] = "1"  # before transformers is imported: no test asks a hub
NEEDS = "needs the extra `train`"


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny encoder with random weights; skips where torch is not installed."""
    pytest.importorskip("torch", reason=NEEDS)
    from tests.models import tiny

    return tiny.write_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> "Trained":
    """A tiny network that learnt a little, and its artifact: read it, and change copies only."""
    from tests.models import tiny

    return tiny.train(base, tmp_path_factory.mktemp("trained") / "reader")
