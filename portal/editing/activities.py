"""Activities added and changed by hand: what was done, and what people asked for themselves."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field
from sqlmodel import Session, col, select

from portal.activities import Activity, ActivityKind, Direction
from portal.deals import Deal
from portal.editing import records
from portal.editing.links import person_of
from portal.editing.words import Long, Name, text_of
from portal.errors import Invalid, NotFound

LEVEL: Final = "activity"
MOMENT: Final = "Use a day and a time, such as 2026-03-31 14:05."
EARLY: Final = timedelta(minutes=5)  # clocks differ


def _utc(text: Any) -> Any:
    """A time without a zone is one of UTC."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    except ValueError as error:
        raise ValueError(MOMENT) from error
    return moment.replace(tzinfo=moment.tzinfo or UTC)


class Draft(BaseModel):
    """An activity as people type one. `is_request` counts for a kind that is new; a known kind says so itself."""

    person: Long = ""
    deal: int | None = Field(
        None, ge=1, le=2**31 - 1, json_schema_extra={"say": "Use the number of a deal, such as 17."}
    )
    when: Annotated[datetime, BeforeValidator(_utc), Field(json_schema_extra={"say": MOMENT})]
    kind: str = Field(max_length=60)
    is_request: bool = False
    direction: str = Field(Direction.UNKNOWN, pattern="^(inbound|outbound|unknown)$")
    owner: Name = ""


def kinds(session: Session) -> Sequence[ActivityKind]:
    """The kinds of activity there are, by name."""
    return session.exec(select(ActivityKind).order_by(col(ActivityKind.name))).all()


def get(session: Session, activity_id: int) -> tuple[Activity, ActivityKind]:
    """An activity with its kind. Raises NotFound."""
    if (found := session.get(Activity, activity_id)) is None:
        raise NotFound("There is no such activity here. Look for it on the person's page.")
    return found, session.get_one(ActivityKind, found.kind_id)


def texts(activity: Activity, kind: ActivityKind) -> dict[str, str]:
    """What an activity's form holds."""
    return {
        "person": text_of(activity.person_id),
        "deal": text_of(activity.deal_id),
        "when": f"{activity.at:%Y-%m-%dT%H:%M}",
        "kind": kind.name,
        "is_request": text_of(kind.is_request),
        "direction": activity.direction,
        "owner": activity.owner,
    }


def blank(*, owner: str, at: datetime) -> dict[str, str]:
    """What the form of a new one holds: it happened just now, and whoever writes it did it."""
    return texts(Activity(at=at, kind_id=0, owner=owner), ActivityKind(name=""))


def add(session: Session, draft: Draft, *, by: int | None, at: datetime) -> Activity:
    """Add an activity; one of a kind that is a request is an inbound request. Raises Invalid."""
    activity = Activity(at=draft.when, kind_id=0, created_at=at, updated_at=at)
    values = _values(session, activity, draft, at)
    for name, value in values.items():
        setattr(activity, name, value)
    is_request = session.get_one(ActivityKind, activity.kind_id).is_request
    return records.add(session, activity, LEVEL, by=by, at=at, is_request=is_request)


def change(
    session: Session, activity_id: int, draft: Draft, *, version: int, by: int | None, at: datetime
) -> Activity:
    """Change an activity that was seen in a version. Raises Invalid, NotFound, Changed."""
    activity = records.load(session, Activity, activity_id, version=version)
    records.change(session, activity, LEVEL, _values(session, activity, draft, at), by=by, at=at)
    return activity


def _values(session: Session, activity: Activity, draft: Draft, at: datetime) -> dict[str, Any]:
    if not (draft.person or draft.deal):
        raise Invalid("Say whom it was with: a person, a deal, or both.")
    if draft.when > at + EARLY:
        raise Invalid("That is in the future. Record what happened; times are those of UTC.")
    if draft.deal is not None and session.get(Deal, draft.deal) is None:
        raise Invalid(f"There is no deal {draft.deal}. Use the number in the address of the deal's page.")
    person = person_of(session, draft.person)
    kind = _kind(session, draft)
    if kind.is_request and draft.direction == Direction.OUTBOUND:
        raise Invalid(f"“{kind.name}” is something people ask for themselves, so it is inbound.")
    same_minute = f"{activity.at:%Y-%m-%dT%H:%M}" == f"{draft.when.astimezone(UTC):%Y-%m-%dT%H:%M}"
    return {
        "person_id": person,
        "deal_id": draft.deal,
        "at": activity.at if same_minute else draft.when.astimezone(UTC),
        "kind_id": kind.id,
        "direction": Direction.INBOUND if kind.is_request else draft.direction,
        "owner": draft.owner,
    }


def _kind(session: Session, draft: Draft) -> ActivityKind:
    """The kind of that name, in any case; else a new one."""
    for known in kinds(session):
        if known.name.casefold() == draft.kind.casefold():
            return known
    new = ActivityKind(name=draft.kind, is_request=draft.is_request)
    session.add(new)
    session.flush()
    return new
