"""A table that is declared as a class: the columns of the contract are the fields of its rows.

What makes the rows fills the class, and what reads them gets it back with `read_rows`, so that a
column is declared once and its type is held by the type checker on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform, get_type_hints

from gapwatch.contracts.schema import Column

_COLUMN = "column"
_TYPES: dict[str, type] = {"text": str, "integer": int, "number": float, "boolean": bool}
Row = TypeVar("Row")
Kind = Callable[..., Column]


def cell(kind: Kind, meaning: str, *, default: Any = None, **rules: Any) -> Any:
    """A field whose column is `kind(name, meaning, **rules)`, `name` being the field's own.

    A `default` is for words that are put beside a code when the table is written.
    """
    metadata = {_COLUMN: lambda name: kind(name, meaning, **rules)}
    if default is None:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def shared(column: Column) -> Any:
    """A field of a column that several tables have."""
    return field(metadata={_COLUMN: lambda _: column})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(cell, shared))
def row_class(kind: type[Row]) -> type[Row]:
    """A frozen class of keyword arguments, which `columns_of` turns into columns."""
    return dataclass(frozen=True, kw_only=True)(kind)


def columns_of(kind: type) -> tuple[Column, ...]:
    """The columns in the order of the fields.

    Raises TypeError for a field whose type isn't that of its column, or not under its name.
    """
    hints = get_type_hints(kind)
    columns = []
    for one in fields(kind):
        column: Column = one.metadata[_COLUMN](one.name)
        type_ = _TYPES[column.kind]
        # Text that is missing is "": it is nothing to say, and never unknown.
        wanted = type_ | None if column.nullable and column.kind != "text" else type_
        if column.name != one.name or hints[one.name] != wanted:
            raise TypeError(
                f"{kind.__name__}.{one.name}: expected {column.name}: {wanted}, "
                f"found {hints[one.name]}"
            )
        columns.append(column)
    return tuple(columns)


def read_rows(kind: type[Row], records: Iterable[Mapping[Any, Any]]) -> tuple[Row, ...]:
    """Rows of a table, by column name, as the class; None, or "" of a text, for what is missing.

    Words beside a code may not be there yet.
    """
    columns = columns_of(kind)
    return tuple(
        kind(
            **{
                column.name: _value(column, record[column.name])
                for column in columns
                if not column.words_of or column.name in record
            }
        )
        for record in records
    )


def _value(column: Column, value: Any) -> Any:
    if value is None or (str(value) in {"nan", "<NA>"} and not isinstance(value, str)):
        return "" if column.kind == "text" else None
    if column.kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    return _TYPES[column.kind](value)
