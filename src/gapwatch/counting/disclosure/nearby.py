"""Tables of deaths by age near a given one, by which nearly the same would be told.

A table is changed in one band, which two others make up for: one has about as many more deaths as
the other has fewer. Of these the nearest are those that come closest, by the first order, to the
middle of what is told.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
# What a death of each band adds to a figure (K,), what is to be added, and the scale of both.
Aim = tuple[FloatArray, float, float]
Alike = Callable[[FloatArray], BoolArray]
# Squared distances, in steps of what is told, within which nearest tables are looked for first.
_REACH = (0.3, 3.0, float(np.finfo(np.float64).max))


@dataclass(frozen=True, eq=False)
class BandMoves:
    """Moves of deaths out of one band and about as many into another: bands and deaths, (M,).

    They are ordered by how many deaths all bands have `more`; of each number in `more` they begin
    at the same place of `starts`, and end at the next. `rank` is the order in which they are tried.
    """

    one: IntArray
    other: IntArray
    by_one: FloatArray
    by_other: FloatArray
    rank: IntArray
    more: FloatArray
    starts: IntArray


@lru_cache(maxsize=8)
def moves_of(
    bands: int, moved: tuple[int, ...], apart: int, further: tuple[tuple[int, ...], ...] = ()
) -> BandMoves:
    """Moves by each of `moved` in every pair of bands, `apart` deaths apart at most.

    `further` are moves that are none of these: bands and deaths.
    """
    every = [
        (j, k, a, more - a)
        for j, k in itertools.combinations(range(bands), 2)
        for a in moved
        for more in range(-apart, apart + 1)
    ]
    parts = np.array([*every, *further], dtype=np.int64).T
    rank = np.argsort(parts[2] + parts[3], kind="stable")
    one, other, by_one, by_other = parts[:, rank]
    more, starts = np.unique(by_one + by_other, return_index=True)
    return BandMoves(
        one,
        other,
        by_one.astype(np.float64),
        by_other.astype(np.float64),
        rank,
        more.astype(np.float64),
        np.append(starts, len(one)),
    )


class Nearby:
    """The nearest tables to one (K,), by aims; `tried` of them for each band."""

    def __init__(
        self, table: FloatArray, aims: Sequence[Aim], moves: BandMoves, tried: int
    ) -> None:
        self._table, self._moves, self._tried = table, moves, tried
        self._total = float(table.sum())
        self._away, self._apart = np.empty((2, len(moves.one)))
        self._parts = [(self._moved(each, aim, scale), each / scale) for each, aim, scale in aims]

    def tables(self, bands: Sequence[int], by: float, alike: Alike) -> FloatArray:
        """Tables (N, K) with `by` deaths more in one of `bands`; deaths of all bands are `alike`.

        A few for each of the bands, those that come nearest to the aims. `alike` says of totals
        (n,) which of them are allowed.
        """
        moves = self._moves
        allowed = np.flatnonzero(alike(self._total + moves.more + by))
        if not len(allowed):
            return np.empty((0, len(self._table)))
        within = slice(int(moves.starts[allowed[0]]), int(moves.starts[allowed[-1] + 1]))
        found = []
        for band in bands:
            best = self._best(band, by, alike, within)
            tables = np.repeat(self._table[np.newaxis], len(best), axis=0)
            rows = np.arange(len(best))
            tables[:, band] += by
            tables[rows, moves.one[best]] += moves.by_one[best]
            tables[rows, moves.other[best]] += moves.by_other[best]
            found.append(tables)
        return np.concatenate(found)

    def _moved(self, each: FloatArray, aim: float, scale: float) -> FloatArray:
        """(M,) how far each move alone is from an aim."""
        moves = self._moves
        found = each[moves.one]
        found *= moves.by_one
        np.take(each, moves.other, out=self._apart)
        self._apart *= moves.by_other
        found += self._apart
        found -= aim
        found /= scale
        return found

    def _best(self, band: int, by: float, alike: Alike, within: slice) -> IntArray:
        """Moves that are nearest, as they are ranked; ties are kept, up to twice as many."""
        away, apart = self._away[within], self._apart[within]
        away.fill(0.0)
        for moved, each in self._parts:
            np.add(moved[within], by * each[band], out=apart)
            apart *= apart
            away += apart
        # Few are within reach, and only of these need be asked whether they may be.
        for reach in _REACH:
            near = self._allowed(within.start + np.flatnonzero(away <= reach), band, by, alike)
            if len(near) > self._tried:
                # By value, so that no processor's way of sorting chooses among equals.
                distances = self._away[near]
                most = np.partition(distances, self._tried)[self._tried]
                near = near[distances <= most]
                break
        ranked = near[np.argsort(self._moves.rank[near])]
        return np.asarray(ranked[: 2 * self._tried])

    def _allowed(self, near: IntArray, band: int, by: float, alike: Alike) -> IntArray:
        """Those of some moves that leave the band alone and no band below 0, and are `alike`."""
        moves, table = self._moves, self._table
        one, other = moves.one[near], moves.other[near]
        by_one, by_other = moves.by_one[near], moves.by_other[near]
        good = (one != band) & (other != band)
        good &= (table[one] + by_one >= 0) & (table[other] + by_other >= 0)
        good &= alike(self._total + by_one + by_other + by)
        found: IntArray = near[good]
        return found
