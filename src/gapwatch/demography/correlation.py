"""Whether values of the same areas line up: correlation, its noise, and how many such there are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import FloatArray, finite_array, refuse, same_shape
from gapwatch.demography.chiang import normal_quantile

FEWEST_AREAS = 4
"""Fisher's interval needs one area more than it has degrees of freedom to lose."""


class Correlation(NamedTuple):
    """Pearson's r with Fisher's limits and the two-sided p of no correlation."""

    r: float
    lower: float
    upper: float
    p: float


def pearson(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Correlation:
    """Pearson's r of two values of the same areas [1].

    Limits: tanh(atanh r +- z / sqrt(n - 3)). p: t = r sqrt((n-2)/(1-r^2)) on n - 2 degrees of
    freedom. Areas count once each, whatever their size.

    Parameters: x, y (n,), n at least 4, neither the same in every area.

    Errors: ValueError for other shapes, missing values, fewer areas, and values without spread.

    References
    ----------
    1. Fisher RA. On the probable error of a coefficient of correlation deduced from a small
       sample. Metron 1921;1:3-32.
    """
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    a, b = finite_array("x", x), finite_array("y", y)
    same_shape("y", b.shape, "x", a.shape)
    n = a.size
    if a.ndim != 1 or n < FEWEST_AREAS:
        raise refuse("x", f"values of {FEWEST_AREAS} areas or more", f"shape {a.shape}")
    for name, values in (("x", a), ("y", b)):
        if np.ptp(values) <= 0:
            raise refuse(name, "values that differ", f"{values[0]:g} in each area")
    a, b = a - a.mean(), b - b.mean()
    r = float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))
    z = float(normal_quantile(np.asarray(level)))
    if abs(r) == 1.0:
        return Correlation(r, r, r, 0.0)
    half = z / np.sqrt(n - 3)
    t = abs(r) * np.sqrt((n - 2) / (1 - r * r))
    lower, upper = (float(np.tanh(np.arctanh(r) + step)) for step in (-half, half))
    return Correlation(r, lower, upper, float(2 * stdtr(n - 2, -t)))


def reliability(value: ArrayLike, se: ArrayLike) -> float:
    """Share of the spread between areas that isn't chance: 1 - mean(se^2) / variance, at least 0.

    A correlation with noisy values is weaker than with the true ones, by the square root of this
    [1]. Parameters: value, se (n,), n at least 2. Errors: ValueError for other shapes, missing or
    negative numbers and values without spread.

    References
    ----------
    1. Spearman C. The proof and measurement of association between two things. American Journal of
       Psychology 1904;15:72-101.
    """
    values, errors = finite_array("value", value), finite_array("se", se)
    same_shape("se", errors.shape, "value", values.shape)
    if (errors < 0).any():
        raise refuse("se", "at least 0", f"{errors.min():g}")
    if values.size < 2 or np.ptp(values) <= 0:  # noqa: PLR2004 - one has no spread
        raise refuse("value", "values that differ", f"shape {values.shape}")
    return float(np.clip(1 - np.mean(errors**2) / values.var(ddof=1), 0.0, 1.0))


def false_discovery(p: ArrayLike) -> FloatArray:
    """Benjamini and Hochberg's q of each p [1]: the least share of false finds at which it is one.

    q_(i) = min over j >= i of m p_(j) / j, at most 1. Parameters: p (m,), each 0 to 1. Errors:
    ValueError for missing values and for what is no probability.

    References
    ----------
    1. Benjamini Y, Hochberg Y. Controlling the false discovery rate. Journal of the Royal
       Statistical Society B 1995;57:289-300.
    """
    values = finite_array("p", p)
    if ((values < 0) | (values > 1)).any():
        raise refuse("p", "probabilities", f"{values.min():g} to {values.max():g}")
    order = np.argsort(values, kind="stable")
    m = values.size
    raised = values[order] * m / np.arange(1, m + 1)
    found = np.empty(m)
    found[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return found


def first_axis(values: ArrayLike) -> float:
    """Share of the variance of I indicators, each standardised, that lies along one axis [1].

    The largest eigenvalue of their correlation matrix over I: 1/I where none goes with another, 1
    where one is all. Parameters: values (I, n), I at least 2, n at least 3, each row with spread.
    Errors: ValueError for other shapes, missing values and rows without spread.

    References
    ----------
    1. Jolliffe IT. Principal component analysis. Springer 2002, chapter 6.
    """
    rows = finite_array("values", values)
    if rows.ndim != 2 or rows.shape[0] < 2 or rows.shape[1] < 3:  # noqa: PLR2004 - see above
        raise refuse("values", "two rows or more of three areas or more", f"shape {rows.shape}")
    if (np.ptp(rows, axis=1) <= 0).any():
        raise refuse("values", "rows that differ between areas", "one that doesn't")
    centred = rows - rows.mean(axis=1, keepdims=True)
    centred /= np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return float(np.linalg.eigvalsh(centred @ centred.T)[-1] / len(rows))
