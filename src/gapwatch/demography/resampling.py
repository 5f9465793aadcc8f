"""Intervals of a decomposition by seeded resampling of deaths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import (
    FloatArray,
    StrArray,
    check_level,
    check_whole,
    count_array,
    refuse,
    same_shape,
)
from gapwatch.demography.decomposition import (
    arriaga,
    arriaga_by_cause,
    contributions,
    either_reason,
    gap_change,
)
from gapwatch.demography.draws import TINY, draw_part, draw_table, per_share, spread
from gapwatch.demography.life_table import life_table
from gapwatch.demography.seeded import uniforms

PERIODS = 2
"""Before and after."""


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Contributions with intervals, over the leading axes (...).

    Attributes
    ----------
    contribution, se, lower, upper : (..., A) years; bounds have a leading axis when ``level`` is a
        row
    total, total_se, total_lower, total_upper : (...) the sum over bands, years
    reason : (...) why the first refused table is refused; "" when published
    """

    contribution: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    total: FloatArray
    total_se: FloatArray
    total_lower: FloatArray
    total_upper: FloatArray
    reason: StrArray


def arriaga_interval(
    deaths_a: ArrayLike,
    population_a: ArrayLike,
    deaths_b: ArrayLike,
    population_b: ArrayLike,
    age_starts: ArrayLike,
    *,
    seed: int,
    draws: int = 2_000,
    level: float | Sequence[float] = 0.95,
) -> Decomposition:
    """``arriaga`` of two sides with standard errors and intervals by resampling their deaths [1].

    In a closed band the deaths of the life-table cohort, N = D/q rounded, are drawn from
    Binomial(N, D/N), whose q has Chiang's variance q^2 (1-q)/D; in the open band deaths are drawn
    from Poisson(D), Silcocks' variance, given that at least one occurs, as a table without any
    would be refused (S04). Bands and sides are independent; a band without deaths stays so. The
    standard error is the standard deviation over the draws, the interval their equal-tailed
    quantiles. Draws come from the seed's raw bits by inversion; results are rounded to 1e-9 and
    identical everywhere.

    Parameters
    ----------
    deaths_a, population_a, deaths_b, population_b : (..., A), equal shapes; age_starts : (A,)
    seed : whole number of at least 0; draws : whole number of at least 100
    level : one level of confidence or a row, each inside (0, 1)

    Rules of refusal: NaN where a side's table is refused; ``reason`` is its code.

    Errors: ValueError as ``life_table``; negative counts; a bad seed, draws or level.

    References
    ----------
    1. Andreev EM, Shkolnikov VM. Spreadsheet for calculation of confidence limits for any life
       table or healthy-life table quantity. MPIDR Technical Report 2010-005.
    """
    counts = _alike(
        deaths_a=deaths_a, population_a=population_a, deaths_b=deaths_b, population_b=population_b
    )
    levels, repeats = check_level(level), check_whole("draws", draws, 100)
    tables = [life_table(counts[i], counts[i + 1], age_starts) for i in (0, 2)]
    value, reason = arriaga(*tables), either_reason(*tables)
    u = uniforms(seed, (2, tables[0].age_starts.size, repeats))
    found = _unfilled(value, levels)
    for index in _published(reason):
        a, b = (draw_table(counts[2 * i][index], tables[i], index, u[i]) for i in (0, 1))
        found[index] = spread(contributions(a.q, a.e, b.q, b.e, tables[0].bands), levels)
    return _decomposition(value, found, levels, reason)


class CauseIntervals(NamedTuple):
    """``arriaga_by_cause`` with intervals, each part a ``Decomposition``.

    Attributes
    ----------
    by_cause : contributions (..., C, A), whose totals (..., C) are those of whole causes
    all_causes : contributions (..., A), the sums over causes, as ``arriaga_interval`` gives them
    """

    by_cause: Decomposition
    all_causes: Decomposition


def arriaga_by_cause_interval(
    deaths_a: ArrayLike,
    population_a: ArrayLike,
    deaths_b: ArrayLike,
    population_b: ArrayLike,
    age_starts: ArrayLike,
    *,
    seed: int,
    draws: int = 2_000,
    level: float | Sequence[float] = 0.95,
) -> CauseIntervals:
    """``arriaga_by_cause`` with standard errors and intervals by resampling each cause's deaths.

    All deaths of a band are drawn as in ``arriaga_interval``, by the same numbers for the same
    seed, and every draw is divided among the causes by a multinomial in proportion to their deaths
    [1]. In a closed band each cause's deaths then are Binomial(N, D_c/N), and the causes sum to all
    deaths, and their years to all years, in every draw. A cause without deaths stays so. One table
    and one cause are drawn at a time, so memory grows with neither.

    Parameters
    ----------
    deaths_a, deaths_b : (..., C, A) deaths by exhaustive and exclusive causes, equal shapes
    population_a, population_b : (..., A); age_starts : (A,)
    seed, draws, level : as ``arriaga_interval``

    Rules of refusal: NaN where a side's table is refused; ``reason`` is its code.

    Errors: ValueError as ``arriaga_by_cause``; a bad seed, draws or level.

    References
    ----------
    1. Andreev EM, Shkolnikov VM. Spreadsheet for calculation of confidence limits for any life
       table or healthy-life table quantity. MPIDR Technical Report 2010-005.
    """
    split = arriaga_by_cause(deaths_a, population_a, deaths_b, population_b, age_starts)
    causes = [count_array("deaths_a", deaths_a), count_array("deaths_b", deaths_b)]
    levels, repeats = check_level(level), check_whole("draws", draws, 100)
    tables = [
        life_table(D.sum(axis=-2), P, age_starts)
        for D, P in zip(causes, (population_a, population_b), strict=True)
    ]
    value, bands = arriaga(*tables), tables[0].bands
    shape = (2, tables[0].age_starts.size, repeats)
    u = uniforms(seed, shape)
    found, found_all = _unfilled(split.contribution, levels), _unfilled(value, levels)
    for index in _published(split.reason):
        D = [one[index] for one in causes]
        a, b = (draw_table(D[i].sum(axis=0), tables[i], index, u[i]) for i in (0, 1))
        found_all[index] = spread(contributions(a.q, a.e, b.q, b.e, bands), levels)
        from_a, from_b = per_share(a, b, bands)
        # The share of each cause in the deaths that no earlier cause took; the last one's is 1.
        of_rest = [one / np.maximum(one[::-1].cumsum(axis=0)[::-1], TINY) for one in D]
        rest = [a.deaths, b.deaths]
        for c in range(D[0].shape[0]):
            # Numbers of their own for each cause: seeds a user would take are below 2**64.
            v = uniforms(int(seed) + ((c + 1) << 64), shape)
            took = [draw_part(rest[i], of_rest[i][c], v[i].T) for i in (0, 1)]
            rest = [rest[i] - took[i] for i in (0, 1)]
            share_a = took[0] / np.maximum(a.deaths, 1.0)
            share_b = took[1] / np.maximum(b.deaths, 1.0)
            found[(*index, c)] = spread(from_a * share_a - from_b * share_b, levels)
    return CauseIntervals(
        _decomposition(split.contribution, found, levels, split.reason),
        _decomposition(value, found_all, levels, split.reason),
    )


class GapChangeIntervals(NamedTuple):
    """``gap_change`` with intervals, each part a ``Decomposition`` in years that widen the gap.

    Attributes
    ----------
    worse_side : the worse-off side's part
    better_side : the better-off side's part
    both_sides : their sum, whose total is the change of the gap
    """

    worse_side: Decomposition
    better_side: Decomposition
    both_sides: Decomposition


def gap_change_interval(
    deaths_worse: ArrayLike,
    population_worse: ArrayLike,
    deaths_better: ArrayLike,
    population_better: ArrayLike,
    age_starts: ArrayLike,
    *,
    seed: int,
    draws: int = 2_000,
    level: float | Sequence[float] = 0.95,
) -> GapChangeIntervals:
    """``gap_change`` with standard errors and intervals by resampling the deaths of four tables.

    Deaths are drawn as in ``arriaga_interval``, independently for both sides and both periods. So
    the periods must share no year: years in common would make these intervals too wide.

    Parameters
    ----------
    deaths_worse, population_worse, deaths_better, population_better : (2, ..., A), equal shapes,
        the first axis before and after
    age_starts : (A,); seed, draws, level : as ``arriaga_interval``

    Rules of refusal: NaN where one of the four tables is refused; ``reason`` is the first's code.

    Errors: ValueError as ``life_table``; negative counts; other than two periods; a bad seed, draws
    or level.

    References
    ----------
    1. As ``arriaga_interval`` and ``gap_change``.
    """
    counts = _alike(
        deaths_worse=deaths_worse,
        population_worse=population_worse,
        deaths_better=deaths_better,
        population_better=population_better,
    )
    if counts[0].ndim < PERIODS or counts[0].shape[0] != PERIODS:
        raise refuse("deaths_worse", "axes (2 periods, ..., ages)", f"shape {counts[0].shape}")
    levels, repeats = check_level(level), check_whole("draws", draws, 100)
    deaths = [*counts[0], *counts[2]]
    populations = [*counts[1], *counts[3]]
    tables = [life_table(D, P, age_starts) for D, P in zip(deaths, populations, strict=True)]
    change, bands = gap_change(*tables), tables[0].bands
    u = uniforms(seed, (4, tables[0].age_starts.size, repeats))
    values = (change.worse_side, change.better_side, change.by_age)
    found = [_unfilled(value, levels) for value in values]
    for index in _published(change.reason):
        t = [draw_table(deaths[i][index], tables[i], index, u[i]) for i in range(4)]
        worse = -contributions(t[0].q, t[0].e, t[1].q, t[1].e, bands)
        better = contributions(t[2].q, t[2].e, t[3].q, t[3].e, bands)
        for one, years in zip(found, (worse, better, worse + better), strict=True):
            one[index] = spread(years, levels)
    pairs = zip(values, found, strict=True)
    return GapChangeIntervals(*(_decomposition(v, f, levels, change.reason) for v, f in pairs))


def _alike(**counts: ArrayLike) -> list[FloatArray]:
    """Counts by name, all of the first one's shape."""
    arrays = {name: count_array(name, values) for name, values in counts.items()}
    first = next(iter(arrays))
    for name, array in arrays.items():
        same_shape(name, array.shape, first, arrays[first].shape)
    return list(arrays.values())


def _published(reason: StrArray) -> Iterator[tuple[int, ...]]:
    for index in np.ndindex(np.asarray(reason).shape):
        if np.asarray(reason)[index] == "":
            yield index


def _unfilled(value: FloatArray, levels: FloatArray) -> FloatArray:
    """NaN for what ``spread`` gives of every decomposition in ``value`` (..., A)."""
    return np.full((*value.shape[:-1], value.shape[-1] + 1, 1 + 2 * levels.size), np.nan)


def _decomposition(
    value: FloatArray, found: FloatArray, levels: FloatArray, reason: StrArray
) -> Decomposition:
    found = np.round(np.moveaxis(found, -1, 0), 9)
    lower, upper = found[1:].reshape(2, *levels.shape, *found.shape[1:])
    return Decomposition(
        contribution=value,
        se=found[0][..., :-1],
        lower=lower[..., :-1],
        upper=upper[..., :-1],
        total=value.sum(axis=-1)[()],
        total_se=found[0][..., -1][()],
        total_lower=lower[..., -1][()],
        total_upper=upper[..., -1][()],
        reason=reason,
    )
