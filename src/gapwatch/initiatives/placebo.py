"""Differences in differences of log rates, for every set of areas that could have had them.

What an initiative did is told from what happened anyway by doing the same sum for sets of areas
without it: placebos. Closed form, NumPy alone.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from gapwatch.intervals import Z95

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MOST_EXACT = math.comb(20, 8)
"""Sets that are all tried: those of 8 of 20 areas. Where there are more, so many are drawn."""
Z80 = NormalDist().inv_cdf(0.8)
# Two placebo effects that are equal but for the last bits are equal.
_TIE = 1e-12


@dataclass(frozen=True)
class BeforeAndAfter:
    """Counts and what they are counted in, before and after, of n areas; every array is (n,).

    `before` and `after` are sums over the years of each window, `people_before` and `people_after`
    the sums of the denominators of the same years.
    """

    before: FloatArray
    people_before: FloatArray
    after: FloatArray
    people_after: FloatArray

    def __len__(self) -> int:
        return len(self.before)

    def only(self, areas: BoolArray) -> BeforeAndAfter:
        """The same for some of the areas."""
        return BeforeAndAfter(
            self.before[areas],
            self.people_before[areas],
            self.after[areas],
            self.people_after[areas],
        )


@dataclass(frozen=True)
class Sets:
    """Sets of k of n areas, (s, n), 1 for an area that is in one, so that sums are products.

    `exact` where they are all that there are.
    """

    members: FloatArray
    exact: bool


@lru_cache(maxsize=16)
def sets_of(areas: int, size: int, seed: int) -> Sets:
    """Every set of `size` of `areas` areas, or a seeded draw of MOST_EXACT of them.

    A draw is with replacement: each of its sets is any of them with the same probability. Raises
    ValueError unless 1 <= size < areas.
    """
    if not 1 <= size < areas:
        raise ValueError(f"size: expected 1 to {areas - 1}, found {size}")
    if math.comb(areas, size) <= MOST_EXACT:
        chosen = np.fromiter(
            itertools.chain.from_iterable(itertools.combinations(range(areas), size)), dtype=np.intp
        ).reshape(-1, size)
    else:
        keys = np.random.default_rng(seed).random((MOST_EXACT, areas))
        chosen = np.argpartition(keys, size, axis=1)[:, :size]
    members = np.zeros((len(chosen), areas))
    np.put_along_axis(members, chosen, 1.0, axis=1)
    members.setflags(write=False)
    return Sets(members, math.comb(areas, size) <= MOST_EXACT)


def effects(counts: BeforeAndAfter, members: BoolArray | FloatArray) -> FloatArray:
    """Log-rate difference in differences of each set against all areas outside it, (s,).

    theta = log(A_in / P_in) - log(B_in / Q_in) - log(A_out / P_out) + log(B_out / Q_out), where A
    and B are the pooled counts after and before, P and Q the pooled denominators. NaN where a
    pooled count or denominator isn't above 0. Reference: Abadie 2005, Rev Econ Stud 72:1.
    """
    values = np.stack((counts.after, counts.people_before, counts.people_after, counts.before))
    inside = values @ np.asarray(members, dtype=np.float64).T
    outside = values.sum(axis=1)[:, np.newaxis] - inside
    bad = ((inside <= 0) | (outside <= 0)).any(axis=0)
    # Where a sum is 0 the quotient isn't used: 1 stands in for all eight.
    if bad.any():
        inside[:, bad], outside[:, bad] = 1.0, 1.0
    odds = inside / outside
    theta: FloatArray = np.log(odds[0] * odds[1] / (odds[2] * odds[3]))
    return np.where(bad, np.nan, theta)


def spread(found: FloatArray) -> float:
    """Sample standard deviation of placebo effects; NaN below two that are defined."""
    defined = found[~np.isnan(found)]
    return float(defined.std(ddof=1)) if len(defined) > 1 else math.nan


def share_as_far(found: FloatArray, own: float, direction: int) -> float:
    """Share of sets that moved as far as `own`, itself among them; 0 for either way, else -1 or 1.

    A set whose effect isn't defined counts as one that did: nothing speaks against it.
    """
    undefined = np.isnan(found)
    if direction == 0:
        far = np.abs(found) >= abs(own) - _TIE
    else:
        far = direction * found >= direction * own - _TIE
    return float((far | undefined).mean())


def smallest(sd: float, direction: int) -> float:
    """Smallest relative change seen with 80% power at 5%, two-sided, as a share.

    exp(direction * (z.975 + z.8) * sd) - 1: 2.80 placebo standard deviations. Reference: Bloom
    1995, Evaluation Review 19:547.
    """
    return math.expm1(direction * (Z95 + Z80) * sd)


def power(log_change: float, sd: float) -> float:
    """Power of a two-sided test at 5% to see a true log ratio, normal with a known sd."""
    if sd <= 0:
        return 1.0 if log_change else 0.05
    shift, normal = abs(log_change) / sd, NormalDist()
    return normal.cdf(shift - Z95) + normal.cdf(-shift - Z95)
