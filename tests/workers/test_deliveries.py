"""A whole export at once: the files go in one after another by themselves, and whatever stops one harms no other."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlmodel import col, select

from portal import files, jobs
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.imports import deliveries
from portal.imports.applying import apply
from portal.imports.commands import Upload
from portal.imports.tables import Delivery, DeliveryState, Import, ImportState, SavedMapping
from portal.jobs.tables import Job
from portal.products import strangers
from portal.settings import Settings
from tests.portal.imports.exports import EXPORT, Bringing, empty, state
from workers import imports, inline

AS_SALESFORCE = {
    "owners": "User.csv", "companies": "Account.csv", "contacts": "Contact.csv", "leads": "Lead.csv",
    "deals": "Opportunity.csv", "deal_roles": "OpportunityContactRole.csv", "stage_changes": "OpportunityHistory.csv",
    "campaigns": "Campaign.csv", "campaign_members": "CampaignMember.csv", "activities": "Task.csv", "orders": "Order.csv",
    "quotas": "ForecastingQuota.csv", "partners": "Partner.csv", "products": "Product2.csv", "spend": "Spend.csv",
}  # fmt: skip
FILES = {AS_SALESFORCE[name]: content for name, content in EXPORT.items()}
METADATA = {"package.xml": "<?xml version='1.0'?><Package/>", "fields.csv": "Table,Field\ndeals,Stage\n"}


def packed(content: dict[str, str | bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return held.getvalue()


class Desk:
    """Where somebody brings a whole export and looks at what came of it."""

    def __init__(self, database: Database, settings: Settings, at) -> None:
        self.database, self.settings, self.at = database, settings, at

    def receive(self, name: str, content: str | bytes) -> Upload:
        data = content.encode() if isinstance(content, str) else content
        got = files.receive(io.BytesIO(data), self.settings.files_dir)
        return Upload("", name, got.file, got.bytes, got.digest)

    def bring(self, content: dict[str, str], source: str = "CRM") -> int:
        received = [self.receive(name, text) for name, text in content.items()]
        with self.database.transaction() as session:
            found = deliveries.take(session, received, source=source, by=None, at=self.at)
        self.work()
        return found.id

    def bring_archive(self, content: bytes, name: str = "export.zip", source: str = "CRM") -> int:
        with self.database.transaction() as session:
            found = deliveries.take_archive(
                session, self.receive(name, content), source=source, by=None, at=self.at
            )
        self.work()
        return found.id

    def do(self, command: Callable, delivery_id: int, **more) -> None:
        with self.database.transaction() as session:
            command(session, delivery_id, at=self.at, **more)
        self.work()

    def start(self, delivery_id: int) -> None:
        self.do(deliveries.start, delivery_id, by=None)

    def work(self) -> None:
        inline.run_all(self.database, self.settings)

    def found(self, delivery_id: int) -> Delivery:
        with self.database.reading() as session:
            return deliveries.get(session, delivery_id)

    def files(self, delivery_id: int) -> dict[str, Import]:
        with self.database.reading() as session:
            return {each.filename: each for each in deliveries.files_of(session, delivery_id)}

    def kept(self) -> list[str]:
        return sorted(path.name for path in Path(self.settings.files_dir).rglob("*") if path.is_file())


@pytest.fixture
def desk(sqlite: Database, settings: Settings, at) -> Desk:
    return Desk(sqlite, settings, at)


@pytest.fixture
def expected(sqlite: Database, tmp_path: Path) -> dict:
    """What the files come to one by one, in the best order."""
    Bringing(sqlite, tmp_path).all()
    found = state(sqlite)
    empty(sqlite)
    return found


# The way through.


def test_an_archive_is_unpacked_understood_tried_and_imported_in_the_order_that_suits(desk, expected):
    delivery_id = desk.bring_archive(
        packed({f"data/{name}": text for name, text in {**FILES, **METADATA}.items()})
    )
    assert desk.found(delivery_id).state == DeliveryState.OPEN
    members = desk.files(delivery_id)
    assert list(members)[:2] == ["data/User.csv", "data/Product2.csv"]
    assert {name: each.kind for name, each in members.items() if each.state == ImportState.LEFT_OUT} == {"data/fields.csv": ""}  # fmt: skip
    assert members["data/package.xml"].reason.startswith("This is an XML file.")

    desk.do(deliveries.start_check, delivery_id)
    assert desk.found(delivery_id).state == DeliveryState.CHECKED
    assert sum(each.created for each in desk.files(delivery_id).values()) == sum(
        content.count("\n") - 1 for content in EXPORT.values()
    )
    assert state(desk.database)["deals"] == []

    desk.start(delivery_id)
    assert desk.found(delivery_id).state == DeliveryState.DONE
    assert state(desk.database) == expected
    began = {
        name: each.job_id for name, each in desk.files(delivery_id).items() if each.state == ImportState.DONE
    }
    assert list(began.values()) == sorted(began.values())
    assert "export.zip" not in desk.kept()


def test_next_weeks_export_is_tried_at_once_and_only_what_differs_counts(desk):
    desk.start(desk.bring(FILES))
    again = FILES | {"Contact.csv": FILES["Contact.csv"].replace("CTO", "CEO")}

    delivery_id = desk.bring(again, source="")
    found = desk.found(delivery_id)
    assert (found.state, found.source) == (DeliveryState.CHECKED, "CRM")
    counts = [(each.created, each.updated) for each in desk.files(delivery_id).values()]
    assert sum(created for created, _ in counts) == 0
    assert sum(updated for _, updated in counts) == 1

    newer = desk.bring({**again, "Lead.csv": FILES["Lead.csv"].replace("Country", "Land")}, source="")
    assert desk.found(newer).state == DeliveryState.OPEN


def test_leads_and_contacts_of_a_source_keep_a_mapping_each(desk):
    desk.start(desk.bring({name: FILES[name] for name in ("Lead.csv", "Contact.csv")}))
    with desk.database.reading() as session:
        saved = session.exec(select(SavedMapping.name).order_by(col(SavedMapping.name))).all()
    assert saved == ["contact", "lead"]


def test_a_person_corrects_kind_and_id_and_leaves_files_out(desk):
    delivery_id = desk.bring({"things.csv": "No,Label\n1,Ada\n2,Bo\n", "Account.csv": FILES["Account.csv"]})
    members = desk.files(delivery_id)
    assert members["things.csv"].state == ImportState.LEFT_OUT
    choices = {
        members["things.csv"].id: deliveries.Choice("people", ("No",)),
        members["Account.csv"].id: deliveries.Choice(""),
    }
    with desk.database.transaction() as session:
        deliveries.correct(session, delivery_id, "List", choices)
    desk.start(delivery_id)

    assert [row["ids"] for row in state(desk.database)["people"]] == ["1", "2"]
    assert state(desk.database)["companies"] == []


def test_a_file_that_cannot_go_in_is_named_before_anything_does(desk):
    delivery_id = desk.bring({"leads.csv": "First Name,Email\nAda,a@example.com\nBo,b@example.com\n", "Account.csv": FILES["Account.csv"]})  # fmt: skip
    with pytest.raises(Invalid, match=r"^leads.csv: Choose the column with the id"):
        desk.start(delivery_id)
    assert state(desk.database)["companies"] == []


# Killed, stopped, given up.


@hypothesis.settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cut=st.tuples(st.permutations(list(FILES)), st.integers(1, 4), st.booleans()),
    killed_at=st.integers(0, 16),
)
def test_any_order_any_cut_any_kill_any_repetition_come_to_one_end(
    desk, expected, monkeypatch, cut, killed_at
):
    empty(desk.database)
    (order, rows, is_repeated), parts = cut, []

    def die(session, part):
        parts.append(part)
        done = apply(session, part)
        if len(parts) == killed_at + 1:
            raise MemoryError
        return done

    monkeypatch.setattr(imports, "apply", die)
    monkeypatch.setattr(imports, "ROWS_A_PART", rows)
    for _ in range(1 + is_repeated):
        delivery_id = desk.bring_archive(packed({name: FILES[name] for name in order}))
        if desk.found(delivery_id).state != DeliveryState.DONE:
            desk.start(delivery_id)
        if desk.found(delivery_id).state == DeliveryState.RUNNING:  # killed: the wait is over
            with desk.database.transaction() as session:
                session.get_one(Job, desk.found(delivery_id).job_id).run_after = desk.at
            desk.work()
        assert desk.found(delivery_id).state == DeliveryState.DONE
    assert len(parts) > killed_at
    assert state(desk.database) == expected


def test_an_export_whose_job_was_cancelled_goes_on_when_asked(desk):
    delivery_id = desk.bring(FILES)
    with desk.database.transaction() as session:
        found = deliveries.start(session, delivery_id, by=None, at=desk.at)
        jobs.cancel(session, found.job_id, by=None, at=desk.at)
    with desk.database.reading() as session:
        assert deliveries.is_stopped(session, deliveries.get(session, delivery_id))

    desk.do(deliveries.resume, delivery_id, by=None)
    assert desk.found(delivery_id).state == DeliveryState.DONE
    with pytest.raises(Conflict):
        desk.do(deliveries.resume, delivery_id, by=None)


def test_a_discarded_export_leaves_no_file(desk):
    delivery_id = desk.bring_archive(packed(FILES))
    with desk.database.transaction() as session:
        kept = deliveries.discard(session, delivery_id, by=None, at=desk.at)
    for file in kept:
        files.remove(desk.settings.files_dir, file)
    assert desk.kept() == []


# Archives that are refused.


def encrypted() -> bytes:
    content = bytearray(packed({"leads.csv": "Id,Name\n1,Ada\n"}))
    for start in (content.find(b"PK\x03\x04") + 6, content.find(b"PK\x01\x02") + 8):
        content[start] |= 1
    return bytes(content)


def lying() -> bytes:
    """An archive that says its file is small."""
    content = bytearray(packed({"leads.csv": "x" * 5_000_000}))
    small = (10).to_bytes(4, "little")
    central = content.find(b"PK\x01\x02")
    content[central + 24 : central + 28] = small
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (encrypted(), "The archive has a password (leads.csv is encrypted)."),
        (packed({"../leads.csv": "Id\n1\n"}), "a file that wants to lie outside of it (../leads.csv)"),
        (packed({"C:\\leads.csv": "Id\n1\n"}), "a file that wants to lie outside of it (C:"),
        (packed({"more.zip": b"PK"}), "The archive holds another archive (more.zip)"),
        (packed({f"{n}.csv": "Id\n1\n" for n in range(101)}), "The archive holds 101 files; at most 100"),
        (packed({"leads.csv": "x" * 5_000_000}), "Unpacked, the archive has more than 4.0 MiB."),
        (lying(), "The archive is damaged"),
        (packed({}), "The archive holds no files."),
        (packed({".DS_Store": "x", "__MACOSX/a.csv": "x"}), "The archive holds no files."),
        (packed(FILES)[:-3000] + b"x" * 3000, "The archive is damaged and cannot be opened."),
    ],
    ids=[
        "encrypted",
        "outside",
        "drive",
        "nested",
        "many",
        "large",
        "lying",
        "empty",
        "left behind",
        "damaged",
    ],
)
def test_an_archive_that_is_refused_says_why_and_leaves_nothing(sqlite, settings, at, content, says):
    desk = Desk(sqlite, settings.model_copy(update={"xlsx_unpacked_bytes": 4 << 20}), at)
    delivery_id = desk.bring_archive(content)
    found = desk.found(delivery_id)
    assert found.state == DeliveryState.FAILED
    assert says in found.reason
    assert desk.files(delivery_id) == {}
    assert desk.kept() == []


# Real data.


@pytest.mark.shared
def test_mavens_files_go_in_as_one_export(desk, shared: Path):
    content = {path.name: path.read_text() for path in (shared / "maven_crm").glob("*.csv")}
    delivery_id = desk.bring(content, source="Maven")
    members = desk.files(delivery_id)
    assert {name: each.kind for name, each in members.items()} == {
        "sales_teams.csv": "owners", "products.csv": "products", "accounts.csv": "companies",
        "sales_pipeline.csv": "deals", "data_dictionary.csv": "",
    }  # fmt: skip
    assert members["accounts.csv"].mapping["id_columns"] == ["account"]
    desk.start(delivery_id)

    assert desk.found(delivery_id).state == DeliveryState.DONE
    found = desk.files(delivery_id)
    assert {name: each.created for name, each in found.items() if each.kind} == {
        "sales_teams.csv": 35, "products.csv": 7, "accounts.csv": 85, "sales_pipeline.csv": 8_800,
    }  # fmt: skip
    with desk.database.reading() as session:
        assert [(each.name, each.nearest) for each in strangers(session)] == [("GTXPro", "GTX Pro")]
