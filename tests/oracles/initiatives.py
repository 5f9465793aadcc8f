"""Slow oracles for initiatives, from the textbook: nothing here is gapwatch's own.

A difference in differences of log rates is the interaction of a Poisson regression with a dummy for
the areas with the initiative, one for the years after, their product, and the logarithm of the
denominator as offset (McCullagh & Nelder 1989, ch. 6), fitted by iteratively reweighted least
squares. Wilson's limits are the roots of the score equation, found by bisection.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

Z95 = 1.959963984540054


def poisson_interaction(
    before: Sequence[float],
    people_before: Sequence[float],
    after: Sequence[float],
    people_after: Sequence[float],
    treated: Sequence[bool],
) -> float:
    """The interaction coefficient, over a row an area and time, dummies for group and time."""
    rows, counts, offsets = [], [], []
    for at, inside in enumerate(treated):
        for time, (count, people) in enumerate(
            ((before[at], people_before[at]), (after[at], people_after[at]))
        ):
            rows.append([1.0, float(inside), float(time), float(inside) * time])
            counts.append(count)
            offsets.append(math.log(people))
    x, y, offset = np.array(rows), np.array(counts, dtype=float), np.array(offsets)
    beta = np.array([math.log(y.sum() / np.exp(offset).sum()), 0.0, 0.0, 0.0])
    for _ in range(200):
        mean = np.exp(offset + x @ beta)
        working = x @ beta + (y - mean) / mean
        new = np.linalg.solve(x.T @ (mean[:, None] * x), x.T @ (mean * working))
        if np.abs(new - beta).max() < 1e-14:
            break
        beta = new
    return float(new[3])


def plain_effect(
    before: Sequence[float],
    people_before: Sequence[float],
    after: Sequence[float],
    people_after: Sequence[float],
    chosen: Sequence[int],
) -> float:
    """The same by four sums and four logarithms."""
    rest = [at for at in range(len(before)) if at not in chosen]

    def log_rate(counts: Sequence[float], people: Sequence[float], areas: Sequence[int]) -> float:
        return math.log(math.fsum(counts[a] for a in areas) / math.fsum(people[a] for a in areas))

    inside = log_rate(after, people_after, chosen) - log_rate(before, people_before, chosen)
    outside = log_rate(after, people_after, rest) - log_rate(before, people_before, rest)
    return inside - outside


def every_effect(
    before: Sequence[float],
    people_before: Sequence[float],
    after: Sequence[float],
    people_after: Sequence[float],
    size: int,
) -> list[float]:
    """The effects of all sets of a size, in the order of itertools.combinations."""
    return [
        plain_effect(before, people_before, after, people_after, chosen)
        for chosen in itertools.combinations(range(len(before)), size)
    ]


def wilson(mentions: int, respondents: int) -> tuple[float, float]:
    """Both p at which (share - p)^2 = z^2 p (1 - p) / n, by bisection."""
    share = mentions / respondents

    def root(low: float, high: float) -> float:
        def beyond(p: float) -> bool:
            return (share - p) ** 2 > Z95**2 * p * (1 - p) / respondents

        for _ in range(200):
            middle = (low + high) / 2
            if beyond(middle) == beyond(low):
                low = middle
            else:
                high = middle
        return (low + high) / 2

    lower = 0.0 if mentions == 0 else root(0.0, share)
    upper = 1.0 if mentions == respondents else root(1.0, share)
    return lower, upper
