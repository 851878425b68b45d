import time

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.differences import Kind, Piece, words

TEXTS = st.lists(st.sampled_from(["they", "asked", "for", "a demo", ",", ".", "\n", " ", "don't"])).map(
    "".join
)


def test_words_that_came_and_went_are_told_apart() -> None:
    assert words("They asked for a demo.", "They asked twice for a call.") == [
        Piece(Kind.SAME, "They asked"),
        Piece(Kind.ADDED, " twice"),
        Piece(Kind.SAME, " for a "),
        Piece(Kind.REMOVED, "demo"),
        Piece(Kind.ADDED, "call"),
        Piece(Kind.SAME, "."),
    ]


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_their_difference(before: str, after: str) -> None:
    pieces = words(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != Kind.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.kind != Kind.REMOVED) == after
    assert all(piece.text for piece in pieces)


def test_the_longest_texts_are_compared_while_somebody_waits() -> None:
    before = "\n\n".join(f"Paragraph {number} says the same as it always did." for number in range(400))
    began = time.process_time()
    words(before, before.replace("always", "never").replace("7", "eight"))

    assert time.process_time() - began < 2
