"""What the company is called: the demo's own name while that is loaded, else what the settings say."""

from datetime import datetime

from portal import demo, events
from portal.db import Database
from portal.own_name import own_name
from portal.settings import Settings


def test_the_settings_name_counts_unless_the_demo_company_is_loaded(database: Database, at: datetime) -> None:
    named, unnamed = Settings(company="Maven Machines"), Settings()
    found = []
    for kind in ("", "demo.loaded", "demo.cleared"):
        with database.transaction() as session:
            if kind:
                events.record(session, kind, "demo", 0, by=None, at=at)
            found.append((own_name(session, named), own_name(session, unnamed)))
    made_up = f"{demo.COMPANY} (made up)"
    assert found == [("Maven Machines", ""), (made_up, made_up), ("Maven Machines", "")]
