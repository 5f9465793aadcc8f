"""Life expectancy at birth of many tables of one population, and nothing else of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapwatch.demography.checks import BoolArray, FloatArray
from gapwatch.demography.chiang import Bands, bands_of
from gapwatch.demography.life_table import LEAST_PERSON_YEARS, ROUNDING_PERSON_YEARS
from gapwatch.demography.table import WIDEST_INTERVAL_YEARS
from gapwatch.intervals import Z95


@dataclass(frozen=True, eq=False)
class AtBirth:
    """(N,) life expectancy `e` and its error `se`, years, and whether a table `stands`.

    A refused table has no life expectancy; refused for its interval alone (S05) it keeps its error.
    """

    e: FloatArray
    se: FloatArray
    stands: BoolArray


def at_birth(deaths: FloatArray, person_years: FloatArray, age_starts: FloatArray) -> AtBirth:
    """What `life_table` tells at birth of tables (N, K) of one population (K,), to the last bit.

    Counts have to be finite and ages ascending from 0: who calls it has asked `life_table` once. It
    is for searches that try thousands of tables, a few at a time.
    """
    D = np.ascontiguousarray(deaths.T)
    P = np.ascontiguousarray(person_years[:, np.newaxis])
    with np.errstate(all="ignore"):
        e, se = _chiang(D, P, bands_of(age_starts))
        complete = ((D >= 0) & (P > 0) & (D <= P)).all(axis=0) & (D[-1] != 0)
        complete &= P.sum() >= LEAST_PERSON_YEARS - ROUNDING_PERSON_YEARS
        stands = complete & (2.0 * Z95 * se <= WIDEST_INTERVAL_YEARS)
    return AtBirth(np.where(stands, e, np.nan), np.where(complete, se, np.nan), stands)


def _chiang(D: FloatArray, P: FloatArray, bands: Bands) -> tuple[FloatArray, FloatArray]:
    """e and its standard error at birth, by the steps of `chiang_block`, all bands at once.

    What follows from younger to older bands alone is left to the loops: for a few tables the time
    goes by the number of operations.
    """
    n, lost = bands.n[:, np.newaxis], bands.lost[:, np.newaxis]
    r = n / (D[:-1] * lost + P[:-1])
    q = np.minimum(D[:-1] * r, 1.0)
    p = 1.0 - q
    less = q * lost
    e = np.empty_like(D)
    np.divide(P[-1], D[-1], out=e[-1])
    for k in range(len(n) - 1, -1, -1):
        np.multiply(p[k], e[k + 1], out=e[k])
        e[k] += n[k]
        e[k] -= less[k]
    t = e[1:] + lost
    t *= t
    t *= q
    t *= r
    V = e[-1] * e[-1]
    V /= D[-1]
    for k in range(len(n) - 1, -1, -1):
        V *= p[k]
        V += t[k]
        V *= p[k]
    return e[0], np.sqrt(V)
