"""Find what hangs on companies and deals that go: without an index each of them costs a look at all activities and orders."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

HOLDERS = (("activity", "company_id"), ("customer_order", "deal_id"))


def upgrade() -> None:
    for table, column in HOLDERS:
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{table}_{column.removesuffix('_id')}",
            table,
            [column],
            sqlite_where=there,
            postgresql_where=there,
        )


def downgrade() -> None:
    for table, column in HOLDERS:
        op.drop_index(f"ix_{table}_{column.removesuffix('_id')}", table)
