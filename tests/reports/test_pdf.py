import os
import socket
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import StreamObject

from reports import document, pdf, roi

ROOT = Path(__file__).parents[2]
SECRET = "a line nobody outside may read"
DOT = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='4' height='4'%3E%3Crect width='4' height='4'/%3E%3C/svg%3E"
NESTED = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='{}' width='9' height='9'/%3E%3C/svg%3E"
OUTSIDE = {
    "image": '<img src="{}">',
    "image set": '<img srcset="{} 2x" src="{}">',
    "object": '<object data="{}"></object>',
    "embed": '<embed src="{}">',
    "stylesheet": '<link rel="stylesheet" href="{}">',
    "import": '<style>@import url("{}");</style>',
    "font": '<style>@font-face { font-family: X; src: url("{}") } p { font-family: X }</style>',
    "background": '<p style="background: url({})">x</p>',
    "list mark": '<ul style="list-style-image: url({})"><li>x</li></ul>',
    "content": '<style>p::before { content: url("{}") }</style>',
    "attachment": '<a rel="attachment" href="{}">x</a>',
    "attached": '<link rel="attachment" href="{}">',
    "image in a drawing": '<svg width="9" height="9"><image href="{}" width="9" height="9"/></svg>',
    "drawing used": '<svg width="9" height="9"><use href="{}#x"/></svg>',
    "drawing in data": f'<img src="{NESTED}">',
    "base": '<base href="{}"><img src="picture.png">',
}


@pytest.fixture(name="report", scope="session")
def report_fixture(given):
    return document.page(roi.build(given()))


@pytest.fixture(name="reader", scope="session")
def reader_fixture(report):
    return PdfReader(BytesIO(pdf.render(report)))


@pytest.fixture(name="secret")
def secret_fixture(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.fixture(name="listener")
def listener_fixture():
    """A local server nobody should call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def referring(template, address):
    return f'<html lang="en"><head><title>t</title></head><body><p>x</p>{template.replace("{}", address)}</body></html>'


def attempt(template, address):
    """The PDF, or None where the address was refused."""
    try:
        return pdf.render(referring(template, address))
    except pdf.RefusedAddressError:
        return None


@pytest.mark.parametrize("template", OUTSIDE.values(), ids=OUTSIDE)
def test_no_local_file_is_read(template, secret):
    made = attempt(template, secret.as_uri())
    assert made is None or not leaks(made)


@pytest.mark.parametrize("template", OUTSIDE.values(), ids=OUTSIDE)
def test_no_address_is_called(template, listener):
    attempt(template, "http://127.0.0.1:{}/x.png".replace("{}", str(listener.getsockname()[1])))
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("name", sorted(set(OUTSIDE) - {"base", "drawing used"}))
def test_a_refusal_is_an_ordinary_error_that_names_the_address(name, secret):
    with pytest.raises(pdf.RefusedAddressError, match=r"may not load anything from outside.*secret\.txt"):
        pdf.render(referring(OUTSIDE[name], secret.as_uri()))


def test_without_our_fetcher_a_local_file_would_be_attached(secret):
    assert leaks(pdf.bare(referring(OUTSIDE["attachment"], secret.as_uri())))


def leaks(made):
    """Does the secret stand in any stream of the file, attachments and metadata included?"""
    reader = PdfReader(BytesIO(made))
    things = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    streams = b"".join(thing.get_data() for thing in things if isinstance(thing, StreamObject))
    return SECRET.encode() in streams or SECRET in "".join(page.extract_text() for page in reader.pages)


def test_data_inside_the_document_is_drawn():
    assert pdf.render(f'<body><img src="{DOT}"></body>').startswith(b"%PDF-1.7")


def test_the_same_html_is_the_same_bytes_in_any_process(report, tmp_path):
    (tmp_path / "report.html").write_text(report)
    code = "import sys, hashlib; from reports import pdf; print(hashlib.sha256(pdf.render(open(sys.argv[1]).read())).hexdigest())"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "report.html")],
        check=True, capture_output=True, text=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert other.stdout.strip() == sha256(pdf.render(report)).hexdigest()


def test_the_file_tells_its_title_author_language_and_date(reader):
    assert reader.metadata.title == "Marketing ROI, 1 January 2026 to 30 April 2026 (draft)"
    assert reader.metadata.author == "Northwind Bearings"
    assert reader.metadata.creation_date.isoformat() == "2026-05-02T06:30:00+00:00"
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_the_file_is_tagged_for_screen_readers(reader):
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] is not None
    assert "/StructTreeRoot" in reader.trailer["/Root"]


def test_every_page_has_number_period_identity_and_watermark(reader):
    pages = [page.extract_text().replace("\u00a0", " ") for page in reader.pages]
    assert len(pages) >= 3
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "1 January 2026 to 30 April 2026" in text
        assert "R-2026-0007, data 9f2c41d7aa030000" in text
        assert "DRAFT" in text


def test_a_missing_library_is_named_with_what_to_install():
    code = (
        "import cffi\n"
        "def missing(*_): raise OSError('cannot load library libpango')\n"
        "cffi.FFI.dlopen = missing\n"
        "from reports import pdf\n"
        "try: pdf.render('<p>x</p>')\n"
        "except pdf.MissingLibraryError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout.startswith("PDFs need Pango, which cannot be loaded")
    assert "apt install libpango-1.0-0" in ran.stdout
    assert len(ran.stdout.splitlines()) == 1


def test_importing_reports_does_not_import_weasyprint():
    code = "import sys; from reports import bench, document, pdf, roi; print('weasyprint' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout == "False\n"
