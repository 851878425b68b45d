"""What the rows of each kind become, with what is refused, and again without a change."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import select

from portal import campaigns, orders, owners, partners, products, spend
from portal.accounts.tables import User
from portal.companies import Company
from portal.db import Database
from portal.deals import Deal, stages
from portal.imports.applying import Applied
from portal.imports.limits import Limits
from portal.imports.mapping import problems, warnings
from portal.imports.understanding import understand
from portal.people import FieldChange, Person
from portal.spend import Spend
from tests.portal.imports.exports import AT, Bringing

LATER = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bringing:
    return Bringing(database, tmp_path)


def reasons(bring, content, kind, **changes):
    return [
        reject.reason for batch in bring.read(content, kind, changes=changes)[1] for reject in batch.rejects
    ]


def one(database, table):
    with database.reading() as session:
        return session.exec(select(table)).one()


def history(database):
    with database.reading() as session:
        return [
            (each.level, each.field, each.before, each.after) for each in session.exec(select(FieldChange))
        ]


def test_a_company_keeps_its_size_revenue_and_domain(database, bring):
    bring(
        "Id,Name,Website,Annual Revenue,Employees,Sector\nA1,Acme,HTTP://WWW.Acme.example/x,1200000.50,250,Steel\n",
        "companies",
        currency="EUR",
    )
    company = one(database, Company)
    assert (company.domain, company.revenue, company.currency, company.employees, company.industry) == (
        "acme.example", Decimal("1200000.50"), "EUR", 250, "Steel",
    )  # fmt: skip


def test_a_value_that_changes_leaves_a_trace_in_every_kind(database, bring):
    bring("Id,Name,Status\nK1,Spring,Planned\n", "campaigns")
    assert bring("Id,Name,Status\nK1,Spring,Done\n", "campaigns", at=LATER) == Applied(updated=1)
    change = ('"Planned"', '"Done"')
    assert history(database) == [("campaign", "status", *change), ("campaign", "Status", *change)]


def test_the_name_of_a_company_can_be_declared_a_key_with_a_warning(tmp_path, bring):
    mapping, _ = bring.read("Company,City\nAcme,Ulm\nZenith,Bonn\n", "companies")
    understood = understand(tmp_path / "export.csv", Limits())
    assert (mapping.id_columns, mapping.natural_key) == (("Company",), True)
    assert list(problems(mapping.model_copy(update={"natural_key": False}), understood)) == []
    assert warnings(mapping, understood)[0] == (
        "Company stands for an id. When it changes in the source, the company comes a second time."
    )


def test_companies_found_by_name_are_warned_of(tmp_path, bring):
    mapping, _ = bring.read("Id,Company\n1,Acme\n", "people")
    assert "found by their name" in warnings(mapping, understand(tmp_path / "export.csv", Limits()))[0]


def test_a_row_without_what_its_kind_needs_is_refused(bring):
    assert reasons(bring, "Id,Name,City\nA1,,Ulm\n", "companies") == [
        "Name is empty, and every company needs one."
    ]
    assert reasons(bring, "Order ID,Order Date,Total\nO1,,5.5\n", "orders") == [
        "Order Date is empty, and every order needs one."
    ]
    assert reasons(bring, "Channel,Day,Cost\nWeb,2025-01-02,5.5\n", "spend") == [
        "Currency is empty, and every line of spend needs one."
    ]
    assert reasons(
        bring,
        "Order ID,Order Date,Total\nO1,soon,5.5\n",
        "orders",
        columns={"Order Date": {"field": "ordered_at"}},
    )[0].startswith("Order Date: soon is no date")


def test_orders_are_first_renewal_upgrade_or_referral(database, bring):
    bring(
        "Order ID,Contact ID,Order Date,Total,Currency,Order Type\nO1,P1,2025-01-02,10.50,EUR,New\nO2,P1,2026-01-02,20,EUR,Upsell\n",
        "orders",
    )
    bring("Contact ID,Last Name\nP1,Lovelace\n", "people")
    with database.reading() as session:
        person = session.exec(select(Person)).one()
        found = orders.of(session, person_id=person.id)
        assert [(each.kind, each.amount) for each in found] == [
            ("upgrade", Decimal(20)),
            ("first", Decimal("10.50")),
        ]
        assert orders.first_of(session, person.id) == datetime(2025, 1, 2, tzinfo=UTC)


def test_an_owner_is_the_user_with_the_same_address_unless_a_person_says_otherwise(database, bring):
    bring("Id,Name,Email,Team\nU1,Grace,Grace@Seller.example,East\nU2,Edsger,,West\n", "owners")
    with database.transaction() as session:
        session.add_all(
            User(id=number, email=email, name=email, function="sales", right="member", created_at=AT)
            for number, email in ((1, "grace@seller.example"), (2, "ed@seller.example"))
        )
    with database.transaction() as session:
        assert [(line.owner.name, line.user and line.user.id) for line in owners.listed(session)] == [
            ("Grace", 1),
            ("Edsger", None),
        ]
        owners.match(session, owners.listed(session)[1].owner.id, 2)
        session.flush()
        assert [each.name for each in owners.of_user(session, 2)] == ["Edsger"]
        assert owners.teams(session) == ["East", "West"]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("Q4 2024", date(2024, 10, 1), date(2024, 12, 31)),
        ("FY2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("Feb 2024", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_a_quota_is_of_an_owner_and_a_period(database, bring, period, first, last):
    bring(f"Owner,Quarter,Quota\nGrace,{period},50000.50\n", "quotas", currency="EUR")
    bring("Id,Name\nU1,Grace\n", "owners")
    with database.reading() as session:
        (quota,) = owners.quotas(session, first, first)
        assert (quota.first_on, quota.last_on, quota.amount, quota.currency) == (
            first,
            last,
            Decimal("50000.50"),
            "EUR",
        )
        assert quota.owner_id == session.exec(select(owners.Owner.id)).one()


def test_spend_by_day_and_campaign_adds_up_by_channel_and_month(database, bring):
    for month in ("2025-01", "Jan 2025", "2025-01-17"):
        bring(f"ID,Channel,Month,Cost,Currency\n{month},Web,{month},10.50,EUR\n", "spend")
    with database.reading() as session:
        (spend,) = session.exec(select(Spend)).all()
        assert (spend.channel, spend.month, spend.amount) == ("Web", date(2025, 1, 1), Decimal("31.50"))


def test_spend_follows_a_line_that_moves_to_another_month_channel_or_currency(database, bring):
    line = "ID,Channel,Day,Cost,Currency\n1,{},{},10.50,{}\n2,Web,2025-01-20,3,EUR\n"
    found = []
    for where in (
        ("Web", "2025-01-17", "EUR"),
        ("Web", "2025-02-01", "EUR"),
        ("Fair", "2025-03-01", "EUR"),
        ("Fair", "2025-03-01", "CHF"),
    ):
        bring(line.format(*where), "spend")
        with database.reading() as session:
            spent = session.exec(select(Spend).order_by(Spend.month, Spend.channel)).all()
            found.append([(each.channel, each.month.month, each.amount, each.currency) for each in spent])
    assert found == [
        [("Web", 1, Decimal("13.50"), "EUR")],
        [("Web", 1, Decimal(3), "EUR"), ("Web", 2, Decimal("10.50"), "EUR")],
        [("Web", 1, Decimal(3), "EUR"), ("Fair", 3, Decimal("10.50"), "EUR")],
        [("Web", 1, Decimal(3), "EUR"), ("Fair", 3, Decimal("10.50"), "CHF")],
    ]


def test_spend_that_a_person_typed_in_since_stays_when_its_lines_move_away(database, bring):
    line = "ID,Channel,Day,Cost,Currency\n1,Web,{},10.50,EUR\n"
    bring(line.format("2025-01-17"), "spend")
    with database.transaction() as session:
        user = User(email="u@example.com", name="U", function="marketing", right="member", created_at=AT)
        session.add(user)
        session.flush()
        spend.record(
            session, channel="Web", month="2025-01", amount="99", currency="EUR", by=user.id, at=LATER
        )
    bring(line.format("2025-02-17"), "spend", at=LATER)
    with database.reading() as session:
        found = session.exec(select(Spend.month, Spend.amount).order_by(Spend.month)).all()
    assert found == [(date(2025, 1, 1), Decimal(99)), (date(2025, 2, 1), Decimal("10.50"))]


def test_members_of_a_campaign_and_who_answered(database, bring):
    bring(
        "Id,Campaign ID,Contact ID,Status,Responded\nM1,K1,P1,Sent,no\nM2,K1,P2,Attended,yes\n",
        "campaign_members",
    )
    bring("Id,Name\nK1,Spring\n", "campaigns")
    bring("Id,Last Name\nP1,Clarke\nP2,Lovelace\n", "people")
    with database.reading() as session:
        (line,) = campaigns.listed(session)
        assert (line.members, line.responded) == (2, 1)
        assert [member.responded_at for member, _ in campaigns.members(session, line.campaign.id)] == [
            None,
            AT,
        ]
        assert [campaign.name for _, campaign in campaigns.of_person(session, 1)] == ["Spring"]


def test_the_history_of_a_deal_is_its_sources_else_what_imports_saw(database, bring):
    deal = "Id,Name,Stage,Created Date\nD1,Ten,{},2025-01-02\n"
    bring(deal.format("Demo"), "deals")
    bring(deal.format("Proposal"), "deals", at=LATER)
    with database.reading() as session:
        assert stages.history(session, 1) == [
            stages.Step("Demo", datetime(2025, 1, 2, tzinfo=UTC), is_exact=False),
            stages.Step("Proposal", LATER, is_exact=False),
        ]
    bring("Id,Opportunity ID,Stage,Entered at\nH1,D1,Demo,2025-01-03\n", "stage_changes")
    with database.reading() as session:
        assert stages.history(session, 1) == [
            stages.Step("Demo", datetime(2025, 1, 3, tzinfo=UTC), is_exact=True)
        ]


def test_stages_stand_for_terms_in_each_pipeline(database, bring):
    meanings = {"Demo": "open", "Partners / Demo": "qualified_lead", "Signed": "won"}
    bring(
        "Id,Name,Pipeline,Stage\nD1,a,Direct,Demo\nD2,b,Partners,Demo\nD3,c,Direct,Signed\nD4,d,Direct,Other\n",
        "deals",
        columns={"Stage": {"meanings": meanings}},
    )
    with database.reading() as session:
        found = session.exec(select(Deal.term, Deal.outcome).order_by(Deal.id)).all()
    assert found == [("opportunity", "open"), ("qualified_lead", "open"), ("customer", "won"), ("", "open")]


def test_life_cycle_values_stand_for_terms_and_others_are_listed(tmp_path, database, bring):
    content = "Id,Lifecycle Stage\n1,Marketing Qualified Lead\n2,Customer\n3,Other\n4,Subscriber\n"
    mapping, _ = bring.read(content, "people")
    assert warnings(mapping, understand(tmp_path / "export.csv", Limits())) == [
        "Lifecycle Stage: 'Other', 'Subscriber' stand for none of Concord's terms. Say which, where one does."
    ]
    bring(content, "people")
    with database.reading() as session:
        assert session.exec(select(Person.term).order_by(Person.id)).all() == [
            "qualified_lead",
            "customer",
            "",
            "",
        ]


def test_a_product_that_is_none_is_told_with_the_nearest(database, bring):
    bring("Id,Name,Product\nD1,a,GTXPro\nD2,b,GTX Pro\nD3,c,gtx basic\nD4,d,Umbrella\n", "deals")
    with database.reading() as session:
        assert products.strangers(session) == []
    bring("product,sales_price\nGTX Basic,550\nGTX Pro,4821\n", "products")
    with database.reading() as session:
        assert products.strangers(session) == [
            products.Stranger("GTXPro", 1, "GTX Pro"), products.Stranger("Umbrella", 1, "")
        ]  # fmt: skip


def test_partners_are_companies_too(database, bring):
    bring("Id,Name,AccountId,Tier\nP1,Engine Sellers,A1,Gold\n", "partners")
    bring("Id,Name\nA1,Engine Sellers Ltd\n", "companies")
    with database.reading() as session:
        (partner,) = partners.listed(session)
        assert (partner.name, partner.type, partner.company_id) == (
            "Engine Sellers",
            "Gold",
            one(database, Company).id,
        )


@pytest.mark.shared
def test_maven_goes_in_as_one_export(sqlite, shared, tmp_path):
    bring = Bringing(sqlite, tmp_path)
    files = {
        "deals": "sales_pipeline",
        "companies": "accounts",
        "products": "products",
        "owners": "sales_teams",
    }
    found = {
        kind: bring((shared / f"maven_crm/{name}.csv").read_text(), kind, source="Maven")
        for kind, name in files.items()
    }
    assert {kind: applied.created for kind, applied in found.items()} == {
        "deals": 8_800,
        "companies": 85,
        "products": 7,
        "owners": 35,
    }
    with sqlite.reading() as session:
        linked = session.connection().exec_driver_sql(
            "SELECT COUNT(company_id), COUNT(owner_id), SUM(company_name = '') FROM deal"
        )
        assert tuple(linked.one()) == (8_800 - 1_425, 8_800, 1_425)
        assert products.strangers(session) == [products.Stranger("GTXPro", 1_480, "GTX Pro")]
        parents = session.connection().exec_driver_sql(
            "SELECT COUNT(*), COUNT(parent_id) FROM company WHERE parent_name <> ''"
        )
        assert tuple(parents.one()) == (15, 15)
