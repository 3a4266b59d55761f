"""What transactions promise on both databases, and what a failing statement may tell."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.support.world import NOW
from triage.store.database import Database
from triage.wiring import Services

COUNT = text("SELECT count(*) FROM keys")


def test_a_read_is_one_look_whatever_is_written_meanwhile(stored: Services) -> None:
    with stored.database.read() as connection:
        before = connection.execute(COUNT).scalar_one()
        stored.people.add_key("situs", "", NOW)
        assert connection.execute(COUNT).scalar_one() == before
    with stored.database.read() as connection:
        assert connection.execute(COUNT).scalar_one() == before + 1


@pytest.mark.parametrize("stored", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_write_in_a_read_and_writes_after_it(stored: Services) -> None:
    with pytest.raises(DBAPIError, match="read-only"), stored.database.read() as connection:
        connection.execute(text("DELETE FROM keys"))
    with stored.database.write() as connection:
        connection.execute(text("DELETE FROM keys"))
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"


def test_a_failing_statement_keeps_its_values_to_itself(stored: Services) -> None:
    with pytest.raises(DBAPIError) as failed, stored.database.write() as connection:
        connection.execute(text("INSERT INTO nosuch (text) VALUES (:text)"), {"text": "rahasia warga"})
    assert "INSERT INTO nosuch" in str(failed.value)
    assert "rahasia" not in str(failed.value)


def test_ping_answers_from_a_migrated_record(stored: Services) -> None:
    stored.database.ping()


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nosuch/folder/dengar.db", "sqlite://", "postgresql://dengar@127.0.0.1:1/dengar"],
    ids=["no file", "an empty one", "no server"],
)
def test_ping_tells_when_there_is_no_record(url: str) -> None:
    database = Database(url)
    with pytest.raises(OperationalError):
        database.ping()
    database.close()
