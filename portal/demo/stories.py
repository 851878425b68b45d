"""What is planted in the demo company: the one place that says which story, where and from when.

Times are units of the demo's timeline: 0 is two years before it was loaded, 730 the moment itself.
"""

from typing import Final

import numpy as np

COMPANY: Final = "Ostermoor Sensing"
SEED: Final = 20_240
SOURCE: Final = "Demo CRM"  # marks every record of the demo, in external_id
CURRENCY: Final = "EUR"

OUTCOME: Final = "Became customer"
TOO_YOUNG: Final = 180.0  # who came later than that may still buy: the outcome is not known yet
LEAK: Final = "Credit check"

STOPPED_SOURCE: Final = "Content syndication"
STOPPED_AT: Final = 455.0

FIRST_TOUCH: Final = "Webinars"
LAST_TOUCH: Final = "Paid search"

SLOW_STAGE: Final = "Technical proof"
SANDBAGGER: Final = "Henrik Aalto"
OPTIMIST: Final = "Giulia Marchetti"
OWNERS: Final = (
    "Amara Okafor",
    "Jonas Weidner",
    "Katarzyna Nowicka",
    "Mateo Ferrer",
    "Saskia de Wit",
    SANDBAGGER,
    OPTIMIST,
    "Daniel Achterberg",
)

DRIFT_FIELD: Final = "Industry"
DRIFT_TO: Final = "Food and beverage"
DRIFT_FROM: Final = 640.0

QUALIFIED: Final = "Marketing qualified"
RULE_CHANGED_AT: Final = 395.0
FEWEST_EMPLOYEES_V1: Final = 100
FEWEST_EMPLOYEES_V2: Final = 50
LEVELS_V1: Final = frozenset({"Executive", "Head", "Manager"})

DUPLICATE_PEOPLE: Final = 60
DUPLICATE_COMPANIES: Final = 6
RETURNING: Final = 120  # people gone quiet for months who raise their hands in the last three weeks


def stream(seed: int, part: str) -> np.random.Generator:
    """Random numbers of one part of the demo: a part that is added later changes none of the others."""
    return np.random.default_rng([seed, *part.encode()])
