import json
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import portal.imports.blocks
from portal.db import canonical
from portal.imports import rejects
from portal.imports.attributes import as_json
from portal.imports.batches import batches
from portal.imports.guessing import guess
from portal.imports.limits import Limits
from portal.imports.understanding import understand


def only(imported):
    assert len(imported) == 1
    return imported[0]


def reasons(batch):
    return {reject.row: reject.reason for reject in batch.rejects}


def test_people_come_typed(imported):
    batch = only(imported(
        "Id,Name,Email,Lead Source,Created Date,Do Not Call,Visits,Member\n"
        "1,Ada Lovelace, ADA@Acme.org ,Web,2024-01-02,no,3,yes\n"
        '2,"Hopper, Grace",,Select,,yes,,no\n',
        time_zone="Europe/Berlin", direction="inbound",
    ))  # fmt: skip
    first, second = batch.records.to_dicts()
    assert first["external_id"] == "1"
    assert (first["first_name"], first["last_name"], first["email"]) == ("Ada", "Lovelace", "ada@acme.org")
    assert first["created_at"] == datetime(2024, 1, 1, 23, tzinfo=UTC)
    assert (second["name"], second["last_name"], second["source"]) == ("Grace Hopper", "Hopper", None)
    assert (first["opted_out"], second["opted_out"], first["customer"]) == (False, True, None)
    assert (first["direction"], first["row"], second["row"]) == ("inbound", 2, 3)
    assert first["attributes"] == canonical(
        {
            "Created Date": "2024-01-02",
            "Do Not Call": False,
            "Lead Source": "Web",
            "Member": True,
            "Visits": 3,
        }
    )
    assert second["attributes"] == '{"Do Not Call":true,"Member":false}'
    assert batch.attributes.schema["Visits"] == pl.Float64


def test_a_day_in_a_flag_says_yes_since_then(imported):
    first, second = only(
        imported("id,Unsubscribed,Customer since\n1,2024-05-06,\n2,,2023-01-01\n")
    ).records.to_dicts()
    assert (first["opted_out"], first["opted_out_at"]) == (True, datetime(2024, 5, 6, tzinfo=UTC))
    assert (first["customer"], second["customer"]) == (False, True)
    assert second["customer_at"] == datetime(2023, 1, 1, tzinfo=UTC)


def test_a_status_can_mean_customer(imported):
    records = only(imported("id,Status\n1,Customer\n2,New\n3,Customer\n4,New\n")).records
    assert records["customer"].to_list() == [True, False, True, False]


def test_deals_come_typed(imported):
    batch = only(imported(
        "Deal ID,Deal Name,Amount,Deal Stage,Close Date,Probability\n"
        '1,Big,"1,200.50",Closed Won,2024-02-03,100\n2,Small,90.00,Demo,2024-12-31,20\n3,Old,5.00,Closed Lost,2024-01-01,0\n',
        "deals", currency="EUR",
    ))  # fmt: skip
    won, still, lost = batch.records.to_dicts()
    assert (won["amount"], won["currency"], won["probability"]) == (Decimal("1200.5000"), "EUR", 1.0)
    assert [won["outcome"], still["outcome"], lost["outcome"]] == ["won", "open", "lost"]
    assert (won["expected_close_on"], won["closed_at"]) == (
        date(2024, 2, 3),
        datetime(2024, 2, 3, tzinfo=UTC),
    )
    assert still["closed_at"] is None


def test_flags_of_salesforce_say_how_a_deal_ended(imported):
    batch = only(imported("ID,ISCLOSED,ISWON\n1,true,true\n2,true,false\n3,false,false\n", "deals"))
    assert batch.records["outcome"].to_list() == ["won", "lost", "open"]


def test_a_stage_nobody_mapped_is_counted(table):
    path = table("ID,Stage\n1,Won\n2,Odd\n3,Odd\n")
    understood = understand(path, Limits())
    mapping = guess(understood, "deals", source="CRM").mapping.changed("Stage", meanings={"Won": "won"})
    batch = only(list(batches(path, understood, mapping, Limits())))
    assert batch.records["outcome"].to_list() == ["won", None, None]
    assert batch.unmapped == {"Odd": 2}


@pytest.mark.parametrize(
    ("content", "kind", "row", "reason"),
    [
        ("id,x\n1,a\n,b\n", "people", 3, "id is empty, and every person needs an id."),
        ("id,x\n1,a\nunknown,b\n", "people", 3, "id is empty, and every person needs an id."),
        ("id,x\n1,a\n2,b\n1,c\n", "people", 4, "id 1 stands in row 2 already; the first one counts."),
        ("id,x,y\n1,a,b\n2,c\n", "people", 3, "The row has 2 cells, the header 3 columns."),
        ("id,x,y\n1,a,b\n2,c,d,e\n", "people", 3, "The row has 4 cells, the header 3 columns."),
        ("id,x\n1,a\n2," + "b" * 40_000 + "\n", "people", 3, "x has more than 32,000 bytes; shorten it."),
        ("id,City\n1,a\n2," + "b" * 200 + "\n", "people", 3, "City: " + "b" * 60 + "… has more than 100 letters"),
        ("id,Created Date\n" + "1,2024-01-01\n" + "".join(f"x{n},2024-01-01\n" for n in range(30)) + "2,soon\n", "people", 33,
         "Created Date: soon is no date that can be read here; write it like 2024-12-31"),
        ("id,Amount\n" + "".join(f"x{n},{n}.5\n" for n in range(30)) + "2,lots\n", "deals", 32,
         "Amount: lots is no amount that can be read here; write it like 1234.56"),
    ],
)  # fmt: skip
def test_rejects_with_a_sentence(imported, content, kind, row, reason):
    batch = only(imported(content, kind))
    assert list(reasons(batch)) == [row]
    assert reasons(batch)[row].startswith(reason)
    assert row not in batch.records["row"].to_list()
    assert batch.records.height + 1 == batch.rows


def test_several_faults_of_a_row_are_one_reject(table):
    path = table("id,Do Not Call,City\n1,yes,a\n2,no,b\n,perhaps,c\n")
    understood = understand(path, Limits())
    mapping = guess(understood, "people", source="CRM").mapping
    mapping = mapping.changed("Do Not Call", field="opted_out", kind="boolean").model_copy(
        update={"id_columns": ("id",)}
    )
    batch = only(list(batches(path, understood, mapping, Limits())))
    assert [(reject.row, reject.column, reject.cells) for reject in batch.rejects] == [
        (4, "id", ["", "perhaps", "c"])
    ]
    assert batch.rejects[0].reason == (
        "id is empty, and every person needs an id. "
        "Do Not Call: perhaps says neither yes nor no; write yes or no, or leave it empty."
    )


def test_what_an_attribute_cannot_read_is_missing_and_counted(imported):
    batch = only(imported("id,n\n" + "".join(f"{n},{n}\n" for n in range(40)) + "41,many\n"))
    assert batch.unreadable == {"n": 1}
    assert batch.records.height == 41
    assert batch.records["attributes"][-1] == "{}"


def test_blank_rows_are_nothing(imported):
    batch = only(imported("id,x\n1,a\n\n,\n2,b\n"))
    assert (batch.rows, batch.rejects, batch.records["row"].to_list()) == (2, [], [2, 5])


def test_salesforce_ids_of_two_lengths_are_one(imported):
    batch = only(imported("Id,x\n006x0000001YtCr,a\n006x0000001YtCrAAK,b\n"))
    assert batch.records["external_id"].to_list() == ["006x0000001YtCrAAK"]
    assert reasons(batch) == {3: "Id 006x0000001YtCrAAK stands in row 2 already; the first one counts."}


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(portal.imports.blocks, "ROWS", 7)
    monkeypatch.setattr(portal.imports.blocks, "WINDOW", 64)


def test_the_same_batches_every_time_and_from_anywhere(table, small_blocks):
    content = "id,note\n" + "".join(f'{n % 30},"line {n}\nnext"\n' for n in range(40))
    path = table(content)
    understood = understand(path, Limits())
    mapping = guess(understood, "people", source="CRM").mapping.model_copy(update={"id_columns": ("id",)})
    every = list(batches(path, understood, mapping, Limits()))
    assert [batch.rows for batch in every] == [7, 7, 7, 7, 7, 5]
    assert sum(len(batch.rejects) for batch in every) == 10
    for first in range(len(every)):
        again = list(batches(path, understood, mapping, Limits(), first=first))
        assert [one.number for one in again] == list(range(first, len(every)))
        for one, other in zip(again, every[first:], strict=True):
            assert one.records.equals(other.records)
            assert one.rejects == other.rejects


def test_rejected_rows_can_be_downloaded(imported, tmp_path):
    batch = only(imported("id,x\n1,a\n,=cmd()\n"))
    rejects.write(tmp_path / "r.csv", ["id", "x"], batch.rejects)
    assert (tmp_path / "r.csv").read_text("utf-8-sig").splitlines() == [
        "Row,Reason,id,x", '3,"id is empty, and every person needs an id.",,\'=cmd()',
    ]  # fmt: skip


VALUES = {
    pl.Float64(): st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0 or 0.0),
    pl.Boolean(): st.booleans(),
    pl.String(): st.text(st.characters(exclude_categories=["Cs"])),
    pl.Date(): st.dates(date(1900, 1, 1)),
}


@settings(deadline=None)
@given(st.data())
def test_the_json_is_canonical(data):
    names = sorted(
        data.draw(
            st.sets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4)
        )
    )
    rows = data.draw(st.integers(1, 3))
    kinds = [data.draw(st.sampled_from(list(VALUES))) for _ in names]
    columns = [pl.Series(name, data.draw(st.lists(st.none() | VALUES[kind], min_size=rows, max_size=rows)), kind)
               for name, kind in zip(names, kinds, strict=True)]  # fmt: skip
    for text, row in zip(
        as_json(pl.DataFrame(columns), rows), pl.DataFrame(columns).iter_rows(named=True), strict=True
    ):
        assert json.loads(text) == {
            name: str(value) if isinstance(value, date) else value
            for name, value in row.items()
            if value is not None
        }
        assert text == canonical(json.loads(text))
