"""How two tables or two JSON documents differ: by key and column, by the path of a value."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from gapwatch.audit.compare.text import Change, text
from gapwatch.contracts import TABLES

NO_ROW = "no such row"
Where = tuple[str | int, ...]
Keyed = dict[tuple[str, ...], tuple[int, Mapping[str, str]]]


def cells(name: str, released: bytes, made: bytes) -> Iterator[Change]:
    """The cells that differ: by the key of the table that the file is named after, else by row.

    Rows are counted as a spreadsheet does, in the released file where it has the row. Raises
    ValueError or csv.Error when either isn't CSV in UTF-8.
    """
    old, new = _rows(released), _rows(made)
    yield from _header(old[0], new[0])
    key = _key(name)
    before, after = _keyed(old, key), _keyed(new, key)
    if before is None or after is None:
        yield from _by_number(old, new)
    else:
        held = set(new[0])
        columns = [column for column in old[0] if column in held]
        yield from _by_key(key, columns, before, after)


def _rows(content: bytes) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(text(content), newline=""), strict=True))
    return rows or [[]]


def _key(name: str) -> tuple[str, ...]:
    table = TABLES.get(name.removeprefix("data/").removesuffix(".csv"))
    return table.key if table and name == f"data/{table.name}.csv" else ()


def _header(old: list[str], new: list[str]) -> Iterator[Change]:
    if set(old) == set(new):
        if old != new:
            yield "header", ", ".join(old), ", ".join(new)
        return
    before, after = set(old), set(new)
    for column in old:
        if column not in after:
            yield f"header, {column}", "a column", "no such column"
    for column in new:
        if column not in before:
            yield f"header, {column}", "no such column", "a column"


def _keyed(rows: list[list[str]], key: tuple[str, ...]) -> Keyed | None:
    """Rows by key, with their numbers; None when the key doesn't tell every row from the others."""
    header, *body = rows
    whole = all(len(row) == len(header) for row in body)
    if not key or not set(key) <= set(header) or len(set(header)) < len(header) or not whole:
        return None
    found: Keyed = {}
    for number, row in enumerate(body, 2):
        named = dict(zip(header, row, strict=True))
        found[tuple(named[column] for column in key)] = (number, named)
    return found if len(found) == len(body) else None


def _by_key(
    key: tuple[str, ...], columns: Sequence[str], before: Keyed, after: Keyed
) -> Iterator[Change]:
    def named(values: tuple[str, ...]) -> str:
        return " ".join(f"{name}={value}" for name, value in zip(key, values, strict=True))

    for values, (number, row) in before.items():
        place = f"row {number} ({named(values)})"
        if values not in after:
            yield place, "a row", NO_ROW
            continue
        other = after[values][1]
        for column in columns:
            if row[column] != other[column]:
                yield f"{place}, {column}", row[column], other[column]
    for values, (number, _) in after.items():
        if values not in before:
            yield f"row {number} of the new one ({named(values)})", NO_ROW, "a row"
    old, new = [k for k in before if k in after], [k for k in after if k in before]
    moved = next((pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]), None)
    if moved:
        yield f"order of rows, from row {before[moved[0]][0]}", named(moved[0]), named(moved[1])


def _by_number(old: list[list[str]], new: list[list[str]]) -> Iterator[Change]:
    names = old[0] if old[0] == new[0] else []
    for number, (a, b) in enumerate(zip_longest(old[1:], new[1:]), 2):
        if a is None or b is None:
            added = f"row {number} of the new one", NO_ROW, "a row"
            yield added if a is None else (f"row {number}", "a row", NO_ROW)
            continue
        for position, (x, y) in enumerate(zip_longest(a, b, fillvalue="no such cell")):
            if x != y:
                column = names[position] if position < len(names) else f"column {position + 1}"
                yield f"row {number}, {column}", x, y


class _Number(str):
    """A number as it is written, so that neither rounding nor size hides a difference."""

    __slots__ = ()


def values(_name: str, released: bytes, made: bytes) -> Iterator[Change]:
    """The values that differ, by dotted path. Raises ValueError when either isn't JSON in UTF-8."""
    before, after = (
        leaves(
            json.loads(
                text(content), parse_float=_Number, parse_int=_Number, parse_constant=_Number
            )
        )
        for content in (released, made)
    )
    none = "no such value"
    for path in {**before, **after}:
        old, new = before.get(path, none), after.get(path, none)
        if old != new:
            yield _dotted(path), old, new


def leaves(document: object) -> dict[Where, str]:
    """Every value of a parsed JSON document that holds no others, written as JSON, by its path."""
    found: dict[Where, str] = {}
    waiting: list[tuple[Where, object]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        inside: list[tuple[str | int, object]] = []
        if isinstance(value, Mapping):
            inside = [(str(key), item) for key, item in value.items()]
        elif isinstance(value, list):
            inside = list(enumerate(value))
        if inside:
            waiting.extend(((*path, key), item) for key, item in reversed(inside))
        elif isinstance(value, _Number):
            found[path] = str(value)
        else:
            found[path] = json.dumps(value, ensure_ascii=False, default=repr)
    return found


def _dotted(path: Where) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".") or "the whole"
