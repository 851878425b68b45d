from portal.imports.limits import Limits
from portal.imports.understanding import Understood, understand


def column(table, *values, name="value"):
    content = f"id,{name}\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values))
    return understand(table(content), Limits()).column(name)


def test_kinds(table):
    assert column(table, *range(30)).kind == "number"
    assert column(table, "yes", "no", "Yes").kind == "boolean"
    assert column(table, *([0, 1] * 10)).kind == "boolean"
    assert column(table, 0, 1, 0).kind == "number"
    assert column(table, 0, 1, 0, name="IsWon").kind == "boolean"
    assert column(table, "2024-01-31", "2024-02-01").kind == "date"
    assert column(table, *(["red", "blue"] * 3)).kind == "category"
    assert column(table, "a long text", "another", "a third").kind == "text"
    assert column(table, "", "").kind == "text"


def test_codes_are_no_numbers(table):
    assert column(table, "04103", "10115", "00501").kind == "text"
    assert column(table, *(["4006381333931001"] * 4)).kind == "category"
    assert column(table, "20240131", "20231201").kind == "number"
    assert column(table, "20240131", "20231201", name="birth date").kind == "date"


def test_words_for_missing_are_counted(table):
    found = column(table, "Select", "London", "London", "unknown", "N/A", "-", "", "Paris")
    assert found.missing == {"Select": 1, "unknown": 1, "N/A": 1, "-": 1}
    assert found.missing_share == 5 / 8
    assert found.distinct == 2
    assert found.frequent == (("London", 2), ("Paris", 1))


def test_spellings_of_one_value_are_offered_as_one(table):
    found = column(table, "Google", "Google", "google", "Direct  Traffic", "Direct Traffic", "Direct Traffic")
    assert found.spellings == {"google": "Google", "Direct  Traffic": "Direct Traffic"}


def test_what_does_not_fit_the_kind_is_said(table):
    path = table("id,n\n" + "".join(f"{n},{n}\n" for n in range(40)) + "41,many\n")
    understood = understand(path, Limits())
    assert understood.column("n").unreadable == 1
    assert understood.warnings == (
        "n: 1 value cannot be read as number: the row is rejected where the column fills a field, else the value is missing.",
    )


def test_ambiguous_dates_are_said(table):
    warnings = understand(table("id,seen\na,01/02/2024\nb,03/04/2024\n"), Limits()).warnings
    assert warnings == (
        "seen: 01/02/2024 could have the day or the month first; it was read day first. Choose.",
    )


def test_ids_and_addresses_are_recognised(table):
    understood = understand(table("key,mail,n\nab-1,a@b.org,1.5\nab-2,c@d.org,2.5\n"), Limits())
    assert [column.looks_like_id for column in understood.columns] == [True, False, False]
    assert [column.looks_like_email for column in understood.columns] == [False, True, False]


def test_goes_through_json(table):
    understood = understand(table("id,when\n1,2024-01-01\n"), Limits())
    assert Understood.model_validate_json(understood.model_dump_json()) == understood
    assert Understood.model_validate(understood.model_dump(mode="json")) == understood
