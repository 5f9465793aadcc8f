"""Sets of ranks, held to the definition, to printed tables and to simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import studentized_range
from tests.oracles.ranks import sets_from_intervals, simulated_critical, true_ranks

from gapwatch.demography.ranks import range_quantile, rank_sets

# Upper 5% points of the studentised range, infinite degrees of freedom: Pearson and Hartley,
# Biometrika Tables for Statisticians, vol. 1, table 29.
PRINTED = {2: 2.77, 3: 3.31, 4: 3.63, 5: 3.86, 10: 4.47, 20: 5.01}


def test_the_quantile_is_that_of_printed_tables() -> None:
    for count, printed in PRINTED.items():
        assert range_quantile(count, 0.95) == pytest.approx(printed, abs=0.0051)


@pytest.mark.parametrize("count", [2, 7, 40])
def test_the_quantile_is_that_of_another_implementation(count: int) -> None:
    other = studentized_range.ppf(0.95, count, np.inf)
    assert range_quantile(count, 0.95) == pytest.approx(other, rel=1e-6)


def test_of_two_places_the_critical_value_is_that_of_one_difference() -> None:
    assert rank_sets([1.0, 2.0], [1.0, 1.0]).critical == pytest.approx(1.959964, abs=1e-6)


def test_equal_precision_needs_no_more_than_the_largest_difference_drawn() -> None:
    drawn = simulated_critical([1.0] * 12, 0.95, 40_000, 3)
    assert rank_sets(range(12), [1.0] * 12).critical == pytest.approx(drawn, rel=0.01)


def test_sets_are_those_of_the_papers_theorem() -> None:
    rng = np.random.default_rng(5)
    value, se = rng.normal(0, 3, 25), rng.uniform(0.2, 2, 25)
    found = rank_sets(value, se)
    told = sets_from_intervals(value.tolist(), se.tolist(), found.critical)
    assert list(zip(found.first.tolist(), found.last.tolist(), strict=True)) == told
    assert any(first > 1 for first, _ in told)  # some ranks are ruled out


def test_places_far_apart_have_one_rank_each_and_places_that_are_alike_every_rank() -> None:
    sure = rank_sets([30.0, 10.0, 20.0], [0.1, 0.1, 0.1])
    assert sure.first.tolist() == sure.last.tolist() == [1, 3, 2]
    alike = rank_sets([1.0, 1.1, 0.9, 1.0], [5.0, 1.0, 2.0, 3.0])
    assert alike.first.tolist() == [1] * 4
    assert alike.last.tolist() == [4] * 4


@pytest.mark.parametrize("spread", [0.0, 0.5, 2.0, 10.0])
def test_all_true_ranks_are_in_their_sets_at_least_95_times_in_100(spread: float) -> None:
    """Of 2,000 countries of 30 places; four standard errors of a share of 95% are 1.9 points."""
    rng = np.random.default_rng(11)
    se = rng.uniform(0.3, 3, 30)
    theta = rng.normal(0, spread, 30)
    truth = np.array(true_ranks(theta.tolist()))
    trials = 2000
    held = 0
    for draw in rng.normal(theta, se, (trials, 30)):
        found = rank_sets(draw, se)
        held += bool(((found.first <= truth) & (truth <= found.last)).all())
    assert held / trials >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / trials)


def test_ranks_by_each_places_own_interval_would_miss_far_too_often() -> None:
    """What the simultaneous sets are for: the same simulation with the critical value of one."""
    rng = np.random.default_rng(11)
    se = np.ones(30)
    held = 0
    for draw in rng.normal(0, se, (300, 30)):
        sets = sets_from_intervals(draw.tolist(), se.tolist(), 1.96)
        held += all(first == 1 for first, _ in sets)
    assert held / 300 < 0.3


@pytest.mark.parametrize(
    ("value", "se", "named"),
    [
        ([1.0], [1.0], "value and se"),
        ([1.0, 2.0], [1.0], "value and se"),
        ([1.0, np.nan], [1.0, 1.0], "value"),
        ([1.0, 2.0], [1.0, 0.0], "se"),
    ],
)
def test_what_has_no_ranks_is_refused_by_name(
    value: list[float], se: list[float], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named}: expected"):
        rank_sets(value, se)


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        rank_sets([1.0, 2.0], [1.0, 1.0], level=1.0)
