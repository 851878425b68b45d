"""HTML to PDF. The only module that knows WeasyPrint, which is imported when first needed: it takes a second.

Nothing is fetched: not a file, not an address; only `data:` is read. The same HTML gives the same bytes on one
machine; another one with other fonts or another WeasyPrint may differ.

Four pages with four charts take about 0.4 s and 85 MiB of the process, fifty pages 350 MiB, tagging included:
a list in a report is capped, and a worker prints in a process of its own.
"""

import sys
from contextlib import redirect_stdout
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

PACKAGES: Final = (
    "Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core; "
    "Fedora: dnf install pango dejavu-sans-fonts; macOS: brew install pango"
)
# Tagged for screen readers; costs about a tenth of the time.
VARIANT: Final = "pdf/ua-1"


class MissingLibraryError(RuntimeError):
    """WeasyPrint or the Pango library below it cannot be loaded."""


class RefusedAddressError(ValueError):
    """The HTML refers to something outside itself."""


def render(html: str) -> bytes:
    """The PDF, tagged (PDF/UA-1), with the title, language and dates that the HTML's head states.

    Raises RefusedAddressError when the HTML wants anything but `data:`, MissingLibraryError when Pango is not installed.
    """
    weasyprint = library()
    refused: list[str] = []
    try:
        document = weasyprint.HTML(string=html, url_fetcher=fetcher(weasyprint, refused))
        made = bytes(document.write_pdf(pdf_variant=VARIANT))
    except (
        weasyprint.urls.FatalURLFetchingError
    ):  # a BaseException: no worker's `except Exception` would catch it
        made = b""
    if refused:
        raise RefusedAddressError(
            f"A report may not load anything from outside, but it refers to {refused[0]}."
        )
    return made


def fetcher(weasyprint: ModuleType, refused: list[str]) -> object:
    """Reads `data:` and nothing else; writes down what it refused, since a drawing's missing image stops nothing."""

    class DataOnly(weasyprint.urls.URLFetcher):  # type: ignore[name-defined, misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
            try:
                return super().fetch(url, headers)
            except Exception:
                refused.append(url)
                raise

    return DataOnly(allowed_protocols={"data"}, fail_on_errors=True)


def bare(html: str) -> bytes:
    """WeasyPrint with no setting of ours: what `render` is measured against."""
    return bytes(library().HTML(string=html).write_pdf())


@cache
def library() -> ModuleType:
    """WeasyPrint; on failure it prints to standard output, which belongs to `--json`, so that goes to standard error."""
    try:
        with redirect_stdout(sys.stderr):
            return import_module("weasyprint")
    except (ImportError, OSError) as missing:
        raise MissingLibraryError(
            f"PDFs need Pango, which cannot be loaded ({missing}). Install it: {PACKAGES}."
        ) from missing
