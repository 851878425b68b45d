"""`portal train`, `score` and `rank`: from records to a list without a browser."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.commands.console import Portal, data_dir, database_of, portal
from tests.portal.models import crowd

__all__ = ["data_dir", "portal"]

LATE = (
    "Tags,Lead Quality,Lead Profile,Asymmetrique Activity Index,Asymmetrique Profile Index,"
    "Asymmetrique Activity Score,Asymmetrique Profile Score,Last Activity,Last Notable Activity"
)


@pytest.fixture
def ranked(data_dir: Path) -> Path:
    """A portal whose model 1 ranks 604 people with run 1."""
    database = crowd.ranked(data_dir)
    database.dispose()
    Path(str(database.engine.url.database)).rename(data_dir / "concord.db")
    return data_dir


def test_a_model_is_trained_and_says_how_good_it_is(portal: Portal, ranked: Path) -> None:
    said = portal(
        "train", "--outcome", "Converted", "--order-by", "came_at", "--leave-out", "Contract", "--json"
    )

    assert (said.code, said.err) == (0, "")
    assert (said.json["records"], said.json["positives"], said.json["model"]) == (600, 189, 2)
    assert said.json["metrics"]["out_of_fold"]["auc"] > 0.75
    assert said.json["metrics"]["forward"]["auc"] > 0.7
    assert said.json["baselines"]["forward"].keys() >= {"first in first out", "most recent first"}
    assert (said.json["promotable"], said.json["ranks"]) == (True, False)


def test_a_person_is_told_in_a_sentence(portal: Portal, ranked: Path) -> None:
    said = portal("train", "--outcome", "Converted", "--leave-out", "Contract")

    assert said.out.startswith("Model 2: ")
    assert said.out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["train", "--outcome", "Revenue"], 1, "There is no field “Revenue”"),
        (["train", "--outcome", "Channel"], 1, "Say which value of the outcome means yes."),
        (["train"], 2, "Missing option '--outcome'"),
        (["score", "--model", "99"], 1, "There is no model 99"),
        (["score", "--level", "sheep"], 2, "'sheep' is not one of"),
        (["rank", "--run", "99"], 1, "There is no run 99"),
        (["rank", "--top", "0"], 2, "0 is not in the range x>=1"),
    ],
)
def test_failure_and_wrong_use_are_told_apart(
    portal: Portal, ranked: Path, arguments: list[str], code: int, says: str
) -> None:
    said = portal(*arguments)

    assert (said.code, said.out) == (code, "")
    assert says in said.err


def test_without_a_model_there_is_nothing_to_score_with(portal: Portal) -> None:
    said = portal("score")

    assert (said.code, said.out) == (1, "")
    assert said.err == "There is no model to score with. Train one first: portal train --outcome FIELD\n"


def test_everybody_is_scored_by_the_model_that_ranks(portal: Portal, ranked: Path) -> None:
    said = portal("score", "--json")

    assert (said.code, said.err) == (0, "")
    kept = {name: said.json[name] for name in ("run", "model", "records", "scored", "current")}
    assert kept == {"run": 2, "model": 1, "records": 604, "scored": 604, "current": True}


def test_a_model_that_does_not_rank_leaves_the_list(portal: Portal, ranked: Path) -> None:
    portal("train", "--outcome", "Converted", "--leave-out", "Contract")

    assert portal("score", "--model", "2", "--json").json["current"] is False


def test_the_list_leaves_out_whom_one_may_not_or_need_not_call(portal: Portal, ranked: Path) -> None:
    listed, everybody = (
        portal("rank", "--top", 1000, "--json", *more).json["people"] for more in ([], ["--everybody"])
    )

    ids = {row["id"] for row in listed}
    assert len(everybody) == 604
    assert {row["id"] for row in everybody} - ids == gone(ranked)
    ranks = [row["rank"] for row in listed]
    assert ranks == sorted(ranks)
    assert {row["group"] for row in listed} == set(range(1, 11))


def gone(folder: Path) -> set[int]:
    """Who opted out or is a customer."""
    database = database_of(folder)
    query = "SELECT id FROM person WHERE opted_out_at IS NOT NULL OR customer_at IS NOT NULL"
    with database.reading() as session:
        found = set(session.connection().execute(text(query)).scalars())
    database.dispose()
    return found


def test_the_whole_list_is_written_to_a_file(portal: Portal, ranked: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"

    said = portal("rank", "--top", 2, "--out", out, "--json")

    assert (len(said.json["people"]), said.json["out"], said.json["run"]) == (2, str(out), 1)
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("rank,group,propensity,expected,engagement,quadrant,id,name,email")
    assert len(lines) == 1 + 604 - len(gone(ranked))


def test_a_person_reads_rank_group_propensity_and_name(portal: Portal, ranked: Path) -> None:
    first = portal("rank", "--top", 1).out.split()

    assert int(first[0]) >= 1
    assert first[1] == "1"
    assert first[2].endswith("%")
    assert first[3:5] == ["Ada", "Number"]


def test_without_a_run_the_newest_come_first(portal: Portal, data_dir: Path) -> None:
    assert portal("rank").out.startswith("Nobody is in the list")
    database = database_of(data_dir)
    crowd.people(database, count=3)
    database.dispose()

    said = portal("rank", "--json").json

    assert said["ranked"] is False
    assert [row["rank"] for row in said["people"]] == [None] * len(said["people"])
    assert portal("rank").out.startswith("Ada Number ")


@pytest.mark.shared
def test_x_education_from_its_file_to_the_list(portal: Portal, shared: Path) -> None:
    """The figures are those that the file's README and the issue name for an honest model."""
    leads = shared / "xeducation" / "leads.csv"
    assert imported(portal, leads) == {"rows": 9240, "created": 9240, "unchanged": 0, "rejected": 0}
    assert imported(portal, leads) == {"rows": 9240, "created": 0, "unchanged": 9240, "rejected": 0}

    model = portal(
        "train", "--outcome", "Converted", "--order-by", "Lead Number", "--leave-out", LATE, "--json"
    ).json
    assert (model["records"], model["positives"]) == (9240, 3561)
    assert 0.86 <= model["metrics"]["out_of_fold"]["auc"] <= 0.89
    assert {leak["column"] for leak in model["leaks"]}.isdisjoint(LATE.split(","))

    run = portal("score", "--json").json
    assert (run["records"], run["scored"], run["current"]) == (9240, 9240, True)
    everybody = portal("rank", "--everybody", "--top", 10_000, "--json").json["people"]
    assert [row["rank"] for row in everybody] == list(range(1, 9241))
    assert all(0 < row["propensity"] < 1 for row in everybody)


@pytest.mark.shared
@pytest.mark.slow
def test_x_education_with_every_column_names_the_leaks(portal: Portal, shared: Path) -> None:
    imported(portal, shared / "xeducation" / "leads.csv")

    model = portal("train", "--outcome", "Converted", "--order-by", "Lead Number", "--json").json

    assert {leak["column"] for leak in model["leaks"]} >= {"Tags", "Lead Quality"}
    assert model["ranks"] is False


def imported(portal: Portal, path: Path) -> dict[str, Any]:
    said = portal("import", "people", path, "--json").json
    return {name: said[name] for name in ("rows", "created", "unchanged", "rejected")}
