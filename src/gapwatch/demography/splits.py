"""How often a place cut into two sides at random differs as much as its two sides do."""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gapwatch.demography.checks import (
    BoolArray,
    FloatArray,
    check_whole,
    finite_array,
    refuse,
    same_shape,
)
from gapwatch.demography.seeded import uniforms

MOST_EXACT = math.comb(20, 8)
"""As many splits as 20 areas have into 8 and 12 are all tried; of more, a seeded sample."""
AS_MUCH = 1e-9
"""Differences that agree to this share of the larger are equal: sums of floats differ in order."""
SPLITS_A_BLOCK = 2048


class SplitShare(NamedTuple):
    """Share of splits that differ at least as much, for each of the sets (I,).

    ``splits`` were tried; ``exact`` says that these are all there are. Of a sample the share is
    (1 + hits) / (1 + draws), which counts the split as it is.
    """

    share: FloatArray
    splits: int
    exact: bool


def split_share(
    numerator: ArrayLike,
    denominator: ArrayLike,
    first: ArrayLike,
    *,
    seed: int,
    draws: int = 20_000,
) -> SplitShare:
    """Of all divisions of n areas into sides of these sizes, the share that differs as much [1].

    A side's value is the sum of its numerators over the sum of its denominators; compared are
    absolute differences of the two sides' values. All C(n, k) divisions are tried up to C(20, 8) =
    125,970, a sample of ``draws`` from the seed's raw bits beyond. Values that two areas share in a
    smooth trend over the map make a large difference likelier than this says.

    Parameters
    ----------
    numerator, denominator : (I, n) of I indicators, denominators above 0
    first : (n,) whether an area is on the first side; some are and some aren't
    seed, draws : whole numbers, for the sample

    Errors: ValueError for other shapes, missing values, denominators of 0 or less, an empty side.

    References
    ----------
    1. Good P. Permutation, parametric and bootstrap tests of hypotheses. Springer 2005, chapter 3.
    """
    x, w = finite_array("numerator", numerator), finite_array("denominator", denominator)
    side = np.asarray(first, dtype=bool)
    if x.ndim != 2:  # noqa: PLR2004 - a row an indicator
        raise refuse("numerator", "a row an indicator and a column an area", f"shape {x.shape}")
    same_shape("denominator", w.shape, "numerator", x.shape)
    same_shape("first", side.shape, "an area", x.shape[1:])
    if (w <= 0).any():
        raise refuse("denominator", "above 0", f"{w.min():g}")
    size = int(side.sum())
    if not 0 < size < side.size:
        raise refuse("first", "areas on both sides", f"{size} of {side.size} on the first")
    exact = math.comb(side.size, size) <= MOST_EXACT
    member = _every(side.size, size) if exact else _some(side.size, size, seed, draws)
    hits = _hits(member, x, w, side)
    tried = len(member)
    share = hits / tried if exact else (hits + 1) / (tried + 1)
    return SplitShare(np.asarray(share, dtype=np.float64), tried, exact)


def _hits(member: FloatArray, x: FloatArray, w: FloatArray, side: BoolArray) -> NDArray[np.intp]:
    """Splits (by rows of ``member``) that differ as much, for each row of x and w."""
    found = x[:, side].sum(axis=1) / w[:, side].sum(axis=1)
    other = x[:, ~side].sum(axis=1) / w[:, ~side].sum(axis=1)
    least = np.abs(found - other) - AS_MUCH * np.maximum(np.abs(found), np.abs(other))
    whole_x, whole_w = x.sum(axis=1), w.sum(axis=1)
    hits = np.zeros(len(x), dtype=np.intp)
    for at in range(0, len(member), SPLITS_A_BLOCK):
        some = member[at : at + SPLITS_A_BLOCK]
        top, bottom = some @ x.T, some @ w.T
        apart = top / bottom
        np.subtract(whole_x, top, out=top)
        np.subtract(whole_w, bottom, out=bottom)
        np.divide(top, bottom, out=top)
        np.subtract(apart, top, out=apart)
        hits += (np.abs(apart, out=apart) >= least).sum(axis=0)
    return hits


@lru_cache(maxsize=4)
def _every(areas: int, size: int) -> FloatArray:
    """Each division as a row of 1 for areas on the first side and 0 for others."""
    count = math.comb(areas, size)
    chosen = itertools.chain.from_iterable(itertools.combinations(range(areas), size))
    places = np.fromiter(chosen, dtype=np.intp, count=count * size).reshape(count, size)
    member = np.zeros((count, areas))
    np.put_along_axis(member, places, 1.0, axis=1)
    member.flags.writeable = False
    return member


def _some(areas: int, size: int, seed: int, draws: int) -> FloatArray:
    """Divisions at random: the first places of each row of uniforms in order."""
    order = uniforms(seed, (check_whole("draws", draws, 100), areas)).argsort(axis=1, kind="stable")
    member = np.zeros((draws, areas))
    np.put_along_axis(member, order[:, :size], 1.0, axis=1)
    return member
