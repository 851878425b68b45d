"""Whatever a person chooses in the mapping form arrives in the mapping, and what they leave alone stays."""

import random
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.db import Database
from portal.errors import Invalid
from portal.imports import pages
from portal.imports.mapping import Mapping
from portal.imports.understanding import Understood
from portal.settings import Settings
from routes.mapping_form import IGNORE, KEEP, corrected, meanings_of
from tests.routes.conftest import Browser
from tests.routes.importing import Importing

DEALS = """Deal ID,Deal Name,Stage,Amount,Created,Paid,Lines
d1,Rope,Won,"1.200",03/04/2025,2,"a
b"
d2,Sail,Lost,"2.300",05/06/2025,,c
d3,Oar,Open,"3.400",07/08/2025,4,"a
b"
"""
PEOPLE = """Id,First Name,Email,Status,Direction,Phone,Created
1,Ada,ada@example.com,Customer,in,12,03/04/2025
2,Grace,grace@example.com,Lead,out,13,05/06/2025
3,Mary,mary@example.com,Do not call,in,14,07/08/2025
"""
Controls = dict[str, list[str]]


class Form(HTMLParser):
    """The controls of a page's mapping form: what each offers, and what it sends as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.offered: Controls = {}
        self.sent: MultiDict[str, str] = MultiDict()
        self._select = ""
        self._option: list[str] | None = None
        self.feed(page.partition("How it is mapped")[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = given["name"]
            self.offered[self._select] = []
        elif tag == "option" and self._select:
            self._option = [given.get("value", "\0"), "selected" if "selected" in given else ""]
            if "value" in given:
                self._offer(given["value"])
        elif tag == "input" and given.get("type") == "checkbox":
            self.offered.setdefault("ticks", []).append(given["value"])
            if "checked" in given:
                self.sent.add(given["name"], given["value"])
        elif tag == "input" and given["name"] != "csrf_token":
            self.sent.add(given["name"], given["value"])

    def handle_data(self, data: str) -> None:
        if self._option and self._option[0] == "\0":
            self._offer(data)

    def _offer(self, value: str) -> None:
        self.offered[self._select].append(value)
        if self._option and self._option[1]:
            self.sent.add(self._select, value)
        self._option = ["", ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "option":
            self._option = None
        elif tag == "select":
            if self._select not in self.sent:
                self.sent.add(self._select, self.offered[self._select][0])
            self._select = ""


@pytest.fixture(params=[("people", PEOPLE), ("deals", DEALS)], ids=["people", "deals"])
def shown(
    request: pytest.FixtureRequest, member: Browser, sqlite: Database, settings: Settings
) -> tuple[Form, Mapping, Understood]:
    """The form of an upload's page, with the mapping and the understanding it shows."""
    kind, content = request.param
    importing = Importing(member, sqlite, settings)
    url = importing.understood(content, f"{kind}.csv", kind)
    return (
        Form(member.get(url).text),
        pages.mapping_of(importing.row()),
        pages.understanding_of(importing.row()),
    )


def test_a_form_sent_as_it_stands_changes_nothing(shown: tuple[Form, Mapping, Understood]) -> None:
    form, mapping, understood = shown

    assert corrected(mapping, understood, form.sent) == mapping


def test_an_empty_form_changes_nothing(shown: tuple[Form, Mapping, Understood]) -> None:
    _, mapping, understood = shown

    assert corrected(mapping, understood, MultiDict()) == mapping


@tried(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    seed=st.integers(0, 2**32), source=st.text(max_size=40), zone=st.sampled_from(["UTC", "Europe/Berlin"])
)
def test_every_choice_arrives(
    shown: tuple[Form, Mapping, Understood], seed: int, source: str, zone: str
) -> None:
    form, mapping, understood = shown
    dice = random.Random(seed)
    sent = MultiDict(
        {name: dice.choice(offered) for name, offered in form.offered.items() if name != "ticks"}
    )
    ticked = dice.sample(form.offered["ticks"], dice.randint(0, 2))
    for name in ticked:
        sent.add("id_columns", name)
    sent |= {"source": source, "time_zone": zone, "currency": dice.choice(["", "eur", "USD"])}

    found = corrected(mapping, understood, sent)

    ids = set(sent.getlist("id_columns")) - {""}
    assert set(found.id_columns) == ids
    assert list(found.id_columns) == [name for name in understood.names if name in ids]
    assert found.natural_key == (len(ids) > 1)
    assert (found.source, found.time_zone, found.currency) == (source.strip(), zone, sent["currency"].upper())
    assert found.direction == sent.get("direction", mapping.direction)
    assert [column.column for column in found.columns] == list(understood.names)
    for place in range(len(understood.names)):
        agrees(found, mapping, understood, place, sent)
    assert Mapping.model_validate(found.model_dump(mode="json")) == found


def agrees(
    found: Mapping, before: Mapping, understood: Understood, place: int, sent: MultiDict[str, str]
) -> None:
    """One column is what its controls said."""
    name = understood.names[place]
    column, old, to = found.column(name), before.column(name), sent[f"to-{place}"]
    assert column.kind == sent[f"kind-{place}"]
    assert column.field == ("" if to in {KEEP, IGNORE} else to)
    if to == KEEP:
        assert column.attribute
    if to == IGNORE:
        assert not column.attribute
    assert column.date.order == sent.get(f"order-{place}", old.date.order)
    assert column.number.decimal == sent.get(f"decimal-{place}", old.number.decimal)
    words = {word for word, _ in meanings_of(found.kind, column.field)} - {""}
    for number, (value, _) in enumerate(understood.columns[place].frequent):
        said = sent.get(f"means-{place}-{number}")
        if said is not None and words:
            assert column.meanings.get(value, "") == (said if said in words else "")
    assert (column.missing, column.values, column.salesforce_id) == (
        old.missing,
        old.values,
        old.salesforce_id,
    )


def test_both_styles_of_an_ambiguous_column_are_offered(shown: tuple[Form, Mapping, Understood]) -> None:
    form, mapping, _ = shown
    date = 4 if mapping.kind == "deals" else 6

    assert form.offered[f"order-{date}"] == ["dmy", "mdy"]
    assert form.offered.get("decimal-3") == ([".", ","] if mapping.kind == "deals" else None)


def test_a_value_of_two_lines_keeps_its_meaning(shown: tuple[Form, Mapping, Understood]) -> None:
    """A browser would send such a value with other line ends; the form sends its number."""
    _, mapping, understood = shown
    if mapping.kind != "deals":
        pytest.skip("only the deals have such a value")
    staged = corrected(mapping, understood, MultiDict({"to-2": KEEP, "to-6": "stage"}))
    number = [value for value, _ in understood.column("Lines").frequent].index("a\nb")

    found = corrected(staged, understood, MultiDict({f"means-6-{number}": "won"}))

    assert found.column("Lines").meanings["a\nb"] == "won"


def test_a_column_that_becomes_the_stage_comes_with_meanings_to_correct(
    shown: tuple[Form, Mapping, Understood],
) -> None:
    _, mapping, understood = shown
    if mapping.kind != "deals":
        pytest.skip("only deals have stages")
    without = corrected(mapping, understood, MultiDict({"to-2": KEEP}))
    assert without.column("Stage").meanings == {}

    again = corrected(without, understood, MultiDict({"to-2": "stage"}))

    assert again.column("Stage").meanings == {"Won": "won", "Lost": "lost", "Open": "open"}


def test_who_a_person_is_does_not_become_an_attribute(shown: tuple[Form, Mapping, Understood]) -> None:
    _, mapping, understood = shown
    if mapping.kind != "people":
        pytest.skip("only people have names")

    found = corrected(mapping, understood, MultiDict({"to-5": "last_name", "to-1": KEEP}))

    assert (found.column("Phone").field, found.column("Phone").attribute) == ("last_name", False)
    assert (found.column("First Name").field, found.column("First Name").attribute) == ("", True)


@pytest.mark.parametrize("forged", [{"kind-0": "banana"}, {"order-0": "ymd"}, {"decimal-0": ";"}])
def test_a_choice_that_was_not_offered_is_refused(
    shown: tuple[Form, Mapping, Understood], forged: dict[str, str]
) -> None:
    _, mapping, understood = shown

    with pytest.raises(Invalid, match="A choice in the form is none of those offered"):
        corrected(mapping, understood, MultiDict(forged))
