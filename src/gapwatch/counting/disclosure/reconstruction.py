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

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gapwatch.counting.disclosure.bounds import LEAST_COUNT, STEP, rounded
from gapwatch.counting.disclosure.nearby import Aim, Nearby, moves_of
from gapwatch.demography.at_birth import at_birth
from gapwatch.demography.life_table import life_table

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
    flat, people = (
        np.asarray(part, dtype=np.float64).reshape(-1, bands) for part in (deaths, person_years)
    )
    ages = np.asarray(age_starts, dtype=np.float64)
    made = life_table(flat, people, ages)
    stands = (np.asarray(made.reason) == "") & (flat.sum(axis=1) >= LEAST_DEATHS)
    found = np.full(len(flat), np.nan)
    for at in np.flatnonzero(stands):
        found[at] = step_of(flat[at].tobytes(), people[at].tobytes(), ages.tobytes())
    return found.reshape(deaths.shape[:-1])


@lru_cache(maxsize=4096)
def step_of(deaths: bytes, people: bytes, age_starts: bytes) -> float:
    """The step of one table. A side of a measure is often one of another, or a zone."""
    one = _Search(np.frombuffer(deaths), np.frombuffer(people), np.frombuffer(age_starts))
    return next((step for step in ERROR_STEPS if one.is_open(step)), np.nan)


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
    return _Search(deaths, person_years, age_starts, figures).is_open(step)


class _Search:
    """Looks for tables of which the same is told as of one."""

    def __init__(
        self,
        deaths: FloatArray,
        people: FloatArray,
        age_starts: FloatArray,
        figures: Figures | None = None,
    ) -> None:
        self._deaths, self._people, self._ages = deaths, people, age_starts
        self._moves = moves_of(len(deaths), _MOVED, _MORE)
        around = np.vstack([deaths, deaths + np.eye(len(deaths))])
        made = at_birth(around, people, age_starts)
        self._values, self._squares = made.e, made.se**2
        self._figures = figures or _nothing
        self._others = self._figures(around)

    def is_open(self, step: float) -> bool:
        """Whether no band is known to have 1 to 4 deaths, nor its number where it has none.

        A band of 1 to 4 has none, or 5 and more, in a table that is told alike; a band of none has
        another number.
        """
        deaths = self._deaths
        shut = np.flatnonzero(deaths < LEAST_COUNT)
        nearby = Nearby(deaths, self._aims(step), self._moves, _TRIED) if len(shut) else None
        for attempt in range(_ATTEMPTS):
            if nearby is None or not len(shut):
                break
            wanted: dict[float, list[int]] = {}
            for band in shut:
                wanted.setdefault(_change(float(deaths[band]), attempt), []).append(int(band))
            tried = np.concatenate(
                [nearby.tables(bands, by, self._counts_alike) for by, bands in wanted.items()]
            )
            same = tried[self._told_alike(tried, step)]
            # What frees one band may free others.
            few = (same[:, shut] > 0) & (same[:, shut] < LEAST_COUNT)
            other = np.where(deaths[shut] > 0, ~few, same[:, shut] > 0)
            shut = shut[~other.any(axis=0)]
        return not len(shut)

    def _aims(self, step: float) -> list[Aim]:
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

    def _counts_alike(self, totals: FloatArray) -> BoolArray:
        """Which totals are told as the true one is, and reach the floor."""
        shown = float(rounded(self._deaths.sum()))
        least = max(LEAST_DEATHS, shown - _MARGIN)
        return np.asarray((totals >= least) & (totals <= shown + _MARGIN))

    def _told_alike(self, tables: FloatArray, step: float) -> BoolArray:
        if not len(tables):
            return np.zeros(0, dtype=bool)
        made = at_birth(tables, self._people, self._ages)
        value, error = near(made.e), upward(made.se, step)
        same = (value == near(self._values[0])) & (error == upward(np.sqrt(self._squares[0]), step))
        same &= (near(self._figures(tables)) == near(self._others[0])).all(axis=1)
        return np.asarray(made.stands & same)


def _change(deaths: float, attempt: int) -> float:
    """How many more deaths a band of fewer than 5 has in the table that is looked for.

    Of 1 to 4 deaths first none, then 5 and 6; of none first 1, then 2 and 3.
    """
    if deaths <= 0:
        return 1.0 + attempt
    return -deaths if attempt == 0 else LEAST_COUNT - deaths + attempt - 1.0


def _nothing(tables: FloatArray) -> FloatArray:
    return np.empty((len(tables), 0))
