"""Zip archives of a whole export: looked at before anything is unpacked, and unpacked under names of our own."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Final, cast

from portal.errors import Invalid, TooLarge
from portal.imports.limits import MEBIBYTE, Limits, in_mebibytes

OFFICE: Final = frozenset(
    {"xl/workbook.xml", "xl/workbook.bin", "word/document.xml", "mimetype", "[Content_Types].xml"}
)
"""What is in an archive that is a document, not a folder of files."""
ARCHIVES: Final = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz")
PACK_AGAIN: Final = "Pack the files again, or choose them together without an archive."
DAMAGED: Final = f"The archive is damaged and cannot be opened. {PACK_AGAIN}"
ENCRYPTED: Final = 1


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive of files; workbooks are zip archives, too."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not OFFICE & set(archive.namelist())
    except zipfile.BadZipFile:
        return path.open("rb").read(2) == b"PK"


def entries(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files of an archive, without folders and what systems leave behind.

    Raises:
        Invalid: a file is encrypted, an archive itself, or would lie elsewhere than below it; or there are none.
        TooLarge: they are too many, or too large by what the archive says itself.
    """
    found = [entry for entry in archive.infolist() if not (entry.is_dir() or _is_left_behind(entry.filename))]
    for entry in found:
        _refuse(entry)
    if not found:
        raise Invalid("The archive holds no files. Export again, and look into it before you import it.")
    if len(found) > limits.files:
        raise TooLarge(
            f"The archive holds {len(found):,} files; at most {limits.files:,} go in at once. Leave out the ones nobody needs."
        )
    _check_unpacked(sum(entry.file_size for entry in found), limits)
    return found


def _is_left_behind(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return (
        "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1].lower() in {"thumbs.db", "desktop.ini"}
    )


def _refuse(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & ENCRYPTED:
        raise Invalid(f"The archive has a password ({name} is encrypted). Pack the files again without one.")
    if (
        ".." in PurePosixPath(name.replace("\\", "/")).parts
        or name.startswith("/")
        or PureWindowsPath(name).drive
    ):
        raise Invalid(f"The archive has a file that wants to lie outside of it ({name}). {PACK_AGAIN}")
    if name.lower().endswith(ARCHIVES):
        raise Invalid(
            f"The archive holds another archive ({name}): unpack that one first, and pack all files side by side."
        )


def _check_unpacked(size: int, limits: Limits) -> None:
    if size > limits.unpacked:
        raise TooLarge(
            f"Unpacked, the archive has more than {in_mebibytes(limits.unpacked)}. Choose its files in smaller parts, or use the command line."
        )


@contextmanager
def unpacking(path: Path, limits: Limits) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    """The files of an archive one after another: name, size, and content to be read before the next one.

    Raises:
        Invalid: as `entries`, or the archive is damaged.
        TooLarge: as `entries`, or its files turn out larger than it says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield _each(archive, entries(archive, limits), limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError):
        raise Invalid(DAMAGED) from None


def _each(
    archive: zipfile.ZipFile, found: list[zipfile.ZipInfo], limits: Limits
) -> Iterator[tuple[str, int, IO[bytes]]]:
    left = Allowance(limits)
    for entry in found:
        with archive.open(entry) as content:
            yield entry.filename, entry.file_size, cast(IO[bytes], Metered(content, left))  # it is only read


class Allowance:
    """How much may still be unpacked, whatever the archive says of itself."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.size = limits, 0

    def take(self, size: int) -> None:
        self.size += size
        _check_unpacked(self.size, self.limits)


class Metered:
    """A stream that counts what is read of it."""

    def __init__(self, content: IO[bytes], allowance: Allowance) -> None:
        self.content, self.allowance = content, allowance

    def read(self, size: int = MEBIBYTE) -> bytes:
        piece = self.content.read(size)
        self.allowance.take(len(piece))
        return piece
