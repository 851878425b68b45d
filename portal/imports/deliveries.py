"""A whole export at once: files that came together. Each is an import; one after another has its job, and when it is done
begins the next, in the order in which they go in best. A killed job goes on by itself, and so does the rest.
"""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from sqlmodel import Session, col, select

from portal import events, jobs
from portal.errors import Conflict, Invalid, NotFound
from portal.imports import commands, following
from portal.imports.commands import Upload
from portal.imports.guessing import SYSTEMS, guess, source_of
from portal.imports.guessing import follow as followed
from portal.imports.kinds import kind_named
from portal.imports.mapping import Mapping, check, problems
from portal.imports.pages import mapping_of, understanding_of
from portal.imports.sorting import in_order
from portal.imports.tables import Delivery, DeliveryState, Import, ImportState, SavedMapping
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job

LONGEST_NAME: Final = 200
AT_WORK: Final = frozenset(
    {DeliveryState.LOOKING, DeliveryState.CHECKING, DeliveryState.RUNNING, DeliveryState.UNDOING}
)
TO_MAP: Final = frozenset({DeliveryState.OPEN, DeliveryState.CHECKED, DeliveryState.FAILED})


# What is known of them.


def get(session: Session, delivery_id: int) -> Delivery:
    if (found := session.get(Delivery, delivery_id)) is None:
        raise NotFound(f"There is no export {delivery_id}.")
    return found


def files_of(session: Session, delivery_id: int) -> list[Import]:
    """Its files in the order in which they go in; those that are none of ours at the end."""
    files = session.exec(
        select(Import).where(Import.delivery_id == delivery_id).order_by(col(Import.id))
    ).all()
    taken = [each for each in files if is_taken(each)]
    order = in_order(dict.fromkeys(each.kind for each in taken))
    return [
        *sorted(taken, key=lambda each: order.index(each.kind)),
        *(each for each in files if not is_taken(each)),
    ]


def is_taken(found: Import) -> bool:
    """Whether a file goes in with the others."""
    return bool(found.kind and found.understood) and found.state not in {
        ImportState.LEFT_OUT,
        ImportState.DISCARDED,
    }


def job_of(session: Session, found: Delivery) -> Job | None:
    return session.get(Job, found.job_id) if found.job_id else None


def is_at_work(session: Session, found: Delivery) -> bool:
    """Whether a job has one of its files, or is to come to it."""
    job = job_of(session, found)
    return found.state in AT_WORK and job is not None and job.state in OPEN


def is_stopped(session: Session, found: Delivery) -> bool:
    """Whether the job of one of its files ended badly, with the rest still to come."""
    return found.state in AT_WORK and not is_at_work(session, found)


# Coming in.


def take(
    session: Session, received: Sequence[Upload], *, source: str = "", by: int | None, at: datetime
) -> Delivery:
    """Note files that came together, and have jobs look into them one after another."""
    first, more = received[0], len(received) - 1
    name = first.filename[:LONGEST_NAME] + (f" and {more} more" if more else "")
    found = _noted(session, first, name, source, by=by, at=at)
    unpacked(session, found.id, received, at=at)
    return found


def take_archive(
    session: Session, received: Upload, *, source: str = "", by: int | None, at: datetime
) -> Delivery:
    """Note an archive of files, and have a job unpack it."""
    found = _noted(session, received, received.filename[:LONGEST_NAME], source, by=by, at=at)
    found.file = received.file
    job = jobs.add(
        session, "unpack", title=f"Unpack {found.name}", arguments={"delivery_id": found.id}, by=by, at=at,
        page=f"/imports/whole/{found.id}",
    )  # fmt: skip
    found.job_id = job.id
    return found


def _noted(
    session: Session, received: Upload, name: str, source: str, *, by: int | None, at: datetime
) -> Delivery:
    if received.kind:
        kind_named(received.kind)
    found = Delivery(
        name=name, source=source.strip(), kind=received.kind, is_large=received.is_large, uploaded_at=at, uploaded_by=by
    )  # fmt: skip
    session.add(found)
    session.flush()
    events.record(session, "import.export_uploaded", "delivery", found.id, by=by, at=at, name=found.name)
    return found


def unpacked(session: Session, delivery_id: int, received: Sequence[Upload], *, at: datetime) -> None:
    """Note the files of an export, and begin with the first."""
    found = get(session, delivery_id)
    for each in received:
        file = commands.note(session, each, by=found.uploaded_by, at=found.uploaded_at, delivery_id=found.id)
        if not each.bytes:
            file.state, file.reason = ImportState.FAILED, "The file is empty."
    _next(session, found, at=at)


def refuse(session: Session, delivery_id: int, reason: str) -> None:
    """An archive that cannot be unpacked."""
    found = get(session, delivery_id)
    found.state, found.reason, found.file = DeliveryState.FAILED, reason, ""


# From file to file.


def go_on(session: Session, import_id: int, *, at: datetime) -> None:
    """A file's job is done: begin with the next file of its export, or end the step. Does nothing for a file that came alone."""
    file = session.get_one(Import, import_id)
    if file.delivery_id:
        _next(session, get(session, file.delivery_id), at=at)


def _next(session: Session, found: Delivery, *, at: datetime) -> None:
    session.flush()
    step = STEPS[DeliveryState(found.state)]
    waiting = [each for each in files_of(session, found.id) if step.is_to_come(each)]
    if waiting:
        job = step.begin(session, waiting[0], by=found.uploaded_by, at=at)
        found.job_id = job.id
    else:
        step.end(session, found, at)


@dataclass(frozen=True)
class Step:
    """What is done with the files one after another: which are still to come, how one begins, what follows the last."""

    is_to_come: Callable[[Import], bool]
    begin: Callable[..., Job]
    end: Callable[[Session, Delivery, datetime], None]


def _looked_into(session: Session, found: Delivery, at: datetime) -> None:
    """All files are understood: agree on the source. Where last time's mappings fit all of them, try them at once."""
    files = [each for each in files_of(session, found.id) if is_taken(each)]
    found.source = found.source or _source(session, found, files)
    fit = [_follow(session, each, found.source) for each in files]
    found.state, found.file = DeliveryState.OPEN, ""
    if not files:
        found.state, found.reason = (
            DeliveryState.FAILED,
            "None of the files holds records that Concord knows.",
        )
    elif all(fit) and not found.is_large:  # the console says itself what comes next
        _start_check(session, found, at=at)


def _source(session: Session, found: Delivery, files: Sequence[Import]) -> str:
    """The system whose columns a file has; the source of a file that follows an earlier one; else the archive's name."""
    sources = [mapping_of(each).source for each in files]
    told = next((each for each in sources if each in SYSTEMS), "")
    known = {saved.source for each in files if (saved := _saved(session, each, ""))}
    alone = next(iter(known)) if len(known) == 1 else ""
    return told or alone or (source_of((), found.name) if found.name.lower().endswith(".zip") else "")


def _follow(session: Session, file: Import, source: str) -> bool:
    """Map a file as its source's last one like it. Whether that says all there is to say."""
    understood = understanding_of(file)
    saved = _saved(session, file, source)
    file.saved_mapping_id = saved.id if saved else None
    last = Mapping.model_validate(saved.mapping) if saved else None
    mapping = followed(last, understood) if last else mapping_of(file)
    mapping = mapping.model_copy(update={"source": source})
    _map(file, mapping)
    return last is not None and following.fits(last, understood) and not any(problems(mapping, understood))


def _saved(session: Session, file: Import, source: str) -> SavedMapping | None:
    saved = following.saved_for(session, file.kind, source, understanding_of(file).names, file.filename)
    return saved if saved and (not source or saved.source == source) else None


def _map(file: Import, mapping: Mapping) -> None:
    file.mapping, file.source = mapping.model_dump(mode="json"), mapping.source


def _checked(session: Session, found: Delivery, _at: datetime) -> None:
    stopped = [
        each for each in files_of(session, found.id) if each.state == ImportState.FAILED and is_taken(each)
    ]
    found.state = DeliveryState.OPEN if stopped else DeliveryState.CHECKED
    found.reason = f"{stopped[0].filename}: {stopped[0].reason}" if stopped else None


def _done(session: Session, found: Delivery, at: datetime) -> None:
    files = [each for each in files_of(session, found.id) if each.state == ImportState.DONE]
    found.state, found.finished_at = DeliveryState.DONE, at
    counts = {name: sum(getattr(each, name) for each in files) for name in ("created", "updated")}
    events.record(
        session, "import.export_finished", "delivery", found.id, by=found.uploaded_by, at=at, name=found.name,
        files=len(files), **counts,
    )  # fmt: skip


def _is_unread(file: Import) -> bool:
    return file.state == ImportState.UPLOADED and not file.understood


def _waits(file: Import) -> bool:
    return file.state == ImportState.WAITING


STEPS: Final = {
    DeliveryState.LOOKING: Step(_is_unread, commands.look_into, _looked_into),
    DeliveryState.CHECKING: Step(_waits, commands.begin_check, _checked),
    DeliveryState.RUNNING: Step(_waits, commands.begin, _done),
}


# What people do with them.


@dataclass(frozen=True)
class Choice:
    """What a person says of one file: its kind (empty: leave it out), and its id's columns (None: as they are)."""

    kind: str
    id_columns: tuple[str, ...] | None = None


def correct(session: Session, delivery_id: int, source: str, choices: Table[int, Choice]) -> Delivery:
    """Keep what a person says of the files, by their ids. Raises Invalid with the first thing that stops one from going in."""
    found = _to_map(session, delivery_id)
    found.source, found.state, found.reason = source.strip(), DeliveryState.OPEN, None
    for file in files_of(session, delivery_id):
        if file.understood:
            _choose(session, file, found.source, choices.get(file.id))
    session.flush()
    return found


def _choose(session: Session, file: Import, source: str, choice: Choice | None) -> None:
    if choice is None and file.state == ImportState.LEFT_OUT:
        return
    kind = file.kind if choice is None else choice.kind
    if not kind:
        file.state, file.reason = ImportState.LEFT_OUT, file.reason or "Left out by hand."
        return
    if kind != file.kind or not file.mapping:
        file.kind = kind_named(kind).name
        _map(file, guess(understanding_of(file), kind, source=source, filename=file.filename).mapping)
        _follow(session, file, source)
    file.state, file.reason = ImportState.UNDERSTOOD, None
    mapping = mapping_of(file).model_copy(update={"source": source})
    if choice is not None and choice.id_columns:
        ids = choice.id_columns
        mapping = mapping.model_copy(update={"id_columns": ids, "natural_key": len(ids) > 1 or (mapping.natural_key and ids == mapping.id_columns)})  # fmt: skip
    _map(file, mapping)


def leave_out_impossible(session: Session, delivery_id: int) -> None:
    """Leave out the files that cannot go in as they are mapped, each with what stops it: where nobody is there to ask."""
    found = _to_map(session, delivery_id)
    for file in files_of(session, found.id):
        if is_taken(file) and (problem := first_problem(file)):
            file.state, file.reason = ImportState.LEFT_OUT, problem


def first_problem(file: Import) -> str:
    """What stops a file from going in as it is mapped; empty: nothing does."""
    return next(problems(mapping_of(file), understanding_of(file)), "")


def remap(session: Session, file: Import, mapping: Mapping) -> None:
    """Keep how a person maps the columns of one of the files; all are to be tried again."""
    assert file.delivery_id is not None
    found = _to_map(session, file.delivery_id)
    commands.remap(session, file.id, mapping)
    found.state, found.reason = DeliveryState.OPEN, None


def start_check(session: Session, delivery_id: int, *, at: datetime) -> Delivery:
    """Have jobs find out what importing all of them would do."""
    found = _to_map(session, delivery_id)
    _start_check(session, found, at=at)
    return found


def _start_check(session: Session, found: Delivery, *, at: datetime) -> None:
    for file in _taken(session, found):
        _named(file, lambda file: commands.ready(session, file, at=at))
        file.state = ImportState.WAITING
    found.state, found.reason = DeliveryState.CHECKING, None
    _next(session, found, at=at)


def start(
    session: Session, delivery_id: int, *, vanished: Table[int, str] | str = "", by: int | None, at: datetime
) -> Delivery:
    """Have jobs import all of them, one after another. `vanished`: what a vanished row means, of all or by a file's id."""
    found = _to_map(session, delivery_id)
    for file in _taken(session, found):
        said = vanished if isinstance(vanished, str) else vanished.get(file.id, "")
        _named(file, partial(_promise, session, vanished=said, by=by, at=at))
        file.state = ImportState.WAITING
    found.state, found.started_at, found.reason = DeliveryState.RUNNING, at, None
    _next(session, found, at=at)
    return found


def _promise(session: Session, file: Import, *, vanished: str, by: int | None, at: datetime) -> None:
    commands.promise(session, file, vanished=vanished, by=by, at=at)


def _taken(session: Session, found: Delivery) -> list[Import]:
    if not found.source:
        raise Invalid(
            "Name the source: the system the files come from, such as Salesforce. Ids are unique within it."
        )
    files = [each for each in files_of(session, found.id) if is_taken(each)]
    if not files:
        raise Invalid("No file is left to import. Say of one at least what it holds.")
    for file in files:
        _named(file, lambda file: check(mapping_of(file), understanding_of(file)))
    return files


def _named(file: Import, do: Callable[[Import], object]) -> None:
    """A sentence about one of several files says which."""
    try:
        do(file)
    except Invalid as problem:
        raise Invalid(f"{file.filename}: {problem.sentence}") from problem


def go_back(session: Session, delivery_id: int) -> Delivery:
    """From the dry run to the mapping."""
    found = _to_map(session, delivery_id)
    found.state = DeliveryState.OPEN
    for each in files_of(session, delivery_id):
        if is_taken(each):
            each.state = ImportState.UNDERSTOOD
    return found


def resume(session: Session, delivery_id: int, *, by: int | None, at: datetime) -> Delivery:
    """Start the job again that stopped the others. Raises Conflict where none did."""
    found = get(session, delivery_id)
    if not is_stopped(session, found) or found.job_id is None:
        raise Conflict("Nothing of this export has stopped. Its page says where it is.")
    jobs.retry(session, found.job_id, by=by, at=at)
    return found


def discard(session: Session, delivery_id: int, *, by: int | None, at: datetime) -> list[str]:
    """Give up an export of which nothing was imported. Returns the files to remove once this is committed."""
    found = get(session, delivery_id)
    files = files_of(session, delivery_id)
    if (
        is_at_work(session, found)
        or found.state == DeliveryState.DONE
        or any(
            each.is_partly_in or each.state == ImportState.DONE
            for each in files
            if each.state != ImportState.CHECKING
        )
    ):
        raise Conflict(
            "A part of this export is imported already, or a job has it. It can no longer be discarded."
        )
    for each in files:
        each.state = ImportState.DISCARDED
    kept = [*(each.file for each in files), *([found.file] if found.file else [])]
    found.state, found.file = DeliveryState.DISCARDED, ""
    events.record(session, "import.export_discarded", "delivery", found.id, by=by, at=at, name=found.name)
    return kept


def _to_map(session: Session, delivery_id: int) -> Delivery:
    found = get(session, delivery_id)
    if found.state not in TO_MAP or not any(each.understood for each in files_of(session, delivery_id)):
        raise Conflict(f"This export is {found.state} and can no longer be changed.")
    return found
