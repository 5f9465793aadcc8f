"""What a publisher's rounding may have done to counts, and how it widens what is made of them.

A count rounded to the nearest multiple of a step s is off by an amount spread evenly over a step:
variance s^2 / 12. Rounded at random so that the expectation is kept it is off by more: a count
with remainder r has variance r (s - r), on average (s^2 - 1) / 6. Errors of different cells are
taken as independent. Nearest rounding also takes from small counts, on average: a Poisson count of
which little reaches half a step loses a part of s, and a hundred such cells lose a hundred times
that. How much can't be known from the rounded counts, so for each cell that is told as one step or
less the most that a Poisson count loses on average (0.60 for a step of 5, 1.48 for 10, 35 for 100)
is taken as a standard deviation that all such cells share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import gammaln

from gapwatch.counting.counts import FloatArray, IntArray, Rounded

_MEANS = 200
STEPS = (1000, 500, 250, 100, 50, 25, 20, 10, 5, 4, 3)
LARGEST_CHANCE = 1e-6
Step = tuple[int, Literal["nearest", "random"]]


def cell_variance(step: Step) -> float:
    """Variance of the rounding error of one count, persons squared."""
    size, rule = step
    return size**2 / 12 if rule == "nearest" else (size**2 - 1) / 6


def small_count_loss(step: Step) -> float:
    """The most that a Poisson count loses on average by rounding to the nearest multiple, persons.

    Over means up to one step, where the loss is greatest; nothing where the expectation is kept.
    """
    size, rule = step
    if rule == "random":
        return 0.0
    means = np.arange(1, _MEANS + 1)[:, np.newaxis] * size / _MEANS
    counts = np.arange(4 * size + 40)
    rounded = size * ((2 * counts + size) // (2 * size))
    chance = np.exp(counts * np.log(means) - means - gammaln(counts + 1))
    return float((chance * (counts - rounded)).sum(axis=1).max())


def rounded_cells(
    counts: pd.Series,
    place: IntArray,
    sex: IntArray,
    band: IntArray,
    shape: tuple[int, ...],
    step: Step,
) -> Rounded:
    """Variance and bias of counts (B, 2, K) added up from rounded ones.

    `counts` are the rounded ones, `place`, `sex` and `band` say where each belongs. A cell to which
    none belongs is one count that was left out as zero.
    """
    cells, small = np.zeros(shape), np.zeros(shape)
    values = counts.to_numpy(dtype=np.float64)
    np.add.at(cells, (place, sex, band), 1.0)
    np.add.at(small, (place, sex, band), (values <= step[0]).astype(np.float64))
    left_out = cells == 0
    cells[left_out] = small[left_out] = 1.0
    return Rounded(cells * cell_variance(step), small * small_count_loss(step))


def mean_of(parts: Sequence[Rounded | None]) -> Rounded | None:
    """What rounding did to the mean of several counts, rounded apart; None where none was."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    variance = np.sum([part.variance for part in known], axis=0) / len(parts) ** 2
    return Rounded(variance, np.sum([part.bias for part in known], axis=0) / len(parts))


def deaths_variance(
    deaths: FloatArray, people: FloatArray, dead: Rounded | None, alive: Rounded | None
) -> FloatArray | None:
    """Variance of deaths beyond chance, with that of the residents carried over to them.

    An error of the residents moves the rate D/P as one of D/P times as many deaths does. None
    where nothing is rounded.
    """
    if dead is None and alive is None:
        return None
    added = np.zeros_like(deaths) if dead is None else dead.total()
    if alive is not None:
        rate = np.divide(deaths, people, out=np.zeros_like(deaths), where=people > 0)
        added = added + rate**2 * alive.total()
    return added


def shared_step(counts: np.ndarray) -> int | None:
    """The largest step whose multiples all counts are, where chance would hardly make them so.

    `counts` are those above zero. Each step must be shared by so many counts that the chance is
    below one in a million.
    """
    for step in STEPS:
        if len(counts) * math.log(step) <= -math.log(LARGEST_CHANCE):
            continue
        if not np.remainder(counts, step).any():
            return step
    return None
