"""`portal judge`: every record by the definitions in force."""

from typing import Any

import click

import commands
from commands import opened
from portal import judging
from portal.clock import now
from portal.errors import NotFound


@click.command()
@click.option("--term", default="", help="One term, such as lead, and those that ask for it; all without it.")
@click.option("--wait", is_flag=True, help="Wait until it is done; it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def judge(term: str, wait: bool, as_json: bool) -> None:
    """Judge every record by the definitions in force, and say how many meet each."""
    del wait
    with opened() as (settings, database):
        with database.transaction() as session:
            known = judging.standing(session)
            if term and term not in known:
                raise NotFound(f"There is no term “{term}” to judge by. Use one of: {', '.join(known)}.")
            job = judging.ask(session, term=term, by=None, at=now())
        done = commands.finished(settings, database, job.id)
    result: dict[str, Any] = done.result or {}
    commands.tell(result, as_json=as_json, sentence=_table(result.get("terms", {})))


def _table(terms: dict[str, dict[str, int]]) -> str:
    return "\n".join(
        f"{term:<22} {found['met']:>12,} of {found['records']:,} meet it, {found['unknown']:,} unknown"
        for term, found in terms.items()
    )
