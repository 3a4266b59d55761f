"""The record goes away, or the code fails: what programs and people are told, with all the usual headers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.app import create_app
from api.security import HEADERS
from triage.store.database import Database
from triage.wiring import Services

KEY = {"Authorization": "Bearer dgr_0123456789_kunci"}

OUTAGES = [
    OperationalError("SELECT 1", {}, Exception("database is locked")),
    PoolTimeout("QueuePool limit reached"),
]
BUG = ValueError("a bug")


@pytest.fixture
def client(services: Services) -> TestClient:
    client = TestClient(create_app(services), raise_server_exceptions=False)
    client.cookies.set("dengar", "anyone")  # so that the record is asked who it is
    return client


def break_record(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let every transaction fail."""

    @contextmanager
    def broken(_database: Database) -> Iterator[Connection]:
        raise error
        yield

    for kind in ("read", "write"):
        monkeypatch.setattr(Database, kind, broken)


def guarded(reply: Response) -> bool:
    """Whether the security headers are there, each once."""
    return all(reply.headers.get_list(name) == [value] for name, value in HEADERS.items())


def ask(client: TestClient, path: str) -> Response:
    """A post to the API, a look at anything else."""
    post = path == "/api/v1/posts"
    reply: Response = client.post(path, json={"id": "1", "text": "lampu"}, headers=KEY) if post else client.get(path)
    return reply


def test_health_is_well_while_the_record_answers(client: TestClient) -> None:
    assert client.get("/health").json()["status"] == "ok"


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("path", ["/api/v1/posts", "/health"])
def test_programs_are_told_to_try_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, outage: Exception, path: str
) -> None:
    break_record(monkeypatch, outage)
    reply = ask(client, path)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert reply.json()["error"]["code"] == "record.unavailable"
    assert str(outage) not in reply.text
    assert guarded(reply)


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda error: type(error).__name__)
def test_people_are_told_to_try_again(client: TestClient, monkeypatch: pytest.MonkeyPatch, outage: Exception) -> None:
    break_record(monkeypatch, outage)
    reply = client.get("/meja")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert "Dengar belum dapat menjawab" in reply.text
    assert guarded(reply)


@pytest.mark.parametrize(
    ("path", "says"),
    [("/api/v1/posts", '"code":"internal"'), ("/health", '"code":"internal"'), ("/meja", "Dengar sedang bermasalah")],
)
def test_a_bug_is_answered_with_the_same_headers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, says: str
) -> None:
    break_record(monkeypatch, BUG)
    reply = ask(client, path)
    assert reply.status_code == 500
    assert "Retry-After" not in reply.headers
    assert says in reply.text
    assert guarded(reply)
