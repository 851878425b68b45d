"""The companies of the demo: 400 plants' owners of many countries and trades, some of them noted twice."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from portal.demo.draws import happens, pick, round_to_two, shares
from portal.demo.names import plain
from portal.demo.places import COUNTRIES, INDUSTRIES, ROOTS, Country
from portal.demo.stories import DUPLICATE_COMPANIES, stream

COMPANIES: Final = 400
INDUSTRY_SHARES: Final = (9, 16, 12, 12, 9, 7, 8, 8, 12, 7)


@dataclass(frozen=True)
class Firm:
    """A company. `twin_of` is the number of the firm that it is noted a second time."""

    number: int
    name: str
    domain: str
    industry: str
    country: Country
    employees: int
    plants: int
    revenue: float  # millions of EUR
    certified: bool | None
    twin_of: int | None = None


def found(seed: int) -> list[Firm]:
    """All companies, the twins last."""
    random = stream(seed, "companies")
    countries = random.choice(len(COUNTRIES), COMPANIES, p=shares([c.share for c in COUNTRIES]))
    taken: set[str] = set()
    firms = [
        _firm(random, number, COUNTRIES[countries[number]], taken)
        for number in range(COMPANIES - DUPLICATE_COMPANIES)
    ]
    originals = random.choice(len(firms), DUPLICATE_COMPANIES, replace=False)
    twins = [_twin(firms[original], len(firms) + n) for n, original in enumerate(originals)]
    return firms + twins


def _firm(random: np.random.Generator, number: int, country: Country, taken: set[str]) -> Firm:
    industry = list(INDUSTRIES)[random.choice(len(INDUSTRIES), p=shares(INDUSTRY_SHARES))]
    name = _name(random, country, industry, taken)
    employees = int(round_to_two(float(np.exp(random.normal(5.9, 1.1)))))
    return Firm(
        number=number,
        name=f"{name} {pick(random, country.legal_forms)}",
        domain=f"{plain(name).lower().replace(' ', '-')}.example",
        industry=industry,
        country=country,
        employees=employees,
        plants=int(1 + random.poisson(employees / 450)),
        revenue=round(employees * float(np.exp(random.normal(-1.5, 0.35))), 1),
        certified=None if happens(random, 0.2) else happens(random, 0.3 + 0.2 * (employees > 500)),  # noqa: PLR2004
    )


def _name(random: np.random.Generator, country: Country, industry: str, taken: set[str]) -> str:
    """A name nobody has yet, such as "Falkenwerth Papier"."""
    firsts, lasts = (halves.split() for halves in ROOTS[country.language])
    trades = INDUSTRIES[industry].get(country.language, INDUSTRIES[industry][""]).split("/")
    name = ""
    while not name or name in taken:
        name = f"{pick(random, firsts)}{pick(random, lasts)} {pick(random, trades)}"
        trades = [*trades, *INDUSTRIES[industry][""].split("/")]
    taken.add(name)
    return name


def _twin(firm: Firm, number: int) -> Firm:
    """The same company as somebody in a hurry typed it: without its legal form, in capitals or with "Group"."""
    short = firm.name.rsplit(" ", 1)[0]
    name = (short.upper(), f"{short} Group", plain(short))[number % 3]
    return Firm(
        number, name, firm.domain, firm.industry, firm.country, firm.employees, firm.plants, firm.revenue, None, firm.number
    )  # fmt: skip
