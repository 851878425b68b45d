"""Commands for the people who sign in: `portal people add`, which also makes the first administrator."""

import click
from pydantic import ValidationError

import commands
from portal import migrating, notices
from portal.accounts import Function, Right, users
from portal.clock import now
from portal.db import Database
from portal.settings import Settings


@click.group()
def people() -> None:
    """People who sign in."""


@people.command()
@click.option("--email", required=True, help="Their e-mail address.")
@click.option("--name", required=True, help="What they are called.")
@click.option(
    "--function",
    type=click.Choice([function.value for function in Function]),
    required=True,
    help="The side they speak for.",
)
@click.option(
    "--right", type=click.Choice([right.value for right in Right]), required=True, help="What they may do."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(*, email: str, name: str, function: str, right: str, as_json: bool) -> None:
    """Give somebody access. Prints a link with which they set their password, within three days."""
    try:
        invitation = users.Invitation(email=email, name=name, function=Function(function), right=Right(right))
    except ValidationError as error:
        raise click.UsageError("Use an e-mail address, such as ada@example.com, and a name.") from error
    added = _added(commands.settings(), invitation)
    commands.tell(
        added,
        as_json=as_json,
        sentence=f"{added['email']} can set a password within three days at {added['link']}",
    )


def _added(settings: Settings, invitation: users.Invitation) -> dict[str, object]:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database, at = Database(settings.engine_url), now()
    try:
        migrating.upgrade(database)
        with database.transaction() as session:
            user, link, token = users.invite(session, invitation, key=settings.secret_key, by=None, at=at)
            notices.mail_link(session, link, at=at)
    finally:
        database.dispose()
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    return {"user": user.id, "email": user.email, "link": f"{base}/password/{token}"}
