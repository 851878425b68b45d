"""What the demo's people are when they come, and how that bears on whether they buy: the honest signal."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from portal.demo.draws import happens, pick, round_to_two, shares
from portal.demo.firms import Firm
from portal.demo.stories import (
    FEWEST_EMPLOYEES_V1,
    FEWEST_EMPLOYEES_V2,
    LEVELS_V1,
    RULE_CHANGED_AT,
)

LEVELS: Final = {"Executive": 0.3, "Head": 0.9, "Manager": 0.5, "Specialist": -0.3, "Other": -1.3}
LEVEL_SHARES: Final = (0.10, 0.20, 0.31, 0.30, 0.09)
TITLES: Final = {
    "Executive": ("Managing Director", "Chief Operating Officer", "Plant Director", "Technical Director"),
    "Head": ("Head of Maintenance", "Head of Production", "Head of Engineering", "Head of Reliability"),
    "Manager": (
        "Maintenance Manager",
        "Reliability Manager",
        "Operations Manager",
        "Purchasing Manager",
        "Plant Manager",
    ),
    "Specialist": ("Reliability Engineer", "Process Engineer", "Automation Engineer", "Maintenance Planner"),
    "Other": ("Consultant", "Student", "Journalist", "Sales Representative"),
}
INDUSTRY_PULL: Final = {
    "Pulp and paper": 0.5, "Food and beverage": 0.3, "Chemicals": 0.5, "Metals": 0.2, "Water and wastewater": -0.2,
    "Pharmaceuticals": 0.3, "Mining and cement": 0.4, "Energy": -0.1, "Machine building": -0.6, "Logistics": -1.0,
}  # fmt: skip
TIMELINES: Final = {"This quarter": 1.0, "This year": 0.4, "No date": -0.6}
TIMELINE_SHARES: Final = (0.17, 0.33, 0.50)
SYSTEMS: Final = {"Paper rounds": 0.4, "Spreadsheets": 0.35, "Another vendor": -0.7, "Nothing yet": -0.1}
SYSTEM_SHARES: Final = (0.24, 0.34, 0.22, 0.20)
SIGNAL: Final = 1.5  # scales everything known at the start
NOISE: Final = 0.45  # standard deviation, in log-odds, of what nobody knows at the start


@dataclass(frozen=True)
class Traits:
    """True values. What the form left empty is in `blank`; it bears on the purchase all the same."""

    level: str
    title: str
    industry: str
    employees: int
    plants: int
    timeline: str
    budget: int
    system: str
    machine_age: float  # years
    answers: int  # filled in on the form, of nine
    mobile: bool
    newsletter: bool
    blank: frozenset[str]

    @property
    def pull(self) -> float:
        """What is known at the start adds this to the log-odds of a purchase."""
        size = -0.22 * float(np.log(self.employees / 700)) ** 2
        budget = 0.55 * float(np.log10(self.budget / 25_000))
        form = 0.14 * (self.answers - 6)
        age = 0.09 * (min(self.machine_age, 18.0) - 8)
        named = (
            LEVELS[self.level]
            + INDUSTRY_PULL[self.industry]
            + TIMELINES[self.timeline]
            + SYSTEMS[self.system]
        )
        return SIGNAL * (named + max(size, -2.0) + budget + form + age)

    def is_qualified(self, came: float) -> bool:
        """By marketing's rule of the day. An unknown size fails both rules, an unknown level the first."""
        if "Employees" in self.blank:
            return False
        if came >= RULE_CHANGED_AT:
            return self.employees >= FEWEST_EMPLOYEES_V2
        return self.is_qualified_by_the_old_rule

    @property
    def is_qualified_by_the_old_rule(self) -> bool:
        known = not self.blank & {"Employees", "Job level"}
        return known and self.employees >= FEWEST_EMPLOYEES_V1 and self.level in LEVELS_V1


BLANK_SHARES: Final = {
    "Employees": 0.12, "Job level": 0.08, "Industry": 0.06, "Plants": 0.35, "Timeline": 0.3,
    "Budget": 0.55, "Current system": 0.22, "Machines bought on": 0.3,
}  # fmt: skip


def drawn(random: np.random.Generator, firm: Firm | None, *, form: bool) -> Traits:
    """A person's traits; those without a company in the portal are of small firms, those without a form left more blank."""
    level = _one(random, tuple(LEVELS), LEVEL_SHARES)
    employees = firm.employees if firm else int(round_to_two(float(np.exp(random.normal(4.2, 1.2))) + 1))
    blank = {
        name
        for name, share in BLANK_SHARES.items()
        if happens(random, share if form else min(0.9, share * 1.6))
    }
    return Traits(
        level=level,
        title=pick(random, TITLES[level]),
        industry=firm.industry if firm else pick(random, tuple(INDUSTRY_PULL)),
        employees=employees,
        plants=firm.plants if firm else 1,
        timeline=_one(random, tuple(TIMELINES), TIMELINE_SHARES),
        budget=int(round_to_two(float(np.exp(random.normal(10.1, 0.8))))),
        system=_one(random, tuple(SYSTEMS), SYSTEM_SHARES),
        machine_age=float(random.gamma(3.2, 3.1)),
        answers=int(np.clip(random.normal(6.2, 1.6), 2, 9)),
        mobile=happens(random, 0.28),
        newsletter=happens(random, 0.42),
        blank=frozenset(blank),
    )


def _one(random: np.random.Generator, among: tuple[str, ...], weights: tuple[float, ...]) -> str:
    return among[int(np.searchsorted(np.cumsum(shares(weights)), random.random(), side="right"))]
