"""Ranks as Mogstad, Romano, Shaikh and Wilhelm (2024) define them, by loops and by simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np


def true_ranks(theta: list[float]) -> list[int]:
    """1 + the number of places that are truly above: section 2.1 of the paper."""
    return [1 + sum(other > mine for other in theta) for mine in theta]


def sets_from_intervals(
    value: list[float], se: list[float], critical: float
) -> list[tuple[int, int]]:
    """Theorem 3.1: count the places whose difference's interval lies on one side of zero."""
    found = []
    for i in range(len(value)):
        surely_above = surely_below = 0
        for k in range(len(value)):
            if k == i:
                continue
            middle = value[k] - value[i]
            half = critical * math.sqrt(se[i] ** 2 + se[k] ** 2)
            surely_above += middle - half > 0
            surely_below += middle + half < 0
        found.append((1 + surely_above, len(value) - surely_below))
    return found


def simulated_critical(se: list[float], level: float, draws: int, seed: int) -> float:
    """The quantile of the largest studentised difference, by drawing it."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(draws, len(se))) * np.array(se)
    largest = np.zeros(draws)
    for i, k in itertools.combinations(range(len(se)), 2):
        apart = np.abs(noise[:, i] - noise[:, k]) / math.hypot(se[i], se[k])
        largest = np.maximum(largest, apart)
    return float(np.quantile(largest, level))
