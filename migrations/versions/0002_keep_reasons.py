"""Keep reasons, packed scorers, and what lists of models and runs show."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reason",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("run_id", "record_id"),
    )
    op.add_column("model", sa.Column("out_of_fold_auc", sa.Float(), nullable=True))
    op.add_column("model", sa.Column("forward_auc", sa.Float(), nullable=True))
    op.add_column("model_file", sa.Column("scorer", sa.LargeBinary(), nullable=True))
    op.add_column("run", sa.Column("groups", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("run", "groups")
    op.drop_column("model_file", "scorer")
    op.drop_column("model", "forward_auc")
    op.drop_column("model", "out_of_fold_auc")
    op.drop_table("reason")
