"""Keep what a dry run found different, what a vanished row means, and who is gone in their source."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

RECORDS = ("person", "company", "deal")


def upgrade() -> None:
    op.create_table(
        "import_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(300), nullable=False),
        sa.Column("is_attribute", sa.Boolean(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("overrules", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_import_difference_import_id", "import_difference", ["import_id"])
    op.add_column("import", sa.Column("differences", sa.Text(), server_default="{}", nullable=False))
    op.add_column("import", sa.Column("vanished", sa.Integer(), server_default="0", nullable=False))
    op.add_column("saved_mapping", sa.Column("vanished", sa.String(10), server_default="", nullable=False))
    op.add_column("saved_mapping", sa.Column("vanished_at", sa.BigInteger(), nullable=True))
    op.add_column("saved_mapping", sa.Column("vanished_by", sa.Integer(), nullable=True))
    for record in RECORDS:
        op.add_column(record, sa.Column("gone_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for record in RECORDS:
        op.drop_column(record, "gone_at")
    for column in ("vanished_by", "vanished_at", "vanished"):
        op.drop_column("saved_mapping", column)
    op.drop_column("import", "vanished")
    op.drop_column("import", "differences")
    op.drop_table("import_difference")
