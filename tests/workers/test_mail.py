import smtplib
from email.message import EmailMessage
from typing import Any, Self

import pytest
from sqlmodel import select

from portal import jobs, notices
from portal.accounts import Function, Right, User
from portal.clock import now
from portal.db import Database
from portal.jobs import Job, Schedule, State
from portal.notices import Notice
from portal.settings import Settings
from workers import inline, schedule


class Post:
    """A mail server that keeps what it gets, and refuses one address."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.messages: list[EmailMessage] = []

    def __call__(self, host: str, port: int, timeout: int) -> "Post":
        self.calls.append(("connect", host, port))
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ehlo(self) -> None:
        pass

    def has_extn(self, name: str) -> bool:
        return name == "starttls"

    def starttls(self, context: Any) -> None:
        self.calls.append(("starttls", context.check_hostname))

    def login(self, user: str, password: str) -> None:
        self.calls.append(("login", user, password))

    def send_message(self, message: EmailMessage) -> None:
        if message["To"] == "gone@example.com":
            raise smtplib.SMTPRecipientsRefused({})
        self.messages.append(message)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()
    monkeypatch.setattr("smtplib.SMTP", post)
    return post


@pytest.fixture
def mailing(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "smtp_url": "smtp://ada:p%40ss@mail.example.com:587",
            "mail_from": "concord@example.com",
            "public_url": "https://concord.example.com",
        }
    )


def test_a_notice_is_mailed_once(sqlite: Database, mailing: Settings, post: Post) -> None:
    _notice(sqlite, "mo@example.com")

    job = _send(sqlite, mailing)
    again = _send(sqlite, mailing)

    assert (job.state, job.result, again.result) == (
        State.DONE,
        {"sent": 1, "failed": 0},
        {"sent": 0, "failed": 0},
    )
    [message] = post.messages
    assert (message["From"], message["To"]) == ("concord@example.com", "mo@example.com")
    assert "https://concord.example.com/jobs/1" in message.get_content()
    assert post.calls == [
        ("connect", "mail.example.com", 587),
        ("starttls", True),
        ("login", "ada", "p@ss"),
    ]


def test_one_that_cannot_be_sent_is_tried_later_and_holds_up_no_other(
    sqlite: Database, mailing: Settings, post: Post
) -> None:
    _notice(sqlite, "gone@example.com")
    _notice(sqlite, "mo@example.com")

    assert _send(sqlite, mailing).result == {"sent": 1, "failed": 1}

    with sqlite.reading() as session:
        found = [(notice.mail_failures, notice.mailed_at is None) for notice in session.exec(select(Notice))]
    assert found == [(1, True), (0, False)]


def test_without_a_mail_server_nothing_is_sent_nor_scheduled(
    sqlite: Database, settings: Settings, mailing: Settings, post: Post
) -> None:
    _notice(sqlite, "mo@example.com")

    assert _send(sqlite, settings).result == {}
    assert post.calls == []
    assert _scheduled(sqlite, settings) == ["definitions", "health", "judge", "sweep"]
    assert _scheduled(sqlite, mailing) == ["definitions", "health", "judge", "mail", "sweep"]


def _notice(database: Database, email: str) -> None:
    user = User(email=email, name="Mo", function=Function.SALES, right=Right.MEMBER, created_at=now())
    with database.transaction() as session:
        session.add(user)
        session.flush()
        notices.tell(session, user.id, "Your job failed", at=now(), path="/jobs/1")


def _send(database: Database, settings: Settings) -> Job:
    with database.transaction() as session:
        job = jobs.add(session, "mail", title="Mail", arguments={}, by=None, at=now())
    inline.run_all(database, settings)
    with database.reading() as session:
        return jobs.get(session, job.id)


def _scheduled(database: Database, settings: Settings) -> list[str]:
    with database.transaction() as session:
        schedule.ensure(session, settings, at=now())
    with database.reading() as session:
        return sorted(found.name for found in session.exec(select(Schedule)))
