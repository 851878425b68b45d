"""Files nobody can import as they are, and what is said of each: tried in the browser and on the console."""

import io
import zipfile
from dataclasses import dataclass

import xlsxwriter


@dataclass(frozen=True)
class BadFile:
    """`says`: the sentence a person reads."""

    name: str
    content: bytes
    says: str


def workbook(*rows: list[object]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Leads")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return held.getvalue()


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("readme.txt", "nothing here")
    return held.getvalue()


HEADER = "Id,First Name,Last Name,Email,Lead Source,Created Date,Visits\n"
MANY = [f"c{number}" for number in range(5000)]

REFUSED = [
    BadFile("header.csv", HEADER.encode(), "The file has a header but no rows under it: export it again"),
    BadFile("blank.csv", b"\n\n  \n", "The file holds nothing but blank rows: export it again"),
    BadFile("blank_rows.csv", b"Id,Name\n,\n,\n", "every row under it is blank: export it again"),
    BadFile("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "This is a picture (PNG). Open it where it comes from, save it as CSV or XLSX"),
    BadFile("noise.csv", bytes((n * 7919 >> 3) % 256 for n in range(20_000)), "This is neither a table in text form (CSV) nor an Excel workbook (XLSX)."),
    BadFile("wide.csv", (",".join(MANY) + "\n" + ",".join(MANY) + "\n").encode(), "The file has 5,000 columns; at most 1,000 go in"),
    BadFile("open.csv", b'Id,Name\n1,"Ada\n' + b"2,Grace\n" * 9_000, "A quotation mark that opens around line 2 is never closed"),
    BadFile("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000), "This is an old Excel file (.xls), or a workbook with a password."),
    BadFile("some.xlsx", archive(), "(readme.txt): import it as a whole export"),
    BadFile("cut.xlsx", workbook(["Id", "Name"], [1, "Ada"])[:900], "This is neither a table in text form (CSV) nor an Excel workbook (XLSX)."),
    BadFile("empty.xlsx", workbook(), "No sheet of the workbook holds anything: export it again"),
]  # fmt: skip

ROWS = """1,Ada,Lovelace,ada@example.com,Web,2026-01-05,3
2,Grace,Hopper,grace@example.com,Fair,2026-02-06,4
"""
TABLE = HEADER + ROWS

ODD = [
    BadFile("column.csv", b"Id*Name\n1*Ada\n2*Grace\n", "There is only one column. If there should be more, say what separates them."),
    BadFile("twice.csv", TABLE.replace("Visits", "Lead Source").encode(), "Names that stand twice were numbered: Lead Source (2)."),
    BadFile("mixed.csv", (TABLE.replace("Ada", "Zo\u00eb") * 1).encode() + "3,Ren\u00e9e,M\u00fcller,r@example.com,Web,2026-02-07,1\n".encode("cp1252"), "Parts of the file are not UTF-8; those were read as Windows-1252."),
    BadFile("semicolons.csv", TABLE.replace(",", ";").encode(), ""),
    BadFile("formula.csv", TABLE.replace("Lovelace", '"=HYPERLINK(""http://example.com"")"').encode(), ""),
    BadFile("really_xlsx.csv", workbook(*(line.split(",") for line in TABLE.splitlines())), ""),
    BadFile("really_csv.xlsx", TABLE.encode(), ""),
    BadFile("no_date.csv", (TABLE + "".join(f"{n},A,B,a{n}@example.com,Web,2026-03-{n:02},1\n" for n in range(10, 28)) + "99,C,D,c@example.com,Web,someday,1\n").encode(), "Created Date: 1 value cannot be read as date: the row is rejected where the column fills a field"),
]  # fmt: skip
"""Files with something odd that go in, once a person has read the sentence."""
