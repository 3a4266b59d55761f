"""The command `dengar`, called in this process over an installation of the test's own."""

import io
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from api.cli import main
from triage.settings import Settings
from triage.store import migrate
from triage.wiring import Services, process_services


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass
class Shell:
    """Where commands are typed."""

    folder: Path
    """DENGAR_DATA_DIR."""
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def __call__(self, *words: str, stdin: bytes = b"") -> Ended:
        """Run `dengar WORDS`. The services are built afresh, as in a new process."""
        process_services.cache_clear()
        self.patch.setattr(sys, "argv", ["dengar", *words])
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin))))  # type: ignore[arg-type]
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        taken = self.capture.readouterr()
        return Ended(int(ended.value.code or 0), taken.out, taken.err)

    @property
    def services(self) -> Services:
        """The services of the last command."""
        return process_services()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty record."""
    folder = tmp_path_factory.mktemp("migrated")
    services = Services(Settings(data_dir=folder))
    migrate.upgrade(services.database)
    services.database.close()
    return folder


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell on a machine where nothing was set up."""
    monkeypatch.setenv("DENGAR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    yield Shell(tmp_path / "var", capsys, monkeypatch)
    process_services.cache_clear()
    structlog.reset_defaults()  # the logs of a command go to this test's own standard error


@pytest.fixture
def shell(bare: Shell, migrated: Path) -> Shell:
    """A shell on a machine with an empty record."""
    shutil.copytree(migrated, bare.folder)
    return bare


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of tests that start the whole of Dengar."""
    config.addinivalue_line("markers", "slow: takes more than ten seconds")
