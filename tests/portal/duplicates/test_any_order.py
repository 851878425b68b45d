"""Any merges, split in any order that is allowed, leave equal data; on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.db import Database
from portal.duplicates.merging import merge
from portal.duplicates.splitting import split
from portal.errors import Conflict
from tests.portal.duplicates.conftest import AT, people, person, snapshot

PEOPLE = 4
KEYS = ["first_name", "email", "company_name", "attribute:a", "attribute:b"]


@pytest.fixture
def crowd(database: Database) -> tuple[Database, list[int]]:
    ids = people(
        database,
        *(
            person(first_name=f"A{n % 2}", email=f"{n}@x.org" if n % 3 else "", company_name=f"Firm {n}",
                   customer_at=AT if n == 2 else None, attributes={"a": n} if n % 2 else {"b": f"b{n}"})
            for n in range(PEOPLE)
        ),
    )  # fmt: skip
    return database, ids


MERGES = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1), st.sets(st.sampled_from(KEYS))),
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(merges=MERGES, data=st.data())
def test_merging_and_splitting_again_leaves_equal_data(crowd, merges, data):
    database, ids = crowd
    before = snapshot(database)
    standing = []
    for one, other, take in merges:
        with database.transaction() as session:
            if one != other:
                try:
                    standing.append(merge(session, ids[one], ids[other], take=take, by=None, at=AT).id)
                except Conflict:
                    continue
    while standing:
        chosen = data.draw(st.sampled_from(standing))
        with database.transaction() as session:
            try:
                split(session, chosen, by=None, at=AT)
            except Conflict:
                continue
        standing.remove(chosen)
    assert snapshot(database) == before
