"""Bring the database to the shape this code needs, and tell when it is not there yet."""

from importlib.resources import as_file, files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from triage.errors import NotMigrated
from triage.store.database import Database
from triage.store.tables import metadata


def upgrade(database: Database) -> None:
    """Run all migrations that are missing, in one transaction."""
    with database.write() as connection:
        command.upgrade(_config(connection), "head")


def revise(database: Database, message: str) -> None:
    """Write a new migration from the difference between the tables and a migrated database (for developers)."""
    with database.write() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def require_current(database: Database) -> None:
    """Raise NotMigrated unless every migration has run."""
    with database.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        needed = ScriptDirectory.from_config(_config(connection)).get_current_head()
    if present != needed:
        raise NotMigrated(
            f"the database is at migration {present or 'none'}, this code needs {needed}",
            remedy="run: dengar migrate",
        )


def differences(database: Database) -> list[str]:
    """What the declared tables have that the database lacks, or the other way round; [] when they agree."""
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [repr(difference) for difference in compare_metadata(context, metadata)]


def _config(connection: Connection) -> Config:
    with as_file(files("triage.store").joinpath("migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        return config
