import pytest

from portal.errors import Invalid
from portal.imports.guessing import follow, guess
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping, check, differences, problems, warnings
from portal.imports.understanding import understand


def guessed(table, content, kind="people", **options):
    understood = understand(table(content), Limits())
    return understood, guess(understood, kind, **options)


def fields(guess):
    return {column.column: column.field for column in guess.mapping.columns if column.field}


SALESFORCE = (
    "Id,FirstName,LastName,Company,Email,LeadSource,Status,OwnerId,CreatedDate,HasOptedOutOfEmail,IsConverted\n"
    "00Qx00000012abC,Ada,Lovelace,Acme,ada@acme.org,Web,Open,005x0000000fNSi,2024-01-02T03:04:05.000Z,false,true\n"
)
HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,Create Date,Original Source\n"
    "101,Ada,Lovelace,ada@acme.org,123,Grace,Customer,2024-01-02 03:04,ORGANIC\n"
)
ODOO = (
    "External ID,Contact Name,Company Name,Email,Salesperson,Sales Team,Stage,Created on\n"
    "lead_1,Ada Lovelace,Acme,ada@acme.org,Grace,EU,New,2024-01-02 03:04:05\n"
)
DYNAMICS = (
    "(Do Not Modify) Lead,(Do Not Modify) Row Checksum,First Name,Last Name,Email,Status Reason,Owner,Created On\n"
    "6f9619ff-8b86-d011-b42d-00c04fc964ff,abc,Ada,Lovelace,ada@acme.org,New,Grace,1/31/2024 3:04 PM\n"
)
PIPEDRIVE = (
    "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Stage,Deal - Owner,Deal - Won time\n"
    "1,Big,100.00,EUR,Proposal,Grace,2024-01-31 10:00:00\n"
)


@pytest.mark.parametrize(
    ("content", "kind", "source", "key", "some"),
    [
        (SALESFORCE, "people", "Salesforce", "Id", {"LastName": "last_name", "LeadSource": "source", "OwnerId": "owner_external_id", "HasOptedOutOfEmail": "opted_out", "CreatedDate": "created_at"}),
        (HUBSPOT, "people", "HubSpot", "Record ID", {"Phone Number": "phone", "Contact owner": "owner", "Lifecycle Stage": "status", "Create Date": "created_at"}),
        (ODOO, "people", "Odoo", "External ID", {"Contact Name": "name", "Salesperson": "owner", "Created on": "created_at"}),
        (DYNAMICS, "people", "Dynamics", "(Do Not Modify) Lead", {"Status Reason": "status", "Owner": "owner", "Created On": "created_at"}),
        (PIPEDRIVE, "deals", "Pipedrive", "Deal - ID", {"Deal - Title": "name", "Deal - Value": "amount", "Deal - Currency": "currency", "Deal - Won time": "closed_at"}),
    ],
)  # fmt: skip
def test_guesses_the_exports_of_known_systems(table, content, kind, source, key, some):  # noqa: PLR0917
    understood, found = guessed(table, content, kind)
    assert (found.mapping.source, found.mapping.id_columns) == (source, (key,))
    assert some.items() <= fields(found).items()
    assert all(found.reasons[column].why for column in some)
    check(found.mapping, understood)


def test_the_source_is_named_after_the_file_otherwise(table):
    assert (
        guessed(table, "id,x\n1,2\n", filename="Trade show_2024-05-06.csv")[1].mapping.source == "Trade show"
    )


def test_unmapped_columns_are_attributes_and_names_of_people_are_not(table):
    _, found = guessed(table, "id,First Name,Country,Shoe size\n1,Ada,UK,38\n2,Joan,UK,39\n")
    assert [column.column for column in found.mapping.attributes] == ["Country", "Shoe size"]


def test_statuses_and_stages_are_guessed(table):
    _, people = guessed(
        table, "id,Status\n1,Customer\n2,Unsubscribed\n3,Not a customer\n4,Customer\n5,Unsubscribed\n6,New\n"
    )
    assert people.mapping.column("Status").meanings == {"Customer": "customer", "Unsubscribed": "opted_out"}
    _, deals = guessed(table, "id,Stage\n1,Closed Won\n2,Closed Lost\n3,Demo\n", "deals")
    assert deals.mapping.column("Stage").meanings == {
        "Closed Won": "won",
        "Closed Lost": "lost",
        "Demo": "open",
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id_columns": ()}, "Choose the column with the id"),
        ({"id_columns": ("Email",)}, "an e-mail address is no id"),
        ({"id_columns": ("Last Name",)}, "Last Name is no id"),
        ({"id_columns": ("Nothing",)}, "The file has no column Nothing. It has: id, Last Name, Email"),
        ({"id_columns": ("id", "Email")}, "declare it as one"),
        ({"source": " "}, "Name the source"),
        ({"time_zone": "Mars"}, "no time zone called Mars"),
        ({"direction": "sideways"}, "not sideways"),
        ({"currency": "Euro"}, "three letters"),
    ],
)
def test_refuses_a_mapping_with_a_sentence(table, changes, sentence):
    understood, found = guessed(table, "id,Last Name,Email\n1,Lovelace,ada@acme.org\n", source="CRM")
    with pytest.raises(Invalid, match=sentence):
        check(found.mapping.model_copy(update=changes), understood)


def test_refuses_two_columns_for_one_field_and_unknown_fields(table):
    understood, found = guessed(table, "id,City,Town\n1,London,Leeds\n", source="CRM")
    twice = found.mapping.changed("Town", field="city")
    assert list(problems(twice, understood)) == [
        "City and Town are both mapped to city. Keep one, and leave the other as an attribute."
    ]
    assert "does not have" in next(problems(found.mapping.changed("Town", field="shoe"), understood))
    with pytest.raises(Invalid, match="Nothing is called shoes here"):
        guess(understood, "shoes")


def test_a_declared_natural_key_works_with_a_warning(table):
    understood, found = guessed(table, "First,Last,Born\nAda,Lovelace,1815-12-10\n", source="CRM")
    mapping = found.mapping.model_copy(update={"id_columns": ("Last", "Born"), "natural_key": True})
    check(mapping, understood)
    assert warnings(mapping, understood)[0].startswith(
        "Last + Born stand for an id. When one of them changes"
    )


def test_goes_through_json(table):
    _, found = guessed(table, SALESFORCE)
    assert Mapping.model_validate_json(found.mapping.model_dump_json()) == found.mapping


def test_next_weeks_file_shows_only_differences(table):
    _, found = guessed(table, "id,City,Score\n1,London,5\n2,Leeds,6\n", source="CRM")
    corrected = found.mapping.changed("Score", kind="category")
    following = understand(table("id,City,Town,Age\n1,London,Leeds,7\n2,Leeds,York,8\n"), Limits())
    changes = differences(corrected, following)
    assert (changes.new, changes.vanished, changes.other_kind) == (("Town", "Age"), ("Score",), ())
    mapping = follow(corrected, following)
    check(mapping, following)
    assert {column.column: column.field for column in mapping.columns} == {
        "id": "",
        "City": "city",
        "Town": "",
        "Age": "",
    }
