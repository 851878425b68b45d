"""Make rooms for the kinds that exports bring, and for links that wait for a later file."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen_records()
    _make_waiting_rooms()
    _make_parties()
    _make_campaigns()
    _make_deal_rooms()
    _open_activities()


def _widen_records() -> None:
    """Columns without foreign keys: SQLite could not drop them again."""
    op.add_column("company", sa.Column("employees", sa.Float(), nullable=True))
    op.add_column("company", sa.Column("revenue", sa.BigInteger(), nullable=True))
    op.add_column("company", sa.Column("currency", sa.String(3), server_default="", nullable=False))
    op.add_column("company", sa.Column("type", sa.String(100), server_default="", nullable=False))
    op.add_column("company", sa.Column("city", sa.String(100), server_default="", nullable=False))
    op.add_column("company", sa.Column("owner", sa.String(200), server_default="", nullable=False))
    op.add_column("company", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.add_column("company", sa.Column("owner_by", sa.String(10), server_default="", nullable=False))
    op.add_column("company", sa.Column("parent_name", sa.String(300), server_default="", nullable=False))
    op.add_column("company", sa.Column("parent_id", sa.Integer(), nullable=True))
    op.add_column("company", sa.Column("parent_by", sa.String(10), server_default="", nullable=False))
    op.add_column("deal", sa.Column("company_by", sa.String(10), server_default="", nullable=False))
    op.add_column("deal", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.add_column("deal", sa.Column("owner_by", sa.String(10), server_default="", nullable=False))
    op.add_column("deal", sa.Column("partner_id", sa.Integer(), nullable=True))
    op.add_column("deal", sa.Column("campaign_id", sa.Integer(), nullable=True))
    op.add_column("deal", sa.Column("pipeline", sa.String(100), server_default="", nullable=False))
    op.add_column("deal", sa.Column("term", sa.String(40), server_default="", nullable=False))
    op.add_column("person", sa.Column("company_by", sa.String(10), server_default="", nullable=False))
    op.add_column("person", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.add_column("person", sa.Column("owner_by", sa.String(10), server_default="", nullable=False))
    op.add_column("person", sa.Column("term", sa.String(40), server_default="", nullable=False))
    op.create_index("ix_company_domain", "company", ["domain"])
    op.create_index("ix_company_parent_id", "company", ["parent_id"])


def _make_waiting_rooms() -> None:
    op.create_table(
        "converted_lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("lead_id", sa.String(300), nullable=False),
        sa.Column("contact_id", sa.String(300), nullable=False),
        sa.Column("contact_came", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "lead_id"),
    )
    op.create_index("ix_converted_lead_contact", "converted_lead", ["source", "contact_id"])
    op.create_table(
        "pending_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("target", sa.String(10), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("level", "record_id", "place"),
    )
    op.create_index("ix_pending_link_import", "pending_link", ["import_id"])
    op.create_index("ix_pending_link_key", "pending_link", ["target", "source", "key"])


def _make_parties() -> None:
    op.create_table(
        "owner",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("team", sa.String(200), nullable=False),
        sa.Column("manager", sa.String(200), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_owner_name", "owner", ["name"])
    op.create_index("ix_owner_team", "owner", ["team"])
    op.create_table(
        "quota",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_by", sa.String(10), nullable=False),
        sa.Column("team", sa.String(200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["owner.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quota_first_on", "quota", ["first_on"])
    op.create_index("ix_quota_owner_id", "quota", ["owner_id"])
    op.create_table(
        "partner",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("status", sa.String(100), nullable=False),
        sa.Column("domain", sa.String(200), nullable=False),
        sa.Column("country", sa.String(100), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_by", sa.String(10), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["owner.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_partner_name", "partner", ["name"])
    op.create_table(
        "product",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("family", sa.String(200), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_product_name", "product", ["name"])


def _make_campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("status", sa.String(100), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["campaign.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_campaign_name", "campaign", ["name"])
    op.create_table(
        "campaign_member",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(100), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=True),
        sa.Column("responded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_campaign_member_campaign", "campaign_member", ["campaign_id", "person_id"])
    op.create_index("ix_campaign_member_person", "campaign_member", ["person_id", "campaign_id"])
    op.create_table(
        "spend_line",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("campaign", sa.String(200), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_spend_line_channel", "spend_line", ["channel", "spent_on"])


def _make_deal_rooms() -> None:
    op.create_table(
        "deal_role",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(100), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deal_id"],
            ["deal.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deal_role_deal", "deal_role", ["deal_id", "person_id"])
    op.create_index("ix_deal_role_person", "deal_role", ["person_id", "deal_id"])
    op.create_table(
        "stage_change",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(100), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deal_id"],
            ["deal.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stage_change_deal", "stage_change", ["deal_id", "entered_at"])
    op.create_table(
        "customer_order",
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.String(200), nullable=False),
        sa.Column("status", sa.String(100), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("company_name", sa.String(300), nullable=False),
        sa.Column("company_by", sa.String(10), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"],
            ["deal.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_customer_order_company", "customer_order", ["company_id", "ordered_at"])
    op.create_index("ix_customer_order_ordered_at", "customer_order", ["ordered_at"])
    op.create_index("ix_customer_order_person", "customer_order", ["person_id", "ordered_at"])


def _open_activities() -> None:
    """An activity may come before its person does; ids are never used again."""
    with op.batch_alter_table("activity", table_kwargs={"sqlite_autoincrement": True}) as activity:
        activity.add_column(sa.Column("attributes", sa.Text(), server_default="{}", nullable=False))
        activity.add_column(sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False))
        activity.add_column(sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False))
        activity.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        activity.add_column(sa.Column("deal_id", sa.Integer(), nullable=True))
        activity.add_column(sa.Column("company_id", sa.Integer(), nullable=True))
        activity.add_column(sa.Column("direction", sa.String(10), server_default="unknown", nullable=False))
        activity.add_column(sa.Column("owner", sa.String(200), server_default="", nullable=False))
        activity.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        activity.create_foreign_key("activity_deal_id_fkey", "deal", ["deal_id"], ["id"])
        activity.create_foreign_key("activity_company_id_fkey", "company", ["company_id"], ["id"])
    op.create_index("ix_activity_deal", "activity", ["deal_id"])


def downgrade() -> None:
    op.execute("DELETE FROM activity WHERE person_id IS NULL")
    op.drop_index("ix_activity_deal", "activity")
    with op.batch_alter_table("activity") as activity:
        activity.drop_constraint("activity_company_id_fkey", type_="foreignkey")
        activity.drop_constraint("activity_deal_id_fkey", type_="foreignkey")
        activity.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        for column in NEW_OF_ACTIVITIES:
            activity.drop_column(column)
    for table in NEW_TABLES:
        op.drop_table(table)
    op.drop_index("ix_company_parent_id", "company")
    op.drop_index("ix_company_domain", "company")
    op.drop_column("company", "employees")
    op.drop_column("company", "revenue")
    op.drop_column("company", "currency")
    op.drop_column("company", "type")
    op.drop_column("company", "city")
    op.drop_column("company", "owner")
    op.drop_column("company", "owner_id")
    op.drop_column("company", "owner_by")
    op.drop_column("company", "parent_name")
    op.drop_column("company", "parent_id")
    op.drop_column("company", "parent_by")
    op.drop_column("deal", "company_by")
    op.drop_column("deal", "owner_id")
    op.drop_column("deal", "owner_by")
    op.drop_column("deal", "partner_id")
    op.drop_column("deal", "campaign_id")
    op.drop_column("deal", "pipeline")
    op.drop_column("deal", "term")
    op.drop_column("person", "company_by")
    op.drop_column("person", "owner_id")
    op.drop_column("person", "owner_by")
    op.drop_column("person", "term")


NEW_OF_ACTIVITIES = (
    "attributes",
    "created_at",
    "updated_at",
    "version",
    "deal_id",
    "company_id",
    "direction",
    "owner",
)
NEW_TABLES = (
    "stage_change",
    "deal_role",
    "customer_order",
    "campaign_member",
    "quota",
    "partner",
    "spend_line",
    "product",
    "pending_link",
    "owner",
    "campaign",
    "converted_lead",
)
