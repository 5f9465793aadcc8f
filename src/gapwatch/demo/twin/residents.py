"""Residents of the invented borough by small area, sex, year and single year of age.

No chance is in them: they follow from the areas' deprivation alone, so every seed and scenario has
the same residents and differs in their deaths only.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gapwatch.demo.twin.borough import PER_WARD
from gapwatch.demo.twin.mortality import AGE_STARTS, DEPRIVATION

IntArray = npt.NDArray[np.int64]
FIRST_YEAR, LAST_YEAR = 2001, 2025
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)
AGES = 91  # single years; the last is 90 and over
_SEED = 2001
_OLDEST = 106
WORKING_AGES = (20, 44)
ADULT = 16


@lru_cache(maxsize=1)
def residents() -> IntArray:
    """Persons, (120, 2, 25, 91): small area of 2011, sex (female, male), year, age."""
    deprivation = np.repeat(DEPRIVATION, PER_WARD)
    rng = np.random.default_rng(_SEED)
    count = len(deprivation)
    size = 1640 + rng.integers(-130, 131, count) + np.where(deprivation <= -1, 330, 0)
    growth = 0.002 + 0.006 * rng.random(count)
    since = (YEARS - 2013)[None, :]
    total = size[:, None] * np.exp(growth[:, None] * since)
    found = np.empty((count, 2, len(YEARS), AGES), dtype=np.int64)
    for sex in range(2):
        share = _shares(deprivation, sex)
        found[:, sex] = np.rint(0.5 * total[:, :, None] * share[:, None, :]).astype(np.int64)
    found.flags.writeable = False
    return found


def _shares(deprivation: npt.NDArray[np.float64], sex: int) -> npt.NDArray[np.float64]:
    """Share of each age among an area's residents of one sex: young adults, then survivors."""
    age = np.arange(_OLDEST)
    d = deprivation[:, None]
    adults = 0.75 + 0.9 * np.exp(-(((age - 33 + 2 * d) / 15.0) ** 2)) + 0.15 * d * (age < ADULT)
    # Half of those of the sex who settle here have gone by this age.
    half = 84.5 - 4.0 * d - 2.5 * sex
    weight = adults / (1 + np.exp((age - half) / 5.5))
    whole = np.concatenate([weight[:, : AGES - 1], weight[:, AGES - 1 :].sum(1, keepdims=True)], 1)
    share: npt.NDArray[np.float64] = whole / whole.sum(1, keepdims=True)
    return share


def banded(people: IntArray) -> IntArray:
    """Persons by age band in the place of single years: (..., 91) to (..., 20)."""
    summed: IntArray = np.add.reduceat(people, AGE_STARTS, axis=-1)
    return summed


def miscounted(people: IntArray, counted: float, worse: npt.NDArray[np.bool_]) -> IntArray:
    """Residents as published when those of working age in the areas `worse` are misjudged.

    Sums from the youngest on are rounded, not single ages, so that rounding doesn't add up.
    """
    first, last = WORKING_AGES
    found = people.copy()
    upto = np.cumsum(found[worse, :, :, first : last + 1], axis=-1)
    whole = np.rint(upto * counted).astype(np.int64)
    found[worse, :, :, first : last + 1] = np.diff(whole, axis=-1, prepend=0)
    return found
