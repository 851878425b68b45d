"""Freeze what runs read: parts as Parquet under their digest, and what came of a replay."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_run",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.Column("replayed_at", sa.BigInteger(), nullable=True),
        sa.Column("replayed_digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "frozen_part",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("rows", sa.String(64), nullable=False),
        sa.Column("activities", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("run_id", "first"),
    )
    op.create_index("ix_frozen_part_rows", "frozen_part", ["rows"])
    op.create_index("ix_frozen_part_activities", "frozen_part", ["activities"])
    op.create_table(
        "frozen_bytes",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def downgrade() -> None:
    op.drop_table("frozen_bytes")
    op.drop_table("frozen_part")
    op.drop_table("frozen_run")
