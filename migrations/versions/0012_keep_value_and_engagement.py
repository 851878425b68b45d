"""Keep value and engagement: the model of amounts, the currency of a run, and two columns more in each run's table."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("model_file", sa.Column("value_document", sa.Text(), nullable=True))
    op.add_column("model_file", sa.Column("value_scorer", sa.LargeBinary(), nullable=True))
    op.add_column("run", sa.Column("currency", sa.String(3), nullable=False, server_default=""))
    for table in _tables_of_runs():
        op.add_column(table, sa.Column("value", sa.Float(), nullable=True))
        op.add_column(table, sa.Column("engagement", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table in _tables_of_runs():
        op.drop_column(table, "engagement")
        op.drop_column(table, "value")
    op.drop_column("run", "currency")
    op.drop_column("model_file", "value_scorer")
    op.drop_column("model_file", "value_document")


def _tables_of_runs() -> Iterator[str]:
    """The tables outside the migrations that hold the scores of runs."""
    connection = op.get_bind()
    there = set(sa.inspect(connection).get_table_names())
    for run_id in connection.execute(sa.text("SELECT id FROM run")).scalars():
        if (table := f"score_{run_id:d}") in there:
            yield table
