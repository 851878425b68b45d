"""What learning may say: shares of true pairs on the rungs of a ladder, the top first, the last for those that differ."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

Shares = Sequence[float]

MOST_THAT_DIFFER = 3.0  # times the share that was given
LEAST = 0.001


def settled(given: Shares, learned: Sequence[Sequence[float | None]]) -> list[float]:
    """The mean of what the sessions learned, none of it zero, in all 1; where they learned nothing, what was given.

    One person's records differ in a column only so often. A session that says otherwise learned from pairs that are not
    true (colleagues, families, namesakes), and is not heard.
    """
    most = MOST_THAT_DIFFER * given[-1]
    heard = [shares for shares in (_whole(given, found) for found in learned) if shares[-1] <= most]
    if not heard:
        return list(given)
    means = [max(sum(rung) / len(heard), LEAST) for rung in zip(*heard, strict=True)]
    return [share / sum(means) for share in means]


def _whole(given: Shares, found: Sequence[float | None]) -> list[float]:
    """Rungs on which nobody stood while learning keep a little of what they were given."""
    shares = [LEAST * prior if share is None else share for prior, share in zip(given, found, strict=True)]
    return [share / sum(shares) for share in shares]


def same_by_chance(values: pl.Series) -> float:
    """The probability that two of the known values, taken at random, are the same; never quite zero."""
    sizes = values.drop_nulls().value_counts(name="size")["size"].cast(pl.Float64)
    count = float(sizes.sum())
    possible = max(count * (count - 1) / 2, 1)
    return float(max(float((sizes * (sizes - 1) / 2).sum()), 0.5) / possible)
