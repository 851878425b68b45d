from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from portal import migrating
from portal.db import Database
from portal.tables import metadata


def test_migrations_build_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_migrated_database_is_at_the_head(database: Database) -> None:
    assert migrating.current(database) == migrating.head()


def test_every_migration_can_be_taken_back(database: Database) -> None:
    migrating.downgrade(database, "base")

    assert migrating.current(database) is None
    migrating.upgrade(database)
    assert migrating.current(database) == migrating.head()
