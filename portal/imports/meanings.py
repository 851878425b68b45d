"""What the values of stages, statuses and kinds probably mean in Concord's words; a person corrects it."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from portal.imports.derivations import REQUEST

WON, LOST = (
    re.compile(r"\bwon\b|closedwon|gewonnen|^paid$|signed", re.IGNORECASE),
    re.compile(r"\blost\b|closedlost|verloren|dropped|disqualified|abandoned|cancel", re.IGNORECASE),
)
NEGATED: Final = re.compile(r"\b(?:not|no|non|former|ex|potential|un)\b|^un", re.IGNORECASE)
STANDINGS: Final = (
    (
        "opted_out",
        r"unsubscrib|opted?[ -]?out|do not (?:contact|call|e?mail)|blocklist|blacklist",
    ),
    ("customer", r"\bcustomer\b|\bclient\b|^kunde$|evangelist"),
    ("qualified_lead", r"qualified[ _-]?lead|\b(?:mql|sal|sql)\b|^qualified$"),
    ("opportunity", r"^opportunity$|\bconverted\b"),
    ("nurture", r"\bnurtur|recycled"),
    ("inquiry", r"^(?:inquiry|enquiry)$"),
    ("lead", r"^lead$"),
)
REQUESTS: Final = re.compile(
    r"demo|question|enquiry|inquiry|download|\btrial\b|contact[ _-]?(?:us|form)|pricing|quote|call ?back|request|sign[ -]?up",
    re.IGNORECASE,
)
ORDERS: Final = (
    ("renewal", r"renew|recurring|extension|verl"),
    ("upgrade", r"upgrade|upsell|up-sell|expansion|add[- ]?on|cross"),
    ("referral", r"referr"),
    ("first", r"first|new|initial|neu"),
)


def meanings(values: Sequence[str], kind: str, field: str) -> dict[str, str]:
    """What each value of a field means; those that mean nothing of ours are left out."""
    guess = GUESSES.get((kind, field)) or GUESSES.get(("", field))
    said = {value: guess(value) for value in values} if guess else {}
    return {value: meaning for value, meaning in said.items() if meaning}


def outcome_of(stage: str) -> str:
    if WON.search(stage) and not NEGATED.search(stage):
        return "won"
    return "lost" if LOST.search(stage) else "open"


def standing_of(status: str) -> str:
    """Customer, opted out, or the term that a status or life-cycle stage stands for."""
    for meaning, pattern in STANDINGS:
        if re.search(pattern, status, re.IGNORECASE):
            return meaning if meaning == "opted_out" or not NEGATED.search(status) else ""
    return ""


def request_of(kind: str) -> str:
    return REQUEST if REQUESTS.search(kind) else ""


def order_of(kind: str) -> str:
    return next((meaning for meaning, pattern in ORDERS if re.search(pattern, kind, re.IGNORECASE)), "")


def direction_of(word: str) -> str:
    """Incoming, outgoing, and unknown for anything else, such as internal calls."""
    if re.search(r"inbound|incoming|received|^in$", word, re.IGNORECASE):
        return "inbound"
    return "outbound" if re.search(r"outbound|outgoing|sent|^out$", word, re.IGNORECASE) else "unknown"


GUESSES: Final[dict[tuple[str, str], Callable[[str], str]]] = {
    ("deals", "stage"): outcome_of,
    ("deals", "outcome"): outcome_of,
    ("people", "status"): standing_of,
    ("activities", "kind"): request_of,
    ("orders", "kind"): order_of,
    ("", "direction"): direction_of,
}
