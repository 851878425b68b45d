"""Keep with each run how far its population and outcomes are from those its model learned from."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("drift", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("run", "drift")
