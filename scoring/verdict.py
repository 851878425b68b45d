"""May this model drive the list? Decided from its tests alone, and said in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scoring.label import Quality, Rival, Test
from scoring.rankings import FIRST_IN_FIRST_OUT, MOST_RECENT_FIRST

NEEDED = 50  # records of each outcome; with fewer the AUC is known to no better than 0.1
NEEDED_FORWARD = 20  # of each outcome among the newest fifth
USEFUL_AUC = 0.55  # below it the best tenth holds hardly more than a tenth of the outcomes
TOO_GOOD = 0.95  # nobody knows the future that well
SLUMP = 0.05  # less AUC forward than out of fold by more than this, beyond noise, is a contradiction
CHANCE = 0.5
SURELY = 2.576 / 1.96  # a 99 % interval from the half of a 95 % one
MATTERS = 0.01  # of AUC; a smaller lead of a simpler way would change nobody's day
INSTEAD = "Records are ranked by recency instead."
BY_TIME = (FIRST_IN_FIRST_OUT, MOST_RECENT_FIRST)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`promotable` also asks for a forward test that was passed."""

    usable: bool
    promotable: bool
    why: str
    warnings: Sequence[str]


def too_few(positives: int, negatives: int) -> str | None:
    """Why there is nothing to learn from, or None."""
    if min(positives, negatives) >= NEEDED:
        return None
    return (
        f"Too few outcomes to learn from: {positives:,} records have the outcome and {negatives:,} do not; "
        f"at least {NEEDED} of each are needed."
    )


def refuse(why: str) -> Verdict:
    return Verdict(usable=False, promotable=False, why=f"{why} {INSTEAD}", warnings=())


def judge(out_of_fold: Test, forward: Test | None, *, ordered: bool) -> Verdict:
    """`forward` is None where the records have no order (`ordered` is then False) or the newest have one outcome only."""
    objections = list(_objections(out_of_fold, forward, ordered=ordered))
    warnings = list(_warnings(out_of_fold, forward, ordered=ordered))
    if objections:
        return Verdict(
            usable=False, promotable=False, why=" ".join([*objections, INSTEAD]), warnings=warnings
        )
    return Verdict(
        usable=True, promotable=forward is not None, why=_praise(out_of_fold, forward), warnings=warnings
    )


def _objections(out_of_fold: Test, forward: Test | None, *, ordered: bool) -> Iterator[str]:
    if not _useful(out_of_fold.quality):
        yield f"No useful model: out of fold its AUC is {_interval(out_of_fold.quality)}, too close to 0.5, which is chance."
    if not ordered:
        yield from _beaten(out_of_fold, "Out of fold")
    elif forward is None or _few(forward.quality):
        yield (
            "Too few outcomes among the newest fifth of the records to test the model forward in time: "
            f"at least {NEEDED_FORWARD} with the outcome and {NEEDED_FORWARD} without are needed there."
        )
    else:
        yield from _forward_objections(out_of_fold.quality, forward)


def _forward_objections(out_of_fold: Quality, forward: Test) -> Iterator[str]:
    if _contradicts(out_of_fold, forward.quality):
        yield (
            "The forward test contradicts the random one: AUC "
            f"{forward.quality.auc:.2f} on the newest fifth against {out_of_fold.auc:.2f} out of fold. "
            "What older records taught does not hold for newer ones."
        )
    if _useful(out_of_fold) and not _useful(forward.quality):
        yield f"Forward in time it has no use: its AUC there is {_interval(forward.quality)}, too close to 0.5, which is chance."
    yield from _beaten(forward, "Forward in time")


def _beaten(test: Test, where: str) -> Iterator[str]:
    """An order of time must be beaten beyond chance; a simpler model must not be better, beyond chance and by what matters."""
    for rival in test.rivals:
        if rival.name in BY_TIME and rival.ahead_low <= 0:
            yield f"{where} it does not clearly beat '{rival.name}' ({_against(test, rival)})."
        elif rival.name not in BY_TIME and rival.ahead_high < 0 and rival.ahead < -MATTERS:
            yield f"{where} {rival.name} ranks better ({_against(test, rival)})."


def _warnings(out_of_fold: Test, forward: Test | None, *, ordered: bool) -> Iterator[str]:
    best = max(test.quality.auc for test in (out_of_fold, forward) if test)
    if best > TOO_GOOD:
        yield (
            f"An AUC of {best:.3f} is too good to be true: a column probably knows the future. "
            "Leave out what was filled in after the outcome, and train again."
        )
    if not ordered:
        yield "No order of time was named, so there is no forward test, and this model may not be promoted."


def _praise(out_of_fold: Test, forward: Test | None) -> str:
    found = f"AUC {out_of_fold.quality.auc:.2f} out of fold"
    if forward:
        found += f" and {forward.quality.auc:.2f} forward in time"
    equals = [rival.name for rival in (forward or out_of_fold).rivals if rival.ahead_low <= 0]
    par = f" It is on a par with {' and '.join(equals)}." if equals else ""
    best = out_of_fold.quality.lift_10
    return f"It ranks clearly better than chance: {found}; its best tenth holds {best:.1f} times as many outcomes.{par}"


def _useful(quality: Quality) -> bool:
    """Better than chance by what helps, and surely: by the 99 % interval, as a verdict is asked for again and again."""
    return quality.auc >= USEFUL_AUC and quality.auc - SURELY * (quality.auc - quality.auc_low) > CHANCE


def _few(quality: Quality) -> bool:
    return min(quality.positives, quality.records - quality.positives) < NEEDED_FORWARD


def _contradicts(out_of_fold: Quality, forward: Quality) -> bool:
    return forward.auc_high < out_of_fold.auc_low and forward.auc < out_of_fold.auc - SLUMP


def _interval(quality: Quality) -> str:
    return f"{quality.auc:.2f} ({quality.auc_low:.2f} to {quality.auc_high:.2f})"


def _against(test: Test, rival: Rival) -> str:
    return f"AUC {rival.quality.auc:.2f} against {test.quality.auc:.2f}"
