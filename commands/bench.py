"""`portal bench`: what ours costs beside a reference, in the same run."""

import json
import subprocess
import sys
from typing import Any, Final

import click

import commands
from benchmarks.catalogue import BENCHES
from benchmarks.measuring import ROUNDS

ALL: Final = "all"


@click.command()
@click.argument("name", type=click.Choice([*BENCHES, ALL]))
@click.option("--rows", type=click.IntRange(1), help="How many rows; each benchmark has its own number.")
@click.option(
    "--rounds", type=click.IntRange(1), default=ROUNDS, show_default=True, help="How often; medians count."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with “all” one a line.")
def bench(name: str, rows: int | None, rounds: int, *, as_json: bool) -> None:
    """Measure NAME against its reference, in alternating rounds. Absolute times are noise; the ratio counts."""
    if name == ALL:
        _all(rows, rounds, as_json=as_json)
        return
    found = {"name": name} | BENCHES[name].run(rows, rounds)
    commands.tell(_rounded(found), as_json=as_json, sentence=_sentence(found))


def _all(rows: int | None, rounds: int, *, as_json: bool) -> None:
    """Each in a process of its own, so that one's memory is not another's. Goes on when one fails; then fails."""
    given = [
        "--rounds",
        str(rounds),
        *(["--rows", str(rows)] if rows else []),
        *(["--json"] if as_json else []),
    ]
    failed = [name for name in BENCHES if not _alone([name, *given])]
    if failed:
        raise click.ClickException(f"These could not be measured: {', '.join(failed)}.")


def _alone(arguments: list[str]) -> bool:
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-m", "cli", "bench", *arguments], check=False, stdout=subprocess.PIPE
    )
    click.echo(done.stdout.decode(), nl=False)
    return done.returncode == 0


def _rounded(found: dict[str, Any]) -> dict[str, Any]:
    rounded: dict[str, Any] = json.loads(
        json.dumps(found), parse_float=lambda digits: float(f"{float(digits):.4g}")
    )
    return rounded


def _sentence(found: dict[str, Any]) -> str:
    return (
        f"{found['name']}: {found['seconds']:.3g} s, reference {found['reference_seconds']:.3g} s, "
        f"ratio {found['ratio']:.2f}, {found['rows']:,} rows, peak {found['peak_mib']:,.0f} MiB."
    )
