"""A large body is refused while it is being read, by a real server on a real socket."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Form, Request, Response
from fastapi.testclient import TestClient

from api import errors
from api.body_limit import LARGEST_BODY, BodyLimit

LIMIT = 1000
MEGABYTE = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
"""One chunk of a chunked body."""


def small_app(limit: int) -> FastAPI:
    """Takes bodies and forms, within a limit."""
    app = FastAPI()
    errors.install(app)

    @app.post("/api/bytes")
    async def take(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/api/form")
    async def form(word: str = Form()) -> dict[str, int]:
        return {"bytes": len(word)}

    @app.post("/api/unread")
    async def unread() -> Response:
        return Response("done")

    app.add_middleware(BodyLimit, limit=limit)
    return app


def chunked(size: int) -> Iterator[bytes]:
    """A body in pieces, so that no length is announced."""
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize(("size", "status"), [(0, 200), (LIMIT, 200), (LIMIT + 1, 413), (50 * LIMIT, 413)])
def test_a_length_that_is_announced(size: int, status: int) -> None:
    reply = TestClient(small_app(LIMIT)).post("/api/bytes", content=b"x" * size)
    assert reply.status_code == status
    if status == 413:
        assert reply.json()["error"]["code"] == "body.too_large"
        assert str(LIMIT) in reply.json()["error"]["message"]
        assert reply.headers["connection"] == "close"


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 100, 413)])
def test_a_length_that_is_not_announced(size: int, status: int) -> None:
    assert TestClient(small_app(LIMIT)).post("/api/bytes", content=chunked(size)).status_code == status


@pytest.mark.parametrize("announced", [b"0", b"-1", b"x", b"5"])
def test_a_length_that_is_a_lie(announced: bytes) -> None:
    headers = {b"content-length": announced}
    reply = TestClient(small_app(LIMIT)).post("/api/bytes", content=b"x" * (LIMIT + 1), headers=headers)  # type: ignore[arg-type]
    assert reply.status_code == 413


def test_a_form_that_is_too_large_is_413_too() -> None:
    """FastAPI turns any failure of reading a form into a 400; the limit must have the last word."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = (part for part in [b"word=", *chunked(2 * LIMIT)])
    reply = TestClient(small_app(LIMIT)).post("/api/form", content=body, headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "body.too_large")


@contextmanager
def served(app: FastAPI) -> Iterator[socket.socket]:
    """A connection to a real server."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with socket.create_connection(listener.getsockname(), timeout=10) as connection:
            yield connection
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def upload(connection: socket.socket, megabytes: int) -> int:
    """Send a chunked body until the server stops taking it. Returns how many megabytes it took."""
    connection.sendall(b"POST /api/bytes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for sent in range(megabytes):
        try:
            connection.sendall(MEGABYTE)
        except OSError:
            return sent
    return megabytes


def test_the_server_stops_reading_soon_after_the_limit_and_says_why() -> None:
    with served(small_app(LARGEST_BODY)) as connection:
        reply: list[bytes] = []
        reader = threading.Thread(target=lambda: reply.append(connection.recv(4096)))
        reader.start()  # before sending: a reset connection forgets what was not yet read
        started = time.monotonic()
        taken = upload(connection, 400)
        reader.join(10)
    assert reply[0].startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in reply[0].lower()
    assert taken < 8 + 16, "what the kernel's buffers hold comes on top of the limit"
    assert time.monotonic() - started < 10


def test_other_connections_are_answered_meanwhile_and_afterwards() -> None:
    with served(small_app(LARGEST_BODY)) as connection:
        address = connection.getpeername()
        upload(connection, 3)  # not finished: it hangs there
        with socket.create_connection(address, timeout=5) as other:
            other.sendall(b"POST /api/unread HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            assert other.recv(100).startswith(b"HTTP/1.1 200 ")
