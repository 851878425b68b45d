"""One judging: begun, written range by range, made current. The statements say what; the job says when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from portal.columns import span
from portal.criteria.ground import Ground
from portal.criteria.sql import MET, NOT_KNOWN, sql
from portal.errors import NotFound
from portal.fields import Level
from portal.judging.standing import Standing
from portal.judging.tables import CurrentJudging, Judging, JudgingState

RECORDS_A_WRITE: Final = 50_000
KEPT: Final = 2
"""Judgings of a term whose verdicts stay: the current one, and one that a page may still read."""


def begin(
    session: Session,
    standing: Standing,
    ground: Ground,
    *,
    rests_on: dict[str, int],
    as_of: datetime,
    job_id: int | None,
) -> Judging:
    """A judging with an empty table."""
    judging = Judging(
        term=standing.term,
        version_id=standing.meaning.version_id,
        level=standing.level,
        rests_on=rests_on,
        runs={level.value: run for level, run in ground.runs.items()},
        as_of=as_of,
        job_id=job_id,
        started_at=as_of,
    )
    session.add(judging)
    session.flush()
    session.connection().execute(
        text(f"CREATE TABLE {_table(judging.id)} (record_id INTEGER PRIMARY KEY, verdict SMALLINT NOT NULL)")
    )
    return judging


def unfinished(session: Session, job_id: int) -> list[Judging]:
    """What a killed attempt of a job left, to go on with."""
    query = select(Judging).where(Judging.job_id == job_id, Judging.state == JudgingState.RUNNING)
    return list(session.exec(query.order_by(col(Judging.id))))


def ranges(session: Session, judging: Judging) -> Iterator[tuple[int, int]]:
    """The ranges of ids that are left to judge."""
    first, last, _ = span(session, Level(judging.level))
    for start in range(max(first, judging.next_id), last + 1, RECORDS_A_WRITE):
        yield start, min(start + RECORDS_A_WRITE - 1, last)


def judge(
    session: Session, judging_id: int, standing: Standing, ground: Ground, *, first: int, last: int
) -> None:
    """Judge the records first <= id <= last; where a killed attempt goes on is noted with them."""
    judging = held(session, judging_id)
    query = sql(standing.criteria, standing.level, ground)
    session.connection().execute(
        text(f"INSERT INTO {_table(judging_id)} (record_id, verdict) {query.text}"),
        query.values | {"first": first, "last": last},
    )
    judging.next_id = last + 1
    session.add(judging)


def finish(session: Session, judging_id: int, *, at: datetime) -> Judging:
    """Count the verdicts and make them those that count, in one step; what is older is dropped."""
    judging = held(session, judging_id)
    _count(session, judging)
    judging.state, judging.finished_at = JudgingState.DONE, at
    session.add(judging)
    session.flush()
    session.merge(CurrentJudging(term=judging.term, judging_id=judging.id, since=at))
    drop_old(session, judging.term)
    return judging


def _count(session: Session, judging: Judging) -> None:
    """Note how many records there are, and how many met the criteria or are unknown."""
    counted = text(f"SELECT verdict, COUNT(*) FROM {_table(judging.id)} GROUP BY verdict")
    _add(judging, session.connection().execute(counted), +1)


def _add(judging: Judging, counted: Iterable[Any], sign: int) -> None:
    for verdict, number in counted:
        judging.records += sign * number
        judging.met += sign * number * (verdict == MET)
        judging.not_known += sign * number * (verdict == NOT_KNOWN)


def held(session: Session, judging_id: int) -> Judging:
    """A judging, held until the commit: of two jobs that write verdicts of it the second sees what the first wrote."""
    query = select(Judging).where(Judging.id == judging_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def open_to_change(session: Session) -> list[Judging]:
    """The judgings that count, and those on their way to."""
    shown = select(CurrentJudging.judging_id)
    counts = col(Judging.id).in_(shown) | (col(Judging.state) == JudgingState.RUNNING)
    return list(session.exec(select(Judging).where(counts).order_by(col(Judging.id))))


def judge_again(
    session: Session, judging_id: int, standing: Standing, ground: Ground, ids: list[int]
) -> None:
    """Judge some records anew. Those that are no more lose their verdict; those whose turn is to come are left to it."""
    judging = held(session, judging_id)
    if judging.state == JudgingState.RUNNING:
        ids = [each for each in ids if each < judging.next_id]
    connection = session.connection()
    if ground.is_sqlite:
        chosen = "{} IN (SELECT j.value FROM json_each(:ids) j)"
        given: object = f"[{','.join(map(str, ids))}]"
    else:
        chosen, given = "{} = ANY(:ids)", ids
    among = f"FROM {_table(judging.id)} WHERE {chosen.format('record_id')}"
    counted = text(f"SELECT verdict, COUNT(*) {among} GROUP BY verdict")
    before = connection.execute(counted, {"ids": given}).all()
    connection.execute(text(f"DELETE {among}"), {"ids": given})
    query = sql(standing.criteria, standing.level, ground, where=chosen.format("r.id"))
    connection.execute(
        text(f"INSERT INTO {_table(judging.id)} (record_id, verdict) {query.text}"),
        query.values | {"ids": given},
    )
    if judging.state == JudgingState.DONE:
        _add(judging, before, -1)
        _add(judging, connection.execute(counted, {"ids": given}), +1)
        session.add(judging)


def get(session: Session, judging_id: int) -> Judging:
    if (judging := session.get(Judging, judging_id)) is None:
        raise NotFound(f"There is no judging {judging_id}.")
    return judging


def drop_old(session: Session, term: str) -> None:
    """Drop the verdicts of all but the newest judgings of a term, and of what was never finished."""
    query = select(Judging).where(Judging.term == term, Judging.state != JudgingState.DROPPED)
    kept = 0
    for judging in session.exec(query.order_by(col(Judging.id).desc())).all():
        kept += judging.state == JudgingState.DONE
        if judging.state == JudgingState.DONE and kept <= KEPT:
            continue
        if judging.state == JudgingState.RUNNING and not kept:
            continue  # newer than the one that was just finished
        session.connection().execute(text(f"DROP TABLE IF EXISTS {_table(judging.id)}"))
        judging.state = JudgingState.DROPPED
        session.add(judging)


def forget_all(session: Session) -> None:
    """Drop all verdicts, of whatever version: the next judging begins anew."""
    for judging_id in session.exec(select(Judging.id)).all():
        session.connection().execute(text(f"DROP TABLE IF EXISTS {_table(judging_id)}"))
    session.execute(delete(CurrentJudging))
    session.execute(delete(Judging))


def _table(judging_id: int) -> str:
    return f"verdict_{judging_id:d}"
