"""Alembic's entry: runs on the connection that `portal.migrating` hands over."""

from typing import Any

from alembic import context

from portal.db import Instant, Json, Money
from portal.tables import metadata

PLAIN = {Instant: "sa.BigInteger()", Money: "sa.BigInteger()", Json: "sa.Text()"}


def render(kind: str, thing: Any, _context: Any) -> str | bool:
    """Migrations name the database's own types, so that they stay true when our code changes."""
    if kind != "type":
        return False
    if type(thing).__name__ == "AutoString":
        return f"sa.String({thing.length or ''})"
    return PLAIN.get(type(thing), False)


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=render,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
