"""Upper and lower case as one, the same in Python, SQLite and PostgreSQL: neither database folds all of Unicode alike."""

from typing import Final

A_TO_Z: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def folded(text: str) -> str:
    """A-Z in lower case, all else as it stands: what `lower` does in SQLite, and in PostgreSQL under the C collation."""
    return text.translate(A_TO_Z)


def spellings(wanted: str) -> list[str]:
    """The folded texts that a wanted one stands for: as given, wholly in lower, upper or title case."""
    return sorted({folded(each) for each in (wanted, wanted.lower(), wanted.upper(), wanted.title())})
