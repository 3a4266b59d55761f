"""`dengar ingest`: exit status, messages, a second run."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from triage.store import posts

LAMP = b'{"id": "1", "text": "lampu mati"}\n'
ROAD = b'{"id": "2", "text": "jalan rusak"}\n'


def stored(shell: Shell) -> int:
    """How many posts are in the record."""
    with shell.services.database.read() as connection:
        return sum(posts.states(connection).values())


def test_a_file_is_taken_and_a_second_run_adds_nothing(shell: Shell) -> None:
    Path("posts.jsonl").write_bytes(LAMP + ROAD)
    first, again = shell("ingest", "posts.jsonl"), shell("ingest", "posts.jsonl")
    assert (first.status, first.out) == (0, "added 2, edited 0, known 0, bad 0\n")
    assert (again.status, again.out) == (0, "added 0, edited 0, known 2, bad 0\n")
    assert stored(shell) == 2


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.csv", b"id,text\n1,lampu\n2,jalan\n", ()),
        ("a.tsv", b"id\ttext\n1\tlampu\n2\tjalan\n", ()),
        ("a.jsonl.gz", gzip.compress(LAMP + ROAD, mtime=0), ()),
        ("laporan", b"no;uraian\n1;lampu\n2;jalan\n", ("--format", "csv", "--map", "text=uraian")),
        ("a.csv", b"id,text,date\n1,lampu,kemarin\n2,jalan,tadi\n", ("--map", "created_at=", "--source", "x")),
    ],
)
def test_kinds_of_files(shell: Shell, name: str, content: bytes, options: tuple[str, ...]) -> None:
    Path(name).write_bytes(content)
    ended = shell("ingest", name, *options)
    assert (ended.status, ended.out) == (0, "added 2, edited 0, known 0, bad 0\n"), ended.err


def test_standard_input(shell: Shell) -> None:
    assert shell("ingest", "-", stdin=LAMP + ROAD).out.startswith("added 2")
    assert shell("ingest", "-", "--format", "csv", stdin=b"id,text\n1,lampu\n3,pohon\n").out.startswith(
        "added 1, edited 1"
    )


def test_bad_lines_are_named_written_and_make_the_exit_status_1(shell: Shell) -> None:
    Path("posts.jsonl").write_bytes(LAMP + b'{"id": \n' + ROAD + b'{"id": "4", "text": "a", "source": "nosuch"}\n')
    ended = shell("ingest", "posts.jsonl", "--bad", "bad.txt")
    assert ended.status == 1
    assert ended.out == "added 2, edited 0, known 0, bad 2\n"
    written = Path("bad.txt").read_text().splitlines()
    assert [line.split(":")[0] for line in written] == ["line 2", "line 4"]
    assert all(line in ended.err for line in written)
    assert "unknown source 'nosuch'" in written[1]


def test_of_many_bad_lines_a_few_are_shown(shell: Shell) -> None:
    ended = shell("ingest", "-", stdin=b"{\n" * 100 + LAMP)
    assert ended.err.count("is not JSON") == 20
    assert "80 more; --bad FILE writes all of them" in ended.err


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"", (), "holds no posts"),
        (b"\0\1\2", (), "is binary"),
        (b"\x1f\x8bxx", (), "is a damaged gzip file"),
        (b"id,judul\n1,lampu\n", ("--format", "csv"), "--map text=COLUMN"),
        (LAMP, ("--source", "nosuch"), "unknown source 'nosuch'"),
        (LAMP, ("--format", "xml"), "use jsonl, csv or tsv"),
        (LAMP, ("--map", "isi"), "'isi' is not FIELD=COLUMN"),
        (LAMP, ("--map", "judul=isi"), "unknown field 'judul'"),
        (b"id,text\n1,a\n", ("--format", "csv", "--map", "text=[bold]isi"), "no column '[bold]isi'"),
    ],
)
def test_a_call_that_cannot_work_ends_with_2_and_a_remedy(
    shell: Shell, content: bytes, options: tuple[str, ...], says: str
) -> None:
    ended = shell("ingest", "-", *options, stdin=content)
    assert ended.status == 2
    assert says in ended.err
    assert ended.out == ""
    assert stored(shell) == 0


@pytest.mark.parametrize(
    ("name", "says"), [(".", "Is a directory"), ("nosuch.csv", "No such file"), ("a.xlsx", "cannot tell the format")]
)
def test_a_path_that_cannot_be_read(shell: Shell, name: str, says: str) -> None:
    Path("a.xlsx").write_bytes(b"PK")
    ended = shell("ingest", name)
    assert (ended.status, says in ended.err) == (2, True), ended.err


def test_where_the_bad_lines_cannot_be_written_the_posts_are_in(shell: Shell) -> None:
    ended = shell("ingest", "-", "--bad", "nosuch/bad.txt", stdin=LAMP)
    assert ended.status == 2
    assert ended.out.startswith("added 1")
    assert "--bad: cannot be written" in ended.err


def dengar(folder: Path, *words: str | bytes, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the real console script."""
    script = Path(sys.executable).with_name("dengar")
    environment = os.environ | {"DENGAR_DATA_DIR": str(folder), "COLUMNS": "200"}
    return subprocess.run(
        [script, *words], input=stdin, env=environment, capture_output=True, timeout=60, check=False
    )


def test_the_console_script_with_good_and_bad_files(shell: Shell) -> None:
    good = dengar(shell.folder, "ingest", "-", stdin=LAMP + b"[1]\n" + ROAD)
    assert (good.returncode, good.stdout) == (1, b"added 2, edited 0, known 0, bad 1\n")
    assert b"line 2: is not a JSON object" in good.stderr
    missing = dengar(shell.folder, "ingest", b"\xff\x1b[31m.jsonl")
    assert missing.returncode == 2
    assert b"No such file" in missing.stderr
    assert b"Traceback" not in good.stderr + missing.stderr


def test_the_console_script_on_a_machine_without_a_record(tmp_path: Path) -> None:
    ended = dengar(tmp_path / "nosuch", "ingest", "-", stdin=LAMP)
    assert ended.returncode == 1
    assert b"dengar migrate" in ended.stderr
    assert b"Traceback" not in ended.stderr
