"""What forms of records share: what a form held when it was shown, and the merge view after somebody else was faster."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, request
from pydantic import BaseModel, Field

from portal.db import canonical
from portal.editing import conflicts
from portal.editing.conflicts import Difference
from portal.editing.records import Changed


class SeenForm(BaseModel):
    """The version that somebody saw when they began to edit."""

    version: int = Field(ge=1)


@dataclass(frozen=True)
class Merge:
    """Both texts of each field that differs, and the form that saves over theirs where you changed something."""

    differences: list[Difference]
    fields: dict[str, str]


def form_of(
    texts: Mapping[str, str], version: int, *, yours: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a form is filled with: texts, the version, what it held when it was shown; and the merge, if there is one.

    `yours` are the texts that were sent, where fields of the form do not hold them by name.
    """
    problem = g.get("problem")
    is_conflict = isinstance(problem, Changed)
    seen = _sent_seen() if problem else dict(texts)
    return {
        "texts": texts,
        "version": version if is_conflict or not problem else request.form.get("version", version),
        "seen": canonical(dict(texts) if is_conflict else seen),
        "merge": _merge(texts, seen, yours or _sent(texts)) if is_conflict else None,
    }


def _sent(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in texts}


def _merge(theirs: Mapping[str, str], seen: Mapping[str, str], yours: Mapping[str, str]) -> Merge:
    return Merge(conflicts.differences(seen, theirs, yours), conflicts.merged(seen, theirs, yours))


def _sent_seen() -> dict[str, str]:
    """What the form held when it was shown, as it says itself; nothing where it cannot be read."""
    try:
        sent = json.loads(request.form.get("seen", ""))
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in sent.items()} if isinstance(sent, dict) else {}
