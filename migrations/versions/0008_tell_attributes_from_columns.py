"""Tell attributes from columns in the history, and find what was changed by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BY_HAND = sa.text("user_id IS NOT NULL AND import_id IS NULL")


def upgrade() -> None:
    op.add_column(
        "field_change",
        sa.Column("is_attribute", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index(
        "ix_field_change_by_hand",
        "field_change",
        ["level", "record_id"],
        sqlite_where=BY_HAND,
        postgresql_where=BY_HAND,
    )


def downgrade() -> None:
    op.drop_index("ix_field_change_by_hand", "field_change")
    op.drop_column("field_change", "is_attribute")
