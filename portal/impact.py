"""Impact: what a draft would change, seen before anybody signs it. All records, now and at the ends of past months.

Every record has a status, the furthest term of the funnel it meets. Compared are the versions in force and the same with the draft
in the place of its term, so that what builds on the term moves with it. Of the past, what had not been seen is unknown.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel import Session, col, select

from portal import funnel, jobs
from portal.columns import STANDING, TABLES
from portal.criteria import Criteria, catalogue, parse
from portal.criteria.clauses import DefinitionClause
from portal.criteria.ground import Ground, ground
from portal.criteria.linting import lint
from portal.criteria.sql import MET, Compiled, Subject, sql
from portal.db import MONEY_SCALE
from portal.definitions import Definition, DefinitionVersion
from portal.errors import Invalid, NotFound
from portal.fields import Level
from portal.funnel import FUNNEL, Asked, Period
from portal.jobs import Job, State
from portal.judging.standing import standing

NONE: Final = "none"
UNSEEN: Final = "unseen"
LISTED: Final = 1_000
MOST_MONTHS: Final = 24
COHORT_DAYS: Final = 365
NO_CRITERIA: Final = "This version has no criteria yet. Add a clause, then look at what it would change."
Progress = Callable[[int, int, str], None]


class Move(BaseModel):
    """How many records go from a status, or a verdict, to another."""

    before: str
    after: str
    records: int


class Moment(BaseModel):
    """All records at one moment, under the versions in force and with the draft."""

    as_of: datetime
    statuses: list[Move]
    verdicts: list[Move]

    @property
    def records(self) -> int:
        return sum(move.records for move in self.verdicts)

    @property
    def met_before(self) -> int:
        return self._count(lambda move: move.before == "met")

    @property
    def met_after(self) -> int:
        return self._count(lambda move: move.after == "met")

    @property
    def moved_in(self) -> int:
        return self._count(lambda move: move.after == "met" != move.before)

    @property
    def moved_out(self) -> int:
        return self._count(lambda move: move.before == "met" != move.after)

    @property
    def unknown(self) -> int:
        """Records of which the draft cannot say whether they meet it."""
        return self._count(lambda move: move.after == "unknown")

    def _count(self, which: Callable[[Move], bool]) -> int:
        return sum(move.records for move in self.verdicts if which(move))


class Pipeline(BaseModel):
    """The open deals in one currency that count, before and with the draft. Money adds up within a currency only."""

    currency: str
    deals_before: int
    amount_before: Decimal
    deals_after: int
    amount_after: Decimal


class Rate(BaseModel):
    """A rate of the funnel as counts: part of whole; None where nobody can say."""

    part: str
    whole: str
    before: tuple[int | None, int | None]
    after: tuple[int | None, int | None]


class Remark(BaseModel):
    """What the linter says of a clause, or of the whole: no clause."""

    clause: str | None
    kind: str
    sentence: str


class Impact(BaseModel):
    """What a version would change. `moved_in`, `moved_out`: the first 1,000 ids now; how many there are says `now`."""

    term: str
    version_id: int
    edition: int
    level: Level
    now: Moment
    past: list[Moment]
    moved_in: list[int]
    moved_out: list[int]
    funnel_from: date
    funnel_to: date
    funnel_before: dict[str, int | None]
    funnel_after: dict[str, int | None]
    pipeline: list[Pipeline]
    remarks: list[Remark] = []

    @property
    def rates(self) -> list[Rate]:
        """The rates of those who came in the last twelve months."""
        return [
            Rate(
                part=part,
                whole=whole,
                before=(self.funnel_before[part], self.funnel_before[whole]),
                after=(self.funnel_after[part], self.funnel_after[whole]),
            )
            for part, whole in funnel.RATES
        ]

    @property
    def unknown_share(self) -> float | None:
        """How much of the past is unknown: of all records at all past moments."""
        records = sum(moment.records for moment in self.past)
        return sum(moment.unknown for moment in self.past) / records if records else None


# asking


def ask(session: Session, version_id: int, *, months: int, by: int | None, at: datetime) -> Job:
    """Find out in a job what a version would change. Raises NotFound, Invalid."""
    if not 0 <= months <= MOST_MONTHS:
        raise Invalid(f"Look back over 0 to {MOST_MONTHS} months.")
    definition, version = _version(session, version_id)
    return jobs.add(
        session,
        "impact",
        title=f"See what {definition.name} v{version.number} would change",
        arguments={"version_id": version_id, "months": months, "edition": version.edition},
        by=by,
        at=at,
        page=page(definition, version),
    )


def page(definition: Definition, version: DefinitionVersion) -> str:
    """The address where the impact of a version is shown."""
    return f"/definitions/{definition.term}/versions/{version.number}/impact"


def latest(session: Session, definition: Definition, version: DefinitionVersion) -> Job | None:
    """The job that looked last at a version."""
    query = select(Job).where(Job.kind == "impact", Job.page == page(definition, version))
    return session.exec(query.order_by(col(Job.id).desc()).limit(1)).first()


def result(job: Job | None) -> Impact | None:
    """What a job found; None while it is at it, or where it failed."""
    return Impact.model_validate(job.result) if job and job.state == State.DONE and job.result else None


def remarks_of(session: Session, definition: Definition, version: DefinitionVersion) -> list[Remark]:
    """What is doubtful about a version as it stands; nothing where nobody looked since it was changed."""
    found = result(latest(session, definition, version))
    return found.remarks if found and found.edition == version.edition else []


def _version(session: Session, version_id: int) -> tuple[Definition, DefinitionVersion]:
    if (version := session.get(DefinitionVersion, version_id)) is None:
        raise NotFound("There is no such version. Look for it on the page of its term.")
    if not version.criteria:
        raise Invalid(NO_CRITERIA)
    return session.get_one(Definition, version.definition_id), version


# reckoning


def reckon(session: Session, version_id: int, *, months: int, at: datetime, progress: Progress) -> Impact:
    """Compare all records under the versions in force and with this one. The typed columns must be up to date."""
    definition, version = _version(session, version_id)
    compared = Compared.of(session, definition, parse(version.criteria))
    past = list(month_ends(at, months))
    moments = []
    for number, moment in enumerate([at, *past]):
        progress(number, len(past) + 3, f"judging as of {moment:%Y-%m-%d}")
        moments.append(compared.moment(session, moment, is_past=number > 0))
    progress(len(past) + 1, len(past) + 3, "listing who moves")
    period = Period((at - timedelta(days=COHORT_DAYS)).date(), at.date())
    moved_in, moved_out = compared.moved(session, at)
    progress(len(past) + 2, len(past) + 3, "counting the funnel and the pipeline")
    return Impact(
        term=definition.term,
        version_id=version_id,
        edition=version.edition,
        level=compared.level,
        now=moments[0],
        past=moments[1:],
        moved_in=moved_in,
        moved_out=moved_out,
        funnel_from=period.first_day,
        funnel_to=period.last_day,
        funnel_before=funnel.counts(session, period, compared.old, as_of=at),
        funnel_after=funnel.counts(session, period, compared.new, as_of=at),
        pipeline=compared.pipeline(session, at),
        remarks=compared.remarks(session, at),
    )


def month_ends(at: datetime, months: int) -> Iterator[datetime]:
    """The ends of the last whole months, the newest first."""
    first = at.date().replace(day=1)
    for _ in range(months):
        yield datetime.combine(first, time(), at.tzinfo) - timedelta(microseconds=1)
        first = (first - timedelta(days=1)).replace(day=1)


class Compared:
    """A term under the versions in force, and with a draft in its place."""

    def __init__(self, term: str, level: Level, old: Asked, new: Asked) -> None:
        self.term, self.level, self.old, self.new = term, level, old, new

    @classmethod
    def of(cls, session: Session, definition: Definition, draft: Criteria) -> "Compared":
        old, level = Asked.of(standing(session)), Level(definition.level)
        new = Asked({**old.criteria, definition.term: draft}, {**old.levels, definition.term: level})
        return cls(definition.term, level, old, new)

    @property
    def statuses(self) -> list[str]:
        """The terms of the funnel a record of the level can be, the furthest first; a term outside it stands alone."""
        if self.term not in FUNNEL:
            return [self.term]
        return [term for term in reversed(FUNNEL) if self.new.levels.get(term) is self.level]

    def grounds(self, session: Session, at: datetime, *, is_past: bool = False) -> tuple[Ground, Ground]:
        known = catalogue(session, self.level)
        before = ground(session, known, as_of=at, terms=self.old.criteria, is_past=is_past)
        return before, replace(before, terms=self.new.criteria)

    def moment(self, session: Session, at: datetime, *, is_past: bool) -> Moment:
        """Count every pair of statuses, and of verdicts by the term."""
        inner, values = self._pairs(session, at, is_past=is_past)
        pairs: dict[str, list[Move]] = {}
        for name in ("status", "verdict"):
            counted = text(
                f"SELECT {name}_before, {name}_after, COUNT(*) FROM ({inner}) p GROUP BY 1, 2 ORDER BY 1, 2"
            )
            rows = session.connection().execute(counted, values)
            pairs[name] = [Move(before=before, after=after, records=count) for before, after, count in rows]
        return Moment(as_of=at, statuses=pairs["status"], verdicts=pairs["verdict"])

    def moved(self, session: Session, at: datetime) -> tuple[list[int], list[int]]:
        """Who would come in and who would go out, the first of each by id."""
        inner, values = self._pairs(session, at, is_past=False)
        lists = []
        for now, then in (("after", "before"), ("before", "after")):
            moving = f"SELECT id FROM ({inner}) p WHERE verdict_{now} = 'met' AND verdict_{then} <> 'met' ORDER BY id LIMIT {LISTED}"
            lists.append(list(session.connection().execute(text(moving), values).scalars()))
        return lists[0], lists[1]

    def _pairs(self, session: Session, at: datetime, *, is_past: bool) -> tuple[str, dict[str, Any]]:
        """A row a record: its status and verdict before and with the draft."""
        old, new = self.grounds(session, at, is_past=is_past)
        before, base = Compiled(old, "v"), Subject(self.level, "r")
        after = replace(before, ground=new)  # shares joins and values
        seen = before.past(base).was_seen if is_past else "TRUE"
        shown = {
            "status_before": self._status(before, base, self.old),
            "status_after": self._status(after, base, self.new),
            "verdict_before": self._verdict(before, base, self.old),
            "verdict_after": self._verdict(after, base, self.new),
        }
        unseen = {"status": UNSEEN, "verdict": "unknown"}
        cells = ", ".join(
            f"CASE WHEN {seen} THEN {each} ELSE '{unseen[name.partition('_')[0]]}' END AS {name}"
            for name, each in shown.items()
        )
        joins = "".join(f" {join}" for join in before.joins.values())
        where = f"WHERE TRUE {STANDING.get(self.level, '')}"
        return f"SELECT r.id AS id, {cells} FROM {TABLES[self.level]} r{joins} {where}", before.values

    def _status(self, compiled: Compiled, base: Subject, asked: Asked) -> str:
        cases = [
            f"WHEN ({compiled.node(asked.criteria[term].root, base)}) THEN '{term}'"
            for term in self.statuses
            if term in asked.criteria
        ]
        return f"CASE {' '.join(cases)} ELSE '{NONE}' END" if cases else f"'{NONE}'"

    def _verdict(self, compiled: Compiled, base: Subject, asked: Asked) -> str:
        if self.term not in asked.criteria:
            return "'failed'"
        met = compiled.clause(DefinitionClause("whole", self.level, self.term), base)
        return f"CASE ({met}) WHEN TRUE THEN 'met' WHEN FALSE THEN 'failed' ELSE 'unknown' END"

    def remarks(self, session: Session, at: datetime) -> list[Remark]:
        """What is doubtful about the draft's criteria."""
        found = lint(
            session,
            self.new.criteria[self.term],
            catalogue(session, self.level),
            self.grounds(session, at)[0],
            term=self.term,
        )
        return [Remark(clause=each.clause, kind=each.kind, sentence=each.sentence) for each in found]

    def pipeline(self, session: Session, at: datetime) -> list[Pipeline]:
        """The open deals that meet the term, or whose person or company does."""
        old, new = self.grounds(session, at)
        before = self._open_deals(session, old, self.old)
        after = self._open_deals(session, new, self.new)
        nothing = (0, Decimal(0))
        return [
            Pipeline(
                currency=currency,
                deals_before=before.get(currency, nothing)[0],
                amount_before=before.get(currency, nothing)[1],
                deals_after=after.get(currency, nothing)[0],
                amount_after=after.get(currency, nothing)[1],
            )
            for currency in sorted({*before, *after})
        ]

    def _open_deals(self, session: Session, ground: Ground, asked: Asked) -> dict[str, tuple[int, Decimal]]:
        if self.term not in asked.criteria:
            return {}
        link = "id" if self.level is Level.DEAL else f"{self.level.value}_id"
        having = f"r.id IN (SELECT o.{link} FROM deal o WHERE o.outcome = 'open')"
        judged = sql(asked.criteria[self.term], self.level, ground, where=having)
        rows = session.connection().execute(
            text(
                f"SELECT d.currency, COUNT(*), COALESCE(SUM(d.amount), 0) FROM ({judged.text}) v "
                f"JOIN deal d ON d.{link} = v.record_id WHERE v.verdict = {MET} AND d.outcome = 'open' GROUP BY d.currency"
            ),
            judged.values,
        )
        return {currency: (deals, Decimal(int(amount)) / MONEY_SCALE) for currency, deals, amount in rows}
