"""A crowd of made-up people, some of whom stand there twice."""

import numpy as np
import polars as pl

from scoring.linkage import Column, Kind

FIRST = [
    "Ada",
    "Bela",
    "Caro",
    "Dora",
    "Emil",
    "Fritz",
    "Gerda",
    "Hanna",
    "Ida",
    "Jonas",
    "Karla",
    "Ludwig",
    "Maria",
    "Nora",
    "Otto",
    "Paula",
]
SYLLABLES = ["ba", "ko", "li", "mu", "na", "pe", "ro", "su", "ta", "vi"]


def crowd(size=300, twice=60, seed=1):
    """Columns, and the true pairs: of each the second has a slip in the name, or another e-mail, or no phone."""
    random = np.random.default_rng(seed)
    rows = [_person(random, n) for n in range(size)]
    truth = set()
    for n in range(twice):
        truth.add((n, len(rows)))
        first, last, email, phone, city = rows[n]
        rows.append(
            [
                (first, last[:-1], email, phone, city),
                (first, last, f"x{email}", phone, city),
                (first, last, email, None, city),
            ][n % 3]
        )
    return [
        Column(kind.value, kind, pl.Series(values))
        for kind, values in zip(KINDS, zip(*rows, strict=True), strict=True)
    ], truth


KINDS = (Kind.FIRST_NAME, Kind.LAST_NAME, Kind.EMAIL, Kind.PHONE, Kind.PLACE)


def _person(random, number):
    last = "".join(random.choice(SYLLABLES, 3)).capitalize()
    phone = f"+49 {random.integers(10**8, 10**9)}"
    return (
        str(random.choice(FIRST)),
        last,
        f"{last.lower()}{number}@example.com",
        phone,
        f"City {random.integers(0, 20)}",
    )
