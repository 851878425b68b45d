"""Mapped rows by plain SQL, for what every page asks: building and mapping a query takes the mapper ten times as long.

What comes is as what a closed unit leaves behind: whole, and of no session.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Dialect, text
from sqlalchemy.orm import class_mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session, SQLModel

Reader = Callable[[Any], Any] | None


def first(
    session: Session, kinds: tuple[type[SQLModel], ...], rest: str, **values: Any
) -> tuple[Any, ...] | None:
    """The first row of `SELECT all columns of each kind` and the rest of the statement, as one object of each kind."""
    session.flush()
    connection = session.connection()
    found = connection.execute(text(f"SELECT {_columns(kinds)} {rest}"), values).first()
    if found is None:
        return None
    cells = iter(found)
    return tuple(_object(kind, cells, connection.dialect) for kind in kinds)


def numbers(session: Session, *counts: str, **values: Any) -> tuple[int, ...]:
    """What several SELECTs of one number each give, by one statement."""
    asked = ", ".join(f"({count})" for count in counts)
    return tuple(session.connection().execute(text(f"SELECT {asked}"), values).one())


@cache
def _columns(kinds: tuple[type[SQLModel], ...]) -> str:
    return ", ".join(
        f'{column.table}."{column.name}"' for kind in kinds for column in class_mapper(kind).columns
    )


def _object(kind: type[SQLModel], cells: Any, dialect: Dialect) -> SQLModel:
    made: SQLModel = manager_of_class(kind).new_instance()
    for name, read in _readers(kind, dialect):
        cell = next(cells)
        made.__dict__[name] = read(cell) if read else cell
    make_transient_to_detached(made)
    return made


@cache
def _readers(kind: type[SQLModel], dialect: Dialect) -> tuple[tuple[str, Reader], ...]:
    """The attribute behind each column, and what makes its value of what the driver gives."""
    mapper = class_mapper(kind)
    return tuple((mapper.get_property_by_column(c).key, _reader(c.type, dialect)) for c in mapper.columns)


def _reader(type_: TypeEngine[Any], dialect: Dialect) -> Reader:
    """Only our own types and SQLite's yes and no come otherwise than they are."""
    is_plain = not isinstance(type_, (TypeDecorator, Boolean))
    return None if is_plain else type_.dialect_impl(dialect).result_processor(dialect, None)
