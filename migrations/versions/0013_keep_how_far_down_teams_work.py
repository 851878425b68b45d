"""Keep how far down the list teams work: their capacity, the cost of a pursuit, the margin of a win."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pursuit_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(20), nullable=False),
        sa.Column("per_week", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("margin", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pursuit_terms_team", "pursuit_terms", ["team"])


def downgrade() -> None:
    op.drop_table("pursuit_terms")
