"""Records of every odd kind, and trees that ask anything of them: what SQL and Python have to agree about."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from sqlmodel import Session, select

from portal import definitions
from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.criteria import Catalogue, Criteria, parse
from portal.criteria.clauses import FieldRef
from portal.criteria.comparisons import COUNTS, LAST, OUTCOMES, SCORES, Takes
from portal.db import Database, canonical, microseconds
from portal.deals import Deal, DealRole
from portal.deals.tables import StageChange
from portal.fields import Field, FieldKind, Level
from portal.models.tables import CurrentRun, Model, Run
from portal.people import FieldChange, Person
from portal.ranking import runs

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORDS = ["Ghana", "GHANA", "gHana", "Österreich", "ÖSTERREICH", "österreich", "ΣΊΓΜΑ", "straße", "STRASSE"]
WORDS += ["İstanbul", "a b", "100%", "it's", "_", "unknown", "12", "3.5", "true", " ", 'Ghana\'s \\ "best"']
NUMBERS = [0, -1, 12, 3.5, 0.1, 1e15, 1e-7]
MOMENTS = [
    AT + timedelta(days=days, hours=hours) for days in (-400, -90, -30, -1, 0, 1) for hours in (-10, 0, 15)
]
MOMENTS += [AT.replace(hour=0, minute=0), AT.replace(hour=23, minute=59, second=59, microsecond=999_000)]
DAYS = sorted({moment.date() for moment in MOMENTS})
DATES = [day.isoformat() for day in DAYS] + [moment.isoformat().replace("+00:00", "Z") for moment in MOMENTS]
DATES += ["2026-03-01T23:30:00-05:00", "2026-03-02T00:30:00+02:00", "2026-03-01T23:59:59.999Z"]
ATTRIBUTES = {
    "Visits": (FieldKind.NUMBER, NUMBERS),
    "Newsletter": (FieldKind.BOOLEAN, [True, False]),
    "Signed up": (FieldKind.DATE, DATES),
    'Segment "A" \\': (FieldKind.CATEGORY, [*WORDS, "", 12, 3.5]),
    "Notes": (FieldKind.TEXT, [*WORDS, ""]),
}
KINDS = {"Demo request": True, "Question": True, "Visit": False, "Mail": False}
ROLES = ["Decision maker", "decision MAKER", "Prüfer", "", "Champion"]


def settle(database: Database, *, seed: int = 1, count: int = 40) -> None:
    """So many people, companies and deals, whose values are drawn from the odd ones; half of all is missing."""
    dice = random.Random(seed)
    with database.transaction() as session:
        definitions.ship(session, at=AT)
        for level in ("person", "company"):
            for name, (kind, _) in ATTRIBUTES.items():
                session.add(Field(level=level, name=name, kind=kind, source="crm", first_seen_at=AT))
        session.add_all(
            ActivityKind(id=number, name=name, is_request=KINDS[name]) for number, name in enumerate(KINDS, 1)
        )
        session.add_all(_company(dice) for _ in range(count // 4))
        session.flush()
        session.add_all(_person(dice, count) for _ in range(count))
        session.flush()
        session.add_all(_deal(dice, count) for _ in range(count))
        session.flush()
        session.add_all(_activity(dice, count) for _ in range(count * 4))
        session.add_all(_role(dice, count) for _ in range(count * 2))
        _scores(session, dice, count)
        session.flush()
        _history(session, dice, count)


def _history(session: Session, dice: random.Random, count: int) -> None:
    """Some records came long ago, and values of them were replaced since; some deals have stages of their source."""
    for table in (Person, Company, Deal):
        for row in session.exec(select(table)).all():
            row.created_at = dice.choice([AT - timedelta(days=500), AT - timedelta(days=60), AT])
    session.flush()
    session.add_all(_change(dice, count) for _ in range(count * 6))
    session.add_all(
        StageChange(deal_id=dice.randint(1, count), stage=dice.choice(WORDS), entered_at=dice.choice(MOMENTS))
        for _ in range(count // 2)
    )


def _change(dice: random.Random, count: int) -> FieldChange:
    level = dice.choice([Level.PERSON, Level.PERSON, Level.DEAL, Level.COMPANY])
    is_attribute = level is not Level.DEAL and dice.random() < 0.4
    name, before = dice.choice(_attribute_changes() if is_attribute else COLUMN_CHANGES[level])
    seen = dice.choice(MOMENTS)
    return FieldChange(
        level=level,
        record_id=dice.randint(1, count if level is not Level.COMPANY else count // 4),
        field=name,
        is_attribute=is_attribute,
        before=_maybe(dice, [canonical(value) for value in before]),
        valid_from=_maybe(dice, MOMENTS),
        seen_at=seen,
    )


def _attribute_changes() -> list[tuple[str, list[Any]]]:
    return [(name, [value for value in values if value != ""]) for name, (_, values) in ATTRIBUTES.items()]


INSTANTS = [microseconds(moment) for moment in MOMENTS]
COLUMN_CHANGES: dict[Level, list[tuple[str, list[Any]]]] = {
    Level.PERSON: [
        ("country", WORDS),
        ("opted_out_at", INSTANTS),
        ("came_at", INSTANTS),
        ("company_id", [1, 2, 3]),
        ("direction", ["inbound", "unknown"]),
    ],
    Level.COMPANY: [("employees", NUMBERS), ("revenue", [0, 35_000, 1]), ("industry", WORDS)],
    Level.DEAL: [
        ("stage", WORDS),
        ("outcome", ["open", "won", "lost"]),
        ("amount", [0, 120_000]),
        ("expected_close_on", [day.isoformat() for day in DAYS]),
        ("closed_at", INSTANTS),
        ("person_id", [1, 2, 3]),
        ("probability", NUMBERS),
    ],
}


def _maybe(dice: random.Random, values: list[Any], otherwise: Any = None) -> Any:
    return dice.choice(values) if dice.random() < 0.6 else otherwise


def _attributes(dice: random.Random) -> str:
    drawn = {name: dice.choice(values) for name, (_, values) in ATTRIBUTES.items() if dice.random() < 0.6}
    return canonical(drawn | ({"Visits": None} if dice.random() < 0.1 else {}))


def _company(dice: random.Random) -> Company:
    return Company(
        name="Pumps",
        industry=_maybe(dice, WORDS, ""),
        country=_maybe(dice, WORDS, ""),
        employees=_maybe(dice, NUMBERS),
        revenue=_maybe(dice, [Decimal(0), Decimal(12), Decimal("3.5"), Decimal("1000000.0001")]),
        attributes=_attributes(dice),
        created_at=AT,
        updated_at=AT,
    )


def _person(dice: random.Random, count: int) -> Person:
    return Person(
        country=_maybe(dice, WORDS, ""),
        title=_maybe(dice, WORDS, ""),
        direction=dice.choice(["inbound", "outbound", "unknown"]),
        came_at=_maybe(dice, MOMENTS),
        opted_out_at=_maybe(dice, MOMENTS) if dice.random() < 0.4 else None,
        customer_at=_maybe(dice, MOMENTS) if dice.random() < 0.4 else None,
        company_id=_maybe(dice, list(range(1, count // 4 + 1))),
        attributes=_attributes(dice),
        created_at=AT,
        updated_at=AT,
    )


def _deal(dice: random.Random, count: int) -> Deal:
    return Deal(
        person_id=_maybe(dice, list(range(1, count + 1))),
        company_id=_maybe(dice, list(range(1, count // 4 + 1))),
        stage=_maybe(dice, WORDS, ""),
        outcome=dice.choice(OUTCOMES[1:]),
        amount=_maybe(dice, [Decimal(0), Decimal(12), Decimal("3.5"), Decimal("0.1")]),
        probability=_maybe(dice, NUMBERS),
        opened_at=_maybe(dice, MOMENTS),
        expected_close_on=_maybe(dice, DAYS),
        closed_at=_maybe(dice, MOMENTS),
        created_at=AT,
        updated_at=AT,
    )


def _activity(dice: random.Random, count: int) -> Activity:
    return Activity(
        person_id=_maybe(dice, list(range(1, count + 1))),
        deal_id=_maybe(dice, list(range(1, count + 1))),
        company_id=_maybe(dice, list(range(1, count // 4 + 1))),
        at=dice.choice(MOMENTS),
        kind_id=dice.randint(1, len(KINDS)),
    )


def _role(dice: random.Random, count: int) -> DealRole:
    ids = list(range(1, count + 1))
    return DealRole(deal_id=dice.choice(ids), person_id=_maybe(dice, ids), role=dice.choice(ROLES))


def _scores(session: Session, dice: random.Random, count: int) -> None:
    """A run of people, current since the day before; somebody came after it."""
    model = Model(level="person", outcome="Converted", as_of=AT, created_at=AT)
    session.add(model)
    session.flush()
    session.add(Run(id=1, level="person", model_id=model.id, as_of=AT, created_at=AT))
    session.flush()
    session.add(CurrentRun(level="person", run_id=1, since=AT - timedelta(days=1)))
    runs.lay_out(session, 1)
    ids = dice.sample(range(1, count + 1), count - 3)
    shares = [0, 0.25, 0.3, 1]
    rows = [
        (rank, person, 0.0, dice.choice(shares), rank % 20 + 1, None, 0.0)
        for rank, person in enumerate(ids, 1)
    ]
    runs.fill(session, 1, rows)


# Trees


def trees(known: Catalogue) -> st.SearchStrategy[Criteria]:
    """Criteria of a level, up to three groups deep, that ask anything there is."""
    groups = st.sampled_from(["all", "any", "none"])

    def group(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.builds(lambda how, inner: {how: inner}, groups, st.lists(parts, min_size=1, max_size=3))

    nodes = st.recursive(clauses(known), group, max_leaves=6)
    return group(nodes).map(_numbered).map(lambda root: parse({"version": 1, "root": root}))


def _numbered(node: Any, numbers: Any = None) -> Any:
    numbers = iter(range(1000)) if numbers is None else numbers
    if "type" in node:
        return node | {"id": f"c{next(numbers)}"}
    return {how: [_numbered(part, numbers) for part in parts] for how, parts in node.items()}


def clauses(known: Catalogue) -> st.SearchStrategy[dict[str, Any]]:
    of = st.sampled_from([level.value for level in known.reaches])
    counts = {"test": st.sampled_from(COUNTS), "count": st.integers(1, 3)}
    offered = [
        st.sampled_from(sorted(known.fields)).flatmap(lambda ref: field_clauses(known, ref)),
        _made("activity", of=of, what=_what(), days=st.none() | st.sampled_from([1, 30, 400]), **counts),
        _made("activity", of=of, what=_what(), test=st.sampled_from(LAST), days=st.sampled_from([1, 30, 90])),
        scores(known),
        _made("every", of=st.just(known.level.value)),
    ]
    if any(term.level in known.reaches for term in known.terms.values()):
        offered.append(definition_clauses(known))
    if known.level is Level.DEAL:
        offered.append(
            _made("activity", of=of, what=_what(), before=st.sampled_from(["opened", "closed"]), **counts)
        )
        offered.append(_made("roles", roles=st.lists(st.sampled_from(ROLES[:3]), max_size=2), **counts))
    holders = [level.value for level in known.reaches if level is not Level.DEAL]
    offered.append(_made("deals", of=st.sampled_from(holders), outcome=st.sampled_from(OUTCOMES), **counts))
    return st.one_of(offered)


def _made(kind: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **parts})


def _what() -> st.SearchStrategy[Any]:
    return st.sampled_from(["request", "any", ["Visit"], ["Visit", "Demo request"]])


def scores(known: Catalogue) -> st.SearchStrategy[dict[str, Any]]:
    of = st.sampled_from([level.value for level in known.reaches])
    groups = _made("score", of=of, test=st.sampled_from(list(SCORES)[:2]), value=st.integers(1, 10))
    return groups | _made(
        "score", of=of, test=st.sampled_from(list(SCORES)[2:]), value=st.sampled_from([0, 0.25, 0.3])
    )


def definition_clauses(known: Catalogue) -> st.SearchStrategy[dict[str, Any]]:
    terms = [term for term in known.terms.values() if term.level in known.reaches]
    return st.sampled_from(terms).flatmap(
        lambda term: _made(
            "definition",
            of=st.just(term.level.value),
            term=st.just(term.term),
            test=st.sampled_from(["meets", "does_not_meet"]),
        )
    )


def field_clauses(known: Catalogue, ref: FieldRef) -> st.SearchStrategy[dict[str, Any]]:
    field = known.fields[ref]
    return st.sampled_from(field.comparisons).flatmap(
        lambda comparison: st.builds(
            lambda value: (
                {"type": "field", **ref.data, "test": comparison.name}
                | ({} if value is None else {"value": value})
            ),
            _value(comparison.takes, _single(field.kind)),
        )
    )


def _single(kind: FieldKind) -> st.SearchStrategy[Any]:
    match kind:
        case FieldKind.NUMBER:
            return st.sampled_from(NUMBERS)
        case FieldKind.BOOLEAN:
            return st.booleans()
        case FieldKind.DATE:
            return st.sampled_from(DAYS).map(date.isoformat)
        case _:
            return st.sampled_from([word for word in WORDS if word.strip()])


def _value(takes: Takes, single: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    match takes:
        case Takes.NOTHING:
            return st.none()
        case Takes.DAYS:
            return st.sampled_from([1, 30, 90, 400])
        case Takes.PAIR:
            return st.tuples(single, single).map(sorted)
        case Takes.VALUES:
            return st.lists(single, min_size=1, max_size=3)
        case _:
            return single


def every(level: Level) -> dict[str, Any]:
    return {"version": 1, "root": {"all": [{"id": "c", "type": "every", "of": level.value}]}}


def asked_of_history(known: Catalogue) -> list[Criteria]:
    """Each field of the level that may have changed, compared with some of the values it had."""
    own = [(FieldRef(known.level, name), values) for name, values in COLUMN_CHANGES[known.level]]
    if known.level is not Level.DEAL:
        own += [
            (FieldRef(known.level, name, is_attribute=True), values) for name, values in _attribute_changes()
        ]
    clauses = [
        {"type": "field", **ref.data, "test": "is", "value": value}
        for ref, values in own
        if ref in known.fields
        for value in _comparable(known.fields[ref].kind, values)
    ]
    clauses += [{"type": "field", **ref.data, "test": "is_known"} for ref, _ in own if ref in known.fields]
    if known.level is Level.DEAL:
        clauses.append({"type": "field", "of": "person", "field": "country", "test": "is", "value": "Ghana"})
        clauses += [
            {
                "type": "activity",
                "of": "person",
                "what": "any",
                "test": "at_least",
                "count": 1,
                "before": before,
            }
            for before in ("opened", "closed")
        ]
    else:
        clauses += [
            {"type": "deals", "of": known.level.value, "outcome": outcome, "test": "at_least", "count": 1}
            for outcome in OUTCOMES
        ]
    return [parse({"version": 1, "root": {"all": [clause | {"id": "c"}]}}) for clause in clauses]


def _comparable(kind: FieldKind, values: list[Any]) -> list[Any]:
    """Values a field of the kind can be compared with."""
    match kind:
        case FieldKind.DATE:
            return [day.isoformat() for day in DAYS[-6:]]
        case FieldKind.NUMBER:
            return [0, 3.5, 12, -1]
        case FieldKind.BOOLEAN:
            return [True, False]
        case _:
            return [value for value in values if isinstance(value, str) and value.strip()][:4]
