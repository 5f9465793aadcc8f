"""Whether deaths by age can be solved from a life expectancy and its error, as they are told.

Residents are public, and one death at a given age moves life expectancy, and the square of its
error, by a known step. In a small window the rounded figures may then leave only 1 to 4 deaths
possible in some band: a child's death above all, which the error shows, and the oldest band's. A
window is told only where this isn't so: for every band of 1 to 4 deaths another table is looked
for, with none in that band or with 5 and more, of which the same is told; for a band of none, one
with another number. Where there is none the error is told more coarsely, and where that doesn't
help either, nothing is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gapwatch.counting.disclosure.bounds import LEAST_COUNT, STEP, rounded
from gapwatch.demography.life_table import LifeTable, life_table

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LEAST_DEATHS = 10.0
STEP_YEARS = 0.1
ERROR_STEPS = (0.1, 0.5)
# Floats of tenths fall a hair beside them; a thousandth of a step decides nothing else.
HAIR = 1e-4
_TENTHS = 1
# Another table differs in the band itself, by what is tried in so many attempts, and in two others,
# of which one has about as many more as the other has fewer.
_ATTEMPTS = 3
_MOVED = tuple(sign * n for n in (0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36) for sign in (1, -1))[1:]
_MORE = 4
# A count that is told lies within so many of the true one.
_MARGIN = (STEP - 1) / 2
_TRIED = 24
Figures = Callable[[FloatArray], FloatArray]


def near(years: FloatArray | float) -> FloatArray:
    """Years as they are told: to 0.1."""
    return np.asarray(np.round(years, _TENTHS))


def upward(years: FloatArray | float, step: FloatArray | float = STEP_YEARS) -> FloatArray:
    """Standard errors as they are told: up to the next multiple of the step."""
    return np.asarray(np.round(np.ceil(years / step - HAIR) * step, _TENTHS))


def error_steps(deaths: FloatArray, person_years: FloatArray, age_starts: FloatArray) -> FloatArray:
    """The step by which the error of each table (..., K) is rounded up; NaN where none is told.

    K are bands of ages. A step is 0.1 or else 0.5: the first by which, for each band with fewer
    than 5 deaths, another table has the same rounded life expectancy, error and deaths, and in that
    band none, or 5 and more (of none: another number). NaN where there is none, where the table is
    refused, and below 10 deaths. The search for another table may miss one, and then errs on the
    safe side.
    """
    bands = deaths.shape[-1]
    flat, people = deaths.reshape(-1, bands), person_years.reshape(-1, bands)
    made = life_table(flat, people, age_starts)
    stands = (np.asarray(made.reason) == "") & (flat.sum(axis=1) >= LEAST_DEATHS)
    moves = _Moves(bands)
    found = np.full(len(flat), np.nan)
    for at in np.flatnonzero(stands):
        one = _Search(flat[at], people[at], age_starts, moves)
        found[at] = next((step for step in ERROR_STEPS if one.is_open(step)), np.nan)
    return found.reshape(deaths.shape[:-1])


def stays_open(
    deaths: FloatArray,
    person_years: FloatArray,
    age_starts: FloatArray,
    step: float,
    figures: Figures,
) -> bool:
    """Whether one table (K,) stays safe where `figures` of it are told to 0.1 as well.

    As `error_steps` at its step, for tables of which those are told alike too. `figures` takes
    tables (N, K) and returns (N, M) years, with NaN for a table that can't be the one. False where
    nothing may be told.
    """
    if np.isnan(step):
        return False
    moves = _Moves(len(deaths))
    return _Search(deaths, person_years, age_starts, moves, figures).is_open(step)


class _Moves:
    """Moves of deaths out of one band and about as many into another: bands and deaths, (M,)."""

    def __init__(self, bands: int) -> None:
        every = np.array(
            [
                (j, k, a, more - a)
                for j, k in itertools.combinations(range(bands), 2)
                for a in _MOVED
                for more in range(-_MORE, _MORE + 1)
            ],
            dtype=np.int64,
        )
        self.one, self.other, self.by_one, self.by_other = every.T


class _Search:
    """Looks for tables of which the same is told as of one."""

    def __init__(
        self,
        deaths: FloatArray,
        people: FloatArray,
        age_starts: FloatArray,
        moves: _Moves,
        figures: Figures | None = None,
    ) -> None:
        self._deaths, self._people, self._ages, self._moves = deaths, people, age_starts, moves
        around = np.vstack([deaths, deaths + np.eye(len(deaths))])
        made = self._tables(around)
        self._values, self._squares = made.e[:, 0], made.se[:, 0] ** 2
        self._figures = figures or _nothing
        self._others = self._figures(around)
        self._possible = deaths[moves.one] + moves.by_one >= 0
        self._possible &= deaths[moves.other] + moves.by_other >= 0

    def is_open(self, step: float) -> bool:
        """Whether no band is known to have 1 to 4 deaths, nor its number where it has none.

        A band of 1 to 4 has none, or 5 and more, in a table that is told alike; a band of none has
        another number.
        """
        deaths = self._deaths
        shut = np.flatnonzero(deaths < LEAST_COUNT)
        aims = self._aims(step)
        for attempt in range(_ATTEMPTS):
            wanted: dict[float, list[int]] = {}
            for band in shut:
                wanted.setdefault(_change(float(deaths[band]), attempt), []).append(int(band))
            for by, bands in wanted.items():
                tried = self._nearest(aims, bands, by)
                same = tried[self._told_alike(tried, step)]
                # What frees one band may free others.
                few = (same[:, shut] > 0) & (same[:, shut] < LEAST_COUNT)
                other = np.where(deaths[shut] > 0, ~few, same[:, shut] > 0)
                shut = shut[~other.any(axis=0)]
        return not len(shut)

    def _aims(self, step: float) -> list[tuple[FloatArray, float, float]]:
        """Of life expectancy and squared error: what a death of each band adds, the aim, a scale.

        The aim is the middle of what is told: it leaves most room for what the first order misses.
        """
        error = float(upward(np.sqrt(self._squares[0]), step))
        return [
            (
                self._values[1:] - self._values[0],
                float(near(self._values[0])) - self._values[0],
                STEP_YEARS,
            ),
            (
                self._squares[1:] - self._squares[0],
                (error - step / 2) ** 2 - self._squares[0],
                2.0 * step * error,
            ),
            *(
                (each[1:] - each[0], float(near(each[0])) - each[0], STEP_YEARS)
                for each in self._others.T
            ),
        ]

    def _nearest(
        self, aims: list[tuple[FloatArray, float, float]], bands: list[int], by: float
    ) -> FloatArray:
        """The nearest tables with `by` deaths more in one of `bands`, which others make up for.

        A few for each of the bands, those that come nearest to the aims by the first order.
        """
        deaths, moves = self._deaths, self._moves
        shown = float(rounded(deaths.sum()))
        total = deaths.sum() + moves.by_one + moves.by_other + by
        at = np.flatnonzero(
            self._possible
            & (total >= max(LEAST_DEATHS, shown - _MARGIN))
            & (total <= shown + _MARGIN)
        )
        one, other = moves.one[at], moves.other[at]
        by_one, by_other = moves.by_one[at], moves.by_other[at]
        parts = [
            ((by_one * each[one] + by_other * each[other] - aim) / scale, each / scale)
            for each, aim, scale in aims
        ]
        found = [np.empty((0, len(deaths)))]
        for band in bands:
            away = sum((moved + by * each[band]) ** 2 for moved, each in parts)
            away = np.where((one == band) | (other == band), np.inf, away)
            # By value, so that no processor's way of sorting chooses among equals.
            most = np.inf if len(at) <= _TRIED else np.partition(away, _TRIED)[_TRIED]
            best = np.flatnonzero(away <= most)[: 2 * _TRIED]
            best = best[np.isfinite(away[best])]
            tables = np.repeat(deaths[np.newaxis], len(best), axis=0)
            rows = np.arange(len(best))
            tables[:, band] += by
            tables[rows, one[best]] += by_one[best]
            tables[rows, other[best]] += by_other[best]
            found.append(tables)
        return np.concatenate(found)

    def _told_alike(self, tables: FloatArray, step: float) -> BoolArray:
        if not len(tables):
            return np.zeros(0, dtype=bool)
        made = self._tables(tables)
        value, error = near(made.e[:, 0]), upward(made.se[:, 0], step)
        same = (value == near(self._values[0])) & (error == upward(np.sqrt(self._squares[0]), step))
        same &= (near(self._figures(tables)) == near(self._others[0])).all(axis=1)
        return np.asarray((np.asarray(made.reason) == "") & same)

    def _tables(self, deaths: FloatArray) -> LifeTable:
        return life_table(deaths, np.broadcast_to(self._people, deaths.shape), self._ages)


def _change(deaths: float, attempt: int) -> float:
    """How many more deaths a band of fewer than 5 has in the table that is looked for.

    Of 1 to 4 deaths first none, then 5 and 6; of none first 1, then 2 and 3.
    """
    if deaths <= 0:
        return 1.0 + attempt
    return -deaths if attempt == 0 else LEAST_COUNT - deaths + attempt - 1.0


def _nothing(tables: FloatArray) -> FloatArray:
    return np.empty((len(tables), 0))
