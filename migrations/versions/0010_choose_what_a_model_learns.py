"""Choose what a model learns: values that decide nothing yet, the days an outcome takes, of whom."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("model", sa.Column("undecided", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("model", sa.Column("within_days", sa.Integer(), nullable=True))
    op.add_column("model", sa.Column("only_field", sa.String(300), nullable=False, server_default=""))
    op.add_column("model", sa.Column("only_value", sa.String(300), nullable=False, server_default=""))


def downgrade() -> None:
    for name in ("only_value", "only_field", "within_days", "undecided"):
        op.drop_column("model", name)
