"""Indicators on both sides: what each has, how far apart, and how often chance is as far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapwatch.demography.pooling import pool_published
from gapwatch.demography.proportions import Contrast, Limits, difference, newcombe, wilson
from gapwatch.demography.rates import poisson_limits, rate_difference, rate_ratio
from gapwatch.demography.splits import split_share
from gapwatch.intervals import Z95
from gapwatch.priorities.codes import (
    APPORTIONED,
    CONTEXT_ONLY,
    MODELLED,
    NO_SIGN,
    NOT_AGE_STANDARDISED,
    REVERSED,
    ROUNDED,
    WRONG_EXPOSURE,
    YEARS_DIFFER,
)
from gapwatch.priorities.indicators import Measured

BASES = {
    "newcombe": "newcombe",
    "poisson": "poisson-score",
    "published": "published",
    "none": "none",
}
NOTHING = float("nan")
CHANCE = 0.05
UNKNOWN = Contrast(*(np.asarray(NOTHING),) * 3)


@dataclass(frozen=True)
class IndicatorSide:
    """One side's numerator, denominator and value, with limits of the value; NaN for none."""

    numerator: float = NOTHING
    denominator: float = NOTHING
    value: float = NOTHING
    lower: float = NOTHING
    upper: float = NOTHING


@dataclass(frozen=True, eq=False)
class Comparison:
    """One indicator on both sides; NaN where there is no number. `split_*` as SplitShare."""

    measured: Measured
    worse: IndicatorSide
    better: IndicatorSide
    difference: Contrast
    ratio: Contrast
    exact: Contrast
    split_share: float
    splits: int | None
    split_exact: bool
    areas: int
    areas_withheld: int
    flags: tuple[str, ...]


def compare(
    every: Sequence[Measured], worse: np.ndarray, better: np.ndarray, *, seed: int, draws: int
) -> list[Comparison]:
    """Each indicator on the two sides, `worse` and `better` being masks over areas by code.

    Sides are the sum of their numerators over the sum of their denominators, of areas that have
    both. Proportions: Newcombe's interval of the difference, and of the ratio limits recovered on
    the log scale. Events: Poisson, of the ratio the conditional score interval, with the exact one
    beside it. Figures with limits of their own: the weighted mean with the error of its parts.
    """
    shares = _splits(every, worse, better, seed, draws)
    found = []
    for at, one in enumerate(every):
        sides = [_side(one, mask & one.held) for mask in (worse, better)]
        if one.reason or np.isnan([side.value for side in sides]).any():
            apart = ratio = exact = UNKNOWN
        else:
            apart, ratio, exact = _contrasts(one, *sides)
        share, tried, whole = shares.get(at, (NOTHING, None, False))
        sided = worse | better
        found.append(
            Comparison(
                measured=one,
                worse=sides[0],
                better=sides[1],
                difference=apart,
                ratio=ratio,
                exact=exact,
                split_share=share,
                splits=tried,
                split_exact=whole,
                areas=int((one.held & sided).sum()),
                areas_withheld=int((~one.held & sided).sum()) if one.held.any() else 0,
                flags=_flags(one, apart, share),
            )
        )
    return found


def _has_counts(one: Measured) -> bool:
    return one.reason in ("", WRONG_EXPOSURE)


def _side(one: Measured, areas: np.ndarray) -> IndicatorSide:
    if not _has_counts(one) or not areas.any():
        return IndicatorSide()
    x, n = float(one.numerator[areas].sum()), float(one.denominator[areas].sum())
    per, kind = one.indicator.per, one.indicator.interval
    lower = upper = np.asarray(NOTHING)
    if kind == "newcombe":
        lower, upper = wilson(x, n)
    elif kind == "poisson":
        found = poisson_limits(x)
        lower, upper = Limits(found.lower / n, found.upper / n)
    elif kind == "published":
        value, se = _published(one, areas)
        half = Z95 * se
        return IndicatorSide(x, n, value, value - half, value + half)
    return IndicatorSide(x, n, x / n * per, float(lower) * per, float(upper) * per)


def _published(one: Measured, areas: np.ndarray) -> tuple[float, float]:
    """Weighted mean of published values, with the standard error that their limits give."""
    se = (one.upper[areas] - one.lower[areas]) / (2 * Z95)
    pooled = pool_published(one.denominator[areas], one.value[areas], se)
    return float(pooled.value), float(pooled.se)


def _contrasts(
    one: Measured, a: IndicatorSide, b: IndicatorSide
) -> tuple[Contrast, Contrast, Contrast]:
    """Difference, ratio, and the exact interval of the ratio where events are counted."""
    per, kind = one.indicator.per, one.indicator.interval
    counts = (a.numerator, a.denominator, b.numerator, b.denominator)
    if kind == "newcombe":
        apart, exact = newcombe(*counts), UNKNOWN
        ratio = _log_ratio(a, b)
    elif kind == "poisson":
        apart = rate_difference(*counts)
        ratio, exact = rate_ratio(*counts), rate_ratio(*counts, method="exact")
    elif kind == "published":
        sides = [
            (np.asarray(s.value), Limits(np.asarray(s.lower), np.asarray(s.upper))) for s in (a, b)
        ]
        return difference(*sides[0], *sides[1]), _log_ratio(a, b), UNKNOWN
    else:
        values = [np.asarray(part) for part in (a.value - b.value, NOTHING, NOTHING)]
        times = np.asarray(a.value / b.value if b.value > 0 else NOTHING)
        return Contrast(*values), Contrast(times, values[1], values[2]), UNKNOWN
    return Contrast(*(part * per for part in apart)), ratio, exact


def _log_ratio(a: IndicatorSide, b: IndicatorSide) -> Contrast:
    """The ratio of two values with limits recovered on the log scale; NaN where a limit is 0."""
    parts = (a.value, a.lower, a.upper, b.value, b.lower, b.upper)
    if min(parts) <= 0 or not np.isfinite(parts).all():
        value = a.value / b.value if b.value > 0 else NOTHING
        return Contrast(np.asarray(value), np.asarray(NOTHING), np.asarray(NOTHING))
    logs = [np.asarray(np.log(part)) for part in parts]
    found = difference(logs[0], Limits(logs[1], logs[2]), logs[3], Limits(logs[4], logs[5]))
    return Contrast(*(np.exp(part) for part in found))


def _splits(
    every: Sequence[Measured], worse: np.ndarray, better: np.ndarray, seed: int, draws: int
) -> dict[int, tuple[float, int, bool]]:
    """Split shares by place in `every`, of those that are compared; one call a set of areas."""
    groups: dict[bytes, list[int]] = {}
    for at, one in enumerate(every):
        areas = one.held & (worse | better)
        if not one.reason and (areas & worse).any() and (areas & better).any():
            groups.setdefault(areas.tobytes(), []).append(at)
    found: dict[int, tuple[float, int, bool]] = {}
    for key, places in groups.items():
        areas = np.frombuffer(key, dtype=bool)
        x, n = (
            np.array([getattr(every[at], part)[areas] for at in places])
            for part in ("numerator", "denominator")
        )
        shares = split_share(x, n, worse[areas], seed=seed, draws=draws)
        for at, share in zip(places, shares.share, strict=True):
            found[at] = (float(share), shares.splits, shares.exact)
    return found


def _flags(one: Measured, apart: Contrast, share: float) -> tuple[str, ...]:
    indicator = one.indicator
    compared = not one.reason and bool(np.isfinite(apart.value))
    flags = {
        MODELLED: indicator.modelled,
        ROUNDED: indicator.rounding > 0,
        NOT_AGE_STANDARDISED: indicator.age_standardised is False,
        CONTEXT_ONLY: indicator.better == "neither",
        YEARS_DIFFER: one.years_differ,
        APPORTIONED: one.apportioned,
        REVERSED: compared and is_reversed(indicator.better, apart, share),
        NO_SIGN: compared and indicator.better != "neither" and has_no_sign(apart, share),
    }
    return tuple(name for name, held in flags.items() if held)


def has_no_sign(apart: Contrast, share: float) -> bool:
    """Whether a difference may be none: its interval holds zero.

    Without an interval: whether more than one in twenty splits of the areas differ as much.
    """
    if np.isnan(apart.lower):
        return not share <= CHANCE
    return float(apart.lower) <= 0 <= float(apart.upper)


def is_reversed(better: str, apart: Contrast, share: float) -> bool:
    """Whether the side with lower life expectancy is the better one here."""
    if better == "neither" or has_no_sign(apart, share):
        return False
    return (float(apart.value) < 0) == (better == "lower")


def side_masks(
    codes: Sequence[str], worse: Sequence[str], better: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Both sides as masks over areas in order of code."""
    return (
        np.array([code in worse for code in codes]),
        np.array([code in better for code in codes]),
    )
