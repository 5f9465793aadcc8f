"""Rows of the table as they come in, each with its place in the file."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping, Set

import numpy as np
import pandas as pd

from gapwatch.contracts import Table
from gapwatch.sources.declared.cells import Value, measured
from gapwatch.sources.declared.grid import refuse, refuse_plainly


class Rows:
    """One list a column: a file of millions of rows costs a few bytes a cell.

    `start` opens a sheet; `store` takes a row that stands alone. A key that stands twice is
    found at the end.
    """

    def __init__(self, table: Table, *, restricted: bool = False) -> None:
        self.table = table
        self.restricted = restricted
        self._columns: dict[str, list[Value]] = {name: [] for name in table.names}
        self._numbers = array("L")
        self._sheets: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def start(self, where: str) -> None:
        """The rows that follow come from this sheet."""
        self._sheets.append((len(self._numbers), where))

    def keys(self) -> set[tuple[Value, ...]]:
        """Keys of all rows, as they were read."""
        columns = [self._columns[name] for name in self.table.key]
        return {tuple(value or "" for value in key) for key in zip(*columns, strict=True)}

    def place(self, position: int) -> str:
        """Where a row stands in the file, in a reader's words."""
        sheet = bisect_right(self._sheets, position, key=lambda item: item[0]) - 1
        return f"{self._sheets[sheet][1]}, row {self._numbers[position]}"

    def store(self, number: int, row: dict[str, Value], quantities: dict[str, Value]) -> None:
        """Take a row and its quantities."""
        self._numbers.append(number)
        for name, column in self._columns.items():
            column.append(quantities[name] if name in quantities else row.get(name))

    def extend(self, numbers: list[int], columns: Mapping[str, list[Value]]) -> bool:
        """Take many rows that stand alone, by columns; False where they can't be taken so."""
        self._numbers.extend(numbers)
        blank: list[Value] = [None] * len(numbers)
        for name, column in self._columns.items():
            column.extend(columns.get(name, blank))
        return True

    def frame(self) -> pd.DataFrame:
        """The rows, with every key once; ValidationError with the place of a repeated one."""
        frame = pd.DataFrame(
            {name: pd.Series(column, dtype=object) for name, column in self._columns.items()}
        )
        self._columns = {}
        codes = pd.DataFrame({name: pd.factorize(frame[name])[0] for name in self.table.key})
        again = codes.duplicated().to_numpy()
        if again.any():
            second = int(np.flatnonzero(again)[0])
            same = (codes == codes.iloc[second]).all(axis=1).to_numpy()
            self.refuse_again(int(np.flatnonzero(same)[0]), second, frame.iloc[second])
        return frame

    def refuse_again(self, first: int, second: int, row: pd.Series) -> None:
        """Refuse a key that stands twice."""
        if self.restricted:
            refuse_plainly(
                self.place(second),
                f"each {', '.join(self.table.key)} once",
                f"one again, after {self.place(first)}",
                "take the copy out, or set add_up where rows add up",
            )
        # What the file has no column for says nothing.
        told = {name: row.get(name) for name in self.table.key}
        what = ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)
        refuse(
            self.place(second),
            f"each {', '.join(self.table.key)} once",
            f"{what} again, after {self.place(first)}",
        )


class Merged(Rows):
    """Rows of one key put together: a wide file tells each quantity in a cell of its own."""

    def __init__(self, table: Table, *, restricted: bool = False) -> None:
        super().__init__(table, restricted=restricted)
        self._known: dict[tuple[Value, ...], int] = {}
        self._told: list[Set[str]] = []

    def store(self, number: int, row: dict[str, Value], quantities: dict[str, Value]) -> None:
        """Take a row's quantities; those of its key that were told before are refused."""
        key = tuple(row.get(name) for name in self.table.key)
        position = self._known.get(key)
        if position is None:
            self._known[key] = len(self)
            self._told.append(set(quantities))
            super().store(number, row, quantities)
            return
        differ = any(self._columns[name][position] != value for name, value in row.items())
        if differ or not quantities or self._told[position] & set(quantities):
            self._numbers.append(number)
            self.refuse_again(position, len(self) - 1, pd.Series(row))
        self._told[position] = self._told[position] | set(quantities)
        for name, value in quantities.items():
            self._columns[name][position] = value

    def extend(self, numbers: list[int], columns: Mapping[str, list[Value]]) -> bool:
        """Take many rows of different keys, none of which was told before; False for others."""
        blank: list[Value] = [None] * len(numbers)
        keys = list(zip(*(columns.get(name, blank) for name in self.table.key), strict=True))
        if len(set(keys)) < len(keys) or not self._known.keys().isdisjoint(keys):
            return False
        start = len(self)
        self._known.update(zip(keys, range(start, start + len(keys)), strict=True))
        told = frozenset(columns.keys() & {c.name for c in self.table.columns if measured(c)})
        self._told += [told] * len(keys)
        return super().extend(numbers, columns)


class Summed(Rows):
    """Rows of one key added up, as deaths are that stand one a row.

    A sum with a part that is withheld or missing is missing, never the sum of the rest.
    """

    def __init__(self, table: Table, *, restricted: bool = False) -> None:
        super().__init__(table, restricted=restricted)
        self._known: dict[tuple[Value, ...], int] = {}

    def store(self, number: int, row: dict[str, Value], quantities: dict[str, Value]) -> None:
        """Add a row's quantities to those of its key; what else the rows say must be the same."""
        key = tuple(row.get(name) for name in self.table.key)
        position = self._known.get(key)
        if position is None:
            self._known[key] = len(self)
            super().store(number, row, quantities)
            return
        sheet = self._sheets[-1][1]
        for name, value in row.items():
            if self._columns[name][position] != value:
                refuse_plainly(
                    f"{sheet}, row {number}",
                    f"the {name} of {self.place(position)}, which has the same key",
                    "another one",
                    "make the two rows say the same",
                )
        for name, value in quantities.items():
            self._add(name, position, value)

    def extend(self, numbers: list[int], columns: Mapping[str, list[Value]]) -> bool:
        """Add many rows by columns; False where two of one key don't say the same otherwise."""
        blank: list[Value] = [None] * len(numbers)
        start = len(self)
        found: dict[tuple[Value, ...], int] = {}
        firsts: list[int] = []
        again: list[tuple[int, int]] = []
        keys = zip(*(columns.get(name, blank) for name in self.table.key), strict=True)
        for at, key in enumerate(keys):
            position = self._known.get(key, found.get(key))
            if position is None:
                found[key] = start + len(firsts)
                firsts.append(at)
            else:
                again.append((at, position))
        quantities = {c.name for c in self.table.columns if measured(c)} & columns.keys()
        for at, position in again:
            for name in columns.keys() - quantities:
                column = columns[name]
                before = (
                    self._columns[name][position]
                    if position < start
                    else column[firsts[position - start]]
                )
                if before != column[at]:
                    return False
        self._known.update(found)
        told = {name: [column[at] for at in firsts] for name, column in columns.items()}
        super().extend([numbers[at] for at in firsts], told)
        for at, position in again:
            for name in quantities:
                self._add(name, position, columns[name][at])
        return True

    def _add(self, name: str, position: int, value: Value) -> None:
        before = self._columns[name][position]
        summed: Value = None
        if isinstance(value, (int, float)) and isinstance(before, (int, float)):
            summed = before + value
        self._columns[name][position] = summed
