"""The demo's further records as rows: who sells what, who sat at the table, what was ordered, and the campaigns with what they cost."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from portal.demo import budget, buying, programs, sellers
from portal.demo.history import Ids
from portal.demo.rows import BY_ID, Row
from portal.demo.stories import CURRENCY
from portal.demo.timeline import SPAN, Timeline
from portal.demo.world import World

DAYS_TO_DELIVER: Final = 20.0


def owners(timeline: Timeline, ids: Ids) -> Iterator[Row]:
    for seller in sellers.SELLERS:
        yield {
            "id": ids.owners[seller.number],
            "name": seller.name,
            "email": seller.email,
            "team": seller.team,
            "manager": seller.manager,
            **_known_since(timeline, 0.0),
        }


def quotas(timeline: Timeline, ids: Ids) -> Iterator[Row]:
    for goal in sellers.goals(timeline):
        yield {
            "owner": goal.seller.name,
            "owner_id": ids.owners[goal.seller.number],
            "owner_by": BY_ID,
            "team": goal.seller.team,
            "first_on": goal.first,
            "last_on": goal.last,
            "amount": Decimal(goal.amount),
            "currency": CURRENCY,
            **_known_since(timeline, 0.0),
        }


def partners(timeline: Timeline, ids: Ids) -> Iterator[Row]:
    for partner in buying.PARTNERS:
        seller = sellers.SELLERS[partner.owner]
        yield {
            "id": ids.partners[partner.number],
            "name": partner.name,
            "type": partner.type,
            "status": partner.status,
            "domain": f"{partner.name.lower().replace(' ', '-')}.example",
            "country": partner.country,
            "owner": seller.name,
            "owner_id": ids.owners[seller.number],
            "owner_by": BY_ID,
            **_known_since(timeline, 0.0),
        }


def products(timeline: Timeline) -> Iterator[Row]:
    for product in buying.CATALOGUE:
        yield {
            "name": product.name,
            "code": product.code,
            "family": product.family,
            "price": Decimal(product.price),
            "currency": CURRENCY,
            **_known_since(timeline, 0.0),
        }


def stage_changes(world: World, timeline: Timeline, ids: Ids) -> Iterator[Row]:
    """Every stage that a deal came into, its end among them."""
    for talk in world.talks:
        for at, stage in talk.seen_moves:
            entered = timeline.moment(at)
            yield {
                "deal_id": ids.deals[talk.number],
                "stage": stage,
                "entered_at": entered,
                "created_at": entered,
                "updated_at": entered,
            }


def roles(world: World, timeline: Timeline, ids: Ids) -> Iterator[Row]:
    for part in world.parts:
        yield {
            "deal_id": ids.deals[part.talk.number],
            "person_id": ids.people[part.member.number],
            "role": part.role,
            "is_primary": part.is_primary,
            **_known_since(timeline, max(part.talk.opened, part.member.came or 0.0)),
        }


def orders(world: World, timeline: Timeline, ids: Ids) -> Iterator[Row]:
    for purchase in world.purchases:
        firm = purchase.member.firm
        yield {
            "number": f"{2000 + purchase.number}",
            "kind": purchase.kind,
            "amount": Decimal(purchase.amount),
            "currency": CURRENCY,
            "ordered_at": timeline.moment(purchase.at),
            "product": purchase.product,
            "status": "Delivered" if purchase.at < SPAN - DAYS_TO_DELIVER else "In delivery",
            "person_id": ids.people[purchase.member.number],
            "company_id": ids.companies[firm.number] if firm else None,
            "company_name": firm.name if firm else "",
            "company_by": BY_ID if firm else "",
            "deal_id": ids.deals[purchase.talk.number] if purchase.talk else None,
            **_known_since(timeline, purchase.at),
        }


def campaigns(bills: list[programs.Bill], timeline: Timeline, ids: Ids) -> Iterator[Row]:
    costs = programs.costs(bills)
    for program in programs.PROGRAMS:
        cost = costs.get(program.number, 0)
        yield {
            "id": ids.campaigns[program.number],
            "name": program.name,
            "channel": program.channel.name,
            "status": "Running" if program.ends is None else "Completed",
            "starts_on": timeline.moment(program.starts).date(),
            "ends_on": None if program.ends is None else timeline.moment(program.ends).date(),
            "budget": Decimal(programs.planned(cost)),
            "cost": Decimal(cost),
            "currency": CURRENCY,
            **_known_since(timeline, program.starts),
        }


def members(world: World, timeline: Timeline, ids: Ids) -> Iterator[Row]:
    for joined in world.reached.members:
        yield {
            "campaign_id": ids.campaigns[joined.program.number],
            "person_id": ids.people[joined.member.number],
            "status": joined.status,
            "joined_at": timeline.moment(joined.at),
            "responded_at": None if joined.answered is None else timeline.moment(joined.answered),
            **_known_since(timeline, joined.at),
        }


def spend(paid: list[budget.Paid], timeline: Timeline, recorder: int) -> Iterator[Row]:
    for each in paid:
        yield {
            "channel": each.channel,
            "month": each.month,
            "amount": each.amount,
            "currency": CURRENCY,
            "recorded_at": timeline.at,
            "recorded_by": recorder,
        }


def spend_lines(bills: list[programs.Bill], timeline: Timeline) -> Iterator[Row]:
    """The bills behind what is recorded by month."""
    for bill in bills:
        yield {
            "channel": bill.channel,
            "campaign": bill.program.name if bill.program else "",
            "spent_on": bill.month,
            "amount": Decimal(bill.amount),
            "currency": CURRENCY,
            **_known_since(timeline, SPAN),
        }


def _known_since(timeline: Timeline, unit: float) -> Row:
    at = timeline.moment(unit)
    return {"created_at": at, "updated_at": at}
