"""Years that end in June and targets that are measured: the model written out, shock by shock.

The latent gap of each calendar year is the level (flat prior), plus slope x years since the first,
plus yearly steps. The year to June Y holds half of calendar year Y - 1 and half of Y, so a window
of such years observes the mean of the halves of its calendar years. A target that is a share s of
a baseline window's true mean gap asks whether the gap of the deadline year less s times that mean
is at or below zero. Everything is conditioned on contrasts with the first window, as in
`oracles.trajectory`; on lists, by elimination, with no code of gapwatch.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from tests.oracles.trajectory import (
    NORMAL,
    SLOPE_SD,
    TAU_PRIOR_SD,
    Vector,
    Window,
    covariances,
    dot,
    eliminate,
    minus,
    mixture_moments,
    sampling_covariance,
    tau_grid,
)


class Found(NamedTuple):
    """Mean and SD of the gap of the deadline year, and the probabilities."""

    mean: float
    sd: float
    p_target: float
    p_met_now: float
    p_narrowing: float


class Grid(NamedTuple):
    """First calendar year, number of shocks, their joint covariance, place of windows' errors."""

    first: int
    size: int
    joint: list[list[float]]
    errors: int


def halves(window: Window, lead: float) -> list[tuple[int, float]]:
    """Calendar years of a window with the part of its length that lies in each."""
    first, last = window
    length = last - first + 1
    parts: dict[int, float] = {}
    for year in range(first, last + 1):
        if lead:
            parts[year - 1] = parts.get(year - 1, 0.0) + lead / length
        parts[year] = parts.get(year, 0.0) + (1.0 - lead) / length
    return sorted(parts.items())


def grid(windows: Sequence[Window], ses: Sequence[float], years: Sequence[int], tau: float) -> Grid:
    """Slope, a step for every calendar year after the first, and the windows' errors."""
    first, last = min(years), max(years)
    steps = last - first
    size = 1 + steps + len(windows)
    joint = [[0.0] * size for _ in range(size)]
    joint[0][0] = SLOPE_SD**2
    for i in range(1, 1 + steps):
        joint[i][i] = tau**2
    for i, row in enumerate(sampling_covariance(windows, ses)):
        joint[1 + steps + i][1 + steps :] = row
    return Grid(first, size, joint, 1 + steps)


def of_parts(grid: Grid, parts: Sequence[tuple[int, float]]) -> Vector:
    """A weighted sum of calendar years' gaps, less the level's part of it, over the shocks."""
    row = [0.0] * grid.size
    for year, part in parts:
        row[0] += part * (year - grid.first)
        for step in range(1, year - grid.first + 1):
            row[step] += part
    return row


def project(
    windows: Sequence[Window],
    gaps: Sequence[float],
    ses: Sequence[float],
    *,
    lead: float,
    year: int,
    level: float,
    share: float = 0.0,
    baseline: Window = (0, 0),
) -> Found:
    """P(gap of `year` - share x mean gap over `baseline` <= level), and the same for the newest."""
    base = halves(baseline, lead) if share else []
    spans = [halves(window, lead) for window in windows]
    newest = max(last for _, last in windows)
    years = [*(y for span in (*spans, base) for y, _ in span), year]
    quantities = [
        ([(year, 1.0)], 1.0),
        ([(year, 1.0), *((y, -share * part) for y, part in base)], 1.0 - share),
        ([(newest, 1.0), *((y, -share * part) for y, part in base)], 1.0 - share),
    ]
    logs, parts = [], []
    for tau in tau_grid():
        at = grid(windows, ses, years, tau)
        system = type("System", (), {"covariance": at.joint})()
        seen = [of_parts(at, span) for span in spans]
        for i, row in enumerate(seen):
            row[at.errors + i] += 1.0
        contrasts = [minus(row, seen[0]) for row in seen[1:]]
        z = [gap - gaps[0] for gap in gaps[1:]]
        slope = [1.0] + [0.0] * (at.size - 1)
        asked = [
            minus(of_parts(at, held), [weight * v for v in seen[0]]) for held, weight in quantities
        ] + [slope]
        across = covariances(contrasts, system, asked)
        right = [[*across[i], z[i]] for i in range(len(z))]
        solved, log_determinant = eliminate(covariances(contrasts, system, contrasts), right)
        fitted = [row[-1] for row in solved]
        logs.append(-(log_determinant + dot(z, fitted)) / 2 - (tau / TAU_PRIOR_SD) ** 2 / 2)
        moments = []
        for j, row in enumerate(asked):
            own = covariances([row], system, [row])[0][0]
            c = [line[j] for line in across]
            mean, variance = dot(c, fitted), own - dot(c, [line[j] for line in solved])
            start = quantities[j][1] * gaps[0] if j < len(quantities) else 0.0
            moments.append((start + mean, math.sqrt(max(variance, 0.0))))
        parts.append(moments)
    top = max(logs)
    raw = [math.exp(v - top) for v in logs]
    weights = [v / math.fsum(raw) for v in raw]

    def below(j: int, limit: float) -> float:
        return math.fsum(
            w * NORMAL.cdf((limit - part[j][0]) / part[j][1])
            for w, part in zip(weights, parts, strict=True)
        )

    mean, sd = mixture_moments(weights, [p[0][0] for p in parts], [p[0][1] for p in parts])
    return Found(mean, sd, below(1, level), below(2, level), below(3, 0.0))
