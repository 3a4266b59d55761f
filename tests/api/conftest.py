"""A city with people on its desks, and posts that a simple reader understands by their words."""

import random
import shutil
import socket
import string
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.app import create_app
from models.predictions import Prediction
from triage.entities import IncomingPost
from triage.settings import Settings
from triage.store import claims, migrate
from triage.wiring import Services

PASSWORD = "kata sandi uji"

PEOPLE = {
    # login: (role, agency)
    "api": ("officer", "damkar"),
    "pohon": ("officer", "dlh"),
    "pantau": ("watcher", ""),
    "kota": ("operator", ""),
}

SITE = "http://testserver"


class WordReader:
    """Reads a post by one word of it, the same way every time."""

    version = "uji-1"

    def read(self, texts: Sequence[str]) -> list[Prediction]:
        return [self._one(text.lower()) for text in texts]

    def _one(self, text: str) -> Prediction:
        fire = "kebakaran" in text
        topic, urgency = ("kebakaran", "darurat") if fire else ("pohon_taman", "sedang")
        labels = {"intent": "pengaduan", "topic": topic, "urgency": urgency, "sentiment": "negatif"}
        scores = {head: {label: 0.9, "lainnya": 0.1} for head, label in labels.items()}
        doubts = ("sentiment",) if "mungkin" in text else ()
        return Prediction(model=self.version, **labels, scores=scores, doubts=doubts)


@dataclass
class Board:
    """An installation under test."""

    services: Services
    tokens: dict[str, str]
    sent: int = field(default=0)

    def post(self, *texts: str, age: timedelta = timedelta(0), **about: str) -> list[int]:
        """Let posts arrive and be decided; the numbers of all cases since."""
        now = datetime.now(UTC) - age
        incoming = [
            IncomingPost(
                source="x",
                external_id=f"{self.sent + i}",
                text=text,
                author=f"@warga{self.sent + i}",
                **about,
            )
            for i, text in enumerate(texts)
        ]
        self.sent += len(texts)
        self.services.intake.accept(incoming, now)
        with self.services.database.write() as connection:
            claimed = claims.claim(connection, owner="uji", now=now, lease=timedelta(minutes=1), limit=1000)
        assert self.services.pipeline.decide(claimed, now) == len(texts)
        return self.cases()

    def cases(self) -> list[int]:
        """Numbers of all cases, oldest first."""
        with self.services.database.read() as connection:
            return [row[0] for row in connection.exec_driver_sql("SELECT id FROM cases ORDER BY id")]

    def first_post(self, case_id: int) -> str:
        """Id of the post that opened a case."""
        with self.services.database.read() as connection:
            query = "SELECT post_id FROM case_posts WHERE rule = 'first' AND case_id = ?"
            return str(connection.exec_driver_sql(query, (case_id,)).scalar_one())

    def everything(self) -> list[tuple[object, ...]]:
        """What people can change, to see that nothing did."""
        with self.services.database.read() as connection:
            return [
                tuple(row)
                for table in ("cases", "case_events", "labels", "alerts")
                for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id")
            ]

    def client(self, login: str = "") -> TestClient:
        """A browser, signed in as someone or as nobody."""
        client = TestClient(create_app(self.services), base_url=SITE, follow_redirects=False)
        if login:
            client.cookies.set("dengar", self.tokens[login])
        return client

    def csrf(self, login: str) -> str:
        """The token in the forms of someone's session."""
        viewer = self.services.people.viewer(self.tokens[login], datetime.now(UTC))
        assert viewer
        return viewer.csrf

    def status(self, case_id: int) -> tuple[str, str, int]:
        """Status, desk and revision of a case."""
        with self.services.database.read() as connection:
            row = connection.exec_driver_sql(f"SELECT status, agency, revision FROM cases WHERE id = {case_id}").one()
        return row[0], row[1], row[2]


def fires(count: int) -> list[str]:
    """Texts about fires that have too little in common to be one matter."""
    letters = random.Random(7)
    return ["kebakaran " + "".join(letters.choices(string.ascii_lowercase, k=60)) for _ in range(count)]


def _services(folder: Path) -> Services:
    services = Services(Settings(data_dir=folder, secure_cookies=False))
    services.reader = WordReader()  # type: ignore[assignment,misc]
    return services


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A migrated data folder with everyone signed in. Hashing passwords is slow on purpose, so once only."""
    folder = tmp_path_factory.mktemp("furnished")
    services, now = _services(folder), datetime.now(UTC)
    migrate.upgrade(services.database)
    tokens = {}
    for login, (role, agency) in PEOPLE.items():
        services.people.add_user(login, login.title(), PASSWORD, role, agency, now)
        tokens[login] = services.people.sign_in(login, PASSWORD, now)
    services.database.close()
    return folder, tokens


@pytest.fixture
def board(furnished: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Board]:
    """A fresh installation."""
    folder, tokens = furnished
    shutil.copytree(folder, tmp_path / "data")
    services = _services(tmp_path / "data")
    yield Board(services, tokens)
    services.database.close()


@pytest.fixture
def site(board: Board) -> Iterator[str]:
    """The board behind a real server on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(board.services), log_level="warning", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()
