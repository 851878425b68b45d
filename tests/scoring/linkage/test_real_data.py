"""Against people with known duplicates; the truth only measures. Sources: febrl 1 and splink's fake_1000, see their README."""

from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from scoring.linkage import Column, find, kind_of, measured

FOLDER = Path(__file__).parents[3] / "../shared/data/dedup"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data sets are not beside the repository"),
]


def read(name):
    frame = pl.read_csv(FOLDER / name, infer_schema=False).rename(str.strip)
    return frame.with_columns(pl.all().str.strip_chars())


def pairs_of(owners):
    records = defaultdict(list)
    for number, owner in enumerate(owners):
        records[owner].append(number)
    return {(a, b) for ids in records.values() for n, a in enumerate(ids) for b in ids[n + 1 :]}


def proposed(frame, truth):
    columns = [Column(name, kind, frame[name]) for name in frame.columns if (kind := kind_of(name))]
    found = find(pl.Series(range(len(frame))), columns)
    return measured((((p.a, p.b), p.score) for p in found.pairs), truth, [0.5])[0]


def test_febrl_1():
    frame = read("febrl_dataset1.csv")
    truth = pairs_of([record.split("-")[1] for record in frame["rec_id"]])
    step = proposed(frame.drop("rec_id"), truth)
    assert len(truth) == 500
    assert step.precision >= 0.98
    assert step.recall >= 0.95


def test_fake_1000_finds_no_less_than_the_librarys_tutorial():
    frame = read("splink_fake_1000.csv")
    truth = pairs_of(frame["cluster"])
    step = proposed(frame.drop("cluster", "unique_id"), truth)
    best = max(s.recall for s in measured(tutorial(frame.drop("cluster")), truth, [0.01, 0.2, 0.5]))
    assert len(truth) == 2031
    assert step.precision >= 0.95
    assert step.recall >= best


def tutorial(frame):
    """The model of the library's deduplication tutorial, as it is taught."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds("dob", 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on("first_name", "city"), block_on("surname")],
    )
    linker = Linker(DuckDBAPI().register(frame.to_arrow()), settings, log_level=None)
    rules = [
        block_on("first_name", "dob"),
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        block_on("email"),
    ]
    training = linker.training
    training.estimate_probability_two_random_records_match(rules, recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1e6)
    training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    return [
        (tuple(sorted((int(row["unique_id_l"]), int(row["unique_id_r"])))), row["match_probability"])
        for row in linker.inference.predict(threshold_match_probability=0.01).as_record_list()
    ]
