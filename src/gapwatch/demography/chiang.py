"""Chiang's abridged life table on one cache-sized block: age bands along the first axis.

Everything is computed backwards, conditional on survival to each age, which is the textbook table
with the factor l divided out. It needs no division by a survivorship that may be zero, so life
expectancy at an age stays defined even when every person in a younger band dies.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from gapwatch.demography.checks import FloatArray
from gapwatch.intervals import Z95

INFANT_SHARE = 0.1
"""Share of the year lived by those who die in it, for a first band one year wide."""
OTHER_SHARE = 0.5
LEVEL95 = 0.95


@dataclass(frozen=True)
class Bands:
    """Widths n (years) and shares a of the closed bands, from the first age of every band.

    `a` is (A-1,), one row for every table, or (..., A-1), a row for each.
    """

    age_starts: FloatArray
    n: FloatArray
    a: FloatArray

    @property
    def lost(self) -> FloatArray:
        """(1 - a) n: years of the band lost by one who dies in it."""
        return (1.0 - self.a) * self.n


def bands_of(age_starts: FloatArray) -> Bands:
    """Widths are inferred from the starts; a is 0.1 for a first band one year wide, else 0.5."""
    n = np.diff(age_starts)
    a = np.full(n.size, OTHER_SHARE)
    if n[0] == 1.0:
        a[0] = INFANT_SHARE
    return Bands(age_starts, n, a)


def probability_of_dying(m: FloatArray, bands: Bands) -> FloatArray:
    """q (..., A) from m (..., A): nm / (1 + nm(1-a)), 1 where m > 1/(na) and in the open band."""
    q = np.ones_like(m)
    closed = bands.n * m[..., :-1]
    with np.errstate(invalid="ignore", over="ignore"):
        q[..., :-1] = np.minimum(closed / (1.0 + (1.0 - bands.a) * closed), 1.0)
    q[..., -1][np.isnan(m[..., -1])] = np.nan
    return q


def survivors(q: FloatArray) -> FloatArray:
    """l (..., A) per person born: the product of 1 - q over the younger bands."""
    l = np.ones_like(q)
    np.cumprod(1.0 - q[..., :-1], axis=-1, out=l[..., 1:])
    l[..., 0][np.isnan(q).any(axis=-1)] = np.nan
    return l


def expectancy(q: FloatArray, open_e: FloatArray, bands: Bands) -> FloatArray:
    """e (..., A) from q (..., A) and the open band's: e_x = n - (1-a)n q + (1-q) e_next."""
    e = np.empty_like(q)
    e[..., -1] = open_e
    for k in range(bands.n.size - 1, -1, -1):
        e[..., k] = bands.n[k] - bands.lost[..., k] * q[..., k] + (1.0 - q[..., k]) * e[..., k + 1]
    return e


def chiang_block(
    D: FloatArray,
    P: FloatArray,
    bands: Bands,
    into: tuple[FloatArray, FloatArray, FloatArray],
    lost_each: FloatArray | None = None,
) -> None:
    """Write rate m, expectancy e and its standard error of the tables D, P (A, tables) ``into``.

    ``lost_each`` (A-1, tables) is (1-a) n where each table has shares a of its own.

    With r = n / (P + (1-a) n D): q = min(D r, 1), and Chiang's variance of q, q^2 (1-q) / D, is
    q (1-q) r, which needs no division by D and is 0 when D is 0. Then, p being 1 - q,
        e_x   = n - (1-a)n q + p e_next,                  open band  e = 1/M
        V_x   = p^2 V_next + q p r ((1-a)n + e_next)^2,   open band  V = 1/(D M^2).
    """
    m, e, V = into
    r, q, p, t = np.empty((4, D.shape[1]))
    np.divide(D, P, out=m)
    np.divide(P[-1], D[-1], out=e[-1])
    np.multiply(e[-1], e[-1], out=V[-1])
    V[-1] /= D[-1]
    for k in range(bands.n.size - 1, -1, -1):
        n = float(bands.n[k])
        lost = float(bands.lost[k]) if lost_each is None else lost_each[k]
        np.multiply(D[k], lost, out=r)
        r += P[k]
        np.divide(n, r, out=r)
        np.multiply(D[k], r, out=q)
        np.minimum(q, 1.0, out=q)
        np.subtract(1.0, q, out=p)
        np.multiply(p, e[k + 1], out=e[k])
        e[k] += n
        np.multiply(q, lost, out=t)
        e[k] -= t
        np.add(e[k + 1], lost, out=t)
        t *= t
        t *= q
        t *= r
        np.multiply(p, V[k + 1], out=V[k])
        V[k] += t
        V[k] *= p
    np.sqrt(V, out=V)


def normal_quantile(level: FloatArray) -> FloatArray:
    """Two-sided standard normal quantile of each level; 1.959963984540054 for 0.95."""
    flat = [
        Z95 if one == LEVEL95 else NormalDist().inv_cdf(0.5 + 0.5 * one)
        for one in np.ravel(level).tolist()
    ]
    return np.array(flat).reshape(np.shape(level))


def interval(value: FloatArray, se: FloatArray, level: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Normal interval value -+ z se; several levels add a leading axis."""
    z = normal_quantile(level)
    if z.ndim:
        z = z.reshape(z.shape + (1,) * np.ndim(value))
    half = z * se
    return value - half, value + half
