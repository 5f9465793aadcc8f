"""Life tables whose deaths carry an error beside chance, such as that of rounded counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.codes import INTERVAL_TOO_WIDE, INTERVAL_WIDE
from gapwatch.demography.checks import FloatArray, same_shape
from gapwatch.demography.chiang import bands_of
from gapwatch.demography.code_bits import FLAG_BIT, REASON_BIT
from gapwatch.demography.life_table import WIDE_INTERVAL_YEARS, LifeTable
from gapwatch.demography.table import WIDEST_INTERVAL_YEARS
from gapwatch.intervals import Z95


def widened(
    table: LifeTable, deaths: ArrayLike, population: ArrayLike, deaths_variance: ArrayLike
) -> LifeTable:
    """The table with the errors of its deaths beyond chance in its standard errors.

    By the delta method, with q = nD / (P + (1-a) n D) and e = P/D in the open band, an error of
    variance v in the deaths of each band, independent between bands, adds
    U_x = p^2 U_next + (dq/dD)^2 v ((1-a) n + e_next)^2,  dq/dD = n P / (P + (1-a) n D)^2,
    and P^2 v / D^4 in the open band, to the variance of e_x. The values stay; S05 and Q03 are
    judged by the wider intervals.

    Parameters
    ----------
    table : life tables (..., A) of `deaths` and `population`
    deaths, population : (..., A), as the table was made from
    deaths_variance : (..., A) persons squared, 0 or more

    Errors
    ------
    ValueError for shapes that differ.
    """
    D, P, v = (np.asarray(one, dtype=np.float64) for one in (deaths, population, deaths_variance))
    same_shape("population", P.shape, "deaths", D.shape)
    same_shape("deaths_variance", v.shape, "deaths", D.shape)
    se = np.sqrt(table.se**2 + _added(table, D, P, v))
    with np.errstate(invalid="ignore"):
        wide = (table.reason_bits == 0) & ~(2 * Z95 * se[..., 0] <= WIDEST_INTERVAL_YEARS)
        unsure = 2 * Z95 * se[..., 0] > WIDE_INTERVAL_YEARS
    reasons = table.reason_bits | np.where(
        wide, np.uint8(REASON_BIT[INTERVAL_TOO_WIDE]), np.uint8(0)
    )
    flags = table.flag_bits | np.where(unsure, np.uint8(FLAG_BIT[INTERVAL_WIDE]), np.uint8(0))
    flags = np.where(reasons != 0, np.uint8(0), flags)
    e, m = (np.where(wide[..., np.newaxis], np.nan, one) for one in (table.e, table.m))
    for one in (se, e, m):
        one.flags.writeable = False
    return replace(table, m=m, e=e, se=se, reason_bits=reasons, flag_bits=flags)


def _added(table: LifeTable, D: FloatArray, P: FloatArray, v: FloatArray) -> FloatArray:
    bands = bands_of(table.age_starts)
    added = np.empty(D.shape)
    with np.errstate(all="ignore"):
        added[..., -1] = P[..., -1] ** 2 * v[..., -1] / D[..., -1] ** 4
        for k in range(bands.n.size - 1, -1, -1):
            n, lost = float(bands.n[k]), float(bands.lost[k])
            at_risk = P[..., k] + lost * D[..., k]
            q = np.minimum(n * D[..., k] / at_risk, 1.0)
            slope = n * P[..., k] / at_risk**2
            reach = lost + table.e[..., k + 1]
            added[..., k] = (1 - q) ** 2 * added[..., k + 1] + slope**2 * v[..., k] * reach**2
    return added
