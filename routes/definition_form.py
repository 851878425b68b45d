"""The form of a version's draft: what it held when it was sent, as texts, and as the draft that is kept."""

from dataclasses import dataclass

from flask import request

from portal.criteria import Catalogue
from portal.db import canonical
from portal.definitions.builder.tree import Tree, plain
from portal.definitions.drafts import Draft
from routes import criteria_form
from routes.forms import checked

LISTS = ("days", "required_fields")


@dataclass(frozen=True)
class Sent:
    """A draft's form as it came: its texts by name, and the tree its builder held."""

    texts: dict[str, str]
    tree: Tree


def sent(known: Catalogue) -> Sent:
    """Read the form. What was typed is not judged yet. Raises Invalid for a tree that no form of ours holds."""
    asked = criteria_form.sent(known)
    texts = {name: _text(name) for name in Draft.model_fields}
    return Sent({**texts, "criteria": canonical(plain(asked))}, asked)


def _text(name: str) -> str:
    """Browsers send line ends as CR LF; what is kept has LF, so that it compares."""
    given = request.form.getlist(name) if name in LISTS else [request.form.get(name, "")]
    return "\n".join(given).replace("\r\n", "\n").strip()


def draft(texts: dict[str, str]) -> Draft:
    """The draft that texts hold. Raises Refused with a sentence for each field to mend."""
    return checked(Draft, {name: text for name, text in texts.items() if text})
