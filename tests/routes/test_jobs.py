from datetime import datetime, timedelta
from typing import Any

from portal import jobs
from portal.accounts import Right
from portal.clock import now
from portal.db import Database
from portal.jobs import Job, State, claims
from tests.routes.conftest import Browser, SignIn


def test_the_list_says_what_comes_here_when_it_is_empty(sign_in: SignIn) -> None:
    assert "No jobs yet" in sign_in().get("/jobs").text


def test_a_running_job_shows_how_far_it_is_and_how_long_it_takes(sign_in: SignIn, sqlite: Database) -> None:
    job = _running(sqlite, since=timedelta(seconds=30), done_units=250, total_units=1000, step="reading")

    for text in (sign_in().get("/jobs").text, sign_in().get(f"/jobs/{job.id}").text):
        assert "Running" in text
        assert "25% · reading" in text
        assert "about 2 min" in text


def test_the_page_polls_until_the_job_has_ended(sign_in: SignIn, sqlite: Database) -> None:
    browser, job = sign_in(), _running(sqlite)
    assert 'hx-trigger="every 2s"' in browser.htmx(f"/jobs/{job.id}").text
    assert 'hx-trigger="every 2s"' in browser.htmx("/jobs").text

    with sqlite.transaction() as session:
        claims.fail(session, job.id, token="t", reason="The file has no rows.", at=now())

    part = browser.htmx(f"/jobs/{job.id}").text
    assert "hx-trigger" not in part
    assert "<html" not in part
    assert "The file has no rows." in part
    assert "hx-trigger" not in browser.htmx("/jobs").text


def test_the_list_is_filtered_by_state_and_by_who_asked(sign_in: SignIn, sqlite: Database) -> None:
    browser = sign_in()
    _add(sqlite, title="Mine", by=browser.user.id)
    _running(sqlite, title="Theirs")

    assert _titles(browser, "/jobs") == ["Theirs", "Mine"]
    assert _titles(browser, "/jobs?mine=1") == ["Mine"]
    assert _titles(browser, "/jobs?state=open") == ["Theirs", "Mine"]
    assert "No job fits what you chose." in browser.get("/jobs?state=failed").text


def test_long_lists_have_pages(sign_in: SignIn, sqlite: Database) -> None:
    for number in range(52):
        _add(sqlite, title=f"Job {number}")
    browser = sign_in()

    first = browser.get("/jobs").text
    second = browser.get("/jobs?before=3").text

    assert "Older" in first
    assert "Newer" not in first
    assert _titles(browser, "/jobs?before=3") == ["Job 1", "Job 0"]
    assert "Newer" in second


def test_who_asked_for_a_job_cancels_it(sign_in: SignIn, sqlite: Database) -> None:
    browser = sign_in()
    job = _add(sqlite, by=browser.user.id)
    assert "Cancel" in browser.get(f"/jobs/{job.id}").text

    answer = browser.post(f"/jobs/{job.id}/cancellation")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/jobs/{job.id}")
    assert _job(sqlite, job.id).state == State.CANCELLED


def test_a_running_job_is_asked_to_stop(sign_in: SignIn, sqlite: Database) -> None:
    browser = sign_in(Right.ADMINISTRATOR)
    job = _running(sqlite)

    part = browser.htmx(f"/jobs/{job.id}/cancellation", {}).text

    assert "Stopping" in part
    assert _job(sqlite, job.id).cancel_asked_at is not None


def test_a_failed_job_starts_again(sign_in: SignIn, sqlite: Database) -> None:
    browser = sign_in(Right.ADMINISTRATOR)
    job = _running(sqlite)
    with sqlite.transaction() as session:
        claims.fail(session, job.id, token="t", reason="It rained.", at=now())
    assert "Start again" in browser.get(f"/jobs/{job.id}").text

    assert browser.post(f"/jobs/{job.id}/retry").status_code == 303
    assert _job(sqlite, job.id).state == State.QUEUED
    assert browser.post(f"/jobs/{job.id}/retry").status_code == 409


def test_members_do_not_steer_what_others_started(sign_in: SignIn, sqlite: Database) -> None:
    browser, job = sign_in(), _add(sqlite)

    assert "<button>Cancel" not in browser.get(f"/jobs/{job.id}").text
    assert browser.post(f"/jobs/{job.id}/cancellation").status_code == 403
    assert browser.post(f"/jobs/{job.id}/retry").status_code == 403
    assert _job(sqlite, job.id).state == State.QUEUED


def test_an_outcome_has_a_way_to_it(sign_in: SignIn, sqlite: Database) -> None:
    job = _running(sqlite, page="/imports/7")
    with sqlite.transaction() as session:
        claims.finish(session, job.id, token="t", at=now())

    assert 'href="/imports/7"' in sign_in().get(f"/jobs/{job.id}").text


def test_a_job_that_is_not_there_is_not_found(sign_in: SignIn) -> None:
    assert sign_in().get("/jobs/4711").status_code == 404


def test_a_list_of_many_costs_the_queries_of_a_list_of_one(
    sign_in: SignIn, sqlite: Database, count_queries: Any
) -> None:
    browser = sign_in()
    _add(sqlite)
    with count_queries() as one:
        browser.get("/jobs")
    for _ in range(5):
        _add(sqlite)
    with count_queries() as many:
        browser.get("/jobs")

    assert len(many) == len(one) <= 12


def _titles(browser: Browser, url: str) -> list[str]:
    import re

    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', browser.get(url).text)


def _add(database: Database, **given: Any) -> Job:
    wanted = {"title": "Import leads", "arguments": {}, "by": None, "at": now()} | given
    with database.transaction() as session:
        return jobs.add(session, "import", **wanted)


def _running(database: Database, *, since: timedelta = timedelta(0), **given: Any) -> Job:
    progress = {name: given.pop(name) for name in ("done_units", "total_units", "step") if name in given}
    began: datetime = now() - since
    job = _add(database, at=began, **given)
    with database.transaction() as session:
        claims.claim(session, job.id, token="t", at=began)
        claims.extend(session, job.id, token="t", at=now(), **progress)
    return _job(database, job.id)


def _job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return jobs.get(session, job_id)
