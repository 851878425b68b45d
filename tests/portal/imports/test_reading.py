"""Files nobody prepared: what is read of them, or the sentence that says what to do."""

import csv
import io
import zipfile
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from portal.errors import Invalid, TooLarge
from portal.imports.limits import Limits
from portal.imports.reading import Choices, lay_out, opened, piece
from portal.imports.understanding import AS_FOUND, understand

LIMITS = Limits()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for line, row in enumerate(rows):
                page.write_row(line, 0, row)
    return out.getvalue()


def cells(path, choices=AS_FOUND):
    layout = lay_out(path, LIMITS, choices)
    with opened(path, layout, LIMITS) as plain:
        pieces = [piece(plain, layout, block) for block in layout.blocks]
    rows = pl.concat([one.cells for one in pieces]).drop("row").rows() if pieces else []
    return layout, [[cell or "" for cell in row] for row in rows]


REFUSED = {
    "empty": (b"", "The file is empty"),
    "blank rows": (b"\n\n\r\n  \n", "nothing but blank rows"),
    "header only": (b"id,name\n", "a header but no rows"),
    "rows of separators": (b"id,name\n,\n,\n", "every row under it is blank"),
    "binary": (bytes(range(256)) * 40, "neither a table in text form"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a picture"),
    "pdf": (b"%PDF-1.7 ...", "a PDF"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
    "web page": (b"<html><table><tr><td>id</td></tr></table></html>", "a web page"),
    "json": (b'[{"id": 1}]', "a JSON file"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", "gzip archive"),
    "zip of tables": (zipped(a__csv=b"id\n1\n", b__csv=b"id\n2\n"), "zip archive with 2 files"),
    "quote never closed": (b'id,name\n1,"Ada\n2,Grace\n3,Joan\n', "never closed"),
    "a wall of zeros": (b"\0" * 5_000, "neither a table in text form"),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refuses_with_a_sentence(table, content, sentence):
    with pytest.raises(Invalid, match=sentence) as refused:
        understand(table(content), LIMITS)
    assert refused.value.sentence.endswith(".")


def test_refuses_a_damaged_workbook(table):
    broken = zipped(**{"xl/workbook.xml": b"<workbook", "[Content_Types].xml": b"<"})
    with pytest.raises(Invalid, match="damaged"):
        understand(table(broken), LIMITS)


def test_refuses_a_workbook_whose_directory_lies(table):
    content = bytearray(workbook({"People": [["id"], ["1" * 5_000]]}))
    place = content.rindex(b"xl/worksheets/sheet1.xml") - 46 + 24
    content[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(Invalid, match="damaged"):
        understand(table(bytes(content)), LIMITS)


@pytest.mark.parametrize(
    ("limits", "content", "sentence"),
    [
        (Limits(bytes=10), b"id,name\n1,Ada Lovelace\n", "at most 0.0 MiB"),
        (Limits(columns=3), b"a,b,c,d\n1,2,3,4\n", "4 columns; at most 3"),
        (Limits(rows=2), b"id\n1\n2\n3\n", "more than 2 rows"),
        (Limits(rows=2), b'id\n1\n2\n3"x\n', "more than 2 rows"),
        (Limits(xlsx_unpacked=1_000), workbook({"A": [["id"], ["1"]]}), "Unpacked, the workbook has more than"),
        (Limits(xlsx_cells=5), workbook({"A": [["id", "b"], [1, 2], [3, 4]]}), "spans 6 cells"),
    ],
)  # fmt: skip
def test_refuses_what_is_over_a_limit(table, limits, content, sentence):
    with pytest.raises(TooLarge, match=sentence):
        understand(table(content), limits)


def test_refuses_five_thousand_columns(table):
    content = ",".join(f"c{n}" for n in range(5_000)) + "\n" + ",".join("1" * 5_000) + "\n"
    with pytest.raises(TooLarge, match=r"5,000 columns; at most 1,000 go in\. Leave out"):
        understand(table(content), LIMITS)


ROWS = [
    ["id", "name", "note"],
    ["1", "Zoë", "a, b; c"],
    ["2", "Łukasz", 'say "hi"'],
    ["3", "Ada", "two\nlines"],
]


def as_csv(rows, separator=",", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    """The writer of Python 3.11 leaves a line feed bare where rows end with a carriage return."""
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if end == "\r" else quoting
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^", "~", "\x1f", "¦"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_finds_the_separator(table, separator, end):
    layout, read = cells(table(as_csv(ROWS, separator, end)))
    assert layout.separator == separator
    assert (list(layout.names), read) == (ROWS[0], ROWS[1:])


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_reads_unicode_with_and_without_a_mark(table, encoding):
    assert cells(table(as_csv(ROWS).encode(encoding)))[1] == ROWS[1:]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Müller Größe café naïve Ærø 50 € – “quoted”"),
        ("latin-1", "Müller Größe café naïve Ærø señor coração"),
        ("cp1250", "Łukasz Wałęsa zażółć gęślą jaźń Příliš žluťoučký kůň"),
        ("cp1251", "Иванов Пётр Москва улица Ленина продажи договор"),
        ("cp932", "東京都 株式会社 営業部 山田太郎 カタカナ ひらがな"),
    ],
)
def test_reads_older_encodings(table, encoding, words):
    content = "id,name\n" + "".join(f"{n},{word}\n" for n, word in enumerate(words.split() * 5))
    assert [row[1] for row in cells(table(content.encode(encoding)))[1]] == words.split() * 5


def test_reads_two_encodings_in_one_file_and_says_so(table):
    path = table("id,name\n1,Zoë\n".encode() + "2,Jürgen\n".encode("cp1252"))
    assert cells(path)[1] == [["1", "Zoë"], ["2", "Jürgen"]]
    assert any("not UTF-8" in warning for warning in understand(path, LIMITS).warnings)


def test_takes_the_encoding_a_person_names(table):
    path = table("id,name\n1,é\n".encode("cp1252"))
    assert cells(path, Choices(encoding="cp437"))[1] == [["1", "Θ"]]
    with pytest.raises(Invalid, match="no encoding called"):
        lay_out(path, LIMITS, Choices(encoding="utf-99"))
    with pytest.raises(Invalid, match="not written in ascii"):
        lay_out(path, LIMITS, Choices(encoding="ascii"))


@pytest.mark.parametrize(
    ("content", "names", "rows"),
    [
        ("sep=;\nid;name\n1;Ada\n", ["id", "name"], [["1", "Ada"]]),
        ("Report of leads\n\nid,name\n1,Ada\n", ["id", "name"], [["1", "Ada"]]),
        ("Report of leads,,\nid,name,city\n1,Ada,\n", ["id", "name", "city"], [["1", "Ada", ""]]),
        ("id, name, city\n1, Ada, London\n", ["id", "name", "city"], [["1", " Ada", " London"]]),
        ('id, name\n1, "Ada, Countess"\n', ["id", "name"], [["1", "Ada, Countess"]]),
        ("id,name,,\n1,Ada,,\n2,Joan,,\n", ["id", "name"], [["1", "Ada"], ["2", "Joan"]]),
        ("id,name\n1,Ada,\n2,Joan,\n", ["id", "name"], [["1", "Ada"], ["2", "Joan"]]),
        ("id,name,name,\n1,Ada,A,x\n", ["id", "name", "name (2)", "Column 4"], [["1", "Ada", "A", "x"]]),
        ('id,size\n1,5" pipe\n2,6" pipe\n', ["id", "size"], [["1", '5" pipe'], ["2", '6" pipe']]),
        ("id,name\n1,A\0da\n", ["id", "name"], [["1", "Ada"]]),
        ("id,name\n\n1,Ada\n\n\n2,Joan\n\n", ["id", "name"], [["1", "Ada"], ["2", "Joan"]]),
        ("only\na\nb\n", ["only"], [["a"], ["b"]]),
        ("id,name\n1,Ada", ["id", "name"], [["1", "Ada"]]),
        ("name;sum\nAda;1,5\nJoan;2,5\n", ["name", "sum"], [["Ada", "1,5"], ["Joan", "2,5"]]),
    ],
)
def test_understands_the_shape_of_a_file(table, content, names, rows):
    layout, read = cells(table(content))
    assert (list(layout.names), read) == (names, rows)


def test_takes_a_file_without_a_header_when_told(table):
    layout, read = cells(table("1,Ada\n2,Joan\n"), Choices(header=0))
    assert (list(layout.names), read) == (["Column 1", "Column 2"], [["1", "Ada"], ["2", "Joan"]])


def test_warns_of_a_header_that_looks_like_data(table):
    assert any(
        "looks like data" in warning for warning in understand(table("1,2,3\n4,5,6\n"), LIMITS).warnings
    )


def test_reads_a_workbook_by_its_content(table):
    path = table(
        workbook({"Cover": [], "People": [["id", "name", "sum"], [1, "Ada", 2.5]], "More": [["x"], [1]]})
    )
    layout, read = cells(path)
    assert (layout.form, layout.sheet, layout.other_sheets) == ("workbook", "People", ("More",))
    assert read == [["1", "Ada", "2.5"]]
    assert cells(path, Choices(sheet="More"))[1] == [["1"]]
    with pytest.raises(Invalid, match=r"no sheet called Nothing\. It has: Cover, People, More"):
        lay_out(path, LIMITS, Choices(sheet="Nothing"))


def test_cells_of_a_workbook_become_what_csv_would_hold(table):
    rows = [
        ["id", "day", "at", "yes", "big"],
        [1, date(2024, 1, 2), datetime(2024, 1, 2, 3, 4), True, 1e14],  # noqa: DTZ001
        [],
        [2],
    ]
    understood = understand(table(workbook({"A": rows})), LIMITS)
    assert [column.samples[0] for column in understood.columns] == [
        "1",
        "2024-01-02",
        "2024-01-02 03:04:00",
        "true",
        "100000000000000",
    ]
    assert [column.kind for column in understood.columns] == ["number", "date", "date", "boolean", "number"]


def test_refuses_a_cell_far_away_before_reading_it(table):
    out = io.BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet()
        page.write(0, 0, "id")
        page.write(1_048_575, 16_383, "far")
    with pytest.raises(TooLarge, match="16,384 columns"):
        understand(table(out.getvalue()), LIMITS)


def test_reads_a_csv_called_xlsx(table):
    assert cells(table("id\n1\n", "export.xlsx"))[1] == [["1"]]


def test_keeps_the_place_of_every_row(table):
    path = table('Title\n\nid,note\n1,"a\nb"\n\n2,c\n3\n')
    layout = lay_out(path, LIMITS, Choices())
    with opened(path, layout, LIMITS) as plain:
        read = piece(plain, layout, layout.blocks[0])
    assert read.cells["row"].to_list() == [4, 6]
    assert [(row.row, row.cells) for row in read.ragged] == [(7, ["3"])]


def test_digest_names_the_file(table):
    assert (
        lay_out(table("id\n1\n"), LIMITS, Choices()).digest
        == lay_out(table("id\n1\n"), LIMITS, Choices()).digest
    )


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12).map(
    str.strip
)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=12)
)


@settings(max_examples=150, deadline=None)
@given(rows=TABLES, separator=st.sampled_from(",;\t|"), encoding=st.sampled_from(ENCODINGS[1:]),
       end=st.sampled_from(["\n", "\r\n", "\r"]), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))  # fmt: skip
def test_any_table_comes_back(tmp_path_factory, rows, separator, encoding, end, quoting):  # noqa: PLR0917
    named = [[f"column {n}" for n in range(len(rows[0]))], *rows]
    path = tmp_path_factory.mktemp("table") / "t.csv"
    path.write_bytes(as_csv(named, separator, end, quoting).encode(encoding))
    stated = (
        Choices(encoding=encoding.removesuffix("-sig"), separator=separator)
        if encoding[-1] == "e"
        else Choices(separator=separator)
    )
    assert [row for row in cells(path, stated)[1] if any(row)] == [row for row in rows if any(row)]
