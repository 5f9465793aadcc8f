"""What a file says of itself: rows that are totals, and rows that came in twice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from gapwatch.sources.declared.cells import Value
from gapwatch.sources.declared.grid import refuse, refuse_plainly

# So many different rows, each of them equally often, are no chance.
_LEAST_ROWS = 5
_HALF = 0.5


@dataclass(frozen=True)
class _Total:
    place: str
    fields: dict[str, Value]
    quantities: dict[str, Value]


@dataclass
class Totals:
    """Total rows of a file, held against the sums of their parts at the end."""

    restricted: bool
    _held: list[_Total] = field(default_factory=list)

    def take(self, place: str, fields: dict[str, Value], quantities: dict[str, Value]) -> None:
        """Keep a total row: what it agrees in with its parts, and its quantities."""
        self._held.append(_Total(place, fields, quantities))

    def require(self, frame: pd.DataFrame, key: Sequence[str]) -> None:
        """Raise ValidationError for the first total that isn't the sum of its parts.

        Parts are the rows of `frame` with the same values in the columns of `key` that the total
        fills. Rounding to whole persons is allowed for.
        """
        sums: dict[tuple[str, ...], dict[tuple[Value, ...], dict[str, float]]] = {}
        for total in self._held:
            names = tuple(name for name in key if name in total.fields)
            if names not in sums:
                sums[names] = _sums(frame, names, [*total.quantities])
            wanted = tuple(total.fields[name] for name in names)
            parts = sums[names].get(wanted, {})
            for name, value in total.quantities.items():
                if not isinstance(value, (int, float)):
                    continue
                summed = parts.get(name, 0.0)
                if abs(summed - value) > _HALF:
                    self._refuse(total.place, name, value, summed)

    def _refuse(self, place: str, name: str, value: float, summed: float) -> None:
        remedy = "ask who made the file which of them is right; leave the total out by drop"
        if self.restricted:
            refuse_plainly(place, f"a total of {name} that is the sum of its parts",
                           "another number", remedy)  # fmt: skip
        refuse(place, f"the sum of its parts as total of {name}, {summed:g}", f"{value:g}", remedy)


def _sums(
    frame: pd.DataFrame, names: tuple[str, ...], measures: list[str]
) -> dict[tuple[Value, ...], dict[str, float]]:
    counts = frame[measures].astype("float64")
    if not names:
        return {(): {name: float(counts[name].sum()) for name in measures}}
    grouped = counts.groupby([frame[name] for name in names], sort=False).sum()
    keys = grouped.index if len(names) > 1 else [(key,) for key in grouped.index]
    return {
        tuple(key): dict(zip(measures, row, strict=True))
        for key, row in zip(keys, grouped.to_numpy(dtype=float).tolist(), strict=True)
    }


@dataclass
class Repeats:
    """Rows as they stand in the file, to find a file that was appended to itself."""

    _rows: dict[tuple[str, ...], tuple[int, str]] = field(default_factory=dict)
    _second: str = ""

    def take(self, place: str, cells: Sequence[str]) -> None:
        """Count a row by all its cells."""
        key = tuple(cells)
        often, first = self._rows.get(key, (0, place))
        if often and not self._second:
            self._second = f"{place}|{first}"
        self._rows[key] = (often + 1, first)

    def require(self) -> None:
        """Raise PlainError where every row of the file stands equally often, more than once."""
        often = math.gcd(*(count for count, _ in self._rows.values()))
        if often > 1 and len(self._rows) >= _LEAST_ROWS:
            place, _, first = self._second.partition("|")
            refuse_plainly(place, "each row once, or rows that repeat by chance",
                           f"every row of the file {often} times, this one again after {first}",
                           "take the copy out of the file")  # fmt: skip


@dataclass
class Unique:
    """Values of a column in which each must stand once."""

    name: str
    _seen: dict[str, str] = field(default_factory=dict)

    def take(self, place: str, cell: str) -> None:
        """Raise PlainError for a blank, and for a value that was there before."""
        if not cell:
            refuse_plainly(f"{place}, column {self.name!r}", "a value", "a blank")
        first = self._seen.setdefault(cell, place)
        if first != place:
            refuse_plainly(f"{place}, column {self.name!r}", "each value once",
                           f"that of {first} again", "take the copy out of the file")  # fmt: skip
