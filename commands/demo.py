"""Commands on the demo company: load it, clear it, say what is planted in it."""

import click

import commands
from portal.clock import now
from portal.db import Database


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def demo(context: click.Context, *, as_json: bool) -> None:
    """Load the demo company, which is made up, into an empty database."""
    if context.invoked_subcommand is None:
        _load(as_json=as_json)


def _load(*, as_json: bool) -> None:
    from portal import demo as company

    counts = company.load(_database(), at=now())
    people = [
        {"email": email, "name": name, "password": company.PASSWORD} for email, name, *_ in company.people()
    ]
    sentence = (
        f"Loaded {company.COMPANY}, which is made up: {counts['person']:,} people, {counts['deal']:,} deals, "
        f"{counts['activity']:,} activities. In demo mode its people sign in with the password {company.PASSWORD}."
        if counts
        else f"{company.COMPANY} is loaded already. Clear it with `portal demo clear` to load it anew."
    )
    commands.tell({"loaded": counts, "people": people}, as_json=as_json, sentence=sentence)


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def clear(*, as_json: bool) -> None:
    """Remove the demo company and all that was reckoned from it. Real people and users stay."""
    from portal import demo as company

    counts = company.clear(_database(), at=now())
    sentence = (
        f"Cleared {company.COMPANY}: {counts['people']:,} people, {counts['deals']:,} deals. "
        "Its users can no longer sign in; add yourself with `portal people add`."
    )
    commands.tell({"cleared": counts}, as_json=as_json, sentence=sentence)


@demo.command()
def answers() -> None:
    """Print what is planted in the demo company, as Markdown."""
    from portal.demo import answers as found
    from portal.demo import world

    click.echo(found.key(world.make()))


def _database() -> Database:
    return Database(commands.settings().engine_url)
