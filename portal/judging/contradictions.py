"""Records that the CRM calls otherwise than the definitions do: its statuses and stages stand for terms, and verdicts say what holds.

The CRM *says more* where a record is called by a term that it does not meet; a person is an opportunity through a deal, a deal
is a customer through its person. It *says less* where a record meets a later term of the funnel, about the same kind of records,
than the one it is called by. Nurture lies beside the funnel and has none later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from portal import listing
from portal.columns import STANDING, TABLES
from portal.criteria.sql import MET
from portal.errors import NotFound
from portal.fields import Level
from portal.funnel import FUNNEL
from portal.judging.tables import Judging
from portal.listing import Selection

SAYS: Final = {Level.PERSON: "status", Level.DEAL: "stage"}
"""What a source calls a record by; companies are called nothing."""
MORE, LESS = "more", "less"
Judgings = Mapping[str, Judging]


@dataclass(frozen=True)
class Counted:
    """Of the records that a source calls by a term: how many there are, and how many it says too much or too little of."""

    level: Level
    term: str
    records: int
    more: int
    less: int


def counts(session: Session, by: Judgings) -> list[Counted]:
    """For every term that statuses or stages stand for, in the order of `by`. One pass over each kind of records."""
    found = [each for level in SAYS for each in _counts(session, level, by)]
    order = list(by)
    return sorted(found, key=lambda each: (each.level != Level.PERSON, order.index(each.term)))


def _counts(session: Session, level: Level, by: Judgings) -> list[Counted]:
    terms = [term for term, judging in by.items() if judging.level in SAYS]
    if not terms:
        return []
    more, less = (_by_term(level, terms, by, how) for how in (MORE, LESS))
    query = text(
        f"SELECT r.term, COUNT(*), SUM({more}), SUM({less}) FROM {_source(level, by)} "
        f"WHERE r.term <> '' AND r.gone_at IS NULL {STANDING.get(level, '')} GROUP BY r.term"
    )
    called = {f"is_{number}": term for number, term in enumerate(terms)}
    rows = session.connection().execute(query, called)
    return [Counted(level, term, *map(int, numbers)) for term, *numbers in rows if term in terms]


def _by_term(level: Level, terms: Sequence[str], by: Judgings, how: str) -> str:
    cases = " ".join(
        f"WHEN :is_{number} THEN CASE WHEN {_condition(level, term, by, how)} THEN 1 ELSE 0 END"
        for number, term in enumerate(terms)
    )
    return f"CASE r.term {cases} ELSE 0 END"


def selection(level: str, term: str, how: str, by: Judgings, names: Mapping[str, str]) -> Selection:
    """The records that are called by a term and are not, or are more. `names` are what terms are called. Raises NotFound."""
    if level not in SAYS or how not in {MORE, LESS} or term not in by or by[term].level not in SAYS:
        raise NotFound("There is no such contradiction. Start from the list of all of them.")
    of = Level(level)
    shown = dict(listing.SHOWN[of])
    first = {"name": shown.pop("name"), SAYS[of]: shown.pop(SAYS[of], f"r.{SAYS[of]}")}
    values = {"called": term}
    later = _later(of, term, by)[::-1]
    if how == LESS and later:
        first["is"] = f"CASE {' '.join(f'WHEN {_is_met(by[each])} THEN :named_{each}' for each in later)} END"
        values |= {f"named_{each}": names[each] for each in later}
    where = ["r.term = :called", "r.gone_at IS NULL", f"({_condition(of, term, by, how)})"]
    where += [STANDING[of].removeprefix("AND ")] if of in STANDING else []
    return Selection(of, _source(of, by), where=tuple(where), values=values, shown={**first, **shown})


def _condition(level: Level, term: str, by: Judgings, how: str) -> str:
    judging = by[term]
    if how == LESS:
        return " OR ".join(_is_met(by[each]) for each in _later(level, term, by)) or "1 = 0"
    verdicts = f"verdict_{judging.id:d} v"
    if judging.level == level:
        return f"v_{judging.id:d}.verdict <> {MET}"
    if level is Level.DEAL:
        return f"EXISTS (SELECT 1 FROM {verdicts} WHERE v.record_id = r.person_id AND v.verdict <> {MET})"
    met = f"SELECT 1 FROM deal d JOIN {verdicts} ON v.record_id = d.id WHERE d.person_id = r.id AND v.verdict = {MET}"
    return f"NOT EXISTS ({met})"


def _later(level: Level, term: str, by: Judgings) -> list[str]:
    """The terms of the funnel after this one that are about the same kind of records."""
    if term not in FUNNEL:
        return []
    return [each for each in FUNNEL[FUNNEL.index(term) + 1 :] if each in by and by[each].level == level]


def _is_met(judging: Judging) -> str:
    return f"v_{judging.id:d}.verdict = {MET}"


def _source(level: Level, by: Judgings) -> str:
    """The records `r` with the verdict of each term about their kind."""
    joins = "".join(
        f" LEFT JOIN verdict_{each.id:d} v_{each.id:d} ON v_{each.id:d}.record_id = r.id"
        for each in by.values()
        if each.level == level
    )
    return f"{TABLES[level]} r{joins}"
