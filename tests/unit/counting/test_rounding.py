"""Rounded counts widen intervals as much as their errors do, by simulation and by formula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gapwatch.counting.counts import Rounded
from gapwatch.counting.rounding import (
    cell_variance,
    deaths_variance,
    rounded_cells,
    small_count_loss,
)
from gapwatch.demography.life_table import life_table
from gapwatch.demography.widening import widened

AGES = np.array([0, 1, 5, 15, 30, 45, 60, 75, 85])
PEOPLE = np.array([1200, 4800, 12000, 18000, 20000, 17000, 12000, 5000, 1500]) * 5.0
DEATHS = np.rint(PEOPLE * [0.004, 2e-4, 1e-4, 5e-4, 1e-3, 3e-3, 1.1e-2, 4.2e-2, 0.14])


def test_the_added_variance_is_that_of_redrawn_rounding_errors() -> None:
    """The delta method against 20,000 draws of errors spread evenly over a step of 5."""
    table = life_table(DEATHS, PEOPLE, AGES)
    added = np.full(DEATHS.shape, cell_variance((5, "nearest")))
    made = widened(table, DEATHS, PEOPLE, added)
    rng = np.random.default_rng(1)
    errors = rng.uniform(-2.5, 2.5, (20_000, len(AGES)))
    drawn = life_table(np.maximum(DEATHS + errors, 0), np.broadcast_to(PEOPLE, errors.shape), AGES)
    mine = float(np.sqrt(made.se[0] ** 2 - table.se[0] ** 2))
    assert mine == pytest.approx(float(drawn.e[:, 0].std()), rel=0.03)
    assert made.e == pytest.approx(table.e)


def test_an_interval_that_becomes_too_wide_withholds_the_value() -> None:
    table = life_table(DEATHS, PEOPLE, AGES)
    made = widened(table, DEATHS, PEOPLE, np.full(DEATHS.shape, 1e6))
    assert str(made.reason) == "S05"
    assert np.isnan(made.e[0])
    assert made.lower[0] < table.lower[0]


@pytest.mark.parametrize(("step", "loss"), [(3, 0.233), (5, 0.602), (10, 1.479)])
def test_small_counts_lose_at_most_what_is_allowed_for(step: int, loss: float) -> None:
    """Against draws: the worst mean loses `loss`, which the allowance is."""
    rng = np.random.default_rng(2)
    means = np.linspace(0.1, 2 * step, 40)
    counts = rng.poisson(means, (60_000, 40))
    lost = (counts - step * np.floor(counts / step + 0.5)).mean(axis=0)
    assert lost.max() == pytest.approx(loss, abs=0.02)
    assert small_count_loss((step, "nearest")) == pytest.approx(loss, abs=0.002)
    assert small_count_loss((step, "random")) == 0


def test_random_rounding_has_the_variance_of_its_remainders() -> None:
    remainders = np.arange(5)
    assert cell_variance((5, "random")) == pytest.approx((remainders * (5 - remainders)).mean())
    assert cell_variance((3, "random")) == pytest.approx(4 / 3)


def test_cells_are_counted_each_once_and_those_left_out_are_zeros() -> None:
    counts = pd.Series([5.0, 40.0, 10.0])
    place, sex, band = np.array([0, 0, 0]), np.array([0, 0, 1]), np.array([0, 0, 1])
    made = rounded_cells(counts, place, sex, band, (1, 2, 2), (5, "nearest"))
    assert made.variance[0].ravel() == pytest.approx([50 / 12, 25 / 12, 25 / 12, 25 / 12])
    loss = small_count_loss((5, "nearest"))
    assert made.bias[0].ravel() == pytest.approx([loss, loss, loss, 0])


def test_residents_errors_are_carried_over_to_deaths() -> None:
    alive = Rounded(np.full(9, 100.0), np.zeros(9))
    added = deaths_variance(DEATHS, PEOPLE, None, alive)
    assert added == pytest.approx((DEATHS / PEOPLE) ** 2 * 100)
    assert deaths_variance(DEATHS, PEOPLE, None, None) is None
