"""What a file is, by its content: its name may say anything."""

import zipfile
from enum import StrEnum
from pathlib import Path

from portal.errors import Invalid
from portal.imports.encodings import mark_length, wide_encoding
from portal.imports.limits import Limits, check_size

HEAD = 1 << 16
# zero bytes are most of UTF-16; 1, 2 and 28 to 31 separate cells in some exports
CONTROL = bytes(set(range(3, 28)) - set(b"\t\n\r\x0b\x0c"))


class Form(StrEnum):
    TEXT = "text"
    WORKBOOK = "workbook"


SAVE_AS = "Open it where it comes from, save it as CSV or XLSX, and import that."
FOREIGN = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "This is an old Excel file (.xls), or a workbook with a password.",
    b"%PDF": "This is a PDF, which holds a picture of a table and not its cells.",
    b"\x89PNG": "This is a picture (PNG).",
    b"\xff\xd8\xff": "This is a picture (JPEG).",
    b"GIF8": "This is a picture (GIF).",
    b"\x1f\x8b": "This is a gzip archive: unpack it first.",
    b"7z\xbc\xaf": "This is a 7-Zip archive: unpack it first.",
    b"Rar!": "This is a RAR archive: unpack it first.",
    b"BZh": "This is a bzip2 archive: unpack it first.",
    b"\xfd7zXZ": "This is an xz archive: unpack it first.",
    b"PAR1": "This is a Parquet file.",
    b"SQLite format 3": "This is a database (SQLite).",
}
MARKUP = {
    b"<!doctype html": "This is a web page, though it may be called .xls or .csv.",
    b"<html": "This is a web page, though it may be called .xls or .csv.",
    b"<?xml": "This is an XML file.",
    b"<table": "This is a web page, though it may be called .xls or .csv.",
    b"{\\rtf": "This is a text document (RTF).",
}


def recognise(path: Path, limits: Limits, *, is_text: bool = False) -> Form:
    """Say what to read the file as, or refuse with what it is. Reads its first 64 KiB.

    `is_text`: a person named the encoding, so strange bytes are letters.

    Raises:
        TooLarge: it has more bytes than the limit.
        Invalid: it is empty, or neither text nor a workbook.
    """
    size = path.stat().st_size
    check_size(size, limits)
    if size == 0:
        raise Invalid("The file is empty: export it again, and look into it before you import it.")
    if is_text:
        return Form.TEXT
    with path.open("rb") as file:
        head = file.read(HEAD)
    refuse_foreign(head)
    return in_archive(path) if head.startswith(b"PK") and zipfile.is_zipfile(path) else as_text(head)


def refuse_foreign(head: bytes) -> None:
    for magic, what in FOREIGN.items():
        if head.startswith(magic):
            raise Invalid(f"{what} {SAVE_AS}")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    for tag, what in MARKUP.items():
        if start.startswith(tag):
            raise Invalid(f"{what} {SAVE_AS}")
    if start.startswith((b'{"', b'[{"', b"[{")):
        raise Invalid(f"This is a JSON file. {SAVE_AS}")


def in_archive(path: Path) -> Form:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise Invalid(f"This archive is damaged and cannot be opened. {SAVE_AS}") from None
    if "xl/workbook.xml" in names:
        return Form.WORKBOOK
    if "xl/workbook.bin" in names or "mimetype" in names or "word/document.xml" in names:
        raise Invalid(f"This is an office document, but not an XLSX workbook. {SAVE_AS}")
    held = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")  # noqa: PLR2004
    raise Invalid(f"This is a zip archive with {len(names)} files ({held}): import it as a whole export.")


def as_text(head: bytes) -> Form:
    if looks_binary(head):
        raise Invalid(f"This is neither a table in text form (CSV) nor an Excel workbook (XLSX). {SAVE_AS}")
    return Form.TEXT


def looks_binary(head: bytes) -> bool:
    """More than one control sign in a hundred. UTF-16 and UTF-32 may hold any byte."""
    if mark_length(head) or wide_encoding(head):
        return False
    return len(head) - len(head.translate(None, CONTROL)) > len(head) / 100 or head.count(0) == len(head)
