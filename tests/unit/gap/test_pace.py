"""Required pace and time to the target, against a scan of the definition."""

import numpy as np
import pytest
from tests.unit.gap.trajectory_cases import END, GAP, SE, START

from gapwatch.gap.trend.pace import NEVER, change_between, is_never, required_pace, years_to_target
from gapwatch.gap.trend.trajectory import Trend, gls_trend
from gapwatch.intervals import Z95


def line(level, level_se, slope, se, covariance=0.0):
    return Trend(
        slope,
        se,
        slope / se,
        0.0,
        slope - Z95 * se,
        slope + Z95 * se,
        2019.0,
        level,
        level_se,
        covariance,
        "",
    )


def scanned(trend, target):
    """The times at which the line cannot be told from the target, by trying many."""
    t = np.concatenate([np.linspace(0, 100, 200_001), np.geomspace(100, 1e6, 20_001)])
    d = trend.level - target
    var = trend.level_se**2 + 2 * t * trend.level_slope_covariance + t**2 * trend.se**2
    inside = t[(d + trend.slope * t) ** 2 <= Z95**2 * var]
    return inside[0], inside[-1]


@pytest.mark.parametrize("se", [0.1, 0.3, 0.5, 0.7, 1.2, 3.0])
def test_interval_is_the_set_the_line_cannot_exclude(se):
    trend = gls_trend(START, END, GAP, SE * se)
    found = years_to_target(trend, 7.0)
    low, high = scanned(trend, 7.0)
    assert found.value == pytest.approx((trend.level - 7) / -trend.slope)
    assert found.lower == pytest.approx(low, abs=1e-3)
    if trend.upper < 0:
        assert found.upper == pytest.approx(high, rel=1e-3)
    else:
        assert is_never(found.upper)
        assert high == 1e6


def test_a_widening_gap_never_gets_there():
    found = years_to_target(line(11, 0.5, 0.5, 0.1), 7)
    assert (found.value, found.lower, found.upper) == (NEVER, NEVER, NEVER)


def test_an_unclear_widening_may_still_get_there():
    found = years_to_target(line(11, 0.5, 0.1, 0.5), 7)
    assert found.value == NEVER
    assert 0 < found.lower < NEVER
    assert found.upper == NEVER


def test_a_gap_that_is_there_already():
    clear = years_to_target(line(5, 0.2, -0.1, 0.1), 7)
    assert (clear.value, clear.lower, clear.upper) == (0, 0, 0)
    unclear = years_to_target(line(6.9, 1.0, -0.5, 0.01), 7)
    assert (unclear.value, unclear.lower) == (0, 0)
    assert 0 < unclear.upper < NEVER


def test_never_is_not_unknown():
    assert is_never(NEVER)
    assert not is_never(None)
    assert not is_never(0.0)


def test_required_pace_needs_time_left():
    found = required_pace(gap=11.1, se=1.2, midpoint=2019, target=7, deadline=2035)
    assert (found.value, found.upper - found.value) == pytest.approx((-4.1 / 16, Z95 * 1.2 / 16))
    with pytest.raises(ValueError, match="deadline"):
        required_pace(gap=11.1, se=1.2, midpoint=2035, target=7, deadline=2035)


def test_the_error_of_a_change_counts_the_years_that_both_windows_share():
    def change(before, after, errors=(1.0, 1.0)):
        return change_between(before, after, gaps=(10.0, 8.0), errors=errors)

    apart = change((2005, 2009), (2010, 2014))
    assert (apart.value, apart.upper - apart.value) == (-2.0, pytest.approx(Z95 * 2**0.5))
    same = change((2010, 2014), (2010, 2014))
    assert same.upper - same.value == pytest.approx(0.0)
    half = change((2010, 2013), (2012, 2015))
    assert half.upper - half.value == pytest.approx(Z95)
    assert change((2005, 2009), (2010, 2014), (1.0, float("nan"))) is None
