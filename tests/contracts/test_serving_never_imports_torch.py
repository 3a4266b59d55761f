"""What serves runs where the libraries for training were never installed."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.contracts.repository import ROOT

FORBID = """
    import sys

    class Forbid:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in {"torch", "transformers", "sklearn", "scipy", "joblib"}:
                raise ImportError(f"{name} is not for serving")
            if name in {"models.train", "models.dataset"}:
                raise ImportError(f"{name} is for training")

    sys.meta_path.insert(0, Forbid())
"""

SERVE = """
    import api.app, api.cli, listener.schedule, triage.beat, triage.worker
    from triage.wiring import process_services

    services = process_services()
    services.pipeline
    (said,) = services.reader.read(["ada kebakaran di pasar"])
    assert said.topic, said
    print(services.reader.version)
"""


def python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter over an empty data folder."""
    environment = os.environ | {"DENGAR_DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FORBID) + textwrap.dedent(code)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_every_process_serves_without_the_libraries_of_training(tmp_path: Path) -> None:
    run = python(SERVE, tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip()


def test_training_would_be_noticed(tmp_path: Path) -> None:
    run = python("import models.train", tmp_path)
    assert run.returncode != 0
    assert "is for training" in run.stderr
