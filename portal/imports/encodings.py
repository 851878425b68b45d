"""In which encoding a text file is written, and the same text in UTF-8."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from portal.errors import Invalid

UTF8 = "utf-8"
MIXED = "utf-8 and cp1252"
BLOCK = 1 << 24
SAMPLE = 1 << 18
# none of the bytes between words is the second of a letter in an encoding of two
WORD = re.compile(rb'[^\s,;"0-9]+')
# UTF-32 first: its little-endian mark begins with that of UTF-16
MARKS = {
    codecs.BOM_UTF8: UTF8,
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# What exports are written in; a wider choice only makes short samples guess wildly.
LIKELY = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "iso8859_15",
    "koi8_r", "mac_roman", "cp850", "cp932", "shift_jis", "gb18030", "big5", "euc_jp", "euc_kr",
]  # fmt: skip


def encoding_of(path: Path) -> str:
    """The encoding by mark, by strict decoding of the whole file, or by the look of its letters."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    wide = wide_encoding(head[mark_length(head) :])
    if wide and wide != marked:  # a mark of UTF-16 before UTF-32 was seen in the wild
        return wide
    return marked or (UTF8 if is_utf8(path) else narrow_encoding(path))


def mark_length(head: bytes) -> int:
    return next((len(mark) for mark in MARKS if head.startswith(mark)), 0)


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: most zero bytes stand at the same place of every unit."""
    zeros = [head[place::4].count(0) / max(1, len(head) // 4) for place in range(4)]
    patterns = {
        "utf-32-be": (1, 1, 1, 0),
        "utf-32-le": (0, 1, 1, 1),
        "utf-16-be": (1, 0, 1, 0),
        "utf-16-le": (0, 1, 0, 1),
    }
    for name, pattern in patterns.items():
        if all(abs(share - zero) < 0.4 for share, zero in zip(zeros, pattern, strict=True)):  # noqa: PLR2004
            return name
    return None


def is_utf8(path: Path) -> bool:
    try:
        for _ in decoded(path, UTF8):
            pass
    except UnicodeDecodeError:
        return False
    return True


def narrow_encoding(path: Path) -> str:
    lines = odd_lines(path)
    good = sum(map(valid_utf8, lines))
    if good * 20 >= len(lines):
        return MIXED
    return by_letters(b"\n".join(lines))


def odd_lines(path: Path) -> list[bytes]:
    """The first lines beyond ASCII, up to 256 KiB of them: the only ones that tell encodings apart."""
    lines: list[bytes] = []
    held = 0
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(SAMPLE), b""):
            if not line.isascii():
                lines.append(line.rstrip(b"\r\n"))
                held += len(line)
            if held > SAMPLE:
                break
    return lines


def valid_utf8(line: bytes) -> bool:
    try:
        line.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def by_letters(sample: bytes) -> str:
    """The encoding whose letters make the likeliest words. Only words beyond ASCII are shown to the detector."""
    from charset_normalizer import from_bytes

    words = b" ".join(word for word in WORD.findall(sample) if not word.isascii())
    matches = {
        match.encoding: (match.chaos, -match.coherence)
        for match in from_bytes(words, cp_isolation=LIKELY, threshold=0.8)
    }
    if not matches:
        return "latin-1"
    best = min(matches, key=lambda name: matches[name])
    # equally likely: what Windows writes in the west
    return "cp1252" if matches.get("cp1252", (1.0, 0.0))[0] <= matches[best][0] else best


def decoded(path: Path, encoding: str, skip: int = 0) -> Iterator[str]:
    """The text by blocks. Raises UnicodeDecodeError where the file is not in that encoding."""
    errors = "strict"
    if encoding == MIXED:
        codecs.register_error("concord.cp1252", from_windows)
        encoding, errors = UTF8, "concord.cp1252"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with path.open("rb") as file:
        file.seek(skip)
        while block := file.read(BLOCK):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def from_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows-1252, its five gaps as Latin-1."""
    assert isinstance(error, UnicodeDecodeError)
    odd = error.object[error.start : error.end]
    return "".join(windows_letter(byte) for byte in odd), error.end


def windows_letter(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def transcode(path: Path, encoding: str, to: Path) -> None:
    """Write the text as UTF-8 without a mark.

    Raises:
        Invalid: it is not in that encoding.
    """
    with path.open("rb") as file:
        skip = mark_length(file.read(4))
    try:
        with to.open("w", encoding=UTF8, newline="") as out:
            out.writelines(decoded(path, encoding, skip))
    except UnicodeError as error:
        raise Invalid(
            f"The file is not written in {encoding} throughout ({error.args[-1]}). Save it as UTF-8 and import it again."
        ) from None
    except LookupError:
        raise Invalid(f"There is no encoding called {encoding}. Try utf-8, cp1252 or utf-16.") from None
