"""Keep what sources said of each record last, as a digest, so that a file imported again is gone through quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("external_id", sa.Column("said", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("external_id", "said")
