"""Pack columns into blobs, and mark the parts of people whose activities are written."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SQLITE_MARK: Final = (
    "UPDATE activity_mark SET marks = marks + 1 WHERE part = {row}.person_id >> 15; "
    "INSERT INTO activity_mark (part, marks) SELECT {row}.person_id >> 15, 1 WHERE NOT EXISTS "
    "(SELECT 1 FROM activity_mark WHERE part = {row}.person_id >> 15);"
)
SQLITE: Final = {
    "activity_written": ("INSERT", "new"),
    "activity_gone": ("DELETE", "old"),
    "activity_moved_to": ("UPDATE OF person_id, at, kind_id", "new"),
    "activity_moved_from": ("UPDATE OF person_id, at, kind_id", "old"),
}
POSTGRESQL_MARK: Final = (
    "CREATE FUNCTION mark_activities() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO activity_mark (part, marks) SELECT DISTINCT person_id >> 15, 1 FROM written "
    "WHERE person_id IS NOT NULL; RETURN NULL; END $$"
)
POSTGRESQL: Final = {
    "activity_written": ("INSERT", "NEW"),
    "activity_gone": ("DELETE", "OLD"),
    "activity_moved_to": ("UPDATE", "NEW"),
    "activity_moved_from": ("UPDATE", "OLD"),
}


def upgrade() -> None:
    op.create_table(
        "pack",
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("stamp", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("what", "part", "name"),
    )
    op.create_table(
        "activity_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_activity_mark_part", "activity_mark", ["part"])
    if op.get_bind().dialect.name == "sqlite":
        _watch_on_sqlite()
    else:
        _watch_on_postgresql()


def _watch_on_sqlite() -> None:
    for name, (what, row) in SQLITE.items():
        op.execute(
            f"CREATE TRIGGER {name} AFTER {what} ON activity FOR EACH ROW WHEN {row}.person_id IS NOT NULL "
            f"BEGIN {SQLITE_MARK.format(row=row)} END"
        )


def _watch_on_postgresql() -> None:
    """Once a statement. Marks are added, never changed, so that no two writers wait for each other."""
    op.execute("ALTER TABLE pack ALTER COLUMN body SET STORAGE EXTERNAL")  # numbers hardly compress
    op.execute(POSTGRESQL_MARK)
    for name, (what, rows) in POSTGRESQL.items():
        op.execute(
            f"CREATE TRIGGER {name} AFTER {what} ON activity REFERENCING {rows} TABLE AS written "
            "FOR EACH STATEMENT EXECUTE FUNCTION mark_activities()"
        )


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in SQLITE:
        op.execute(f"DROP TRIGGER {name}" if is_sqlite else f"DROP TRIGGER {name} ON activity")
    if not is_sqlite:
        op.execute("DROP FUNCTION mark_activities()")
    op.drop_table("activity_mark")
    op.drop_table("pack")
