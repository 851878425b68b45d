"""Let both sides sign definitions: the life of a version, what it holds, and signatures. What was in force never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = sa.text("in_force_at IS NULL AND closed_at IS NULL")
HOLDS = sa.text("in_force_at IS NOT NULL AND superseded_at IS NULL")
ON = sa.text("taken_off_at IS NULL")
NEW = (
    ("why", sa.String(2000), "''"),
    ("edition", sa.Integer(), "1"),
    ("created_by", sa.Integer(), None),
    ("changed_at", sa.BigInteger(), None),
    ("changed_by", sa.Integer(), None),
    ("proposed_at", sa.BigInteger(), None),
    ("proposed_by", sa.Integer(), None),
    ("in_force_on", sa.Date(), None),
    ("signed_at", sa.BigInteger(), None),
    ("in_force_at", sa.BigInteger(), None),
    ("superseded_at", sa.BigInteger(), None),
    ("closed_at", sa.BigInteger(), None),
    ("closed_by", sa.Integer(), None),
    ("rejection", sa.String(2000), "''"),
    ("criteria", sa.Text(), None),
    ("owner", sa.String(20), "''"),
    ("duties", sa.Text(), "'{}'"),
    ("working_time", sa.Text(), "'{}'"),
    ("required_fields", sa.Text(), "'[]'"),
    ("examples", sa.Text(), "'[]'"),
)
KEPT = (
    "definition_id", "number", "wording", "rule", "owner", "duties", "working_time", "required_fields", "examples",
    "why", "created_at", "proposed_at", "signed_at", "in_force_at", "in_force_on", "is_shipped",
)  # fmt: skip
REFUSAL = "what was in force never changes"


def upgrade() -> None:
    op.add_column("definition", sa.Column("level", sa.String(10), server_default="person", nullable=False))
    op.add_column(
        "definition", sa.Column("finance_signs", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    for name, kind, default in NEW:
        op.add_column(
            "definition_version",
            sa.Column(
                name,
                kind,
                server_default=None if default is None else sa.text(default),
                nullable=default is None,
            ),
        )
    _fill()
    for name, where in (("open", OPEN), ("in_force", HOLDS)):
        op.create_index(
            f"ix_definition_version_{name}",
            "definition_version",
            ["definition_id"],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )
    _make_signatures()
    _freeze()


def _fill() -> None:
    """The versions that came with the portal count until others are signed."""
    op.execute("UPDATE definition_version SET in_force_at = created_at")
    op.execute(
        "UPDATE definition SET level = 'deal' "
        "WHERE term IN ('opportunity', 'marketing_sourced', 'marketing_influenced')"
    )
    op.execute(
        "UPDATE definition SET finance_signs = TRUE WHERE term IN ('marketing_sourced', 'marketing_influenced')"
    )


def _make_signatures() -> None:
    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("taken_off_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_signature_once",
        "signature",
        ["subject", "subject_id", "function"],
        unique=True,
        sqlite_where=ON,
        postgresql_where=ON,
    )


def _freeze() -> None:
    """Whoever writes: a published version keeps what it says, and is never removed."""
    if op.get_bind().dialect.name == "sqlite":
        _freeze_on_sqlite()
    else:
        _freeze_on_postgresql()


def _is_changed(differs: str) -> str:
    """The shipped versions may still be given the criteria that came after them, once; nothing else ever changes."""
    says = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in KEPT)
    asks = f"(OLD.criteria {differs} NEW.criteria AND NOT (OLD.is_shipped AND OLD.criteria IS NULL))"
    return f"OLD.in_force_at IS NOT NULL AND ({says} OR {asks})"


def _freeze_on_sqlite() -> None:
    held = _is_changed("IS NOT")
    abort = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    op.execute(
        f"CREATE TRIGGER definition_version_kept BEFORE UPDATE ON definition_version WHEN {held} {abort}"
    )
    op.execute(
        "CREATE TRIGGER definition_version_stays BEFORE DELETE ON definition_version "
        f"WHEN OLD.in_force_at IS NOT NULL {abort}"
    )


def _freeze_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER definition_version_kept BEFORE UPDATE ON definition_version FOR EACH ROW "
        f"WHEN ({_is_changed('IS DISTINCT FROM')}) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER definition_version_stays BEFORE DELETE ON definition_version FOR EACH ROW "
        "WHEN (OLD.in_force_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Only what was in force before stays: older code knows no drafts and no next versions."""
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON definition_version"
    for name in ("kept", "stays"):
        op.execute(f"DROP TRIGGER definition_version_{name}{on}")
    if on:
        op.execute("DROP FUNCTION refuse_change")
    op.drop_table("signature")
    op.execute("DELETE FROM definition_version WHERE in_force_at IS NULL")
    for name in ("open", "in_force"):
        op.drop_index(f"ix_definition_version_{name}", "definition_version")
    for name, _, _ in reversed(NEW):
        op.drop_column("definition_version", name)
    for name in ("finance_signs", "level"):
        op.drop_column("definition", name)
