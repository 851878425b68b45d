"""What each column of a source means: kept as JSON, corrected by a person, used again next week."""

from collections import Counter
from collections.abc import Iterator
from typing import Final
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict

from portal.errors import Invalid
from portal.imports.columns import Kind
from portal.imports.dates import DateStyle
from portal.imports.kinds import KindOfRecord, kind_named
from portal.imports.numerals import NumberStyle
from portal.imports.understanding import Understood


class ColumnMapping(BaseModel):
    """`field`: what it is (empty: nothing of ours); `attribute`: kept under its own name, too; neither: ignored.

    `missing`: words that mean there is no value (null: the usual ones). `values`: a value and what it is to be read
    as. `meanings`: what a stage or status says: open, won, lost; customer, opted_out; a term such as qualified_lead;
    inbound, outbound; request; first, renewal, upgrade, referral. `pipeline / stage` counts before `stage`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    field: str = ""
    attribute: bool = True
    kind: Kind = "text"
    number: NumberStyle = NumberStyle()
    date: DateStyle = DateStyle()
    missing: tuple[str, ...] | None = None
    values: dict[str, str] = {}
    meanings: dict[str, str] = {}
    salesforce_id: bool = False


class Mapping(BaseModel):
    """`id_columns`: one, or several as a natural key a person declared. `time_zone`: of times that name none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    source: str
    id_columns: tuple[str, ...] = ()
    natural_key: bool = False
    columns: tuple[ColumnMapping, ...] = ()
    currency: str = ""
    time_zone: str = "UTC"
    direction: str = "unknown"

    @property
    def record(self) -> KindOfRecord:
        return kind_named(self.kind)

    @property
    def fields(self) -> frozenset[str]:
        """The fields this mapping fills; the others say nothing about a record."""
        return frozenset(column.field for column in self.columns if column.field)

    @property
    def filled(self) -> frozenset[str]:
        """The fields this mapping fills with those that follow: a whole name, a flag's day, an outcome, a direction of all."""
        record = self.record
        found = {*self.fields, *record.always} | ({"direction"} if self.direction != "unknown" else set())
        found |= {further for field in record.fields if field.name in self.fields for further in field.fills}
        meanings = {meaning for column in self.of_field("status") for meaning in column.meanings.values()}
        return frozenset(found | {f"{meaning}_at" for meaning in meanings})

    @property
    def has_salesforce_ids(self) -> bool:
        """Whether its own ids are Salesforce's; then ids of 15 signs in other columns are, too."""
        return any(self.column(name).salesforce_id for name in self.id_columns)

    @property
    def attributes(self) -> tuple[ColumnMapping, ...]:
        return tuple(column for column in self.columns if column.attribute)

    def column(self, name: str) -> ColumnMapping:
        return next((column for column in self.columns if column.column == name), ColumnMapping(column=name))

    def of_field(self, field: str) -> tuple[ColumnMapping, ...]:
        return tuple(column for column in self.columns if column.field == field)

    def changed(self, column: str, **changes: object) -> "Mapping":
        """The same with one column mapped otherwise."""
        columns = tuple(
            one.model_copy(update=changes) if one.column == column else one for one in self.columns
        )
        return self.model_copy(update={"columns": columns})


class Differences(BaseModel):
    """Next week's file against a saved mapping."""

    new: tuple[str, ...]
    vanished: tuple[str, ...]
    other_kind: tuple[str, ...]


LONGEST_SOURCE: Final = 100
DIRECTIONS = {"inbound", "outbound", "unknown"}


def check(mapping: Mapping, understood: Understood) -> None:
    """Raises Invalid with the first thing that stops this mapping from working on this file."""
    for problem in problems(mapping, understood):
        raise Invalid(problem)


def problems(mapping: Mapping, understood: Understood) -> Iterator[str]:
    """A sentence for each thing that has to be put right."""
    if not mapping.source.strip():
        yield "Name the source: the system the file comes from, such as Salesforce. Ids are unique within it."
    if len(mapping.source) > LONGEST_SOURCE:
        yield f"The name of the source is longer than {LONGEST_SOURCE} letters. Use a shorter one."
    yield from about_ids(mapping, understood)
    yield from about_fields(mapping)
    if mapping.time_zone not in available_timezones():
        yield f"There is no time zone called {mapping.time_zone}. Use a name such as Europe/Berlin or America/New_York."
    if mapping.direction not in DIRECTIONS:
        yield f"The direction is inbound, outbound or unknown, not {mapping.direction}."
    if mapping.currency and not (len(mapping.currency) == 3 and mapping.currency.isupper()):  # noqa: PLR2004
        yield f"The currency is a code of three letters such as EUR, not {mapping.currency}."


def about_ids(mapping: Mapping, understood: Understood) -> Iterator[str]:
    if not mapping.id_columns:
        yield f"Choose the column with the id that {mapping.source or 'the source'} gives each {mapping.record.one}. Without one, declare a natural key of columns that never change."
    for name in mapping.id_columns:
        if name not in understood.names:
            yield f"The file has no column {name}. It has: {', '.join(understood.names[:10])}{'…' if len(understood.names) > 10 else ''}."  # noqa: PLR2004
    if len(mapping.id_columns) > 1 and not mapping.natural_key:
        yield "Several columns make a natural key: declare it as one, or choose a single id column."
    if len(mapping.id_columns) == 1 and mapping.id_columns[0] in understood.names:
        yield from about_one_id(mapping, understood)


def about_one_id(mapping: Mapping, understood: Understood) -> Iterator[str]:
    name = mapping.id_columns[0]
    means = mapping.column(name).field or named_like(mapping.record, name)
    if understood.column(name).looks_like_email or means == "email":
        yield f"{name} holds e-mail addresses, and an e-mail address is no id: people change it, and share it. Choose the id of the source, or add a column that never changes."
    elif means in mapping.record.no_key and (means,) not in mapping.record.keys:
        yield f"{name} is no id: two may have the same, and it changes. Choose the id of the source, or declare a natural key of several columns."


def named_like(record: KindOfRecord, column: str) -> str:
    from portal.imports.guessing import plain_name

    plain = plain_name(column, record)
    return next(
        (field.name for field in record.fields if field.name in record.no_key and plain in field.names), ""
    )


def about_fields(mapping: Mapping) -> Iterator[str]:
    known = mapping.record.field_names
    for column in mapping.columns:
        if column.field and column.field not in known:
            yield f"{column.column} is mapped to {column.field}, which a {mapping.record.one} does not have. It has: {', '.join(sorted(known))}."
    counts = Counter(column.field for column in mapping.columns if column.field)
    for field, count in counts.items():
        if count > 1 and field in known and not mapping.record.field(field).takes_several:
            names = " and ".join(column.column for column in mapping.of_field(field))
            yield f"{names} are both mapped to {field}. Keep one, and leave the other as an attribute."


def warnings(mapping: Mapping, understood: Understood) -> list[str]:
    """What works, but should be known before it is done."""
    found = [*about_declared(mapping), *about_names(mapping)]
    for name in set(mapping.id_columns) & set(understood.names) if len(mapping.id_columns) == 1 else ():
        column = understood.column(name)
        filled = round((1 - column.missing_share) * column.rows)
        if column.distinct < filled:
            found.append(
                f"{name} repeats: {filled - column.distinct:,} of {filled:,} rows seen have an id that stood before, and will be rejected."
            )
        if column.missing_share:
            found.append(
                f"{name} is empty in {column.missing_share:.1%} of the rows seen; those will be rejected."
            )
    found.extend(
        f"{column.column}: {', '.join(repr(value) for value in open_values)} stand for none of Concord's terms. Say which, where one does."
        for column in mapping.of_field("status")
        if mapping.kind == "people" and column.meanings and (open_values := unmapped(column, understood))
    )
    found.extend(
        f"{column.column}: no outcome is known for the stage {', '.join(repr(value) for value in open_values)}. Say open, won or lost."
        for column in mapping.of_field("stage")
        if mapping.kind == "deals" and (open_values := unmapped(column, understood))
    )
    return found


def about_declared(mapping: Mapping) -> Iterator[str]:
    single = tuple(mapping.column(name).field for name in mapping.id_columns)
    if mapping.natural_key or (len(single) == 1 and single in mapping.record.keys):
        yield (
            f"{' + '.join(mapping.id_columns)} stand{'s' * (len(single) == 1)} for an id. When "
            f"{'it' if len(single) == 1 else 'one of them'} changes in the source, the {mapping.record.one} comes a second time."
        )


def about_names(mapping: Mapping) -> Iterator[str]:
    """Links that rest on a name alone."""
    if "company" in mapping.fields and "company_external_id" not in mapping.fields:
        yield (
            f"Companies are found by their name among those of {mapping.source or 'the source'}, as the file has no id of them. "
            "A name that two companies have finds none."
        )


def unmapped(column: ColumnMapping, understood: Understood) -> list[str]:
    if column.column not in understood.names:
        return []
    return [value for value, _ in understood.column(column.column).frequent if value not in column.meanings]


def differences(mapping: Mapping, understood: Understood) -> Differences:
    """What is new in a file, what is gone, and what holds another kind of value than it did."""
    mapped = {column.column: column for column in mapping.columns}
    return Differences(
        new=tuple(name for name in understood.names if name not in mapped),
        vanished=tuple(name for name in mapped if name not in understood.names),
        other_kind=tuple(
            column.name
            for column in understood.columns
            if column.name in mapped
            and {column.kind, mapped[column.name].kind} not in ({"text", "category"}, {column.kind})
            and column.missing_share < 1
        ),
    )
