"""Keep who judged by what: each time all records were judged by a version, and which of them counts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judging",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(40), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=False),
        sa.Column("runs", sa.Text(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("next_id", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("not_known", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["definition_version.id"]),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_judging_term", "judging", ["term"])
    op.create_table(
        "current_judging",
        sa.Column("term", sa.String(40), nullable=False),
        sa.Column("judging_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["judging_id"], ["judging.id"]),
        sa.PrimaryKeyConstraint("term"),
    )


def downgrade() -> None:
    connection = op.get_bind()
    for number in connection.execute(sa.text("SELECT id FROM judging")).scalars().all():
        op.execute(sa.text(f"DROP TABLE IF EXISTS verdict_{number:d}"))
    op.drop_table("current_judging")
    op.drop_table("judging")
