"""Keep duplicates: pairs to review, merges with their ledger, and what may be merged without being asked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    merged = sa.text("merged_into_id IS NOT NULL")
    op.create_index(
        "ix_person_merged", "person", ["merged_into_id"], sqlite_where=merged, postgresql_where=merged
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("a_id", sa.Integer(), nullable=False),
        sa.Column("b_id", sa.Integer(), nullable=False),
        sa.Column("millionths", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("a_id", "b_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposal_b_id", "proposal", ["b_id"])
    op.create_index("ix_proposal_best", "proposal", ["state", "millionths", "id"])
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("split_at", sa.BigInteger(), nullable=True),
        sa.Column("split_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["split_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_merge_survivor", "merge", ["survivor_id", "id"])
    op.create_index("ix_merge_merged", "merge", ["merged_id"])
    op.create_table(
        "merge_move",
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["merge.id"]),
        sa.PrimaryKeyConstraint("merge_id", "holder", "row_id"),
    )
    op.create_table(
        "merge_rule",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("merge_rule")
    op.drop_table("merge_move")
    op.drop_table("merge")
    op.drop_table("proposal")
    op.drop_index("ix_person_merged", "person")
    op.drop_column("person", "merged_into_id")
