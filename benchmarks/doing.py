"""What made-up leads do, and what those who convert are worth: ten activities each, and won deals to learn amounts from."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import numpy as np
from sqlalchemy import insert, text
from sqlmodel import Session

from benchmarks.trial import Trial
from portal.activities import ActivityKind
from portal.db import EPOCH
from portal.deals import Deal, Outcome

SEED: Final = 43
EACH: Final = 10
KINDS: Final = ("Web visit", "E-mail opened", "Webinar", "Call", "Demo")
DAY: Final = 86_400_000_000  # microseconds
DAYS: Final = 40.0  # from coming to doing, on average
TILL_CUSTOMER: Final = 60
PEOPLE_A_WRITE: Final = 20_000
DEAL: Final = {
    "outcome": Outcome.WON,
    "currency": "EUR",
    "attributes": "{}",
    "created_at": EPOCH,
    "updated_at": EPOCH,
}
CONVERTED: Final = '%"Converted":true%'


def fill(portal: Trial, first: int, last: int) -> int:
    """Ten activities of each person first <= id <= last. Returns how many."""
    with portal.database.transaction() as session:
        for number, name in enumerate(KINDS):
            if session.get(ActivityKind, number + 1) is None:
                session.add(ActivityKind(id=number + 1, name=name, weight=1.0 + number))
    for start in range(first, last + 1, PEOPLE_A_WRITE):
        with portal.database.transaction() as session:
            _write(session, start, min(start + PEOPLE_A_WRITE - 1, last))
    return (last - first + 1) * EACH


def _write(session: Session, first: int, last: int) -> None:
    connection = session.connection()
    came = text("SELECT id, arrived_at FROM person WHERE id BETWEEN :first AND :last ORDER BY id")
    rows = _rows(np.array(connection.execute(came, {"first": first, "last": last}).all(), np.int64), first)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.executemany("INSERT INTO activity (person_id, at, kind_id) VALUES (?, ?, ?)", rows)
        return
    with driver.cursor().copy("COPY activity (person_id, at, kind_id) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rows(people: Any, seed: int) -> Iterator[tuple[int, int, int]]:
    """Demos are rare, web visits are not."""
    dice = np.random.default_rng((SEED, seed))
    count = len(people) * EACH
    after = (dice.exponential(DAYS, count) * DAY).astype(np.int64)
    kinds = np.minimum(dice.geometric(0.4, count), len(KINDS))
    owners, came = (np.repeat(people[:, place], EACH) for place in (0, 1))
    return zip(owners.tolist(), (came + after).tolist(), kinds.tolist(), strict=True)


def sell(portal: Trial) -> None:
    """Those who converted became customers 60 days after they came, and won a deal whose amount follows their country."""
    with portal.database.transaction() as session:
        connection = session.connection()
        connection.execute(
            text(
                "UPDATE person SET customer_at = arrived_at + :later, version = version + 1 "
                "WHERE attributes LIKE :converted"
            ),
            {"converted": CONVERTED, "later": TILL_CUSTOMER * DAY},
        )
        won = text(
            "SELECT id, LENGTH(country) * 1000 + id % 997 FROM person WHERE attributes LIKE :converted"
        )
        rows = connection.execute(won, {"converted": CONVERTED}).all()
        session.execute(
            insert(Deal), [DEAL | {"person_id": id_, "amount": Decimal(amount)} for id_, amount in rows]
        )
