"""Notices as mail, where a mail server is set. Each is sent by itself and noted at once, so that a crash repeats one at most."""

import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sqlmodel import Session

from portal import notices
from portal.clock import now
from portal.notices import Mail
from portal.settings import Settings
from workers.tasks import Claim, Effects, task

PATIENCE_SECONDS: Final = 20

log = logging.getLogger(__name__)


@task("mail")
def send_mails(job: Claim) -> Effects | None:
    """Send the mails that are due. One that fails is tried again later; the others go on."""
    if not job.settings.smtp_url:
        return None
    url = job.settings.public_url or f"http://{job.settings.host}:{job.settings.port}"
    with job.database.reading() as session:
        mails = notices.due_mails(session, key=job.settings.secret_key, url=url, at=now())
    sent = sum(_sent(job, number, mails) for number in range(len(mails)))

    def result(_: Session) -> dict[str, Any]:
        return {"sent": sent, "failed": len(mails) - sent}

    return result


def _sent(job: Claim, number: int, mails: list[Mail]) -> bool:
    mail = mails[number]
    job.progress(number, len(mails))
    try:
        _send(job.settings, mail)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("notice %s could not be mailed: %s", mail.notice_id, type(error).__name__)
        with job.transaction() as session:
            notices.mail_failed(session, mail.notice_id)
        return False
    with job.transaction() as session:
        notices.mailed(session, mail.notice_id, at=now())
    return True


def _send(settings: Settings, mail: Mail) -> None:
    """Send one mail. `smtps://` speaks TLS from the start, `smtp://` turns to it when the server can."""
    address = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    with kind(address.hostname or "", address.port or 0, timeout=PATIENCE_SECONDS) as server:
        server.ehlo()
        if kind is smtplib.SMTP and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(_message(settings, mail))


def _message(settings: Settings, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, mail.to, mail.subject
    message["Message-ID"] = make_msgid(f"notice-{mail.notice_id}", settings.mail_from.rpartition("@")[2])
    message.set_content(mail.text)
    return message
