"""A challenger against the model that ranks, on the same newest records."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.models import comparisons, registry
from portal.models.comparisons import Compared
from portal.models.registry import Recipe
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT, RECIPE
from workers import inline


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    """A portal whose model 1 ranks."""
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def compared(database: Database, settings: Settings, recipe: Recipe) -> Compared:
    challenger = crowd.trained(database, settings, recipe)
    with database.transaction() as session:
        champion = registry.get(session, 1)
        comparisons.ask(session, challenger, champion, by=None, at=AT)
        with pytest.raises(Conflict, match="being made already"):
            comparisons.ask(session, challenger, champion, by=None, at=AT)
    inline.run_all(database, settings)
    with database.reading() as session:
        found = comparisons.newest(session, challenger.id)
    assert found is not None
    return found


def test_the_same_recipe_is_no_better_and_no_worse(ranked: Database, settings: Settings) -> None:
    found = compared(ranked, settings, RECIPE)

    result = found.comparison.result
    assert (result["as_it_stands"], result["left_out"]) == (False, 0), "it had seen the newest"
    assert result["test"]["quality"]["records"] == 120
    assert result["test"]["rivals"][0]["ahead"] == 0
    assert result["test"]["quality"]["auc"] > 0.7
    assert found.finding.startswith("Neither ranks surely better")


def test_a_challenger_that_knows_less_loses_and_one_that_knows_more_wins(
    ranked: Database, settings: Settings
) -> None:
    blind = compared(ranked, settings, replace(RECIPE, left_out=("Contract", "Visits", "Channel")))
    assert blind.finding.startswith("Model 1 ranks better, by")

    knowing = compared(ranked, settings, replace(RECIPE, left_out=()))
    assert knowing.finding.startswith("The challenger ranks better, by")


def test_a_champion_that_never_saw_the_newest_is_asked_as_it_stands(
    sqlite: Database, settings: Settings
) -> None:
    crowd.people(sqlite)
    crowd.trained(sqlite, settings, at=AT - timedelta(days=300))

    found = compared(sqlite, settings, RECIPE)

    assert found.comparison.result["as_it_stands"] is True


def test_what_cannot_be_compared_is_said(ranked: Database, settings: Settings) -> None:
    unordered = crowd.trained(ranked, settings, replace(RECIPE, order_by=None))

    with ranked.transaction() as session:
        champion = registry.get(session, 1)
        with pytest.raises(Invalid, match="nothing to compare with"):
            comparisons.ask(session, champion, champion, by=None, at=AT)
        with pytest.raises(Invalid, match="train it with a field that says what came first"):
            comparisons.ask(session, unordered, champion, by=None, at=AT)
