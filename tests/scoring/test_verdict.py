"""May a model drive the list: decided from figures alone."""

from __future__ import annotations

import pytest

from scoring import verdict
from scoring.label import Quality, Rival, Test


def quality(auc: float, error: float = 0.01, positives: int = 200) -> Quality:
    return Quality(1_000, positives, auc, auc - 2 * error, auc + 2 * error, 0.5, 0.15, 2.0)


def case(auc: float, error: float = 0.01, positives: int = 200, **rivals: tuple[float, float]) -> Test:
    """Rivals as lead of the model and its error."""
    against = [
        Rival(name.replace("_", " "), quality(auc - ahead), ahead, ahead - 2 * off, ahead + 2 * off)
        for name, (ahead, off) in rivals.items()
    ]
    return Test(quality(auc, error, positives), against, [], [])


GOOD = case(0.8)


def test_good_in_both_tests_is_usable():
    found = verdict.judge(GOOD, case(0.79), ordered=True)
    assert found == verdict.Verdict(
        usable=True,
        promotable=True,
        why="It ranks clearly better than chance: AUC 0.80 out of fold and 0.79 forward in time; "
        "its best tenth holds 2.0 times as many outcomes.",
        warnings=[],
    )


@pytest.mark.parametrize(
    ("forward", "sentence"),
    [
        (case(0.60), "contradicts the random one: AUC 0.60 on the newest fifth against 0.80 out of fold"),
        (case(0.51), "Forward in time it has no use: its AUC there is 0.51 (0.49 to 0.53)"),
        (
            case(0.8, most_recent_first=(0.01, 0.02)),
            "does not clearly beat 'most recent first' (AUC 0.79 against 0.80)",
        ),
        (
            case(0.8, naive_Bayes=(-0.05, 0.01)),
            "Forward in time naive Bayes ranks better (AUC 0.85 against 0.80)",
        ),
        (case(0.8, positives=19), "Too few outcomes among the newest fifth"),
        (None, "Too few outcomes among the newest fifth"),
    ],
)
def test_what_fails_forward_is_refused_saying_why(forward, sentence):
    found = verdict.judge(GOOD, forward, ordered=True)
    assert not found.usable
    assert sentence in found.why
    assert found.why.endswith("Records are ranked by recency instead.")


@pytest.mark.parametrize("lead", [(-0.008, 0.001), (-0.03, 0.02), (0.001, 0.01)])
def test_a_simpler_model_that_is_hardly_better_is_on_a_par(lead):
    found = verdict.judge(GOOD, case(0.8, logistic_regression=lead), ordered=True)
    assert found.usable
    assert found.why.endswith("It is on a par with logistic regression.")


@pytest.mark.parametrize(("auc", "error"), [(0.53, 0.001), (0.60, 0.06)])
def test_hardly_or_perhaps_better_than_chance_is_no_useful_model(auc, error):
    found = verdict.judge(case(auc, error), None, ordered=False)
    assert found.why.startswith("No useful model")


def test_too_good_to_be_true_is_a_warning_for_the_person_to_weigh():
    found = verdict.judge(case(0.98), case(0.96), ordered=True)
    assert found.usable
    assert "AUC of 0.980 is too good to be true" in found.warnings[0]
