"""What the answer key says can be read off the tables: sums and counts of the database are the lines of docs/demo.md."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from sqlalchemy import text

from portal.db import MONEY_SCALE, Database
from portal.demo import budget, programs
from portal.demo.stories import OPTIMIST, SANDBAGGER, SEED, SLOW_STAGE
from portal.demo.timeline import Timeline

PAGE = (Path(__file__).parents[3] / "docs" / "demo.md").read_text()


def read(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        return [tuple(row) for row in session.connection().execute(text(query))]


def money(amount: int | None) -> str:
    return f"{(amount or 0) // MONEY_SCALE:,}"


def says(*cells: object) -> bool:
    return f"| {' | '.join(map(str, cells))} |" in PAGE


def test_campaigns_are_praised_by_the_first_touch_and_by_the_last(loaded: Database) -> None:
    first = (
        "(SELECT SUM(d.amount) FROM campaign_member m JOIN person p ON p.id = m.person_id AND m.joined_at = p.came_at "
        "JOIN deal d ON d.person_id = p.id AND d.outcome = 'won' WHERE m.campaign_id = k.id)"
    )
    last = "(SELECT SUM(d.amount) FROM deal d WHERE d.campaign_id = k.id AND d.outcome = 'won')"
    found = read(
        loaded,
        "SELECT k.name, k.cost, (SELECT COUNT(*) FROM campaign_member m WHERE m.campaign_id = k.id), "
        "(SELECT COUNT(m.responded_at) FROM campaign_member m WHERE m.campaign_id = k.id), "
        f"{first}, {last} FROM campaign k",
    )
    assert len(found) == 17
    for name, cost, members, answered, of_first, of_last in found:
        assert says(name, money(cost), members, answered, money(of_first), money(of_last)), name


def test_what_a_campaign_cost_is_the_sum_of_its_lines_and_all_lines_are_the_spend(loaded: Database) -> None:
    by_campaign = (
        "SELECT k.cost, (SELECT SUM(l.amount) FROM spend_line l WHERE l.campaign = k.name AND l.channel = k.channel) / "
        "(SELECT COUNT(*) FROM campaign same WHERE same.name = k.name) FROM campaign k"
    )
    by_month = "SELECT s.amount, (SELECT SUM(l.amount) FROM spend_line l WHERE l.channel = s.channel AND l.spent_on = s.month) FROM spend s"
    for found in (read(loaded, by_campaign), read(loaded, by_month)):
        assert found
        assert all(one == other for one, other in found)


@pytest.mark.parametrize("day", [(2025, 1, 1), (2026, 8, 31), (2028, 2, 29)])
def test_what_a_campaign_cost_is_the_same_whatever_the_day_of_loading(day: tuple[int, int, int]) -> None:
    def costs(at: datetime) -> dict[int, int]:
        timeline = Timeline(at)
        return programs.costs(programs.bills(budget.paid(SEED, timeline), timeline))

    assert costs(datetime(*day, 12, tzinfo=UTC)) == costs(datetime(2026, 3, 2, 9, 30, tzinfo=UTC))


def test_one_stage_is_slow_in_the_history_of_stages(loaded: Database) -> None:
    moves = defaultdict(list)
    for deal, stage, entered in read(
        loaded, "SELECT deal_id, stage, entered_at FROM stage_change ORDER BY deal_id, entered_at, id"
    ):
        moves[deal].append((stage, entered))
    stays = defaultdict(list)
    for steps in moves.values():
        for (stage, entered), (_, left) in pairwise(steps):
            stays[stage].append((left - entered) / 86_400_000_000)
    days = {stage: median(found) for stage, found in stays.items()}
    assert days.pop(SLOW_STAGE) > 2 * max(days.values())
    assert len(moves) == len(read(loaded, "SELECT id FROM deal"))
    last = "SELECT stage FROM stage_change s WHERE s.deal_id = d.id ORDER BY entered_at DESC, id DESC LIMIT 1"
    assert read(loaded, f"SELECT id FROM deal d WHERE stage <> ({last})") == []


def test_the_sandbagger_beats_a_low_quota_and_the_optimist_misses_a_high_one(loaded: Database) -> None:
    reached = {
        name: won / quota
        for name, won, quota in read(
            loaded,
            "SELECT o.name, (SELECT SUM(d.amount) FROM deal d WHERE d.owner_id = o.id AND d.outcome = 'won'), "
            "(SELECT SUM(q.amount) * 8 / 9 FROM quota q WHERE q.owner_id = o.id) FROM owner o WHERE o.team <> ''",
        )
    }
    assert max(reached, key=reached.__getitem__) == SANDBAGGER
    assert min(reached, key=reached.__getitem__) == OPTIMIST
    for name, share in reached.items():
        assert f"| {share:.0%} |" in next(
            line for line in PAGE.splitlines() if line.startswith(f"| {name} | Sales")
        )


def test_quotas_are_of_whole_quarters_one_after_the_other_up_to_today(loaded: Database) -> None:
    quarters = read(loaded, "SELECT DISTINCT first_on, last_on FROM quota ORDER BY 1")
    assert (len(quarters), quarters[0], quarters[-1]) == (
        9,
        ("2024-01-01", "2024-03-31"),
        ("2026-01-01", "2026-03-31"),
    )


def test_more_people_with_a_role_more_deals_won(loaded: Database) -> None:
    found = read(
        loaded,
        "SELECT n, COUNT(*), AVG(won) * 100 FROM (SELECT MIN(COUNT(*), 3) AS n, d.outcome = 'won' AS won FROM deal_role r "
        "JOIN deal d ON d.id = r.deal_id WHERE d.outcome <> 'open' GROUP BY d.id) GROUP BY n ORDER BY n",
    )
    assert [
        word
        for word, (_, deals, won) in zip(("one", "two", "three or more"), found, strict=True)
        if says(word, deals, f"{won:.1f}%")
    ] == [
        "one",
        "two",
        "three or more",
    ]
    assert read(loaded, "SELECT deal_id FROM deal_role GROUP BY deal_id HAVING SUM(is_primary) <> 1") == []


def test_orders_first_and_again(loaded: Database) -> None:
    found = read(loaded, "SELECT kind, COUNT(*), SUM(amount) FROM customer_order GROUP BY kind")
    assert {kind for kind, *_ in found} == {"first", "renewal", "upgrade", "referral"}
    assert all(says(kind, count, money(amount)) for kind, count, amount in found)
    won = "SELECT d.id, d.amount, o.amount FROM deal d LEFT JOIN customer_order o ON o.deal_id = d.id WHERE d.outcome = 'won'"
    assert all(amount == ordered for _, amount, ordered in read(loaded, won))


def test_what_partners_bring(loaded: Database) -> None:
    found = read(
        loaded,
        "SELECT p.name, (SELECT COUNT(*) FROM person c WHERE c.campaign = p.name), COUNT(d.id), "
        "SUM(CASE WHEN d.outcome = 'won' THEN d.amount END) FROM partner p LEFT JOIN deal d ON d.partner_id = p.id GROUP BY p.id",
    )
    assert len(found) == 4
    assert all(says(name, people, deals, money(won)) for name, people, deals, won in found)


def test_every_rep_is_an_owner_and_two_of_them_sign_in(loaded: Database) -> None:
    assert read(
        loaded,
        "SELECT o.name, u.right FROM owner o JOIN user_account u ON u.email = o.email ORDER BY o.name",
    ) == [("Amara Okafor", "member"), ("Ingrid Solberg", "leader")]
    for table in ("person", "deal", "company", "quota", "partner"):
        strange = f"SELECT r.id FROM {table} r LEFT JOIN owner o ON o.id = r.owner_id WHERE r.owner <> COALESCE(o.name, '')"
        assert read(loaded, strange) == []
