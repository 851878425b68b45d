from datetime import datetime

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from portal.accounts import Function, Right, User, credentials, passwords
from portal.accounts.credentials import Credentials
from portal.accounts.passwords import NewPassword, Unfit
from portal.errors import Invalid

GOOD = "four words nobody says"


@pytest.fixture
def ada(at: datetime) -> User:
    return User(
        email="ada@example.com",
        name="Ada",
        function=Function.SALES,
        right=Right.MEMBER,
        created_at=at,
        password_hash=passwords.hashed(GOOD),
    )


def typed(password: str) -> Credentials:
    return Credentials(email="ada@example.com", password=SecretStr(password))


def test_hashes_are_argon2id_as_owasp_recommends() -> None:
    assert passwords.hashed(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.hashed(GOOD) != passwords.hashed(GOOD)


def test_the_right_password_lets_in(ada: User) -> None:
    assert credentials.check(typed(GOOD), ada, demo=False) == (ada, None)


@pytest.mark.parametrize("password", ["wrong", "", GOOD + " "])
def test_a_wrong_password_does_not(ada: User, password: str) -> None:
    with pytest.raises(Invalid, match="do not go together"):
        credentials.check(typed(password), ada, demo=False)


def test_nobody_no_password_and_no_access_all_sound_the_same(ada: User, at: datetime) -> None:
    invited = ada.model_copy(update={"password_hash": None})
    gone = ada.model_copy(update={"disabled_at": at})
    broken = ada.model_copy(update={"password_hash": "no hash"})
    sentences = set()
    for user in (None, invited, gone, broken):
        with pytest.raises(Invalid) as problem:
            credentials.check(typed(GOOD), user, demo=False)
        sentences.add(problem.value.sentence)

    assert sentences == {credentials.WRONG}


def test_demo_people_exist_in_demo_mode_only(ada: User) -> None:
    demo = ada.model_copy(update={"is_demo": True})

    assert credentials.check(typed(GOOD), demo, demo=True)[0] is demo
    with pytest.raises(Invalid):
        credentials.check(typed(GOOD), demo, demo=False)


def test_a_weaker_hash_is_made_anew(ada: User) -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    _, renewed = credentials.check(typed(GOOD), ada.model_copy(update={"password_hash": weaker}), demo=False)

    assert renewed
    assert passwords.matches(GOOD, renewed)
    assert passwords.renewed(GOOD, renewed) is None


@pytest.mark.parametrize(
    ("password", "again", "field"), [("short", "short", "password"), (GOOD, GOOD[:-1], "again")]
)
def test_a_new_password_must_do_and_be_typed_twice(ada: User, password: str, again: str, field: str) -> None:
    with pytest.raises(Unfit) as problem:
        passwords.fit(NewPassword(password=SecretStr(password), again=SecretStr(again)), ada)

    assert list(problem.value.errors) == [field]


def test_a_good_one_gives_its_hash(ada: User) -> None:
    kept = passwords.fit(NewPassword(password=SecretStr(GOOD), again=SecretStr(GOOD)), ada)

    assert passwords.matches(GOOD, kept)


def test_the_present_password_is_confirmed(ada: User) -> None:
    passwords.confirm(SecretStr(GOOD), ada)
    with pytest.raises(Unfit):
        passwords.confirm(SecretStr("wrong"), ada)


def test_secrets_do_not_show_when_printed() -> None:
    assert GOOD not in repr(typed(GOOD))
