"""`portal backup` and `portal restore`."""

from pathlib import Path

import click

import commands
from commands.whole import alone
from portal import keeping
from portal.clock import now


@click.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; it must not exist yet."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def backup(out: Path | None, as_json: bool) -> None:
    """Write the database, the files and the key into one file, while the portal runs."""
    settings, to = commands.settings(), out or Path(f"concord-{now():%Y%m%d-%H%M%S}.tar.gz")
    size = keeping.backup(settings, to)
    commands.tell(
        {"file": str(to), "bytes": size}, as_json=as_json, sentence=f"Backed up to {to}, {size:,} bytes."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def restore(file: Path, as_json: bool) -> None:
    """Put a backup in place of what DATA_DIR holds; the portal must be stopped. What was there is kept beside it."""
    settings = commands.settings()
    settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings):
        before = keeping.restore(settings, file, at=now())
    kept = f" What was there before is in {before}." if before else ""
    commands.tell(
        {"restored": str(file), "before": str(before) if before else None},
        as_json=as_json,
        sentence=f"Restored {file.name}.{kept}",
    )
