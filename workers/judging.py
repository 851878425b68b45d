"""The job that judges records by the definitions in force."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from portal import columns, judging
from portal.clock import now
from portal.criteria.ground import Ground
from portal.criteria.sql import attributed
from portal.db import EPOCH
from portal.fields import Level
from portal.judging import affected, judgings
from portal.judging.affected import Affected
from portal.judging.standing import Standing, grounds, judged_already, resting_on, rests_on, standing
from workers.tasks import Claim, Effects, task


@task("judge")
def judge_records(
    job: Claim,
    term: str = "",
    since: int | None = None,
    records: dict[str, list[int]] | None = None,
) -> Effects:
    """Everything by a term and those that ask for it, or by all; or only what came or changed."""
    with job.database.reading() as session:
        if (since is None and records is None) or not judged_already(session):
            return _everything(job, term)
        if since is not None:
            found = affected.since(session, EPOCH + timedelta(microseconds=since))
        else:
            found = affected.of_records(session, records or {})
    return _everything(job, "") if found.is_most else _again(job, found)


def _everything(job: Claim, term: str) -> Effects:
    with job.database.reading() as session:
        by = standing(session)
        left = judgings.unfinished(session, job.id)
        as_of = left[0].as_of if left else now()
        ground = grounds(session, as_of=as_of)
    wanted = [by[each] for each in (resting_on(term, by) if term else by)]
    _lay_out(job, wanted, ground)
    going = {each.term: each.id for each in left if each.version_id == by[each.term].meaning.version_id}
    for number, each in enumerate(wanted):
        job.progress(number, len(wanted), f"judging by {each.meaning.name}")
        if each.term not in going:
            with job.transaction() as session:
                rests = rests_on(each, by)
                begun = judgings.begin(
                    session, each, ground[each.level], rests_on=rests, as_of=as_of, job_id=job.id
                )
                going[each.term] = begun.id
        _judge(job, going[each.term], each, ground[each.level])

    def effects(session: Session) -> dict[str, Any]:
        done = [judgings.finish(session, going[each.term], at=now()) for each in wanted]
        return {"terms": {each.term: _told(each) for each in done}}

    return effects


def _told(done: judging.Judging) -> dict[str, Any]:
    return {
        "version": done.version_id,
        "records": done.records,
        "met": done.met,
        "unknown": done.not_known,
    }


def _judge(job: Claim, judging_id: int, standing: Standing, ground: Ground) -> None:
    with job.database.reading() as session:
        left = list(judgings.ranges(session, judgings.get(session, judging_id)))
    for first, last in left:
        with job.transaction() as session:
            judgings.judge(session, judging_id, standing, ground, first=first, last=last)
        job.check()


def _lay_out(job: Claim, wanted: list[Standing], ground: Mapping[Level, Ground]) -> None:
    """Typed columns the criteria read are to be up to date."""
    levels = {level for each in wanted for level in attributed(each.criteria, ground[each.level])}
    for level in sorted(levels):
        columns.refresh(
            job.database,
            level,
            progress=lambda done, total: job.progress(done, total, "laying out columns"),
        )


def _again(job: Claim, found: Affected) -> Effects:
    """The records themselves, in the judgings that count."""
    with job.database.reading() as session:
        by, ground = standing(session), grounds(session, as_of=now())
    _lay_out(job, list(by.values()), ground)

    def effects(session: Session) -> dict[str, Any]:
        for each in judgings.open_to_change(session):
            ids, standing = sorted(found.ids[Level(each.level)]), by.get(each.term)
            if ids and standing and standing.meaning.version_id == each.version_id:
                judgings.judge_again(session, each.id, standing, ground[standing.level], ids)
        return {"records": {level.value: len(ids) for level, ids in found.ids.items()}}

    return effects
