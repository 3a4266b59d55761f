"""The door for programs, with a key to it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from tests.support import world
from triage.settings import Settings
from triage.store import migrate
from triage.wiring import Services


@dataclass
class Door:
    """An installation that takes posts over HTTP."""

    services: Services
    client: TestClient
    key: str

    def send(self, body: object, key: str | None = None) -> Response:
        """POST a value as JSON."""
        return self.client.post("/api/v1/posts", json=body, headers=self._bearer(key))

    def send_bytes(self, body: bytes, **headers: str) -> Response:
        """POST bytes as they are."""
        return self.client.post("/api/v1/posts", content=body, headers=self._bearer(None) | headers)

    def delete(self, path: str, key: str | None = None) -> Response:
        """DELETE /api/v1/posts/PATH."""
        return self.client.delete(f"/api/v1/posts/{path}", headers=self._bearer(key))

    def _bearer(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key if key is None else key}"}

    def rows(self) -> list[Any]:
        """Everything stored: (id, source, external_id, text, version), in the order it came."""
        query = "SELECT id, source, external_id, text, version FROM posts ORDER BY received_at, external_id"
        with self.services.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


def furnish(folder: Path) -> str:
    """Migrate a data folder and make a key for it."""
    services = Services(Settings(data_dir=folder))
    migrate.upgrade(services.database)
    key = services.people.add_key("uji", "", world.NOW)
    services.database.close()
    return key


@contextmanager
def opened(furnished: Path, key: str, folder: Path) -> Iterator[Door]:
    """A door over a copy of a furnished folder."""
    shutil.copytree(furnished, folder)
    services = world.quiet(Services(Settings(data_dir=folder, secure_cookies=False)))
    with TestClient(create_app(services), raise_server_exceptions=False) as client:
        yield Door(services, client, key)
    services.database.close()
