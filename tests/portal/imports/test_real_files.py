"""The real files beside the repository, each with what it holds."""

import pytest

from portal.errors import Invalid
from portal.imports.batches import batches
from portal.imports.guessing import guess
from portal.imports.limits import Limits
from portal.imports.understanding import understand

pytestmark = pytest.mark.shared


def run(path, kind, **changes):
    understood = understand(path, Limits())
    mapping = guess(understood, kind, filename=path.name).mapping.model_copy(update=changes)
    return understood, mapping, list(batches(path, understood, mapping, Limits()))


def test_x_education(shared):
    understood, mapping, found = run(shared / "xeducation/leads.csv", "people")
    assert mapping.id_columns == ("Prospect ID",)
    assert (sum(batch.records.height for batch in found), sum(len(batch.rejects) for batch in found)) == (
        9_240,
        0,
    )
    assert understood.column("Lead Source").spellings == {"google": "Google"}
    assert understood.column("City").missing == {"Select": 2_249}
    assert round(found[0].records["customer"].mean(), 4) == 0.3854
    assert found[0].attributes["Converted"].sum() == 3_561


def test_bank(shared):
    changes = {
        "id_columns": ("age", "job", "balance", "duration", "day", "month", "campaign"),
        "natural_key": True,
    }
    understood, _, found = run(shared / "bank/bank_full.csv", "people", **changes)
    assert (understood.layout.separator, understood.rows, len(understood.columns)) == (";", 45_211, 17)
    assert sum(batch.rows for batch in found) == 45_211
    assert understood.column("poutcome").missing == {"unknown": 36_959}
    with pytest.raises(Invalid, match="Choose the column with the id that bank_full gives each person"):
        run(shared / "bank/bank_full.csv", "people")


def test_maven(shared):
    _, mapping, found = run(shared / "maven_crm/sales_pipeline.csv", "deals")
    deals = found[0].records
    assert (mapping.id_columns, deals.height) == (("opportunity_id",), 8_800)
    assert dict(deals["outcome"].value_counts().iter_rows()) == {"won": 4_238, "lost": 2_473, "open": 2_089}
    assert deals.filter(outcome="won")["amount"].sum() == 10_005_534
    closed = deals.filter(outcome="won")
    assert round((closed["closed_at"] - closed["created_at"]).dt.total_days().mean(), 2) == 51.78


def test_febrl_has_a_space_after_every_comma(shared):
    understood, mapping, found = run(shared / "dedup/febrl_dataset1.csv", "people")
    assert mapping.id_columns == ("rec_id",)
    assert found[0].records.height == 1_000
    assert found[0].records["last_name"][0] == "waller"
    assert understood.column("date_of_birth").kind == "date"


def test_salesforce_opportunities(shared):
    _, mapping, found = run(shared / "salesforce_dataloader/opportunityData.csv", "deals")
    assert (mapping.source, found[0].records.height) == ("Salesforce", 38)
    assert found[0].records["outcome"].value_counts(sort=True).rows() == [("open", 30), ("won", 8)]


ROWS = {"20kRows.csv": 20_000, "hardDelete1AccountCsvTemplate.csv": 2, "timeZoneFormatTesting.csv": 12}


def test_every_sample_of_salesforce_gives_what_it_holds_or_a_sentence(shared):
    refused = {}
    for path in sorted((shared / "salesforce_dataloader/testfiles").glob("*.csv")):
        try:
            understood = understand(path, Limits())
        except Invalid as sentence:
            refused[path.name] = sentence.sentence
            continue
        assert understood.rows == ROWS.get(path.name, understood.rows)
    assert list(refused) == ["hardDeleteEmptyCsvFileTemplate.csv"]
    assert refused["hardDeleteEmptyCsvFileTemplate.csv"].startswith("The file has a header but no rows")


@pytest.mark.parametrize(
    "mark", ["", "_BOM_UTF8", "_BOM_UTF16BE", "_BOM_UTF16LE", "_BOM_UTF32BE", "_BOM_UTF32LE"]
)
def test_the_marks_of_unicode(shared, mark):
    understood = understand(shared / f"salesforce_dataloader/testfiles/csvtext{mark}.csv", Limits())
    assert understood.names == ("column1", "column2", "column3")
    assert understood.column("column3").samples == ("row1-3", "row2-3")
