"""Two sides compared the slow way: plain Python from the formulas, none of our own code."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

Z = 1.959963984540054


def wilson(x: float, n: float) -> tuple[float, float]:
    """Wilson's limits as the roots of (p - P)^2 = z^2 P (1 - P) / n, by the quadratic formula."""
    p = x / n
    a, b, c = 1 + Z * Z / n, -(2 * p + Z * Z / n), p * p
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def newcombe(x1: float, n1: float, x2: float, n2: float) -> tuple[float, float, float]:
    """Newcombe's method 10."""
    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson(x1, n1), wilson(x2, n2)
    return (
        p1 - p2,
        p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
    )


def bisect(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The point at which a condition that holds below it ceases to hold."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return (low + high) / 2


def poisson_above(x: int, mean: float) -> float:
    """P(X >= x) of a Poisson count, one term after another."""
    below = math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(x))
    return 1 - below


def garwood(x: int) -> tuple[float, float]:
    """Exact limits of a Poisson mean: the means at which so many, or so few, have 2.5%."""
    top = x + 10 * math.sqrt(x + 1) + 10
    lower = bisect(lambda m: poisson_above(x, m) < 0.025, 1e-12, top) if x else 0.0
    upper = bisect(lambda m: 1 - poisson_above(x + 1, m) > 0.025, 1e-12, top)
    return lower, upper


def binomial_above(x: int, n: int, p: float) -> float:
    """P(X >= x) of a binomial count, one term after another."""
    return math.fsum(
        math.exp(
            math.lgamma(n + 1)
            - math.lgamma(k + 1)
            - math.lgamma(n - k + 1)
            + k * math.log(p)
            + (n - k) * math.log1p(-p)
        )
        for k in range(x, n + 1)
    )


def exact_ratio(x1: int, e1: float, x2: int, e2: float) -> tuple[float, float, float]:
    """Ratio of two rates with limits by the binomial tails of the first side's share of events."""
    n = x1 + x2
    low = bisect(lambda p: binomial_above(x1, n, p) < 0.025, 1e-9, 1 - 1e-9) if x1 else 0.0
    high = bisect(lambda p: 1 - binomial_above(x1 + 1, n, p) > 0.025, 1e-9, 1 - 1e-9)
    ratio, lower, upper = (p / (1 - p) * e2 / e1 for p in (x1 / n, low, high))
    return ratio, lower, upper


def score_ratio(x1: float, e1: float, x2: float, e2: float) -> tuple[float, float, float]:
    """The same with Wilson's limits of the share."""
    low, high = wilson(x1, x1 + x2)
    ratio, lower, upper = (p / (1 - p) * e2 / e1 for p in (x1 / (x1 + x2), low, high))
    return ratio, lower, upper


def split_share(x: Sequence[float], n: Sequence[float], first: Sequence[int]) -> float:
    """Share of all divisions into sides of these sizes that differ as much, one by one."""

    def apart(side: Sequence[int]) -> float:
        rest = [at for at in range(len(x)) if at not in side]
        a = math.fsum(x[at] for at in side) / math.fsum(n[at] for at in side)
        b = math.fsum(x[at] for at in rest) / math.fsum(n[at] for at in rest)
        return abs(a - b)

    found = apart(first)
    every = list(itertools.combinations(range(len(x)), len(first)))
    return sum(apart(side) >= found - 1e-12 for side in every) / len(every)


def pearson(x: Sequence[float], y: Sequence[float]) -> float:
    """Pearson's r from sums."""
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    both = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    spread = math.fsum((a - mx) ** 2 for a in x) * math.fsum((b - my) ** 2 for b in y)
    return both / math.sqrt(spread)


def false_discovery(p: Sequence[float]) -> list[float]:
    """Each q by its definition: the least m p_j / rank_j over all that are no smaller."""
    m = len(p)
    rank = {at: 1 + sum(other < p[at] for other in p) for at in range(m)}
    ties = {at: sum(other == p[at] for other in p) - 1 for at in range(m)}
    raised = [m * p[at] / (rank[at] + ties[at]) for at in range(m)]
    return [min([1.0, *(raised[j] for j in range(m) if p[j] >= p[at])]) for at in range(m)]
