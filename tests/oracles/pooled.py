"""Zones made of several areas: pooled counts, or the weighted mean of published values.

The weighted mean is an approximation: life expectancy is not linear in mortality, so it is not the
life expectancy of the pooled population.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)


def se_from_interval(lower: float, upper: float) -> float:
    """Standard error behind a published 95% normal interval: (upper - lower) / (2 z)."""
    return (upper - lower) / (2 * Z95)


def shares(populations: Sequence[float]) -> list[float]:
    """w_i = P_i / sum of P."""
    total = math.fsum(populations)
    return [p / total for p in populations]


def weighted_mean(values: Sequence[float], populations: Sequence[float]) -> float:
    """Sum of w_i v_i."""
    weights = shares(populations)
    return math.fsum(w * v for w, v in zip(weights, values, strict=True))


def weighted_se(ses: Sequence[float], populations: Sequence[float]) -> float:
    """sqrt(sum w_i^2 se_i^2): areas independent, weights known."""
    weights = shares(populations)
    return math.sqrt(math.fsum((w * s) ** 2 for w, s in zip(weights, ses, strict=True)))


def pooled_value(
    values: Sequence[float],
    lowers: Sequence[float],
    uppers: Sequence[float],
    populations: Sequence[float],
) -> tuple[float, float]:
    """Value and SE of a zone from its areas' published values and 95% limits."""
    ses = [se_from_interval(low, high) for low, high in zip(lowers, uppers, strict=True)]
    return weighted_mean(values, populations), weighted_se(ses, populations)


def difference(side_a: tuple[float, float], side_b: tuple[float, float]) -> tuple[float, float]:
    """Gap B - A of two independent (value, SE), and its SE."""
    return side_b[0] - side_a[0], math.sqrt(side_a[1] ** 2 + side_b[1] ** 2)


def pooled_counts(areas: Sequence[Sequence[float]]) -> list[float]:
    """Band by band sum over areas of deaths (or of population), for M1."""
    return [sum(area[i] for area in areas) for i in range(len(areas[0]))]
