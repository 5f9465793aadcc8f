"""Calibration by simulation: what the standard errors and intervals promise, they keep."""

import numpy as np
import pytest

from gapwatch.demography.extremes import corrected_range
from gapwatch.demography.life_table import life_table
from gapwatch.demography.resampling import arriaga_interval
from tests.unit.demography.cases import AGES, MALE_AGES, MALE_RATES, PUBLISHED

pytestmark = pytest.mark.long

TRUE_E0 = float(life_table(MALE_RATES * 1e7, np.full(20, 1e7), AGES).e[0])
STANDARD = PUBLISHED["standard_errors_by_population"]


def simulated(person_years, count, seed):
    population = MALE_AGES * person_years
    rng = np.random.Generator(np.random.PCG64(seed))
    deaths = rng.poisson(MALE_RATES * population, (count, 20))
    return life_table(deaths, np.broadcast_to(population, deaths.shape), AGES)


@pytest.mark.parametrize("row", range(4))
def test_simulated_standard_errors_are_those_of_the_published_simulation(row):
    table = simulated(STANDARD["person_years"][row], 100_000, 1)
    kept = table.reason == ""
    observed = STANDARD["simulated_observed_se_years"][row]
    estimated = STANDARD["simulated_mean_se_years"][row]
    # The schedule is rounded by hand (1%) and the paper ran few simulations (2% at 5,000).
    assert table.e[kept, 0].std() == pytest.approx(observed, rel=0.04)
    assert table.se[kept, 0].mean() == pytest.approx(estimated, rel=0.04)


@pytest.mark.parametrize("person_years", [25_000, 50_000, 250_000])
def test_95_percent_intervals_cover_the_true_life_expectancy_in_95_percent_of_areas(person_years):
    table = simulated(person_years, 200_000, 2)
    covered = (table.lower[:, 0] <= TRUE_E0) & (table.upper[:, 0] >= TRUE_E0)
    assert (table.reason == "").all()
    assert covered.mean() == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("tau", [0.0, 0.3, 0.6, 1.0, 2.0, 4.0])
def test_the_interval_of_the_corrected_range_covers_the_true_range(tau):
    rng = np.random.Generator(np.random.PCG64(int(10 * tau)))
    se = rng.uniform(0.7, 1.3, (3000, 18))
    truth = rng.normal(80, tau, (3000, 18)) if tau else np.full((3000, 18), 80.0)
    found = corrected_range(truth + se * rng.normal(size=se.shape), se, seed=1, draws=2_000)
    true_range = np.ptp(truth, axis=1)
    covered = (found.lower <= true_range) & (true_range <= found.upper)
    assert covered.mean() >= 0.935
    bias, naive_bias = (x.mean() - true_range.mean() for x in (found.range, found.naive))
    assert abs(bias) < naive_bias


def test_the_interval_of_a_decomposed_gap_covers_it():
    rng = np.random.Generator(np.random.PCG64(4))
    population = MALE_AGES * 50_000
    rates = MALE_RATES * 1.4, MALE_RATES * 0.9
    e0 = [float(life_table(r * 1e7, np.full(20, 1e7), AGES).e[0]) for r in rates]
    a, b = (rng.poisson(r * population, (400, 20)) for r in rates)
    P = np.broadcast_to(population, a.shape)
    found = arriaga_interval(a, P, b, P, AGES, seed=1, draws=1_000)
    gap = e0[1] - e0[0]
    covered = (found.total_lower <= gap) & (gap <= found.total_upper)
    assert covered.mean() == pytest.approx(0.95, abs=0.035)
