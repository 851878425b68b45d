from datetime import datetime, timedelta

import pytest

from portal.accounts import attempts
from portal.db import Database
from portal.errors import TooMany


def try_it(database: Database, email: str, address: str, at: datetime) -> None:
    with database.transaction() as session:
        attempts.count(session, attempts.subjects(email, address), at=at)


def test_the_eleventh_try_in_five_minutes_is_refused(database: Database, at: datetime) -> None:
    for number in range(10):
        try_it(database, "ada@example.com", f"192.0.2.{number}", at + timedelta(seconds=number))

    with pytest.raises(TooMany):
        try_it(database, "ADA@example.com", "192.0.2.99", at + timedelta(seconds=20))
    try_it(database, "bela@example.com", "192.0.2.99", at + timedelta(seconds=20))


def test_an_address_that_tries_many_names_is_refused(database: Database, at: datetime) -> None:
    for number in range(10):
        try_it(database, f"user{number}@example.com", "192.0.2.7", at)

    with pytest.raises(TooMany):
        try_it(database, "user99@example.com", "192.0.2.7", at)


def test_waiting_helps_even_after_refused_tries(database: Database, at: datetime) -> None:
    for _ in range(10):
        try_it(database, "ada@example.com", "192.0.2.7", at)
    for minute in range(1, 5):
        with pytest.raises(TooMany):
            try_it(database, "ada@example.com", "192.0.2.7", at + timedelta(minutes=minute))

    try_it(database, "ada@example.com", "192.0.2.7", at + timedelta(minutes=5))


def test_getting_in_clears_the_name_but_not_the_address(database: Database, at: datetime) -> None:
    for number in range(9):
        try_it(database, f"user{number}@example.com", "192.0.2.7", at)
    for number in range(9):
        try_it(database, "ada@example.com", f"192.0.2.1{number}", at)
    success = at + timedelta(seconds=1)
    try_it(database, "ada@example.com", "192.0.2.7", success)
    with database.transaction() as session:
        attempts.forget(session, attempts.subjects("ada@example.com", "192.0.2.7"), at=success)

    try_it(database, "ada@example.com", "192.0.2.7", success)
    with pytest.raises(TooMany):
        try_it(database, "ada@example.com", "192.0.2.7", success)
