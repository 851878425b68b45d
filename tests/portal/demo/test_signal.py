"""What a model makes of the demo company: the AUC that docs/demo.md promises."""

import pytest

from portal import columns
from portal.db import Database, microseconds
from portal.demo.stories import LEAK, OUTCOME
from portal.fields import Level
from scoring.label import Label
from scoring.training import train
from tests.portal.demo.conftest import LOADED_AT
from workers import tables

NO_INPUTS = {"customer_at", "opted_out_at", "came_at", OUTCOME}


def label(database: Database, *left_out: str) -> Label:
    with database.reading() as session:
        known = columns.inputs(session, Level.PERSON)
    frame = tables.read(database, Level.PERSON, list(known.values()))
    inputs = [field for name, field in known.items() if name not in {*NO_INPUTS, *left_out}]
    answers = frame[OUTCOME].replace_strict({"yes": 1.0, "no": 0.0}, default=None)
    return train(
        tables.table_of(frame, inputs),
        tables.floats(answers),
        order=tables.floats(frame["came_at"]),
        as_of=microseconds(LOADED_AT) / tables.MICROSECONDS_A_DAY,
    ).label


@pytest.mark.slow
def test_a_model_ranks_well_without_the_leak_and_too_well_with_it(loaded: Database) -> None:
    columns.refresh(loaded, Level.PERSON)

    honest = label(loaded, LEAK, "status")
    assert honest.out_of_fold is not None
    assert honest.forward is not None
    assert 0.75 <= honest.out_of_fold.quality.auc <= 0.82
    assert 0.75 <= honest.forward.quality.auc <= 0.85
    assert honest.promotable

    leaking = label(loaded, "status")
    assert leaking.out_of_fold is not None
    assert leaking.out_of_fold.quality.auc > 0.95
