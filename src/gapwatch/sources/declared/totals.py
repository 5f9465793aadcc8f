"""What a file says of itself: rows that are totals, and ids that stand once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from gapwatch.sources.declared.cells import Value
from gapwatch.sources.declared.grid import refuse, refuse_plainly

_HALF = 0.5


@dataclass(frozen=True)
class _Total:
    place: str
    fields: dict[str, Value]
    quantities: dict[str, Value]


@dataclass
class Totals:
    """Total rows of a file, held against the sums of their parts at the end.

    `extra` names columns of the file that the table lacks and over which rows are added up: parts
    and totals are told apart by them too.
    """

    restricted: bool
    key: Sequence[str]
    extra: set[str] = field(default_factory=set)
    _held: list[_Total] = field(default_factory=list)
    _parts: dict[str, list[Value]] = field(default_factory=dict)
    _number: int = 0

    def take(self, place: str, fields: dict[str, Value], quantities: dict[str, Value]) -> None:
        """Keep a total row: what it agrees in with its parts, and its quantities."""
        self._held.append(_Total(place, fields, quantities))

    def take_part(self, fields: Mapping[str, Value], quantities: Mapping[str, Value]) -> None:
        """Keep a row that isn't a total: its key, the words of its extra columns, its counts."""
        names = [*self.key, *(n for n in fields if n in self.extra), *quantities]
        for name in {*names, *self._parts}:
            column = self._parts.setdefault(name, [None] * self._number)
            column.append(quantities[name] if name in quantities else fields.get(name))
        self._number += 1

    def require(self) -> None:
        """Raise ValidationError for the first total that isn't the sum of its parts.

        Parts are the rows with the same values in the columns that the total fills. Rounding to
        whole persons is allowed for. Where a part is missing, the total is no less than the rest.
        """
        if not self._held:
            return
        frame = pd.DataFrame(
            {name: pd.Series(column, dtype=object) for name, column in self._parts.items()}
        )
        sums: dict[tuple[str, ...], dict[tuple[Value, ...], dict[str, tuple[float, bool]]]] = {}
        for total in self._held:
            names = tuple(n for n in (*self.key, *sorted(self.extra)) if n in total.fields)
            measures = tuple(name for name in total.quantities if name in frame)
            if (*names, *measures) not in sums:
                sums[*names, *measures] = _sums(frame, names, measures)
            wanted = tuple(total.fields[name] for name in names)
            parts = sums[*names, *measures].get(wanted, {})
            for name, value in total.quantities.items():
                if not isinstance(value, (int, float)):
                    continue
                summed, is_whole = parts.get(name, (0.0, True))
                if summed - value > _HALF or (is_whole and value - summed > _HALF):
                    self._refuse(total.place, name, value, summed)

    def _refuse(self, place: str, name: str, value: float, summed: float) -> None:
        remedy = "ask who made the file which of them is right; leave the total out by drop"
        if self.restricted:
            refuse_plainly(
                place, f"a total of {name} that is the sum of its parts", "another number", remedy
            )
        refuse(place, f"the sum of its parts as total of {name}, {summed:g}", f"{value:g}", remedy)


def _sums(
    frame: pd.DataFrame, names: tuple[str, ...], measures: tuple[str, ...]
) -> dict[tuple[Value, ...], dict[str, tuple[float, bool]]]:
    """Sums of the parts by the values of `names`, and whether no part is missing."""
    counts = frame[[*measures]].astype("float64")
    by = [frame[name] for name in names] if names else [pd.Series(0, index=frame.index)]
    sums = counts.groupby(by, sort=False, dropna=False).sum()
    lacking = counts.isna().groupby(by, sort=False, dropna=False).any()
    keys = sums.index if len(by) > 1 else [(key,) for key in sums.index]
    return {
        tuple(key) if names else (): {
            name: (float(one), not bool(other))
            for name, one, other in zip(measures, row, some, strict=True)
        }
        for key, row, some in zip(keys, sums.to_numpy(), lacking.to_numpy(), strict=True)
    }


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
            refuse_plainly(
                f"{place}, column {self.name!r}",
                "each value once",
                f"that of {first} again",
                "take the copy out of the file",
            )
