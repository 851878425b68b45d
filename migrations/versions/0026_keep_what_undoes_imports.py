"""Keep what undoes imports: what each replaced, on which others it rests, and who undid it when."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_undo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_import_undo_import", "import_undo", ["import_id", "id"])
    op.create_index("ix_import_undo_record", "import_undo", ["level", "record_id"])
    op.create_table(
        "import_rest",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("on_id", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "on_id"),
    )
    op.create_index("ix_import_rest_on_id", "import_rest", ["on_id"])
    op.add_column("import", sa.Column("is_undoable", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("import", sa.Column("undone_at", sa.BigInteger(), nullable=True))
    op.add_column("import", sa.Column("undone_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    for column in ("undone_by", "undone_at", "is_undoable"):
        op.drop_column("import", column)
    op.drop_table("import_rest")
    op.drop_table("import_undo")
