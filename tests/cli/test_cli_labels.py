"""`dengar labels export`: training takes what it writes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.dataset import read_posts
from tests.cli.conftest import Shell
from tests.support import world
from tests.support.record import rows
from triage.store import labels


@pytest.fixture
def corrected(shell: Shell) -> Shell:
    """Two posts on desks; a person corrected the topic of the first."""
    shell("migrate")
    services = world.quiet(shell.services)
    world.take_in(services, "lampu jalan mati", "sampah menumpuk")
    world.decide_all(services)
    joined = rows(services, "SELECT post_id, case_id FROM case_posts JOIN posts ON posts.id = post_id "
                            "WHERE external_id = 'api-1'")[0]  # fmt: skip
    with services.database.write() as connection:
        labels.append(
            connection, post_id=joined.post_id, case_id=joined.case_id, head="topic", value="listrik",
            was="penerangan_jalan", model="words-1", by="sari", at=datetime.now(UTC),
        )  # fmt: skip
    return shell


def test_training_reads_the_file(corrected: Shell) -> None:
    ended = corrected("labels", "export", "--out", "labels.jsonl")
    assert (ended.status, ended.out) == (0, "")
    assert "wrote 1 posts" in ended.err
    (post,) = read_posts(Path("labels.jsonl"))
    assert (post.text, post.topic, post.intent) == ("lampu jalan mati", "listrik", "pengaduan")
    assert post.incident


def test_standard_output_holds_the_posts_and_nothing_else(corrected: Shell) -> None:
    (line,) = corrected("labels", "export").out.splitlines()
    assert json.loads(line)["human"] == ["topic"]


def test_where_nobody_corrected_anything(shell: Shell) -> None:
    ended = shell("labels", "export")
    assert (ended.status, ended.out) == (0, "")
    assert "wrote 0 posts" in ended.err


def test_a_post_passed_over_is_told(corrected: Shell) -> None:
    with corrected.services.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM predictions")
    assert "passed over 1 posts" in corrected("labels", "export").err


def test_a_file_that_cannot_be_written(corrected: Shell) -> None:
    ended = corrected("labels", "export", "--out", "nosuch/labels.jsonl")
    assert ended.status == 2
    assert "--out: cannot be written" in ended.err
