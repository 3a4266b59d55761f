"""What `make` must not do: delete posts by the way, install where it was told not to, guess at files."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make over the repository's Makefile, as if no other make were running these tests."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *words], cwd=ROOT, env=outside | environment, capture_output=True, text=True, timeout=60
    )


def test_clean_leaves_the_data_alone_and_clean_data_warns() -> None:
    assert "var" not in make("--dry-run", "clean").stdout.split()
    assert make("--dry-run", "clean-data").stdout == "rm -rf var\n"
    (told,) = (line for line in make("help").stdout.splitlines() if line.startswith("clean-data "))
    assert "DELETES" in told
    assert "secret" in told


def test_the_reader_is_measured_only_on_a_file_that_was_named() -> None:
    ended = make("bench-reader", GOLD="")
    assert ended.returncode != 0
    assert "make bench-reader GOLD=labels.jsonl" in ended.stderr
    assert "dengar evaluate gold.jsonl" in make("--dry-run", "bench-reader", GOLD="gold.jsonl").stdout


@pytest.mark.parametrize(("services", "installs"), [("no", False), ("", True)])
def test_services_are_not_installed_against_a_person_s_will(tmp_path: Path, services: str, installs: bool) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    script = tmp_path / "tests" / "support" / "install_services.sh"
    script.parent.mkdir(parents=True)
    script.write_text("echo installing\n")
    ended = make("-C", str(tmp_path), "services", SERVICES=services)
    assert ended.returncode == 0
    assert ("installing" in ended.stdout) is installs
