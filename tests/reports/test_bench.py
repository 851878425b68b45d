import pytest

from reports.bench import report_bench


def test_the_bench_gives_what_is_to_be_reported():
    found = report_bench(rounds=1)
    assert set(found) == {"seconds", "reference_seconds", "ratio", "rows", "peak_mib"}
    assert found["ratio"] == pytest.approx(found["seconds"] / found["reference_seconds"])  # one round
    assert found["rows"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(("pages", "rounds"), [(4, 5), (50, 1)])
def test_a_report_takes_at_most_a_fifth_more_than_weasyprint_alone(pages, rounds):
    assert report_bench(pages=pages, rounds=rounds)["ratio"] <= 1.2
