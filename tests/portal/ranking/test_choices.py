from datetime import datetime

from portal.db import Database
from portal.people import Person
from portal.ranking import places


def test_the_values_to_filter_by_are_each_there_once(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        for source, owner in (("Web", "Bo"), ("Fair", "Bo"), ("Web", ""), ("", "Ada")):
            session.add(Person(source=source, owner=owner, created_at=at, updated_at=at))

    with database.reading() as session:
        assert places.choices(session) == {"source": ["Fair", "Web"], "owner": ["Ada", "Bo"], "country": []}
        assert places.choices(session, limit=1)["source"] == ["Fair"]
