"""Keep who ranked from when to when, and what people said of columns that look as if they knew the future."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("began_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_because", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"]),
        sa.ForeignKeyConstraint(["began_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reign_model_id", "reign", ["model_id"])
    op.execute(
        "INSERT INTO reign (level, model_id, began_at, began_by, reason, ended_at, ended_because) "
        "SELECT level, id, promoted_at, promoted_by, '', retired_at, '' FROM model "
        "WHERE promoted_at IS NOT NULL ORDER BY promoted_at"
    )
    op.create_table(
        "leak_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(300), nullable=False),
        sa.Column("column", sa.String(300), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_leak_decision_outcome", "leak_decision", ["level", "outcome"])


def downgrade() -> None:
    op.drop_table("leak_decision")
    op.drop_table("reign")
