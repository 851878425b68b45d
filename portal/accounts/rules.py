"""What holds for users, decided from values alone: who may do what, and which passwords are too weak."""

from collections.abc import Collection
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import pairwise
from typing import Final

from portal.accounts.tables import Function, Right

IDLE: Final = timedelta(hours=8)
LIFETIME: Final = timedelta(days=7)
LINK_LIFETIME: Final = timedelta(days=3)
ATTEMPTS: Final = 10
ATTEMPTS_WITHIN: Final = timedelta(minutes=5)
SEEN_EVERY: Final = timedelta(minutes=5)
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1000
FEWEST_CHARACTERS: Final = 5
A_WORD: Final = 4

FUNCTION_NAMES: Final = {
    Function.SALES: "Sales",
    Function.MARKETING: "Marketing",
    Function.FINANCE: "Finance",
    Function.OTHER: "Other",
}
RIGHT_NAMES: Final = {
    Right.MEMBER: "Member",
    Right.LEADER: "Leader",
    Right.ADMINISTRATOR: "Administrator",
}


def may(right: str, wanted: Collection[Right]) -> bool:
    """Whether somebody with this right may do what needs one of those. Every user is a member as well; a leader is no administrator, nor the reverse."""
    return right in wanted or Right.MEMBER in wanted


def may_sign(right: str, function: str) -> bool:
    """Only a leader signs, and only for sales, marketing or finance. An administrator signs for nobody."""
    return right == Right.LEADER and function != Function.OTHER


def weakness(password: str, *, email: str, name: str) -> str | None:
    """What to do about a password that is easily guessed, in one sentence; None for one that will do."""
    folded = password.casefold()
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters, such as four words you can remember."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD:,} characters."
    if _has_own_words(folded, email.casefold(), name.casefold()):
        return "Leave your name and your e-mail address out of the password."
    if len(set(folded)) < FEWEST_CHARACTERS or _repeats(folded) or _is_sequence(folded):
        return "Use different characters, not a few repeated or in a row."
    if _is_common(folded):
        return "This password is on every guesser's list. Use four words that do not belong together."
    return None


def _has_own_words(password: str, email: str, name: str) -> bool:
    own = {email, email.partition("@")[0], name, *name.split()}
    rest = password
    for word in sorted((word for word in own if len(word) >= A_WORD), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != password and len(rest) < SHORTEST_PASSWORD - A_WORD


def _repeats(password: str) -> bool:
    """Made of one piece over and over, such as "abcabcabcabc"."""
    return password in (password + password)[1:-1]


def _is_sequence(password: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    rows = ("qwertyuiopasdfghjklzxcvbnm", "1234567890qwertyuiop", "1qaz2wsx3edc4rfv5tgb")
    return len(steps) == 1 or any(password in row * 2 for row in rows)


COMMON_WORDS: Final = frozenset(
    [
        "password",
        "passwort",
        "passw0rd",
        "p@ssword",
        "p@ssw0rd",
        "letmein",
        "welcome",
        "admin",
        "administrator",
        "concord",
        "qwerty",
        "qwertz",
        "azerty",
        "iloveyou",
        "monkey",
        "dragon",
        "football",
        "baseball",
        "sunshine",
        "princess",
        "master",
        "shadow",
        "superman",
        "batman",
        "trustno1",
        "changeme",
        "change",
        "secret",
        "login",
        "default",
        "temp",
        "test",
        "summer",
        "winter",
        "spring",
        "autumn",
        "sales",
        "marketing",
        "finance",
        "company",
        "hello",
        "freedom",
        "whatever",
        "starwars",
    ]
)


def _is_common(password: str) -> bool:
    """One of the words everybody tries, with nothing but digits and signs around it, once or twice."""
    core = password.strip("0123456789!@#$%^&*?.,;:-_+= ")
    half = core[: len(core) // 2]
    return core in COMMON_WORDS or not core or (half in COMMON_WORDS and half * 2 == core)


def network_of(address: str) -> str:
    """What one guesser holds of the network: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{ip}/64", strict=False)) if isinstance(ip, IPv6Address) else str(ip)
