import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts import Function, Right, rules


@pytest.mark.parametrize(
    ("right", "wanted", "admitted"),
    [
        (Right.MEMBER, {Right.MEMBER}, True),
        (Right.LEADER, {Right.MEMBER}, True),
        (Right.ADMINISTRATOR, {Right.MEMBER}, True),
        (Right.MEMBER, {Right.LEADER}, False),
        (Right.ADMINISTRATOR, {Right.LEADER}, False),
        (Right.LEADER, {Right.ADMINISTRATOR}, False),
        (Right.LEADER, {Right.LEADER, Right.ADMINISTRATOR}, True),
    ],
)
def test_rights(right: Right, wanted: set[Right], admitted: bool) -> None:
    assert rules.may(right, wanted) is admitted


def test_only_leaders_of_a_side_sign() -> None:
    signers = {(r, f) for r in Right for f in Function if rules.may_sign(r, f)}

    assert signers == {(Right.LEADER, f) for f in (Function.SALES, Function.MARKETING, Function.FINANCE)}


WEAK = {
    "short": "at least 12",
    "x" * 1001: "at most 1,000",
    "ada.lovelace99": "Leave your name",
    "ada.lovelace@example.com": "Leave your name",
    "aaaaaaaaaaaaaa": "different characters",
    "abcabcabcabc": "different characters",
    "abc12abc12abc12": "different characters",
    "abcdefghijklmnop": "different characters",
    "zyxwvutsrqponm": "different characters",
    "qwertyuiopasdf": "different characters",
    "Password123456": "guesser's list",
    "passwordpassword1": "guesser's list",
    "2026-11-22-14:05": "guesser's list",
    "Summer2026!!!!": "guesser's list",
}


@pytest.mark.parametrize(("password", "sentence"), WEAK.items())
def test_weak_passwords_are_refused_with_what_to_do(password: str, sentence: str) -> None:
    found = rules.weakness(password, email="ada.lovelace@example.com", name="Ada Lovelace")

    assert found
    assert sentence in found


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "Grün-wie-7-Wiesen", "lovelace wrote the first loop", "kX9#mQ2$vL5pT"],
)
def test_good_passwords_pass(password: str) -> None:
    assert rules.weakness(password, email="ada.lovelace@example.com", name="Ada Lovelace") is None


@given(st.text(max_size=40), st.emails(), st.text(max_size=30))
def test_any_password_gets_an_answer(password: str, email: str, name: str) -> None:
    found = rules.weakness(password, email=email, name=name)

    assert found is None or found.endswith(".")
    assert len(password) >= rules.SHORTEST_PASSWORD or found


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_a_guesser_holds_a_whole_network(address: str, network: str) -> None:
    assert rules.network_of(address) == network
