import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from portal.spreadsheets import csv_lines, neutralise, write_xlsx


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "|calc", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20A1"],
)  # fmt: skip
def test_what_a_spreadsheet_would_calculate_is_neutralised(cell):
    assert neutralise(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "Ada", "-5", "+3.5", "-1,234.50", "1e5", "-12%", "a=b", " =1"])
def test_everything_else_stays(cell):
    assert neutralise(cell) == cell


def test_csv_comes_in_pieces_and_reads_back():
    rows = [[n, f"note {n}", None, "=x"] for n in range(2_500)]
    pieces = list(csv_lines(["id", "note", "nothing", "formula"], rows))
    assert len(pieces) == 3
    read = list(csv.reader(io.StringIO("".join(pieces).removeprefix("\ufeff"), newline="")))
    assert read[0] == ["id", "note", "nothing", "formula"]
    assert read[1:] == [[str(n), f"note {n}", "", "'=x"] for n in range(2_500)]


def test_xlsx_holds_numbers_and_texts_and_no_formula(tmp_path):
    path = tmp_path / "out.xlsx"
    write_xlsx(
        path, ["id", "note"], [[1, "=1+1"], [2.5, None], [3, "http://x.org"], [4, "007"]], sheet="People"
    )
    with CalamineWorkbook.from_path(path) as book:
        assert book.get_sheet_by_name("People").to_python() == [
            ["id", "note"], [1, "'=1+1"], [2.5, ""], [3, "http://x.org"], [4, "007"],
        ]  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
