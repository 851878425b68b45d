"""The ranked list and the record page: whom to call first, and what is known of one."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, text

from portal.accounts import Function, Right, User, sessions
from portal.activities import Activity, ActivityKind
from portal.clock import now
from portal.db import Database
from portal.models import registry
from portal.people import ExternalId, FieldChange, Person
from portal.ranking import places
from portal.settings import Settings
from tests.conftest import Portal
from tests.portal.models import crowd
from tests.routes.conftest import Browser


@pytest.fixture
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """604 people, ranked by run 1 of model 1; some opted out, some are customers."""
    database = crowd.ranked(tmp_path_factory.mktemp("ranked"))
    yield database
    database.dispose()


@pytest.fixture
def browser(ranked: Database, portal: Portal) -> Browser:
    """A member in sales, in the portal of the ranked people."""
    with ranked.transaction() as session:
        user = User(
            email="ada@example.com", name="Ada", function=Function.SALES, right=Right.MEMBER, created_at=now()
        )
        session.add(user)
        session.flush()
        token = sessions.begin(session, user, sessions.Browser("Firefox/140 Linux"), at=now())
    found = Browser(portal(ranked), user)
    found.client.set_cookie("concord", token)
    return found


def add(database: Database, **fields: Any) -> int:
    given = {"created_at": crowd.AT, "updated_at": crowd.AT, "arrived_at": crowd.AT} | fields
    with database.transaction() as session:
        person = Person(**given)
        session.add(person)
        session.flush()
        return person.id


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', page)


def ranks(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<tr>\s*<td class="number">(\d+)</td>', page)]


def link(page: str, rel: str) -> str:
    """The address behind a pager's button; empty where there is none."""
    found = re.search(rf'href="([^"]*)" rel="{rel}"', page)
    return found[1].replace("&amp;", "&") if found else ""


def selected(database: Database, query: str) -> list[Any]:
    with database.reading() as session:
        return list(session.connection().execute(text(query)).scalars())


OPEN = "p.opted_out_at IS NULL AND p.customer_at IS NULL"
ORDER = "SELECT s.rank FROM score_1 s JOIN person p ON p.id = s.record_id WHERE {} ORDER BY s.rank"


# The list by rank.


def test_the_best_come_first_and_the_page_names_the_model(browser: Browser, ranked: Database) -> None:
    page = browser.get("/people").text

    assert ranks(page) == selected(ranked, ORDER.format(OPEN))[:50]
    assert 'Ranked by <a href="/models/1">model 1</a>' in page
    assert "Opted out</" not in page
    assert 'rel="prev"' not in page


def test_everybody_is_shown_when_asked_for_and_marked(browser: Browser) -> None:
    page = browser.get("/people?show=all").text

    assert ranks(page) == list(range(1, 51))
    assert "Customer" in page
    assert "Opted out" in page


def test_paging_forwards_and_backwards_meets_everybody_once(browser: Browser, ranked: Database) -> None:
    everybody = selected(ranked, ORDER.format(OPEN))
    url, pages = "/people", []
    while url:
        page = browser.get(url).text
        pages.append(ranks(page))
        url, back = link(page, "next"), link(page, "prev")

    assert [rank for found in pages for rank in found] == everybody
    backwards = []
    while back:
        page = browser.get(back).text
        backwards.append(ranks(page))
        back = link(page, "prev")
    assert backwards == pages[-2::-1]


def test_filters_narrow_the_list_and_stay_while_paging(browser: Browser, ranked: Database) -> None:
    url = "/people?source=Web&country=France&show=all"
    expected = selected(ranked, ORDER.format("p.source = 'Web' AND p.country = 'France'"))

    page = browser.get(url).text
    assert ranks(page) == expected[:50]
    following = link(page, "next")
    assert {"source=Web", "country=France", "show=all"} <= set(following.partition("?")[2].split("&"))
    assert ranks(browser.get(following).text) == expected[50:100]


def test_a_group_is_shown(browser: Browser, ranked: Database) -> None:
    page = browser.get("/people?group=10").text

    assert set(re.findall(r'<span class="rank">(\d+)</span>', page)) == {"10"}
    assert ranks(page) == selected(ranked, ORDER.format(OPEN + " AND s.grp >= 19"))[:50]


def test_the_list_is_entered_at_a_rank(browser: Browser, ranked: Database) -> None:
    everybody = selected(ranked, ORDER.format(OPEN))

    page = browser.get("/people?from_rank=200").text
    assert ranks(page) == [rank for rank in everybody if rank >= 200][:50]
    assert ranks(browser.get(link(page, "prev")).text) == [rank for rank in everybody if rank < 200][-50:]

    top = browser.get("/people?from_rank=1").text
    assert ranks(top) == everybody[:50]
    assert link(top, "prev") == ""


def test_before_the_first_is_the_first_page(browser: Browser, ranked: Database) -> None:
    assert ranks(browser.get("/people?before=1").text) == selected(ranked, ORDER.format(OPEN))[:50]


def test_people_are_found_by_name_address_and_company(browser: Browser, ranked: Database) -> None:
    add(ranked, first_name="Grace", last_name="Hopper", email="grace_h@example.com", company_name="Navy 100%")
    crowd.scored(ranked, Settings(data_dir=browser.app.extensions["settings"].data_dir), model(ranked))

    for asked in ("hopper", "GRACE", "grace_h@", "100%"):
        assert names(browser.get("/people", query_string={"search": asked}).text) == ["Grace Hopper"]
    assert "Nobody here" in browser.get("/people?search=grace-h").text
    assert "Nobody here" in browser.get("/people?search=gr_ce").text


def model(database: Database) -> Any:
    with database.reading() as session:
        return registry.get(session, 1)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("group=11", "The groups are 1 to 10."),
        ("group=best", "The groups are 1 to 10."),
        ("from_rank=0", "The ranks are whole numbers from 1 on."),
        ("from_rank=1e30", "The ranks are whole numbers from 1 on."),
        ("after=%C2%B2", "Start again from its top."),
        ("after=99999999999999999999999", "Start again from its top."),
        ("before=1.2.3", "Start again from its top."),
        ("after=5.6", "Start again from its top."),
        ("show=none", "The list shows open or all."),
    ],
)
def test_an_address_that_was_changed_by_hand_is_no_accident(browser: Browser, query: str, says: str) -> None:
    answer = browser.get(f"/people?{query}")

    assert answer.status_code == 422
    assert says in answer.text


# The list by arrival.


def test_nobody_yet_says_how_people_come(member: Browser) -> None:
    page = member.get("/people").text

    assert "No people yet" in page
    assert 'href="/imports/new?kind=people"' in page


def test_without_a_run_the_newest_come_first(member: Browser, sqlite: Database) -> None:
    crowd.people(sqlite, count=120)
    page = member.get("/people").text
    expected = selected(
        sqlite,
        f"SELECT 'Ada ' || p.last_name FROM person p WHERE {OPEN} ORDER BY p.arrived_at DESC, p.id DESC",
    )

    assert names(page) == expected[:50]
    assert "The newest come first, as no model ranks them yet." in page
    assert 'href="/models/new"' in page
    assert "Propensity" not in page
    assert "from_rank" not in page
    following = browser_page(member, link(page, "next"))
    assert names(following) == expected[50:100]
    assert names(browser_page(member, link(following, "prev"))) == expected[:50]


def browser_page(browser: Browser, url: str) -> str:
    found: str = browser.get(url).text
    return found


def test_a_search_that_finds_nobody_leads_back(member: Browser, sqlite: Database) -> None:
    crowd.people(sqlite, count=5)
    page = member.get("/people?search=zebra").text

    assert "Nobody here" in page
    assert "No people yet" not in page


# Counting and taking it along.


def test_the_count_is_asked_for_apart_and_capped(
    browser: Browser, ranked: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = len(selected(ranked, ORDER.format(OPEN)))
    address = '<p class="muted" hx-get="/people/count?group=10" hx-trigger="load"'
    assert address in browser.get("/people?group=10").text

    assert browser.htmx("/people/count").text.startswith(f"{many} people in this list")
    assert f"{many} people in this list" in browser.get("/people/count").text
    monkeypatch.setattr("routes.people.COUNTED", 100)
    assert browser.htmx("/people/count").text.startswith("100+ people in this list")
    assert browser.htmx("/people/count?search=zebra").text.startswith("No people in this list")


def test_the_list_is_taken_along_as_it_is_filtered(browser: Browser, ranked: Database) -> None:
    page = browser.get("/people?source=Web&from_rank=100").text
    address = re.search(r'href="(/people/export\.csv[^"]*)"', page)[1]
    assert address == "/people/export.csv?source=Web"

    answer = browser.get(address)

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="people-run-1.csv"'
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert (
        lines[0]
        == "rank,group,propensity,expected,engagement,quadrant,id,name,email,title,company,source,owner,country"
    )
    expected = selected(ranked, ORDER.format(OPEN + " AND p.source = 'Web'"))
    assert [int(line.partition(",")[0]) for line in lines[1:]] == expected


def test_what_is_taken_along_is_never_a_formula(member: Browser, sqlite: Database) -> None:
    add(sqlite, first_name="=cmd()", email="+1@example.com", title="@SUM(A1)", company_name="-2+3")

    line = member.get("/people/export.csv").get_data(as_text=True).splitlines()[1]

    assert line == ",,,,,,1,'=cmd(),'+1@example.com,'@SUM(A1),'-2+3,,,"


def test_the_list_is_sent_while_it_is_read(
    browser: Browser, ranked: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    every = places.every

    def noted(*given: Any, **more: Any) -> Iterator[Any]:
        for place in every(*given, **more):
            read.append(place.rank)
            yield place

    monkeypatch.setattr("routes.people.places.every", noted)
    monkeypatch.setattr("portal.spreadsheets.PIECE", 100)
    answer = browser.client.get("/people/export.csv", buffered=False)
    assert len(read) <= 100
    answer.get_data()
    assert len(read) > 400
    answer.close()


def test_a_list_costs_the_same_for_three_and_for_fifty(browser: Browser, count_queries_of: Any) -> None:
    costs = {}
    for url in ("/people?search=number+111", "/people?search=number+11&show=all", "/people"):
        with count_queries_of(browser) as queries:
            shown = len(names(browser.get(url).text))
        costs[shown] = len(queries)

    assert min(costs) <= 3
    assert max(costs) == 50
    assert len(set(costs.values())) == 1
    assert costs[50] <= 12


@pytest.fixture
def count_queries_of() -> Any:
    """The statements that a browser's portal sends."""

    @contextmanager
    def counting(browser: Browser) -> Iterator[list[str]]:
        engine = browser.app.extensions["database"].engine
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        yield statements
        event.remove(engine, "before_cursor_execute", note)

    return counting


# The record.


def test_a_record_says_who_it_is_and_where_it_ranks(browser: Browser, count_queries_of: Any) -> None:
    with count_queries_of(browser) as queries:
        page = browser.get("/people/5").text

    assert "<h1>Ada Number 4</h1>" in re.sub(r"\s+", " ", page).replace("> ", ">").replace(" <", "<")
    assert "ada4@example.com" in page
    assert "L-0004" in page
    assert "of 604" in page
    assert "Visits" in page
    assert len(queries) <= 12


def test_somebody_who_came_after_the_run_has_no_rank(browser: Browser, ranked: Database) -> None:
    page = browser.get(f"/people/{add(ranked, last_name='New')}").text

    assert "Rank " not in page.partition("<main")[2].partition("</header>")[0]
    assert "New" in page


def test_a_record_shows_deals_changes_ids_and_attributes(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    person = add(
        sqlite,
        last_name="Hopper",
        title="Admiral",
        company_name="Navy s.r.o.",
        attributes=json.dumps({"Opted": True, "Ships": 3, "Note": "<b>&"}),
        opted_out_at=at,
    )
    with sqlite.transaction() as session:
        session.add(ExternalId(level="person", source="CRM", external_id="X-9", record_id=person))
        session.add(
            FieldChange(
                level="person",
                record_id=person,
                field="title",
                before='"Captain"',
                after='"Admiral"',
                seen_at=at,
            )
        )

    page = member.get(f"/people/{person}").text

    assert "Admiral, Navy s.r.o. Opted out: do not call." in " ".join(page.split())
    assert "s.r.o.." not in page
    for said in (
        "Id in CRM",
        "X-9",
        "Captain",
        "Ships",
        "yes",
        "&lt;b&gt;&amp;",
        "No deal with this person yet.",
    ):
        assert said in page
    assert "<b>&" not in page


def test_a_record_without_anything_is_a_page_as_well(member: Browser, sqlite: Database) -> None:
    page = member.get(f"/people/{add(sqlite)}").text

    assert "Person 1" in page
    assert "No title or company known." in page


def test_a_person_who_is_not_there_is_not_found(member: Browser) -> None:
    assert member.get("/people/4711").status_code == 404


def test_the_list_answers_htmx_with_the_list_alone(browser: Browser) -> None:
    part = browser.htmx("/people?group=1").text

    assert part.count('id="list"') == 1
    assert "<html" not in part
    assert "<form" not in part


# Three numbers.


def test_engagement_rises_with_an_activity_at_once(browser: Browser, ranked: Database) -> None:
    before = browser.get("/people/1").text
    with ranked.transaction() as session:
        kind = ActivityKind(name="Demo", weight=5.0)
        session.add(kind)
        session.flush()
        session.add(Activity(person_id=1, at=now(), kind_id=kind.id))

    after = browser.get("/people/1").text

    assert "<dd>0.0 points at this moment" in before
    assert "<dd>5.0 points at this moment" in after
    quadrants = [re.search(r"<dt>Quadrant</dt><dd>([^.]*)", page)[1] for page in (before, after)]
    assert ["quiet" in quadrants[0], "ctive" in quadrants[1]] == [True, True]


def test_the_list_says_engagement_and_quadrant(browser: Browser) -> None:
    page = browser.get("/people").text

    assert '<th scope="col">Quadrant</th>' in page
    assert "<td>Likely but quiet</td>" in page
    assert "Hard to reach and not ready yet" in page
    assert "Expected value" not in page, "no amounts are known"
