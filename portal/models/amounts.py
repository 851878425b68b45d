"""What purchases were worth: the amounts a model of value learns from."""

from typing import Final, NamedTuple

import polars as pl
from sqlalchemy import text
from sqlmodel import Session

from portal.db import MONEY_SCALE
from portal.deals import Outcome
from portal.fields import Level

WHOSE: Final = {Level.PERSON: "person_id", Level.COMPANY: "company_id", Level.DEAL: "id"}
ORDERS: Final = frozenset({Level.PERSON, Level.COMPANY})


class Amounts(NamedTuple):
    """The mean amount of each record's purchases, `id` and `amount` in the order of ids, all in one currency.

    `others` counts purchases in other currencies, which are left out.
    """

    frame: pl.DataFrame
    currency: str
    others: int


def won(session: Session, level: Level) -> Amounts:
    """From deals that were won; where there is none, from orders. In the currency most of them are in."""
    deals = f"FROM deal WHERE outcome = '{Outcome.WON}' AND amount IS NOT NULL AND {WHOSE[level]} IS NOT NULL"
    found = _amounts(session, deals, WHOSE[level])
    if found.frame.height or level not in ORDERS:
        return found
    orders = f"FROM customer_order WHERE amount IS NOT NULL AND {WHOSE[level]} IS NOT NULL"
    return _amounts(session, orders, WHOSE[level])


def _amounts(session: Session, purchases: str, whose: str) -> Amounts:
    connection = session.connection()
    counts = connection.execute(
        text(f"SELECT currency, COUNT(*) {purchases} GROUP BY currency ORDER BY COUNT(*) DESC, currency")
    ).all()
    currency = counts[0][0] if counts else ""
    rows = connection.execute(
        text(
            f"SELECT {whose}, CAST(SUM(amount) AS DOUBLE PRECISION), COUNT(*) {purchases} AND currency = :currency "
            f"GROUP BY {whose} ORDER BY {whose}"
        ),
        {"currency": currency},
    ).all()
    ids, sums, purchases_of_each = zip(*rows, strict=True) if rows else ((), (), ())
    frame = pl.DataFrame(
        {"id": ids, "sum": sums, "count": purchases_of_each},
        schema={"id": pl.Int64, "sum": pl.Float64, "count": pl.Int64},
    )
    mean = (pl.col("sum") / pl.col("count") / MONEY_SCALE).alias("amount")
    return Amounts(frame.select("id", mean), currency, sum(row[1] for row in counts[1:]))
