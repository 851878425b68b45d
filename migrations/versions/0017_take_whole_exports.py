"""Take whole exports: files that came together, and a saved mapping for each file that a source sends."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ONE_A_KIND = ["kind", "source"]
ONE_A_FILE = ["kind", "source", "name"]


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("file", sa.String(100), nullable=False),
        sa.Column("is_large", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["uploaded_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.add_column("import", sa.Column("delivery_id", sa.Integer(), nullable=True))
    op.add_column("import", sa.Column("saved_mapping_id", sa.Integer(), nullable=True))
    op.create_index("ix_import_delivery_id", "import", ["delivery_id"])
    op.create_index("ix_import_saved_mapping_id", "import", ["saved_mapping_id"])
    op.add_column("saved_mapping", sa.Column("name", sa.String(100), server_default="", nullable=False))
    _unique(ONE_A_KIND, ONE_A_FILE)


def downgrade() -> None:
    newest = "SELECT MAX(id) FROM saved_mapping GROUP BY kind, source"
    op.execute(f"DELETE FROM saved_mapping WHERE id NOT IN ({newest})")  # noqa: S608  our own words
    _unique(ONE_A_FILE, ONE_A_KIND)
    op.drop_column("saved_mapping", "name")
    op.drop_index("ix_import_saved_mapping_id", "import")
    op.drop_index("ix_import_delivery_id", "import")
    op.drop_column("import", "saved_mapping_id")
    op.drop_column("import", "delivery_id")
    op.drop_table("delivery")


def _unique(before: list[str], after: list[str]) -> None:
    """Other columns are unique together. PostgreSQL named the constraint itself, SQLite did not at all."""
    named = {"uq": "%(table_name)s_%(column_0_N_name)s_key"}
    with op.batch_alter_table("saved_mapping", naming_convention=named) as batch:
        batch.drop_constraint("_".join(["saved_mapping", *before, "key"]), type_="unique")
        batch.create_unique_constraint("_".join(["saved_mapping", *after, "key"]), after)
