"""The demo as rows of the portal's tables: what is written, and in which words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np

from portal.activities import Direction
from portal.db import canonical
from portal.deals import Outcome
from portal.demo.buying import partner_of
from portal.demo.channels import KINDS
from portal.demo.crowd import Member
from portal.demo.firms import Firm
from portal.demo.history import Ids, day_of, statuses
from portal.demo.stories import CURRENCY, LEAK, OUTCOME, QUALIFIED, SOURCE, TOO_YOUNG, stream
from portal.demo.talks import STAGES, Talk
from portal.demo.timeline import SPAN, Timeline, instant
from portal.demo.world import World
from portal.fields import FieldKind, Level

Row = dict[str, Any]
BY_REPS: Final = frozenset({"Call", "Meeting"})
DIRECTIONS: Final = {
    kind.name: Direction.OUTBOUND if kind.name in BY_REPS | {"E-mail opened"} else Direction.INBOUND
    for kind in KINDS
}
AFTER_HOURS: Final = frozenset({"Site visit", "E-mail opened"})
YEAR: Final = 365.25
LETTERS: Final = {"owner": "U", "partner": "R", "campaign": "K", "product": "I"}  # else the first one
CUSTOMER, PROSPECT = "Customer", "Prospect"
PIPELINE: Final = "Sales"
BY_ID: Final = "id"  # how a link was found
TERMS: Final = {
    "Target": "target",
    "New": "inquiry",
    "Accepted by sales": "qualified_lead",
    "Rejected by sales": "nurture",
    "In talks": "opportunity",
    "Won": "customer",
    "Lost": "",
}
MILLION: Final = 1_000_000
FIELDS: Final = {
    Level.PERSON: {
        "Industry": FieldKind.CATEGORY,
        "Job level": FieldKind.CATEGORY,
        "Employees": FieldKind.NUMBER,
        "Plants": FieldKind.NUMBER,
        "Timeline": FieldKind.CATEGORY,
        "Budget": FieldKind.NUMBER,
        "Current system": FieldKind.CATEGORY,
        "Machines bought on": FieldKind.DATE,
        "Form answers": FieldKind.NUMBER,
        "Mobile": FieldKind.BOOLEAN,
        "Newsletter": FieldKind.BOOLEAN,
        QUALIFIED: FieldKind.BOOLEAN,
        LEAK: FieldKind.CATEGORY,
        OUTCOME: FieldKind.CATEGORY,
    },
    Level.COMPANY: {
        "Employees": FieldKind.NUMBER,
        "Plants": FieldKind.NUMBER,
        "Revenue in EUR million": FieldKind.NUMBER,
        "ISO 55001 certified": FieldKind.BOOLEAN,
    },
    Level.DEAL: {
        "Stated probability": FieldKind.NUMBER,
        "First stated amount": FieldKind.NUMBER,
        "Competitor": FieldKind.CATEGORY,
        "Loss reason": FieldKind.CATEGORY,
    },
}


def external(level: str, number: int) -> str:
    """What the demo's CRM calls a record, such as P-00012. It depends on the seed alone."""
    return f"{LETTERS.get(level, level[0].upper())}-{number:05d}"


def external_ids(level: str, ids: Sequence[int]) -> Iterator[Row]:
    for number, record_id in enumerate(ids):
        yield {
            "level": level,
            "source": SOURCE,
            "external_id": external(level, number),
            "record_id": record_id,
        }


def companies(world: World, timeline: Timeline, ids: Ids) -> Iterator[Row]:
    start = timeline.moment(0.0)
    owners = _owners(world)
    customers = {t.member.firm for t in world.talks if t.outcome is Outcome.WON}
    for firm in world.firms:
        owner = owners.get(firm.number, "")
        attributes = {
            "Employees": firm.employees,
            "Plants": firm.plants,
            "Revenue in EUR million": firm.revenue,
            "ISO 55001 certified": firm.certified,
        }
        yield {
            "id": ids.companies[firm.number],
            "name": firm.name,
            "domain": firm.domain,
            "industry": firm.industry,
            "country": firm.country.name,
            "city": firm.country.cities[firm.number % len(firm.country.cities)],
            "employees": float(firm.employees),
            "revenue": Decimal(str(firm.revenue)) * MILLION,
            "currency": CURRENCY,
            "type": CUSTOMER if firm in customers else PROSPECT,
            **_owned(owner, ids),
            "attributes": _json(attributes),
            "created_at": start,
            "updated_at": start,
        }


def _owners(world: World) -> dict[int, str]:
    """Who looks after a company, by its number: who has its newest deal, else its newest person."""
    people = {m.firm.number: m.owner for m in world.members if m.firm and m.twin_of is None and m.owner}
    return people | {t.member.firm.number: t.owner for t in world.talks if t.member.firm}


def _owned(owner: str, ids: Ids) -> Row:
    return {"owner": owner, "owner_id": ids.owner(owner), "owner_by": BY_ID if owner else ""}


def _employed(firm: Firm | None, name: str, ids: Ids) -> Row:
    return {
        "company_id": ids.companies[firm.number] if firm else None,
        "company_name": firm.name if firm else name,
        "company_by": BY_ID if firm else "",
    }


def people(world: World, timeline: Timeline, ids: Ids) -> Iterator[Row]:
    checked = credit_checks(world)
    histories = statuses(world)
    for member in world.members:
        came = None if member.came is None else timeline.moment(member.came)
        first_seen = came or timeline.moment(0.0)
        history = histories[member.number]
        yield {
            "id": ids.people[member.number],
            "first_name": member.given,
            "last_name": member.family,
            "email": member.email,
            "phone": member.phone,
            "title": member.traits.title,
            **_employed(member.firm, member.employer, ids),
            "source": member.channel.name,
            "campaign": member.campaign,
            **_owned(member.owner, ids),
            "status": history[-1][1],
            "term": TERMS[history[-1][1]],
            "country": member.country.name,
            "city": member.city,
            "direction": member.channel.direction,
            "came_at": came,
            "arrived_at": first_seen,
            "opted_out_at": None if member.left is None else timeline.moment(member.left),
            "customer_at": None if member.bought is None else timeline.moment(member.bought),
            "attributes": _json(_traits(member, timeline, check=checked.get(member.number))),
            "created_at": first_seen,
            "updated_at": first_seen if len(history) == 1 else timeline.moment(history[-1][0]),
        }


def _traits(member: Member, timeline: Timeline, *, check: str | None) -> Row:
    traits = member.traits
    bought_on = timeline.moment(member.came or 0.0) - timedelta(days=traits.machine_age * YEAR)
    known: Row = {
        "Industry": traits.industry,
        "Job level": traits.level,
        "Employees": traits.employees,
        "Plants": traits.plants,
        "Timeline": traits.timeline,
        "Budget": traits.budget,
        "Current system": traits.system,
        "Machines bought on": bought_on.date().isoformat(),
    }
    asked = {name: value for name, value in known.items() if name not in traits.blank}
    return asked | {
        "Form answers": traits.answers if member.is_inbound else None,
        "Mobile": traits.mobile if member.is_inbound else None,
        "Newsletter": traits.newsletter,
        QUALIFIED: traits.is_qualified(member.came or 0.0) if member.is_inbound else None,
        LEAK: check,
        OUTCOME: outcome(member),
    }


def outcome(member: Member) -> str | None:
    """Whether a person became a customer; unknown for those who came too lately, or nobody knows when."""
    if member.came is None or member.came > SPAN - TOO_YOUNG:
        return None
    return "yes" if member.bought is not None else "no"


def credit_checks(world: World) -> dict[int, str]:
    """The leak, by a person's number: credit is checked when a contract is written, long after the person came."""
    found: dict[int, str] = {}
    for talk in world.talks:
        contract = next((at for at, stage in talk.moves if stage == "Contract"), None)
        if contract is not None and contract <= SPAN and talk.number % 25:  # one in 25 is forgotten
            found.setdefault(talk.member.number, "Passed" if talk.won or talk.number % 3 else "Failed")
    return found


def deals(world: World, timeline: Timeline, ids: Ids) -> Iterator[Row]:
    for talk in world.talks:
        closed = timeline.moment(talk.ends) if talk.is_over else None
        stage = talk.seen_moves[-1][1]
        partner, campaign = partner_of(talk), world.reached.credit.get(talk.number)
        yield {
            "id": ids.deals[talk.number],
            "name": f"{_buyer(talk)}: {talk.product}",
            "person_id": ids.people[talk.member.number],
            **_employed(talk.member.firm, "", ids),
            **_owned(talk.owner, ids),
            "partner_id": ids.partners[partner.number] if partner else None,
            "campaign_id": ids.campaigns[campaign.number] if campaign else None,
            "pipeline": PIPELINE,
            "stage": stage,
            "term": TERMS.get(stage, "opportunity"),
            "outcome": talk.outcome,
            "amount": Decimal(talk.amount),
            "currency": CURRENCY,
            "probability": STAGES.get(stage, 1.0 if talk.won else 0.0),
            "product": talk.product,
            "source": world.last_touch[talk.number],
            "type": talk.type,
            "opened_at": timeline.moment(talk.opened),
            "expected_close_on": _expected(talk, timeline),
            "closed_at": closed,
            "attributes": _json(_said(talk)),
            "created_at": timeline.moment(talk.opened),
            "updated_at": timeline.moment(max(talk.seen_moves[-1][0], *(p[0] for p in talk.promises), 0.0)),
        }


def _buyer(talk: Talk) -> str:
    return talk.member.firm.name if talk.member.firm else f"{talk.member.given} {talk.member.family}"


def _expected(talk: Talk, timeline: Timeline) -> date | None:
    """The last expected close. One that still lies ahead is counted on from now in plain days."""
    return day_of(talk.promises[-1][1], timeline) if talk.promises else None


def _said(talk: Talk) -> Row:
    return {
        "Stated probability": talk.stated,
        "First stated amount": talk.first_amount,
        "Competitor": talk.rival or None,
        "Loss reason": talk.loss if talk.outcome is Outcome.LOST else None,
    }


def activities(world: World, timeline: Timeline, ids: Ids, kinds: dict[str, int]) -> list[Row]:
    """Some visits and mails are of evenings and weekends; the rest of office hours."""
    random = stream(world.seed, "evenings")
    at = timeline.micro(np.array([trace.at for trace in world.traces]))
    late = random.random(len(at)) < 0.24  # noqa: PLR2004
    wait = (random.gamma(4, 4.5, len(at)) * 3600).astype(np.int64) * 1_000_000
    last = int(timeline.micro(np.array([SPAN]))[0])
    return [
        {
            "person_id": ids.people[trace.member],
            "at": instant(int(at[n] + wait[n]) if _is_late(trace.kind, late[n], at[n] + wait[n] <= last) else int(at[n])),
            "kind_id": kinds[trace.kind],
            "direction": DIRECTIONS[trace.kind],
            "owner": world.members[trace.member].owner if trace.kind in BY_REPS else "",
            "deal_id": None if trace.talk is None else ids.deals[trace.talk],
        }
        for n, trace in enumerate(world.traces)
    ]  # fmt: skip


def _is_late(kind: str, late: np.bool_, past: np.bool_) -> bool:
    return bool(late and past) and kind in AFTER_HOURS


def fields(at: datetime) -> Iterator[Row]:
    for level, kinds in FIELDS.items():
        for name, kind in kinds.items():
            yield {"level": level, "name": name, "kind": kind, "source": SOURCE, "first_seen_at": at}


def kinds() -> Iterator[Row]:
    for kind in KINDS:
        yield {"name": kind.name, "is_request": kind.is_request, "weight": kind.weight}


def _json(values: Row) -> str:
    return canonical({name: value for name, value in values.items() if value is not None})
