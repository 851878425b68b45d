"""Commands that run the portal: everything at once (`up`), its parts, migrations, and the doctor."""

import json
import logging
import sys
import threading

import click

import commands
from portal import doctor as examination
from portal import logs, migrating
from portal.db import Database
from portal.errors import Invalid
from portal.jobs import QUEUES

log = logging.getLogger(__name__)


@click.command()
def up() -> None:
    """Start everything: database, queue server, workers, reconciler and web server. Ctrl-C stops it all."""
    from commands.whole import run

    run(commands.settings())


@click.command()
def web() -> None:
    """Serve the web pages only."""
    from commands.web_server import WebServer, bound, inherited, log_to
    from workers.queue import open_database
    from wsgi import create_app

    settings = commands.settings()
    listener = inherited() or bound(settings)
    log_to(settings)
    sys.argv = ["portal"]  # gunicorn would read ours
    WebServer(settings, listener, lambda: create_app(settings, database=open_database(settings))).run()


@click.command()
@click.argument("queue", type=click.Choice(QUEUES))
def worker(queue: str) -> None:
    """Do the jobs of one queue. Start one for each queue, as many as the machine can carry."""
    from workers.worker import work

    settings = commands.settings()
    logs.configure(settings, f"worker-{queue}")
    work(settings, queue)


@click.command()
def reconcile() -> None:
    """Put right what was interrupted, twice a second. At least one must run; any number may."""
    import signal

    from workers.reconciler import Reconciler

    settings = commands.settings()
    logs.configure(settings, "reconciler")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database = Database(settings.engine_url)
    Reconciler(database, settings).run(stop)
    database.dispose()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def migrate(*, as_json: bool) -> None:
    """Bring the database to this version's tables. Others who do the same meanwhile wait."""
    settings = commands.settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.engine_url)
    before = migrating.current(database)
    migrating.upgrade(database)
    after = migrating.current(database)
    database.dispose()
    done = f"The database is at migration {after}" + (
        ", as it was." if before == after else f"; it was at {before}."
    )
    commands.tell({"before": before, "after": after}, as_json=as_json, sentence=done)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(*, as_json: bool) -> None:
    """Say what is there, what is missing, and what to do about it."""
    from workers.examination import queue_server

    settings = commands.settings()
    findings = [*examination.examine(settings), queue_server(settings)]
    if as_json:
        click.echo(json.dumps(examination.summary(settings, findings), ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{finding.mark} {finding.what}: {finding.sentence}")
        for name, value in examination.in_force(settings).items():
            click.echo(f"  {name.upper()}={'' if value is None else value}")
    if any(finding.level == "bad" for finding in findings):
        raise Invalid("Something is missing: see the lines marked ≠.")
