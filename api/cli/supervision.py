"""The processes of `dengar up`, as a supervisord configuration (http://supervisord.org)."""

import errno
import fcntl
import os
import pwd
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from triage.errors import SettingsRefused
from triage.settings import Settings

PORTS_TRIED = 50
"""How far to look for a free port."""

LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised process."""

    name: str
    command: str
    order: int
    """Started in this order, stopped in the reverse."""
    copies: int = 1


def programs(settings: Settings, redis_server: str, workers: int) -> list[Program]:
    """What runs on one machine. Redis only if none was given by DENGAR_REDIS_URL."""
    dengar = f'"{sys.executable}" -m api.cli'
    redis = Program("redis", f'"{redis_server}" "{_redis_config(settings)}"', 1)
    return [
        *([] if settings.redis_url else [redis]),
        Program("web", f"{dengar} web", 2),
        Program("triage", f"{dengar} worker triage", 2, workers),
        Program("collect", f"{dengar} worker collect", 2),
        Program("notify", f"{dengar} worker notify", 2),
        Program("beat", f"{dengar} beat", 2),
    ]


def write_config(settings: Settings, redis_server: str, workers: int) -> Path:
    """Write the configuration into data_dir and return its path."""
    folder = settings.data_dir.resolve()
    (folder / "log").mkdir(parents=True, exist_ok=True)
    (folder / "redis").mkdir(exist_ok=True)
    environment = {
        "DENGAR_DATA_DIR": str(folder),
        "DENGAR_WEB_PORT": str(settings.web_port),
        "DENGAR_SECURE_COOKIES": str(settings.secure_cookies),
    }
    log_folder = folder / "log"
    parts = [
        f"[supervisord]\nnodaemon=true\nuser={_user()}\n"
        f"logfile={_escape(str(log_folder / 'supervisor.log'))}\n"
        f"pidfile={_escape(str(folder / 'supervisor.pid'))}\n"
        f"childlogdir={_escape(str(log_folder))}\n"
        "environment=" + ",".join(f'{name}="{_escape(_escape(value))}"' for name, value in environment.items())
    ]
    for program in programs(settings, redis_server, workers):
        log = _escape(_escape(str(log_folder / f"{program.name}.log")))
        parts.append(
            f"[program:{program.name}]\n"
            f"command={_escape(program.command)}\n"
            f"process_name=%(program_name)s-%(process_num)d\nnumprocs={program.copies}\n"
            f"priority={program.order}\nautorestart=true\nstartsecs=0\nstartretries=1000000\n"
            f"stopsignal=TERM\nstopwaitsecs=10\nredirect_stderr=true\n"
            f"stdout_logfile={log}\nstdout_logfile_maxbytes=10MB\nstdout_logfile_backups=2"
        )
    path = folder / "supervisor.conf"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def _redis_config(settings: Settings) -> Path:
    """A private Redis: no port, only a socket that its owner can open; append-only file on."""
    folder = settings.data_dir.resolve()
    path = folder / "redis.conf"
    path.write_text(
        f'port 0\nunixsocket "{settings.redis_socket}"\nunixsocketperm 700\ndir "{folder / "redis"}"\n'
        'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\ndaemonize no\n',
        encoding="utf-8",
    )
    return path


@contextmanager
def only_one(data_dir: Path) -> Iterator[IO[str]]:
    """Refuse a second `dengar up` over the same data. Gives the lock; it falls with its last holder."""
    with (data_dir / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise SettingsRefused(
                f"Dengar already runs over {data_dir} (process {file.read().strip() or '?'})",
                remedy="stop it with Ctrl-C there or kill that process, or set another DENGAR_DATA_DIR",
            ) from None
        note_holder(file, os.getpid())
        yield file


def note_holder(lock: IO[str], process: int) -> None:
    """Write into the lock whom to stop."""
    lock.seek(0)
    lock.truncate()
    lock.write(str(process))
    lock.flush()


def free_port(host: str, first: int) -> int:
    """The first free port of an address from here on. Raises SettingsRefused if there is none near."""
    try:
        family, _kind, _protocol, _name, place = socket.getaddrinfo(host, first, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise _host_refused(host, error) from None
    for port in range(first, min(first + PORTS_TRIED, LAST_PORT + 1)):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((place[0], port))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    raise _host_refused(host, error) from None
                continue
            return int(probe.getsockname()[1])
    raise SettingsRefused(f"no free port near {first} on {host}", remedy="give another --port")


def _host_refused(host: str, error: OSError) -> SettingsRefused:
    return SettingsRefused(
        f"DENGAR_WEB_HOST: cannot listen on {host!r}: {error.strerror}",
        remedy="name an address of this machine, 127.0.0.1 for itself alone",
    )


def _user() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def _escape(value: str) -> str:
    """For values that supervisord expands once; it expands environment and stdout_logfile twice."""
    return value.replace("%", "%%")
