"""Years that end in June: half of each lies in the calendar year before."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.oracles import june as oracle
from tests.unit.gap import surface
from tests.unit.gap.said import said
from tests.unit.gap.trajectory_cases import GAP, SE, gap_only, rolling

from gapwatch.gap.trend.pace import required_pace
from gapwatch.gap.trend.publication import centred_end, publication_clock
from gapwatch.gap.trend.sensitivity import sensitivity
from gapwatch.gap.trend.trajectory import gls_trend, project
from gapwatch.gap.trend.verdict import Target, assess
from gapwatch.gap.trend.windows import averaging_matrix, check_windows, error_covariance

START, END = rolling(2012, 8)
WINDOWS = list(zip(START.tolist(), END.tolist(), strict=True))
TARGET = Target(gap_years=7.0, year=2035, baseline_gap_years=14.0, baseline_year=2007)
JUNE = 0.5


def june(years, gap=None, se=1.0):
    years = np.asarray(years)
    gap = np.full(len(years), 10.0) if gap is None else gap
    return check_windows(years, years, gap, np.full(len(years), se), minimum=1, lead=JUNE)


def test_the_year_to_june_2024_has_its_middle_on_the_first_of_january() -> None:
    """2023.5 where 2023 is the middle of 2023: the turn from 2023 to 2024."""
    assert june([2024]).midpoint.tolist() == [2023.5]
    five = check_windows([2020], [2024], [10.0], [1.0], minimum=1, lead=JUNE)
    assert five.midpoint.tolist() == [2021.5]
    assert five.first_calendar_year.tolist() == [2019]
    assert check_windows([2020], [2024], [10.0], [1.0], minimum=1).midpoint.tolist() == [2022.0]


def test_a_year_to_june_is_half_of_each_of_two_calendar_years() -> None:
    start, years = np.array([2024, 2022]), np.arange(2020, 2026)
    end = np.array([2024, 2024])
    expected = [[0, 0, 0, 0.5, 0.5, 0], [0, 1 / 6, 1 / 3, 1 / 3, 1 / 6, 0]]
    np.testing.assert_allclose(averaging_matrix(start, end, years, JUNE), expected, atol=1e-15)
    np.testing.assert_allclose(
        averaging_matrix(start, end, years), [[0, 0, 0, 0, 1, 0], [0, 0, 1 / 3, 1 / 3, 1 / 3, 0]]
    )


def test_a_line_of_calendar_years_is_met_at_the_windows_midpoints() -> None:
    """Averaging a straight line gives its height in the middle, whatever the window."""
    years = np.arange(2000, 2030)
    line = 14.0 - 0.3 * (years - 2010)
    H = averaging_matrix(START, END, years, JUNE)
    windows = check_windows(START, END, GAP, SE, lead=JUNE)
    np.testing.assert_allclose(H @ line, 14.0 - 0.3 * (windows.midpoint - 2010), atol=1e-12)


def test_the_trend_is_that_of_calendar_years_moved_by_half_a_year() -> None:
    here, there = (gls_trend(START, END, GAP, SE, lead=lead) for lead in (JUNE, 0.0))
    assert (here.slope, here.se, here.p) == pytest.approx((there.slope, there.se, there.p))
    assert here.origin == there.origin - 0.5
    assert here.level == pytest.approx(there.level)


@pytest.mark.parametrize("length", [1, 3, 5])
def test_the_projection_equals_the_model_written_out_in_halves(length: int) -> None:
    start, end = START, START + length - 1
    se = np.linspace(0.8, 1.4, 8)
    found = project(start, end, GAP, se, year=2035, target=7.0, lead=JUNE)
    by_hand = oracle.project(
        list(zip(start.tolist(), end.tolist(), strict=True)),
        GAP.tolist(),
        se.tolist(),
        lead=JUNE,
        year=2035,
        level=7.0,
    )
    got = (found.mean, found.sd, found.p_target, found.p_met_now, found.p_narrowing)
    np.testing.assert_allclose(got, by_hand, atol=1e-9)
    calendar = project(start, end, GAP, se, year=2035, target=7.0)
    # Half a year longer to go: the same windows reach a little lower and are less sure.
    assert found.sd > calendar.sd
    assert found.path.year[0] == start[0] - 1


def test_what_decides_stays_the_gap_of_the_calendar_year() -> None:
    """A straight line seen all but exactly: its height in the middle of 2035, not of a June year.

    The middle of 2035 is 2035 on this scale, eleven and a half years after the year to June 2024.
    """
    years = np.arange(2012, 2025)
    windows = june(years)
    line = 14.0 - 0.3 * (windows.midpoint - 2012)
    found = project(
        years,
        years,
        line,
        np.full(13, 1e-4),
        year=2035,
        target=7.0,
        lead=JUNE,
        slope_sd_years_per_year=5.0,
    )
    assert found.mean == pytest.approx(14.0 - 0.3 * (2035 - 2012), abs=0.01)
    wrong = project(
        years, years, line, np.full(13, 1e-4), year=2035, target=7.0, slope_sd_years_per_year=5.0
    )
    assert wrong.mean == pytest.approx(found.mean + 0.15, abs=0.01)


def test_the_pace_runs_from_the_turn_of_the_year() -> None:
    found = assess(gap_only(START, END, GAP, 1.2, lead=JUNE), TARGET, release_year=2024)
    assert found.pace_from_year == 2020.5
    expected = required_pace(gap=float(GAP[-1]), se=1.2, midpoint=2020.5, target=7.0, deadline=2035)
    assert found.required_change_per_year == expected.value


def test_the_publication_clock_of_years_to_june() -> None:
    """Five years to June 2035 are centred on 1 January 2033; centred on the deadline ends 2038."""
    clock = publication_clock(
        deadline_year=2035, window_years=5, publication_lag_years=1, lead=JUNE
    )
    assert clock.ending_at_deadline.midpoint == 2032.5
    assert (clock.centred_on_deadline.end, clock.centred_on_deadline.midpoint) == (2038, 2035.5)
    assert clock.last_by_deadline.end == 2034
    single = publication_clock(
        deadline_year=2035, window_years=1, publication_lag_years=1, lead=JUNE
    )
    assert (single.centred_on_deadline.end, single.centred_on_deadline.midpoint) == (2036, 2035.5)
    assert [centred_end(2035, n, JUNE) for n in (1, 2, 3, 5)] == [2036, 2036, 2037, 2038]
    assert [centred_end(2035, n, 0.0) for n in (1, 2, 3, 5)] == [2035, 2036, 2036, 2037]


def test_the_years_to_june_2020_and_to_june_2022_hold_parts_of_pandemic_years() -> None:
    years = np.arange(2015, 2025)
    series = gap_only(years, years, 12.0 - 0.1 * np.arange(10), 0.8, lead=JUNE)
    rows = {said(row): row for row in sensitivity(series, TARGET, release_year=2025)}
    assert "without the year to June 2020" in rows
    left = rows["without windows that include 2020 or 2021"]
    kept = np.array([2015, 2016, 2017, 2018, 2019, 2023, 2024])
    by_hand = oracle.project(
        [(int(y), int(y)) for y in kept],
        (12.0 - 0.1 * (kept - 2015)).tolist(),
        [0.8] * 7,
        lead=JUNE,
        year=2035,
        level=7.0,
    )
    assert left.p_target == pytest.approx(by_hand.p_target, abs=1e-9)


def test_a_shock_of_a_calendar_year_enters_two_years_to_june_by_half() -> None:
    windows = june([2020, 2021, 2022, 2023])
    plain, _ = error_covariance(windows)
    shocked, _ = error_covariance(windows, {2021: 2.0})
    expected = np.zeros((4, 4))
    expected[1:3, 1:3] = 4.0 * 0.25
    np.testing.assert_allclose(shocked - plain, expected, atol=1e-12)


@pytest.mark.parametrize("lead", [-0.5, 1.0])
def test_a_part_of_a_year_is_below_one(lead: float) -> None:
    with pytest.raises(ValueError, match="lead"):
        check_windows(START, END, GAP, SE, lead=lead)


def test_the_size_of_the_trend_test_on_years_to_june_without_change() -> None:
    rng = np.random.default_rng(11)
    windows = check_windows(START, END, GAP, SE, lead=JUNE)
    chol = np.linalg.cholesky(error_covariance(windows)[0])
    found = [
        gls_trend(START, END, 10.0 + chol @ rng.normal(size=8), SE, lead=JUNE).p < 0.05
        for _ in range(2000)
    ]
    assert np.mean(found) == pytest.approx(0.05, abs=norm.ppf(0.995) * np.sqrt(0.05 * 0.95 / 2000))


@pytest.mark.parametrize("year", [2014, 2020])
def test_own_life_expectancy_of_a_year_to_june_covers_the_truth(year: int) -> None:
    """Deaths drawn in continuous time, with a trend and a spike; more draws in tests/long."""
    held, error = surface.coverage(year, surface.counted(year), 4000, seed=year)
    assert held == pytest.approx(0.95, abs=0.015)
    assert abs(error) < 0.04


def test_with_the_calendar_years_estimate_taken_for_it_the_bias_is_seen() -> None:
    """Half a year's growth too many residents: lives look longer by a quarter of a year."""
    people = surface.residents(np.array([2020.5]))[0]
    held, error = surface.coverage(2020, people, 4000, seed=2020)
    assert error > 0.15
    assert held < 0.935
    _, exposed = surface.year_to_june(2020)
    assert people.sum() / exposed.sum() == pytest.approx(1.03, abs=0.02)
    np.testing.assert_allclose(surface.counted(2020), exposed, rtol=2e-3)
