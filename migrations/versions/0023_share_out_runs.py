"""Share a run out: parts that any worker takes, scores and hands in; know frozen parts again by what was read."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_share",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("token", sa.String(40), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scores", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("run_id", "part"),
    )
    told = sa.Column("told", sa.String(64), nullable=False, server_default="")
    op.add_column("frozen_part", told)
    op.create_index("ix_frozen_part_told", "frozen_part", ["told"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE run_share ALTER COLUMN scores SET STORAGE EXTERNAL"
        )  # numbers hardly compress


def downgrade() -> None:
    op.drop_index("ix_frozen_part_told", "frozen_part")
    op.drop_column("frozen_part", "told")
    op.drop_table("run_share")
