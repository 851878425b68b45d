import re
from datetime import timedelta
from io import BytesIO

from pypdf import PdfReader
from sqlmodel import select

from portal import definitions, jobs, reports
from portal.clock import now
from portal.db import Database
from portal.definitions import paper
from portal.notices import Notice
from portal.settings import Settings
from tests.portal.definitions.cast import cast, proposed, signed
from workers import inline


def test_the_job_puts_in_force_what_is_signed_and_due(sqlite: Database, settings: Settings) -> None:
    yesterday = now() - timedelta(days=1)
    who = cast(sqlite, yesterday)
    with sqlite.transaction() as session:
        proposed(session, who.ada, yesterday, on=now().date())
        signed(session, "lead", 2, who.ada, who.bob, at=yesterday)
        proposed(session, who.ada, yesterday, "customer", on=(now() + timedelta(days=2)).date())
        signed(session, "customer", 2, who.ada, who.bob, at=yesterday)
        job = jobs.add(session, "definitions", title="In force", arguments={}, by=None, at=now())
    inline.run_all(sqlite, settings)

    with sqlite.reading() as session:
        meanings = definitions.in_force(session)
        assert jobs.get(session, job.id).result == {"in_force": 1}
    assert (meanings["lead"].number, meanings["customer"].number) == (2, 1)


def test_the_definitions_go_on_paper_with_both_signatures(sqlite: Database, settings: Settings) -> None:
    at = now()
    who = cast(sqlite, at)
    with sqlite.transaction() as session:
        duties = {"sales": {"owes": "A first call", "within_hours": 4}}
        proposed(session, who.ada, at, duties=duties, wording="Who **asked** for a <b>demo</b>.")
        signed(session, "lead", 2, who.ada, who.bob, at=at)
        report = paper.request(session, by=who.mia.id, at=at)
    inline.run_all(sqlite, settings)

    with sqlite.reading() as session:
        kept, made = paper.pdf(session, report.id)
        told = session.exec(select(Notice.sentence).where(Notice.user_id == who.mia.id)).all()
        listed = reports.listed(session)
    document = PdfReader(BytesIO(made))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in document.pages))
    assert told == ["The definitions are ready as a PDF"]
    assert listed == []  # it is no ROI report
    assert kept.bytes == len(made)
    assert f"Lead v2, in force since {at.day} {at:%B %Y}" in text
    assert "Who asked for a <b>demo</b>." in text
    assert "A first call, within 4 working hours" in text
    assert re.search(r"Sales: Ada, .* UTC Marketing: Bob, .* UTC", text)
    assert "Target v1, provisional, unsigned" in text
    assert text.count("not signed") == 2 * 8 + 2  # eight shipped terms, finance on two of them
