"""What differs between two readings of a source: rows that came, went or changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from gapwatch.contracts import TABLES
from gapwatch.tables import csv_text

Row = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One difference: the row's key as text, and for a changed cell its column, old and new.

    `described` stands for a source whose description in the study changed, so that what was pinned
    before can't be read in the same way and isn't compared; `key` then says why. `differs` is all
    that is told of a restricted source: `key` holds geography and period alone.
    """

    source: str
    table: str
    what: Literal["added", "removed", "changed", "described", "differs"]
    key: str
    column: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        if self.what == "described":
            return f"{self.source}: its description changed, so it isn't compared ({self.key})"
        told = f"{self.source}: {self.table}, {self.key}: {self.what}"
        if self.what != "changed":
            return told
        return f"{told}: {self.column} {self.old or 'blank'} -> {self.new or 'blank'}"


def changes(
    source: str,
    old: Mapping[str, pd.DataFrame],
    new: Mapping[str, pd.DataFrame],
    *,
    restricted: bool = False,
) -> list[Change]:
    """Every difference between two readings of one source, in the order of tables and keys.

    Both hold canonical frames by table name; a table that one of them lacks counts as empty. Of a
    `restricted` source only geography and year of what differs are told, once each: a row that came
    or went is a death.
    """
    found: list[Change] = []
    for name in sorted({*old, *new}):
        told = _of_table(source, name, old.get(name), new.get(name))
        found += _without_rows(told) if restricted else told
    return found


def _without_rows(told: list[Change]) -> list[Change]:
    """One change for each geography and year (or window) in which anything differs."""
    kept = ("geography", "year", "base", "period_start", "period_end")
    keys = {
        " ".join(part for part in item.key.split(" ") if part.partition("=")[0] in kept): item
        for item in told
    }
    return [
        replace(item, what="differs", key=key, column="", old="", new="")
        for key, item in sorted(keys.items())
    ]


def _of_table(
    source: str, name: str, old: pd.DataFrame | None, new: pd.DataFrame | None
) -> list[Change]:
    table = TABLES[name]
    names = list(table.key)
    before, after = _keyed(old, names), _keyed(new, names)
    told = [Change(source, name, "removed", _key(names, key)) for key in before if key not in after]
    told += [Change(source, name, "added", _key(names, key)) for key in after if key not in before]
    cells = [column for column in table.names if column not in table.key]
    for key in before.keys() & after.keys():
        for column, one, other in zip(cells, before[key], after[key], strict=True):
            if one != other:
                told.append(Change(source, name, "changed", _key(names, key), column, one, other))
    return sorted(told, key=lambda item: (item.key, item.what, item.column))


def _keyed(frame: pd.DataFrame | None, key: list[str]) -> dict[Row, Row]:
    """Rows as text by their key, so that missing equals missing."""
    if frame is None:
        return {}
    cells = [column for column in frame.columns if column not in key]
    keys = zip(*(frame[name].map(csv_text) for name in key), strict=True)
    values = zip(*(frame[name].astype(object).map(csv_text) for name in cells), strict=True)
    return dict(zip(keys, values, strict=True))


def _key(names: list[str], key: Row) -> str:
    return " ".join(f"{name}={part}" for name, part in zip(names, key, strict=True))
