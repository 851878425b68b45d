"""Let a model learn to foresee a definition's version, and of those alone who met one."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = ("met_version_id", "of_version_id")


def upgrade() -> None:
    for name in COLUMNS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"ALTER TABLE model ADD COLUMN {name} INTEGER REFERENCES definition_version (id)")
        else:
            op.add_column(
                "model", sa.Column(name, sa.Integer(), sa.ForeignKey("definition_version.id"), nullable=True)
            )


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("model", name)
