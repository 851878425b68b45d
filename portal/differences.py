"""What changed between two texts, word by word: for people who are to sign the later one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby, zip_longest
from typing import Final

TOKEN: Final = re.compile(r"\s+|[^\W_]+(?:['\u2019-][^\W_]+)*|.", re.DOTALL)
MOST: Final = 4_000_000
"""Letters of the one times letters of the other: beyond that matching words takes longer than somebody waits."""


class Kind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, came or went."""

    kind: Kind
    text: str


def words(before: str, after: str) -> list[Piece]:
    """How one text becomes the other. Those that stayed or came are the later text, those that stayed or went the earlier.

    Lines are matched first, then the words of those that differ; where very much differs, line by line.
    """
    return _joined(_pieces(before.splitlines(keepends=True), after.splitlines(keepends=True)))


def _pieces(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for how, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():  # blank lines match nothing
        was, now = before[a:b], after[c:d]
        if how == "equal":
            yield Piece(Kind.SAME, "".join(was))
        elif sum(map(len, was)) * sum(map(len, now)) <= MOST:
            yield from _within("".join(was), "".join(now))
        else:
            for one, other in zip_longest(was, now, fillvalue=""):
                yield from _within(one, other)


def _within(was: str, now: str) -> Iterator[Piece]:
    before, after = TOKEN.findall(was), TOKEN.findall(now)
    for how, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            yield Piece(Kind.SAME, "".join(before[a:b]))
        else:
            yield Piece(Kind.REMOVED, "".join(before[a:b]))
            yield Piece(Kind.ADDED, "".join(after[c:d]))


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """Neighbours of one kind as one, nothing empty."""
    kept = (piece for piece in pieces if piece.text)
    runs = (
        (kind, "".join(piece.text for piece in run)) for kind, run in groupby(kept, lambda each: each.kind)
    )
    return [Piece(kind, text) for kind, text in runs]
