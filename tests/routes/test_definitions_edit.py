"""Editing and signing definitions over the web: with plain forms, as a browser without scripts sends them, and with htmx."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from portal import definitions, evidence
from portal.accounts import Right
from portal.activities import Activity, ActivityKind
from portal.clock import now
from portal.companies import Company
from portal.criteria import shipped as shipped_criteria
from portal.db import Database
from portal.definitions import terms, versions
from portal.definitions.terms import NewTerm
from portal.people import Person
from tests.routes.conftest import Browser, Counting, SignIn
from tests.routes.pages import Page

DRAFT = "/definitions/lead/draft"
MOST_FOR_A_RECORD = (
    20  # over the dozen of other pages: the facts of a person and of their company, read whole
)


@pytest.fixture(autouse=True)
def shipped(sqlite: Database, at: datetime) -> None:
    with sqlite.transaction() as session:
        definitions.ship(session, at=at)


def form_of(browser: Browser, url: str = DRAFT) -> dict[str, Any]:
    """What a browser would send of the draft's form if nothing was changed."""
    return controls(browser.get(url).text)


def controls(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    part = text.partition('class="draft"')[2].partition("</form>")[0]
    for area in re.finditer(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', part, re.DOTALL):
        found[area[1]] = area[2]
    for choice in re.finditer(r'<select[^>]* name="([^"]+)".*?</select>', part, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?', choice[0])
        found[choice[1]] = next((v for v, on in options if on), options[0][0]).replace("&#34;", '"')
    for given in Page(f"<div{part}</div>".replace("<div", "<div>", 1)).all("input"):
        if given.get("type") != "checkbox" or "checked" in given:
            found.setdefault(given["name"], []).append(given.get("value", ""))
    found.pop("csrf_token")
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in found.items()
    }


def drafted(leader: Browser, **changes: Any) -> None:
    leader.post("/definitions/lead/versions")
    sent = form_of(leader) | {"why": "Clearer.", "wording": "Who **asked**."} | changes
    assert leader.post(DRAFT, sent | {"do": "save"}).status_code == 303


def proposed(leader: Browser, **given: Any) -> None:
    drafted(leader)
    edition = {"edition": 2, **given}
    assert leader.post("/definitions/lead/versions/2/proposal", edition).status_code == 303


def test_from_draft_to_force(leader: Browser, marketer: Browser, member: Browser) -> None:
    proposed(leader)
    assert "Lead v2 waits for your signature" in marketer.get("/").text
    assert "waits for the signature of" in member.get("/definitions").text
    assert leader.post("/definitions/lead/versions/2/signatures", {"edition": 2}).status_code == 303
    page = marketer.get("/definitions/lead").text
    assert "Sign for Marketing" in page
    assert "<del>A qualified prospect" in page

    marketer.post("/definitions/lead/versions/2/signatures", {"edition": 2})

    page = member.get("/definitions/lead").text
    assert "Version 2 counts since" in page
    assert (
        page.count("sales leader</strong> signed on")
        == page.count("marketing leader</strong> signed on")
        == 1
    )
    assert "Lead v2 waits" not in marketer.get("/").text
    assert "put Lead v2 in force in the place of v1" in member.get("/activity").text


def test_who_may_not_sign(
    leader: Browser, member: Browser, controller: Browser, administrator: Browser
) -> None:
    proposed(leader)
    answers = {
        browser.user.name: browser.post("/definitions/lead/versions/2/signatures", {"edition": 2}).status_code
        for browser in (controller, member, administrator)
    }
    leader.post("/definitions/lead/versions/2/signatures", {"edition": 2})
    again = leader.post("/definitions/lead/versions/2/signatures", {"edition": 2})

    assert set(answers.values()) == {403}
    assert again.status_code == 409
    assert "Sales has signed this already." in again.text


def test_what_was_changed_meanwhile_is_not_signed(leader: Browser, marketer: Browser) -> None:
    proposed(leader)
    leader.post(DRAFT, form_of(leader) | {"wording": "Else.", "do": "save"})
    sent = marketer.post("/definitions/lead/versions/2/signatures", {"edition": 2})

    assert sent.status_code == 409
    assert "It was changed after you opened it." in sent.text


def test_rejecting_needs_a_reason_and_leaves_what_is_in_force(leader: Browser, marketer: Browser) -> None:
    proposed(leader)
    refused = marketer.post("/definitions/lead/versions/2/rejection")
    marketer.post("/definitions/lead/versions/2/rejection", {"reason": "Nobody can call them all."})

    assert (refused.status_code, "Say why you reject it" in refused.text) == (422, True)
    page = leader.get("/definitions/lead").text
    assert "Version 1 counts, provisional" in page
    assert "Nobody can call them all." in page
    assert "Start a draft" in page


def test_two_who_edit_at_once_lose_nothing(leader: Browser, marketer: Browser) -> None:
    leader.post("/definitions/lead/versions")
    hers, his = form_of(leader), form_of(marketer)
    changed = {"wording": "Hers.", "sales_owes": "A call.", "c.0.days": "90"}
    leader.post(DRAFT, hers | changed | {"do": "save"})
    sent = marketer.post(DRAFT, his | {"wording": "His.", "why": "His reason.", "do": "save"})

    assert sent.status_code == 409
    for words in (
        "Someone else changed this while you were editing.",
        "Hers.",
        "His.",
        "Save over it",
        "Keep theirs",
    ):
        assert words in sent.text
    merge = sent.text.partition("Saving over it")[2]
    again = {
        given["name"]: given["value"]
        for given in Page(f"<div>{merge[merge.index('<form') : merge.index('</form>')]}</form></div>").all(
            "input"
        )
        if given["name"] != "days"
    }
    again.pop("csrf_token")
    assert marketer.post(DRAFT, again | {"days": ["0", "1"], "do": "save"}).status_code == 303
    saved = form_of(leader)
    assert (saved["wording"], saved["why"]) == ("His.", "His reason.")
    assert (saved["sales_owes"], saved["c.0.days"]) == ("A call.", "90")


def test_the_builder_works_without_scripts(leader: Browser) -> None:
    """Each button sends the whole form and gets it back changed; nothing is saved before it is."""
    leader.post("/definitions/lead/versions")
    sent = form_of(leader) | {"wording": "Kept while building."}
    sent = controls(leader.post(DRAFT, sent | {"do": "add:c"}).text)
    assert sent["wording"] == "Kept while building."
    assert sent["node"] == ["c", "c.0", "c.1", "c.2"]
    about = '{"field":"country","of":"person","type":"field"}'
    page = leader.post(DRAFT, sent | {"c.2.about": about, "do": "check"}).text
    assert "Give a value to compare with." in page
    sent = controls(page) | {"c.2.value": "Ghana"}
    page = leader.post(DRAFT, sent | {"do": "up:c.2"}).text

    assert "at least 1 inbound request, Country is “Ghana” and Opted out on is missing." in page
    assert "Kept while building." not in leader.get(DRAFT).text
    leader.post(DRAFT, controls(page) | {"do": "save"})
    assert "Country is “Ghana”" in leader.get("/definitions/lead").text


def test_while_somebody_types_only_the_reading_is_sent(leader: Browser) -> None:
    leader.post("/definitions/lead/versions")
    sent = form_of(leader)
    typed = leader.htmx(DRAFT, sent | {"c.0.days": "90"})
    chosen = leader.htmx(DRAFT, sent | {"c.1.test": "within_last"})

    assert typed.headers["HX-Retarget"] == "#reading"
    assert "in the last 90 days" in typed.text
    assert "<select" not in typed.text
    assert "HX-Retarget" not in chosen.headers
    assert 'aria-label="Clause 2: How many days"' in chosen.text


def test_the_locked_clause_stays_whatever_is_sent(leader: Browser, sqlite: Database) -> None:
    leader.post("/definitions/lead/versions")
    page = leader.get(DRAFT).text
    assert "remove:c.0" not in page
    assert "remove:c.1" in page
    sent = form_of(leader)
    without = {name: value for name, value in sent.items() if not name.startswith("c.0")} | {
        "node": ["c", "c.1"]
    }
    changes: list[dict[str, Any]] = [
        without,
        sent | {"c.how": "any"},
        sent | {"c.0.test": "at_most"},
        {**without, "node": [], "criteria": '{"version":1,"root":{"all":[]}}'},
    ]
    for change in changes:
        answer = leader.post(DRAFT, change | {"do": "save"})
        assert answer.status_code == 422
        assert "At least one inbound request has to be asked of everybody" in answer.text
    with sqlite.reading() as session:
        _, version = versions.opened(session, "lead")
    assert version.criteria == shipped_criteria.data("lead")
    assert version.edition == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"node": ["c"] * 400},
        {"node": ["c", "c.0.0.0.0.0.0.0.0.0"]},
        {"criteria": "[1]"},
        {"criteria": "{"},
        {"node": ["c"], "c.how": "all", "do": "up:c.7"},
        {"version": "x", "do": "save"},
        {"version": "1", "opens": "25:00", "do": "save"},
        {"version": "1", "zone": "Mars/Base", "do": "save"},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(leader: Browser, sent: dict[str, Any]) -> None:
    leader.post("/definitions/lead/versions")

    assert leader.post(DRAFT, sent).status_code == 422


def test_what_a_side_promises_is_said_with_its_working_time(leader: Browser, member: Browser) -> None:
    drafted(leader)
    assert "Working time</h3>" not in member.get("/definitions/lead").text
    promise = {"sales_owes": "A first call", "sales_within": "4", "country": "DE", "zone": "Europe/Berlin"}
    leader.post(DRAFT, form_of(leader) | promise | {"days": ["0", "2"], "do": "save"})
    page = member.get("/definitions/lead").text

    assert "A first call, within 4 working hours" in page
    assert "Monday, Wednesday, 09:00 to 17:00 (Europe/Berlin), but for the holidays of Germany" in page
    refused = leader.post(DRAFT, form_of(leader) | {"opens": "18:00", "do": "save"})
    assert "The working day ends before it begins." in refused.text
    log = member.get("/activity").text
    assert "changed Lead v2: duties, working time" in log


def test_terms_are_added_renamed_and_put_in_order(leader: Browser, member: Browser) -> None:
    leader.post("/definitions", {"name": "Hot lead", "level": "person"})
    leader.post("/definitions/hot_lead/name", {"name": "Burning lead"})
    leader.post("/definitions/hot_lead/place", {"steps": "-1"})
    page = member.get("/definitions").text

    assert page.index("Burning lead") < page.index("Marketing-influenced")
    assert leader.post("/definitions", {"name": "Lead", "level": "person"}).status_code == 409
    assert "Add a term" not in page


def test_a_clause_is_discussed(leader: Browser, member: Browser) -> None:
    member.post("/definitions/lead/comments", {"text": "Too *wide*.", "part": "asked", "number": "1"})
    leader.post("/definitions/lead/comments", {"text": "Why?", "part": "asked"})
    page = member.get("/definitions/lead").text

    assert "Discussion (2)" in page
    assert "Too <em>wide</em>." in page
    assert "sales leader answered about Lead" in member.get("/notices").text


def test_any_two_versions_are_compared(leader: Browser, marketer: Browser) -> None:
    proposed(leader)
    for browser in (leader, marketer):
        browser.post("/definitions/lead/versions/2/signatures", {"edition": 2})
    page = leader.get("/definitions/lead/comparison?before=2&after=1").text

    assert "<ins>A qualified prospect" in page
    assert leader.get("/definitions/lead/comparison?before=9&after=1").status_code == 404
    assert "Both say the same." in leader.get("/definitions/lead/comparison?before=1&after=1").text
    assert "Who <strong>asked</strong>." in leader.get("/definitions/lead/versions/2").text


def test_a_dispute_is_answered_and_closed_and_counted(
    leader: Browser, member: Browser, sqlite: Database
) -> None:
    with sqlite.transaction() as session:
        person = Person(first_name="Ada", created_at=now(), updated_at=now(), arrived_at=now())
        session.add(person)
    judged = f"/judgements/person/{person.id}"
    page = member.get(judged).text
    assert "There is at least 1 inbound request." in page
    assert page.count("Not met") >= 4
    raised = {"term": "lead", "clause": "asked", "should_meet": "yes", "reason": "She called us."}
    assert member.post(f"{judged}/disputes", raised | {"clause": "gone"}).status_code == 422
    assert member.post(f"{judged}/disputes", raised | {"term": "opportunity"}).status_code == 404
    path = member.post(f"{judged}/disputes", raised).headers["Location"]
    assert member.post(f"{judged}/disputes", raised).status_code == 409
    assert "She called us." in member.get(judged).text
    assert "She called us." in member.get("/disputes").text
    assert "1 dispute without an answer" in leader.get("/").text
    assert member.post(f"{path}/answer", {"answer": "x"}).status_code == 403
    assert leader.post(f"{path}/closing").status_code == 409
    assert leader.post(f"{path}/answer", {"answer": "Calls count from v2 on."}).status_code == 303
    assert leader.post(f"{path}/closing").status_code == 303

    page = member.get(path).text
    assert "There is at least 1 inbound request." in page
    assert "Calls count from v2 on." in page
    assert "sales leader answered your dispute about Lead" in member.get("/notices").text
    assert "1 dispute</a>" in leader.get("/definitions/lead").text
    assert leader.post(f"{path}/closing").status_code == 409
    leader.post("/definitions/lead/versions")
    assert "</span> 1 dispute</span>" in leader.get(DRAFT).text
    with sqlite.reading() as session:
        assert evidence.counts(session, terms.get(session, "lead")) == {"asked": 1}
        assert session.exec(select(evidence.Evidence.closed_by)).one() == leader.user.id


def test_the_paper_is_asked_for_and_shows_what_counts(member: Browser) -> None:
    assert "a target is never counted as a lead" in member.get("/definitions/paper").text
    member.post("/definitions/paper")

    assert "The PDF is being made." in member.get("/definitions/paper").text
    assert member.htmx("/definitions/paper").text.strip().startswith('<div id="made"')
    assert member.get("/definitions/paper/1.pdf").status_code == 404


def test_the_pages_cost_few_queries_however_much_there_is(
    leader: Browser, marketer: Browser, sign_in: SignIn, sqlite: Database, count_queries: Counting
) -> None:
    drafted(leader)
    costs = []
    for number in range(2):
        with sqlite.transaction() as session:
            terms.add(session, NewTerm(name=f"Term {number}"), by=leader.user.id, at=now())
        leader.post("/definitions/lead/comments", {"text": "Hm.", "part": "asked"})
        sign_in(Right.LEADER)
        found = {}
        for path in (
            "/definitions",
            "/definitions/lead",
            DRAFT,
            "/definitions/lead/comparison",
            "/disputes",
            "/definitions/paper",
        ):
            with count_queries() as queries:
                assert leader.get(path).status_code == 200
            found[path] = len(queries)
        costs.append(found)

    assert costs[0] == costs[1]
    assert max(costs[0].values()) <= 12, costs


def test_how_a_record_is_judged_costs_the_same_however_much_it_did(
    member: Browser, sqlite: Database, count_queries: Counting
) -> None:
    with sqlite.transaction() as session:
        company = Company(name="Alder Mills", created_at=now(), updated_at=now())
        kind = ActivityKind(name="Demo request", is_request=True, weight=1.0)
        session.add_all([company, kind])
        session.flush()
        person = Person(
            first_name="Ada", company_id=company.id, created_at=now(), updated_at=now(), arrived_at=now()
        )
        session.add(person)
    costs = []
    for _ in range(2):
        with sqlite.transaction() as session:
            session.add(Activity(person_id=person.id, kind_id=kind.id, at=now(), created_at=now()))
        with count_queries() as queries:
            assert member.get(f"/judgements/person/{person.id}").status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1] <= MOST_FOR_A_RECORD
