"""The processes of `dengar up`: what is configured, and that only one runs over the same data."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from api.cli import supervision
from triage.errors import SettingsRefused
from triage.settings import Settings

NAMES = ["redis", "web", "triage", "collect", "notify", "beat"]


def parsed(folder: Path, workers: int = 1, **given: str) -> ServerOptions:
    """The written configuration, as supervisord reads it."""
    folder.mkdir(parents=True)
    settings = Settings(data_dir=folder, web_port=8123, **given)  # type: ignore[arg-type]
    options = ServerOptions()
    options.realize(["-c", str(supervision.write_config(settings, "/opt/my redis/redis-server", workers))])
    return options


@pytest.mark.parametrize("name", ["var", "my data", "100%", "%(here)s", "a%%b"])
def test_all_processes_are_configured_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    options = parsed(folder)
    groups = {group.name: group for group in options.process_group_configs}
    assert sorted(groups) == sorted(NAMES)
    programs = {name: group.process_configs[0] for name, group in groups.items()}
    for program in programs.values():
        assert program.autorestart
        assert program.stdout_logfile == str(folder / "log" / f"{program.name.removesuffix('-0')}.log")
    assert programs["redis"].command == f'"/opt/my redis/redis-server" "{folder / "redis.conf"}"'
    assert programs["triage"].command.endswith("-m api.cli worker triage")
    assert programs["redis"].priority < min(programs[name].priority for name in NAMES[1:])
    assert options.configroot.supervisord.environment["DENGAR_DATA_DIR"] == str(folder)


def test_workers_are_copies(tmp_path: Path) -> None:
    groups = {group.name: group for group in parsed(tmp_path / "var", workers=3).process_group_configs}
    assert [program.name for program in groups["triage"].process_configs] == ["triage-0", "triage-1", "triage-2"]
    assert len(groups["web"].process_configs) == 1


def test_no_redis_of_our_own_where_one_is_given(tmp_path: Path) -> None:
    options = parsed(tmp_path / "var", redis_url="redis://redis.example/0")
    assert "redis" not in [group.name for group in options.process_group_configs]


def test_redis_listens_on_no_port_and_only_for_its_owner(tmp_path: Path) -> None:
    parsed(tmp_path / "my data")
    lines = (tmp_path / "my data" / "redis.conf").read_text().splitlines()
    assert {"port 0", "unixsocketperm 700", "appendonly yes"} <= set(lines)


def test_a_second_one_over_the_same_data_is_refused_and_told_whom_to_stop(tmp_path: Path) -> None:
    with supervision.only_one(tmp_path) as lock:
        supervision.note_holder(lock, 4711)
        with pytest.raises(SettingsRefused, match=r"already runs over .* \(process 4711\)") as raised:
            supervision.only_one(tmp_path).__enter__()
        assert "another DENGAR_DATA_DIR" in raised.value.remedy
    with supervision.only_one(tmp_path) as lock:
        lock.seek(0)
        assert lock.read() == str(os.getpid())


def test_the_lock_stays_with_the_processes_when_up_is_killed(tmp_path: Path) -> None:
    with supervision.only_one(tmp_path) as lock:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdin=lock)
    with child:
        with pytest.raises(SettingsRefused):
            supervision.only_one(tmp_path).__enter__()
        child.kill()
    with supervision.only_one(tmp_path):
        pass


def test_the_next_free_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert supervision.free_port("127.0.0.1", port) > port


def test_where_no_port_is_free_a_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "PORTS_TRIED", 1)
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SettingsRefused, match="no free port") as raised,
    ):
        supervision.free_port("127.0.0.1", taken.getsockname()[1])
    assert "--port" in raised.value.remedy


def test_the_port_is_looked_for_where_the_web_process_will_listen() -> None:
    with socket.create_server(("127.0.0.2", 0)) as elsewhere:
        port = elsewhere.getsockname()[1]
        assert supervision.free_port("127.0.0.1", port) == port
        assert supervision.free_port("127.0.0.2", port) > port


def test_any_free_port_is_named() -> None:
    assert supervision.free_port("127.0.0.1", 0) > 0


@pytest.mark.parametrize("host", ["192.0.2.1", "nosuch.invalid"])
def test_an_address_of_another_machine_is_refused_by_its_setting(host: str) -> None:
    with pytest.raises(SettingsRefused, match="DENGAR_WEB_HOST") as refused:
        supervision.free_port(host, 8000)
    assert "127.0.0.1" in refused.value.remedy
