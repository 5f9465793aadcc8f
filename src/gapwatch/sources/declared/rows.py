"""Rows of the table as they come in, each with its place in the file."""

from __future__ import annotations

from array import array
from bisect import bisect_right

import numpy as np
import pandas as pd

from gapwatch.contracts import Table
from gapwatch.sources.declared.cells import Value
from gapwatch.sources.declared.grid import refuse


class Rows:
    """One list a column: a file of millions of rows costs a few bytes a cell.

    `start` opens a sheet; `store` takes a row that stands alone. A key that stands twice is
    found at the end.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self._columns: dict[str, list[Value]] = {name: [] for name in table.names}
        self._numbers = array("L")
        self._sheets: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def start(self, where: str) -> None:
        """The rows that follow come from this sheet."""
        self._sheets.append((len(self._numbers), where))

    def place(self, position: int) -> str:
        """Where a row stands in the file, in a reader's words."""
        sheet = bisect_right(self._sheets, position, key=lambda item: item[0]) - 1
        return f"{self._sheets[sheet][1]}, row {self._numbers[position]}"

    def store(self, number: int, row: dict[str, Value], quantities: dict[str, Value]) -> None:
        """Take a row and its quantities."""
        self._numbers.append(number)
        for name, column in self._columns.items():
            column.append(quantities[name] if name in quantities else row.get(name))

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
        what = ", ".join(f"{name} {row[name]}" for name in self.table.key)
        refuse(self.place(second), f"each {', '.join(self.table.key)} once",
               f"{what} again, after {self.place(first)}")  # fmt: skip


class Merged(Rows):
    """Rows of one key put together: a wide file tells each quantity in a cell of its own."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._known: dict[tuple[Value, ...], int] = {}
        self._told: list[set[str]] = []

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
        self._told[position] |= set(quantities)
        for name, value in quantities.items():
            self._columns[name][position] = value
