"""The definitions as a document for paper: wording, criteria, promises, and who signed when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from reports.document import environment


@dataclass(frozen=True)
class Signed:
    """A side's place for a signature: who signed and when, or nobody."""

    side: str
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Term:
    """One definition. `wording` is HTML that is safe; `lines` are depth and text; `facts` are word and text."""

    name: str
    number: int
    state: str
    wording: Markup
    rule: str
    lines: Sequence[tuple[int, str]]
    facts: Sequence[tuple[str, str]]
    signed: Sequence[Signed]


@dataclass(frozen=True)
class Paper:
    company: str
    as_of: datetime
    version: str
    terms: Sequence[Term]


def page(paper: Paper) -> str:
    """The document for `pdf.render`; it refers to nothing outside."""
    return environment().get_template("documents/definitions.html").render(paper=paper)
