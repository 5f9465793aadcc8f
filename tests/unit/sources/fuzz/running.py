"""Run cases of a kind: each is a table of its contract, or a named error, and is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import TABLES, Column
from gapwatch.errors import GapwatchError
from gapwatch.sources.payload import Payload

Sent = tuple[Payload, ...]
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Case:
    """What was sent, and whether it must read exactly as the good answer does."""

    sent: Sent
    harmless: bool


@dataclass(frozen=True)
class Kind:
    """How cases are made and how they are read, into tables by name or into a link."""

    make: Callable[[Random], Case]
    read: Callable[[Sent], Any]


def tally(name: str, kind: Kind, cases: int) -> Counter[str]:
    """How many of so many cases were `read`, `refused` and `harmless`; the same cases every time.

    Fails for a reading that breaks its contract, for anything raised that is no GapwatchError,
    for a harmless change that was refused or read otherwise, and unless readings and refusals are
    each a twentieth of the cases or more.
    """
    good: Any = None
    counted: Counter[str] = Counter()
    for number in range(cases):
        case = kind.make(Random(f"{name} {number}"))
        where = f"{name}, case {number}"
        found, refused = None, None
        try:
            found = kind.read(case.sent)
        except GapwatchError as error:
            refused = error
        except BaseException as error:
            error.add_note(where)
            raise
        if refused is not None:
            # A column that came in between those of a wide block may belong to it.
            asked = "beside them Remark" in str(refused)
            assert asked or not case.harmless, f"{where}: {refused}"
            assert refused.where, where
            assert refused.expected, where
            assert refused.found, where
            counted["refused"] += 1
            continue
        counted["read"] += 1
        as_before = good is not None and same(found, good)
        if not as_before:
            meets_contract(found, where)
        if case.harmless:
            counted["harmless"] += 1
            assert good is None or as_before, f"{where}: a harmless change reads otherwise"
            good = found
    for outcome in ("read", "refused"):
        assert counted[outcome] >= LEAST_SHARE * cases, (name, counted)
    return counted


def same(one: Any, other: Any) -> bool:
    """Whether two readings are the same tables, or the same link."""
    if isinstance(one, str):
        return bool(one == other)
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


def meets_contract(found: Any, where: str) -> None:
    """Assert, without the code under test, all that a contract says of single columns and keys."""
    if isinstance(found, str):
        assert found.startswith("https://"), where
        return
    assert found, where
    for name, frame in found.items():
        table = TABLES[name]
        assert tuple(frame.columns) == table.names, where
        assert len(frame), where
        assert not frame.duplicated(list(table.key)).any(), where
        assert list(frame[table.key[0]]) == sorted(frame[table.key[0]]), where
        for column in table.columns:
            _column(column, frame[column.name], f"{where}, {name}.{column.name}")
        # What is written is what is read: one form, whatever was sent.
        written = tables.to_csv(table, frame)
        assert tables.to_csv(table, tables.read_csv(table, written, "again")) == written, where


def _column(column: Column, cells: pd.Series, where: str) -> None:
    values = [cell for cell in cells.tolist() if not pd.isna(cell)]
    assert column.nullable or len(values) == len(cells), where
    for value in values:
        if column.kind == "text":
            assert isinstance(value, str), where
            assert value or column.may_be_empty, where
            assert not column.choices or value in column.choices, where
            assert not column.pattern or re.fullmatch(column.pattern, value), where
        else:
            assert abs(value) < float("inf"), where
            assert column.minimum is None or value >= column.minimum, where
            assert column.maximum is None or value <= column.maximum, where
