"""Made-up leads, as a CSV of 30 columns like a CRM's export, the same for the same number of rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.random import Generator

SEED: Final = 42
ROWS_A_PART: Final = 100_000
OUTCOME: Final = "Converted"
SECONDS_APART: Final = 60
FIRMS: Final = 50_000
MOST_VISITS: Final = 20
ID_COLUMN: Final = "Lead Number"
FIRST: Final = ("Ada", "Bo", "Chidi", "Dana", "Elif", "Femi", "Greta", "Hana", "Ines", "Jun", "Kofi", "Lena")
LAST: Final = ("Ash", "Birch", "Cole", "Dube", "Ekman", "Fischer", "Okafor", "Park", "Rossi", "Sato", "Weiss")
WORDS: Final = {
    "Job Title": ("Head of Marketing", "Purchasing Manager", "Engineer", "Managing Director", "Student"),
    "Lead Source": ("Website", "Trade fair", "Referral", "Partner", "Paid search", "Webinar"),
    "Campaign": ("Spring offer 2024", "Autumn fair 2024", "Newsletter", "", "Free trial", ""),
    "Owner": ("Morgan Hill", "Sam Stone", "Robin Field", "Alex Brook"),
    "Status": ("New", "Contacted", "Nurturing", "Qualified", "Not interested"),
    "Country": ("Germany", "France", "Ghana", "Chile", "Japan", "Canada", "Italy", "Kenya"),
    "City": ("Berlin", "Lyon", "Accra", "Santiago", "Osaka", "Toronto", "Turin", "Nairobi"),
    "Industry": ("Manufacturing", "Retail", "Health care", "Education", "Logistics", "Software", ""),
    "Segment": ("Small business", "Mid-market", "Enterprise"),
    "Product Interest": ("Starter", "Professional", "Enterprise", "Add-ons", ""),
}
FLAGS: Final = ("Wants Newsletter", "Attended Webinar", "Asked for a Demo")


def write(path: Path, rows: int, *, first: int = 0) -> None:
    """The leads from number `first` on: names and contact data, ten columns of words, dates, numbers, four of yes and no."""
    with path.open("wb") as file:
        for start in range(first, first + rows, ROWS_A_PART):
            part = frame(start, min(ROWS_A_PART, first + rows - start))
            part.write_csv(file, include_header=start == first)


def frame(start: int, rows: int) -> pl.DataFrame:
    """The leads from number `start` on, as text and numbers. The more a lead visits, the likelier it converts."""
    dice = np.random.default_rng((SEED, start))
    number = pl.int_range(start, start + rows, eager=True).cast(pl.String)
    firm = pl.Series(dice.integers(0, FIRMS, rows)).cast(pl.String)
    names = pl.DataFrame(
        {
            "first": _chosen(dice, FIRST, rows),
            "last": _chosen(dice, LAST, rows),
            "number": number,
            "firm": firm,
        }
    )
    numbers = _numbers(dice, rows)
    converted = dice.random(rows) < numbers[0].to_numpy() / MOST_VISITS
    return pl.DataFrame(
        [
            *_contact(names),
            *(_chosen(dice, choices, rows).alias(name) for name, choices in WORDS.items()),
            *_days(dice, start, rows),
            *numbers,
            *(_chosen(dice, ("Yes", "No", "No"), rows).alias(name) for name in FLAGS),
            pl.Series(OUTCOME, np.where(converted, "Yes", "No")),
        ]
    )


def _contact(names: pl.DataFrame) -> Iterator[pl.Series]:
    yield from names.select(
        pl.format("L{}", pl.col("number").str.zfill(9)).alias(ID_COLUMN),
        pl.col("first").alias("First Name"),
        pl.col("last").alias("Last Name"),
        pl.format("{}.{}{}@firm{}.example", "first", "last", "number", "firm")
        .str.to_lowercase()
        .alias("Email"),
        pl.format("+49 30 {}", pl.col("number").str.zfill(8)).alias("Phone"),
        pl.format("Firm {} Ltd", "firm").alias("Company"),
    )


def _chosen(dice: Generator, choices: tuple[str, ...], rows: int) -> pl.Series:
    return pl.Series(choices).gather(pl.Series(dice.integers(0, len(choices), rows)))


def _days(dice: Generator, start: int, rows: int) -> tuple[pl.Series, pl.Series]:
    """When the lead came (to the second), about in the order of numbers, and last visited (a day)."""
    spread = start + np.arange(rows) + dice.normal(0, 1_000, rows)
    came = pl.Series(1_640_995_200 + spread * SECONDS_APART).cast(pl.Int64) * 1_000_000
    visited = pl.Series(dice.integers(19_000, 20_400, rows)).cast(pl.Int32).cast(pl.Date)
    return (
        came.cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S").alias("Created Date"),
        visited.alias("Last Visit"),
    )


def _numbers(dice: Generator, rows: int) -> list[pl.Series]:
    counts = {"Total Visits": 4, "Emails Opened": 9, "Emails Clicked": 2, "Days Since Reply": 30}
    amounts = {"Minutes on Site": 12, "Pages per Visit": 3, "Employees": 400, "Annual Revenue": 2_000_000}
    return [
        *(pl.Series(name, dice.poisson(mean, rows)) for name, mean in counts.items()),
        *(pl.Series(name, dice.exponential(mean, rows).round(2)) for name, mean in amounts.items()),
    ]
