"""Writes a migration after the tables were changed: python -m triage.store.revise 'what changed'."""

import sys
import tempfile
from pathlib import Path

from triage.store import migrate
from triage.store.database import Database


def main(message: str) -> None:
    """Migrate an empty SQLite database, compare it with the tables, write the difference."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'revise.db'}")
        migrate.upgrade(database)
        migrate.revise(database, message)
        database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit(__doc__)
    main(sys.argv[1])
