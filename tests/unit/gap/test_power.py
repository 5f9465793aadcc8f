"""When the question can be answered: closed forms against simulation of the whole monitor."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from tests.unit.gap.calibration import called_by_simulation, futures_by_simulation
from tests.unit.gap.trajectory_cases import END, GAP, START, rolling

from gapwatch.codes import AFTER_DEADLINE, ALMOST_NEVER_MET, NEVER_SURE, NOTHING, Coded
from gapwatch.gap.trend.power import (
    _both_below,
    called_on_track_rate,
    first_answerable,
    further_windows,
    path_answerable,
)
from gapwatch.gap.trend.windows import Windows, check_windows


def seen(se):
    return check_windows(START, END, GAP, np.full(8, se))


def halving_path(count, se):
    """A gap that falls from 14 (2012) to 7 (2023), eleven years, and on at the same pace."""
    start, end = rolling(2010, count)
    windows = Windows(start, end, np.full(count, np.nan), np.full(count, se))
    return windows, 14 - 7 / 11 * (windows.midpoint - 2012)


@pytest.mark.parametrize(
    ("h", "k", "r"), [(0.3, -0.4, 0.5), (0, 0.7, 0.9), (-1, -1, -0.3), (2, 0, 0.99)]
)
def test_bivariate_normal_probability(h, k, r):
    oracle = multivariate_normal(cov=[[1, r], [r, 1]]).cdf([h, k])
    found = _both_below(np.array([h]), np.array([k]), np.array([r]))
    assert found[0] == pytest.approx(oracle, abs=1e-6)


@pytest.mark.parametrize(("se", "count"), [(1.2, 4), (1.5, 10)])
def test_rate_among_futures_that_meet_the_target(se, count):
    answer = first_answerable(seen(se), year=2035, target=7, release_year=2024)
    simulated, kept = futures_by_simulation(
        np.random.default_rng(3), seen(se), count, 2035, 7, 6000
    )
    assert answer.rate_by_year[2024 + count] == pytest.approx(simulated, abs=0.03)
    assert kept > 0.85  # of the calls, this share is right


def test_the_year_is_the_first_with_enough_power():
    answer = first_answerable(seen(1.5), year=2035, target=7, release_year=2024)
    assert answer.year == min(y for y, r in answer.rate_by_year.items() if r >= 0.8)
    assert answer.year > 2035
    assert answer.reason == Coded.of(AFTER_DEADLINE, deadline=2035)
    assert list(answer.rate_by_year) == list(range(2025, 2041))
    sooner = first_answerable(seen(1.5), year=2035, target=7, release_year=2024, power=0.5)
    assert sooner.year < answer.year
    assert sooner.reason == NOTHING


def test_better_figures_answer_sooner():
    rates = [
        first_answerable(seen(se), year=2035, target=7, release_year=2024).rate_by_year[2028]
        for se in (0.6, 1.2, 1.5, 3.0)
    ]
    assert rates == sorted(rates, reverse=True)


def test_no_year_has_a_reason():
    never = first_answerable(seen(3.0), year=2035, target=7, release_year=2024, power=0.99)
    assert never.year is None
    assert never.reason == Coded.of(NEVER_SURE, deadline=2035)
    hopeless = first_answerable(seen(0.5), year=2035, target=-60, release_year=2024)
    assert hopeless.year is None
    assert hopeless.reason == Coded(ALMOST_NEVER_MET)


@pytest.mark.parametrize(("se", "count"), [(0.6, 5), (0.6, 7), (1.5, 8), (1.5, 11)])
def test_a_gap_that_halves_in_eleven_years_is_called_at_the_computed_rate(se, count):
    windows, truth = halving_path(count, se)
    computed = called_on_track_rate(windows, truth, year=2035, target=7)
    simulated = called_by_simulation(np.random.default_rng(1), windows, truth, 2035, 7, 4000)
    assert computed == pytest.approx(simulated, abs=0.03)


def test_precise_figures_call_it_years_earlier_than_noisy_ones():
    years = {}
    for se in (0.6, 1.5):
        windows, _ = halving_path(3, se)
        _, truth = halving_path(20, se)
        answer = path_answerable(windows, truth, year=2035, target=7, release_year=2018)
        years[se] = answer.year
        assert answer.rate_by_year[answer.year] >= 0.8 > answer.rate_by_year[answer.year - 1]
    assert years == {0.6: 2021, 1.5: 2027}


def test_a_gap_that_lands_exactly_on_target_is_seldom_called():
    windows, _ = halving_path(16, 0.6)
    exact = 14 - 7 / 23 * (windows.midpoint - 2012)
    assert called_on_track_rate(windows, exact, year=2035, target=7) < 0.2


def test_further_windows_repeat_the_newest():
    more = further_windows(seen(1.2), 2)
    assert (more.start[-2:].tolist(), more.end[-2:].tolist()) == ([2018, 2019], [2022, 2023])
    assert more.se[-2:].tolist() == [1.2, 1.2]
