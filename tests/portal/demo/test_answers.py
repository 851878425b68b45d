from pathlib import Path

from portal import demo
from portal.demo import answers
from portal.demo.world import World

ROOT = Path(__file__).parents[3]


def test_the_answer_key_in_the_docs_is_the_companys_own(company: World) -> None:
    page = (ROOT / "docs" / "demo.md").read_text()
    assert page.endswith(answers.key(company).rstrip() + "\n"), (
        "bring docs/demo.md up to date: portal demo answers"
    )


def test_the_docs_name_everybody_who_can_sign_in() -> None:
    page = (ROOT / "docs" / "demo.md").read_text()
    assert all(email in page for email, *_ in demo.people())
    assert demo.PASSWORD in page
