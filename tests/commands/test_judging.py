from tests.commands.console import Portal, data_dir, portal

__all__ = ["data_dir", "portal"]


def test_judge_says_how_many_meet_each_term(portal: Portal) -> None:
    terms = portal("judge", "--wait", "--json").json["terms"]
    assert {"target", "inquiry", "lead", "opportunity"} <= set(terms)
    assert terms["lead"] == {"version": 3, "records": 0, "met": 0, "unknown": 0}


def test_judge_refuses_a_term_there_is_none_of(portal: Portal) -> None:
    said = portal("judge", "--term", "hero")
    assert said.code == 1
    assert said.err.startswith("There is no term “hero” to judge by. Use one of: target, inquiry, lead")
