from datetime import datetime

import pytest

from portal import definitions
from portal.accounts import Function
from portal.criteria import shipped
from portal.db import Database
from portal.definitions import life, terms, versions
from portal.definitions.terms import NewTerm
from portal.errors import Conflict, Invalid
from portal.signing import State
from tests.portal.definitions.cast import Cast, cast, proposed, signed


@pytest.fixture
def who(sqlite: Database, at: datetime) -> Cast:
    return cast(sqlite, at)


def test_a_term_that_is_added_means_nothing_until_it_is_signed(
    sqlite: Database, at: datetime, who: Cast
) -> None:
    with sqlite.transaction() as session:
        added = terms.add(session, NewTerm(name="Hot lead", finance_signs=True), by=who.ada.id, at=at)
        assert (added.term, added.signers) == (
            "hot_lead",
            (Function.SALES, Function.MARKETING, Function.FINANCE),
        )
        assert "hot_lead" not in definitions.in_force(session)
        with pytest.raises(Invalid, match="Add a clause"):
            proposed(session, who.ada, at, "hot_lead")
        _, version = versions.opened(session, "hot_lead")
        content = {"criteria": shipped.data("lead")}
        versions.change(session, added, version, content, edition=version.edition, by=who.ada, at=at)
        life.propose(session, added, version, in_force_on=None, edition=version.edition, by=who.ada, at=at)
        version = signed(session, "hot_lead", 1, who.ada, who.bob, who.fay, at=at)
        assert version.state == State.IN_FORCE
        assert list(definitions.in_force(session))[-1] == "hot_lead"


def test_names_and_keys_are_given_once(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        with pytest.raises(Conflict, match="There is a term “LEAD” already"):
            terms.add(session, NewTerm(name="LEAD"), by=who.ada.id, at=at)
        assert terms.add(session, NewTerm(name="Lead!"), by=who.ada.id, at=at).term == "lead_2"
        assert terms.add(session, NewTerm(name="見込み客"), by=who.ada.id, at=at).term == "term"


def test_another_name_keeps_the_key_and_what_is_in_force(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        terms.rename(session, "lead", "Prospect", by=who.bob.id, at=at)
        meaning = definitions.in_force(session)["lead"]
        assert versions.holding(session, terms.get(session, "lead")) is not None

    assert meaning.label == "Prospect v1, provisional, unsigned"


def test_terms_move_up_and_down_and_stop_at_the_ends(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        terms.move(session, "lead", -1, by=who.ada.id, at=at)
        terms.move(session, "target", 1, by=who.ada.id, at=at)
        first = [each.term for each in terms.listed(session)][:3]
        for _ in range(3):
            terms.move(session, "lead", -1, by=who.ada.id, at=at)

    assert first == ["lead", "target", "inquiry"]
    with sqlite.reading() as session:
        assert [each.term for each in terms.listed(session)][:3] == first
