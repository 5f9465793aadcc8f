"""Rows that came into a file twice: the whole of it, or a block of consecutive rows."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gapwatch.sources.declared.grid import refuse_plainly

# So many different rows, each of them equally often, are no chance.
_LEAST_ROWS = 5
# A run is named when fewer than this many of its length are to be expected by chance.
_MOST_EXPECTED = 1e-3
# Files in an order of their own have many runs of about one length; a copy is longer than all.
_MOST_ALIKE = 3


@dataclass
class Repeats:
    """Rows as they stand in the file, to find what was appended to itself."""

    _numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    _rows: array[int] = field(default_factory=lambda: array("l"))
    _places: list[tuple[int, str]] = field(default_factory=list)
    _lines: array[int] = field(default_factory=lambda: array("l"))

    def take(self, where: str, number: int, cells: Sequence[str]) -> None:
        """Count a row by all its cells."""
        if not self._places or self._places[-1][1] != where:
            self._places.append((len(self._rows), where))
        self._rows.append(self._numbers.setdefault(tuple(cells), len(self._numbers)))
        self._lines.append(number)

    def require(self) -> None:
        """Raise PlainError where every row stands equally often, more than once, or a block does.

        A block is a run of at least five different rows, one after another, that stood before in
        the same order: longer than chance repeats rows as frequent as these.
        """
        rows = np.array(self._rows, dtype=np.int64)
        counts = np.bincount(rows)
        often = math.gcd(*counts.tolist())
        if often > 1 and len(counts) >= _LEAST_ROWS:
            second = int(np.flatnonzero(_again(rows))[0])
            first = int(np.flatnonzero(rows == rows[second])[0])
            refuse_plainly(
                self._place(second),
                "each row once, or rows that repeat by chance",
                f"every row of the file {often} times, this one again after {self._place(first)}",
                "take the copy out of the file",
            )
        block = _block(rows)
        if block is not None:
            first, second, length = block
            refuse_plainly(
                self._place(second),
                "each block of rows once",
                f"{length} rows one after another that stand from {self._place(first)} on, "
                "in the same order",
                "take the copy out of the file; where each row has an id, "
                "name its column in unique",
            )

    def _place(self, position: int) -> str:
        where = [where for start, where in self._places if start <= position][-1]
        return f"{where}, row {self._lines[position]}"


def _again(rows: np.ndarray) -> np.ndarray:
    seen = np.ones(len(rows), dtype=bool)
    seen[np.unique(rows, return_index=True)[1]] = False
    return seen


def _block(rows: np.ndarray) -> tuple[int, int, int] | None:
    """First rows of the original and of its copy, and their length; None where there is none."""
    if len(rows) < 2 * _LEAST_ROWS:
        return None
    # A copy right after its original goes on into a third: it is as long as it is far from it.
    runs = [
        (start - back, start, min(length, back))
        for start, length, back in _runs(rows)
        if len(set(rows[start : start + min(length, back)].tolist())) >= _LEAST_ROWS
    ]
    if not runs:
        return None
    first, second, length = max(runs, key=lambda run: (run[2], -run[1]))
    alike = sum(other[2] * 2 >= length for other in runs)
    if alike > _MOST_ALIKE:
        return None
    # How often two rows that have nothing to do with each other are the same.
    rest = np.delete(rows, np.arange(second, second + length))
    shares = np.array(list(Counter(rest.tolist()).values()), dtype=float) / len(rest)
    same = float(np.square(shares).sum())
    expected = math.log(len(rows) ** 2 / 2) + length * math.log(min(same, 1.0))
    return (first, second, length) if expected < math.log(_MOST_EXPECTED) else None


def _runs(rows: np.ndarray) -> list[tuple[int, int, int]]:
    """Start, length and distance back of each longest run of rows that stood before in order."""
    grams = np.zeros(len(rows) - _LEAST_ROWS + 1, dtype=np.uint64)
    for offset in range(_LEAST_ROWS):
        part = rows[offset : offset + len(grams)].astype(np.uint64)
        grams = grams * np.uint64(0x9E3779B97F4A7C15) + part
    order = np.argsort(grams, kind="stable")
    same = grams[order][1:] == grams[order][:-1]
    back = np.zeros(len(grams), dtype=np.int64)
    back[order[1:][same]] = order[1:][same] - order[:-1][same]
    found: list[tuple[int, int, int]] = []
    starts = np.flatnonzero((back > 0) & (back != np.concatenate([[0], back[:-1]])))
    ends = np.flatnonzero((back > 0) & (back != np.concatenate([back[1:], [0]])))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        length = end - start + _LEAST_ROWS
        distance = int(back[start])
        before = rows[start - distance : start - distance + length]
        if np.array_equal(before, rows[start : start + length]):
            found.append((start, length, distance))
    return found
