from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal import definitions, events, plain
from portal.db import Database
from portal.definitions import DefinitionVersion, life, pages, terms, versions
from portal.errors import Conflict, Forbidden, Invalid
from portal.events import Event
from portal.notices import Notice
from portal.signing import Signature, State
from tests.portal.definitions.cast import CHANGED, Cast, cast, drafted, proposed, signed

DAY = timedelta(days=1)


@pytest.fixture
def who(sqlite: Database, at: datetime) -> Cast:
    return cast(sqlite, at)


def test_a_change_from_draft_to_force(database: Database, at: datetime) -> None:
    who = cast(database, at)
    with database.transaction() as session:
        proposed(session, who.ada, at)
    with database.transaction() as session:
        version = signed(session, "lead", 2, who.ada, at=at + DAY)
        assert version.state == State.PROPOSED
        waits = {user.name: len(pages.waiting_for(session, user)) for user in vars(who).values()}
        counted = {
            user.name: plain.numbers(session, pages.WAITING, user=user.id)[0] for user in vars(who).values()
        }
        assert waits == counted == {"Ada": 0, "Bob": 1, "Fay": 0, "Mia": 0, "Oda": 0}
        assert definitions.in_force(session)["lead"].number == 1
    with database.transaction() as session:
        version = signed(session, "lead", 2, who.bob, at=at + 2 * DAY)

    with database.reading() as session:
        lead, first = terms.get(session, "lead"), versions.get(session, terms.get(session, "lead"), 1)
        meaning = definitions.in_force(session)["lead"]
        assert versions.open_version(session, lead) is None
    assert (meaning.number, meaning.wording, meaning.is_provisional) == (2, CHANGED["wording"], False)
    assert meaning.label == "Lead v2"
    assert (version.in_force_at, first.superseded_at) == (at + 2 * DAY, at + 2 * DAY)
    assert first.state == State.SUPERSEDED


def test_every_step_is_in_the_log_and_told_to_whom_it_concerns(
    sqlite: Database, at: datetime, who: Cast
) -> None:
    with sqlite.transaction() as session:
        proposed(session, who.ada, at)
        signed(session, "lead", 2, who.bob, who.ada, at=at)

    with sqlite.reading() as session:
        steps = session.exec(select(Event).where(Event.subject == "definition_version")).all()
        told = session.exec(select(Notice.user_id, Notice.sentence).order_by(col(Notice.id))).all()
    assert [(each.user_id, events.sentence(each)) for each in steps] == [
        (who.ada.id, "began a draft of Lead v2"),
        (who.ada.id, "changed Lead v2: why, wording"),
        (who.ada.id, "proposed Lead v2"),
        (who.bob.id, "signed Lead v2 for marketing"),
        (who.ada.id, "signed Lead v2 for sales"),
        (None, "put Lead v2 in force in the place of v1"),
    ]
    assert told == [
        (who.bob.id, "Ada proposes Lead v2: read it, then sign or reject it"),
        (who.ada.id, "Lead v2 is in force: both sides have signed it"),
        (who.bob.id, "Lead v2 is in force: both sides have signed it"),
    ]


def test_a_day_to_come_is_waited_for(database: Database, at: datetime) -> None:
    who = cast(database, at)
    with database.transaction() as session:
        proposed(session, who.bob, at, on=(at + 3 * DAY).date())
        version = signed(session, "lead", 2, who.ada, who.bob, at=at)
        assert version.state == State.SIGNED
    for days, expected in ((2, 0), (3, 1), (4, 0)):
        with database.transaction() as session:
            assert life.enforce_due(session, at=at + days * DAY) == expected

    with database.reading() as session:
        assert definitions.in_force(session)["lead"].number == 2
        assert versions.get(session, terms.get(session, "lead"), 2).in_force_at == at + 3 * DAY


def test_a_last_signature_after_the_day_counts_at_once(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        proposed(session, who.bob, at, on=(at + DAY).date())
        version = signed(session, "lead", 2, who.ada, who.bob, at=at + 5 * DAY)

    assert version.in_force_at == at + 5 * DAY


def test_what_marketing_sourced_means_needs_finance_as_well(
    sqlite: Database, at: datetime, who: Cast
) -> None:
    with sqlite.transaction() as session:
        proposed(session, who.bob, at, "marketing_sourced")
        version = signed(session, "marketing_sourced", 2, who.ada, who.bob, at=at)
        assert version.state == State.PROPOSED
        signed(session, "marketing_sourced", 2, who.fay, at=at)

    assert version.state == State.IN_FORCE


def test_the_wrong_function_cannot_sign(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        proposed(session, who.ada, at)
    for user, words in (
        (who.fay, "signed by sales and marketing, not by finance"),
        (who.mia, "Only a leader signs"),
        (who.oda, "Only a leader signs"),
    ):
        with pytest.raises(Forbidden, match=words), sqlite.transaction() as session:
            signed(session, "lead", 2, user, at=at)


def test_a_function_signs_once(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        proposed(session, who.ada, at)
        signed(session, "lead", 2, who.ada, at=at)

    with pytest.raises(Conflict, match="Sales has signed this already"), sqlite.transaction() as session:
        signed(session, "lead", 2, who.ada, at=at)


def test_the_database_refuses_a_second_signature_as_well(database: Database, at: datetime) -> None:
    who = cast(database, at)
    with pytest.raises(IntegrityError), database.transaction() as session:
        for _ in range(2):
            session.add(
                Signature(
                    subject="definition_version",
                    subject_id=1,
                    function="sales",
                    user_id=who.ada.id,
                    at=at,
                    digest="",
                )
            )


def test_editing_a_proposal_takes_its_signatures_off(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        lead, version = proposed(session, who.ada, at)
        signed(session, "lead", 2, who.bob, at=at)
        versions.change(
            session, lead, version, {"wording": "Else."}, edition=version.edition, by=who.ada, at=at
        )
        signed(session, "lead", 2, who.ada, at=at)
    with sqlite.reading() as session:
        told = session.exec(select(Notice.sentence).where(Notice.user_id == who.bob.id)).all()

    assert version.state == State.PROPOSED
    assert told[-1] == "Ada changed Lead v2 after you signed it: your signature is off, read it again"


def test_editing_what_waits_for_its_day_makes_it_a_proposal_again(
    sqlite: Database, at: datetime, who: Cast
) -> None:
    with sqlite.transaction() as session:
        lead, version = proposed(session, who.ada, at, on=(at + DAY).date())
        signed(session, "lead", 2, who.ada, who.bob, at=at)
        versions.change(session, lead, version, {"why": "x"}, edition=version.edition, by=who.bob, at=at)

    assert version.state == State.PROPOSED
    with sqlite.transaction() as session:
        assert life.enforce_due(session, at=at + 2 * DAY) == 0


def test_saving_without_a_change_takes_nothing_off(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        lead, version = proposed(session, who.ada, at)
        signed(session, "lead", 2, who.bob, at=at)
        versions.change(session, lead, version, CHANGED, edition=version.edition, by=who.ada, at=at)
        signed(session, "lead", 2, who.ada, at=at)

    assert version.state == State.IN_FORCE


def test_nobody_signs_what_they_did_not_read(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        proposed(session, who.ada, at)
    with pytest.raises(Conflict, match="changed after you opened it"), sqlite.transaction() as session:
        lead = terms.get(session, "lead")
        life.sign(session, lead, versions.get(session, lead, 2), edition=1, by=who.bob, at=at)


def test_a_rejected_version_leaves_the_one_in_force_untouched(database: Database, at: datetime) -> None:
    who = cast(database, at)
    with database.transaction() as session:
        proposed(session, who.ada, at)
        signed(session, "lead", 2, who.ada, who.bob, at=at)
    with database.reading() as session:
        before = definitions.in_force(session)["lead"]
    with database.transaction() as session:
        lead, version = proposed(session, who.bob, at, wording="Everybody.")
        signed(session, "lead", 3, who.bob, at=at)
        life.reject(session, lead, version, "Nobody could call them all.", by=who.ada, at=at)

    with database.transaction() as session:
        assert definitions.in_force(session)["lead"] == before
        assert versions.get(session, lead, 3).state == State.REJECTED
        with pytest.raises(Conflict, match="It was rejected"):
            signed(session, "lead", 3, who.ada, at=at)
        assert versions.begin(session, lead, by=who.ada.id, at=at).number == 4


def test_rejecting_needs_a_reason_and_a_side(sqlite: Database, at: datetime, who: Cast) -> None:
    with sqlite.transaction() as session:
        lead, version = proposed(session, who.ada, at)
        with pytest.raises(Invalid, match="Say why you reject it"):
            life.reject(session, lead, version, " ", by=who.bob, at=at)
        for user in (who.fay, who.mia, who.oda):
            with pytest.raises(Forbidden):
                life.reject(session, lead, version, "No.", by=user, at=at)


def test_a_draft_is_proposed_with_a_reason_and_for_a_day_that_comes(
    sqlite: Database, at: datetime, who: Cast
) -> None:
    with sqlite.transaction() as session:
        lead, version = drafted(session, who.ada, at, why="")
        given = {"edition": version.edition, "by": who.ada, "at": at}
        with pytest.raises(Invalid, match="Say why it changes"):
            life.propose(session, lead, version, in_force_on=None, **given)
        version.why = "Because."
        with pytest.raises(Invalid, match="choose 2026-03-02 or later"):
            life.propose(session, lead, version, in_force_on=(at - DAY).date(), **given)
        with pytest.raises(Conflict, match="not proposed yet"):
            signed(session, "lead", 2, who.bob, at=at)


def test_a_term_has_one_open_version_and_a_withdrawn_draft_makes_room(
    sqlite: Database, at: datetime, who: Cast
) -> None:
    with sqlite.transaction() as session:
        lead, version = drafted(session, who.ada, at)
        with pytest.raises(Conflict, match="Version 2 is being worked on"):
            versions.begin(session, lead, by=who.bob.id, at=at)
        life.withdraw(session, lead, version, by=who.ada, at=at)
        again = versions.begin(session, lead, by=who.bob.id, at=at)

    assert (version.state, again.number) == (State.WITHDRAWN, 3)


def test_what_was_in_force_never_changes(database: Database, at: datetime) -> None:
    """Not by the code and not by hand: the database itself refuses."""
    who = cast(database, at)
    with database.transaction() as session:
        lead, version = proposed(session, who.ada, at)
        signed(session, "lead", 2, who.ada, who.bob, at=at)
    with pytest.raises(Conflict, match="what is in force never changes"), database.transaction() as session:
        versions.change(session, lead, version, {"wording": "x"}, edition=version.edition, by=who.ada, at=at)
    for number in (1, 2):
        for change in ("wording = 'x'", "why = 'x'", "in_force_at = 1", "duties = '{\"a\": 1}'"):
            with pytest.raises(IntegrityError, match="never changes"), database.transaction() as session:
                session.execute(
                    text(
                        f"UPDATE definition_version SET {change} WHERE number = {number} AND definition_id = {lead.id}"
                    )
                )
    with pytest.raises(IntegrityError, match="never changes"), database.transaction() as session:
        session.execute(text("DELETE FROM definition_version WHERE number = 2"))
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(
            DefinitionVersion(
                definition_id=lead.id, number=9, wording="", rule="", created_at=at, in_force_at=at
            )
        )
