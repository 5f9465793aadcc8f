"""Averaging windows: what is refused, how overlap correlates, what happens near singularity."""

import numpy as np
import pytest
from tests.unit.gap.trajectory_cases import END, GAP, SE, START, rolling

from gapwatch.gap.trend.windows import (
    Windows,
    averaging_matrix,
    check_windows,
    error_covariance,
    overlap_correlation,
)


def changed(**columns):
    base = {"start": START, "end": END, "gap": GAP, "se": SE}
    return {**base, **columns}


def with_value(array, index, value):
    copy = np.array(array, dtype=float)
    copy[index] = value
    return copy


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"start": START[:2], "end": END[:2], "gap": GAP[:2], "se": SE[:2]}, "3 or more windows"),
        ({"se": with_value(SE, 3, 0.0)}, r"se: expected .* found 0.0 in window 3 \(2013 to 2017\)"),
        ({"se": with_value(SE, 3, np.nan)}, "se: .* found nan"),
        ({"se": with_value(SE, 3, -1.0)}, "se: .* found -1.0"),
        ({"se": with_value(SE, 3, np.inf)}, "se: .* found inf"),
        ({"gap": with_value(GAP, 0, np.nan)}, "gap: expected finite years, found nan"),
        ({"start": START[::-1], "end": END[::-1]}, "window out of order 2016 to 2020"),
        ({"start": [*START[:7], 2016], "end": [*END[:7], 2020]}, "repeated window 2016 to 2020"),
        ({"start": START + 0.5}, "start: expected whole years, found 2010.5"),
        ({"end": START - 1}, "end: expected an end no earlier"),
        ({"gap": GAP[:7]}, "expected equal lengths"),
        ({"gap": GAP[:, None]}, "gap: expected one dimension"),
        ({"gap": ["x"] * 8}, "gap: expected numbers"),
        ({"se": [None] * 8}, "se: expected finite"),
    ],
)
def test_a_bad_series_is_refused_by_name(columns, message):
    with pytest.raises(ValueError, match=message):
        check_windows(**changed(**columns))


def test_mixed_window_lengths_may_stand_together():
    windows = check_windows([2006, 2008, 2010, 2011], [2010, 2010, 2010, 2011], GAP[:4], SE[:4])
    assert windows.width.tolist() == [5, 3, 1, 1]
    assert windows.midpoint.tolist() == [2008, 2009, 2010, 2011]


def test_a_whole_midpoint_is_the_middle_of_that_calendar_year():
    windows = check_windows([2012, 2010, 2010], [2012, 2013, 2014], GAP[:3], SE[:3])
    # A window of years a to b runs from a - 1/2 to b + 1/2 where year a is centred on a.
    edges = np.array([[2011.5, 2012.5], [2009.5, 2013.5], [2009.5, 2014.5]])
    assert windows.midpoint.tolist() == edges.mean(axis=1).tolist() == [2012, 2011.5, 2012]


def test_overlap_correlation_is_that_of_means_of_independent_years():
    start, end = np.array([2006, 2008, 2010, 2011, 2020]), np.array([2010, 2010, 2010, 2011, 2024])
    years = np.arange(2006, 2025)
    H = averaging_matrix(start, end, years)
    cov = H @ H.T
    sd = np.sqrt(np.diag(cov))
    np.testing.assert_allclose(overlap_correlation(start, end), cov / np.outer(sd, sd), atol=1e-15)


def test_five_year_windows_a_year_apart_share_four_fifths():
    assert overlap_correlation([2010, 2011, 2015], [2014, 2015, 2019]).tolist() == [
        [1.0, 0.8, 0.0],
        [0.8, 1.0, 0.2],
        [0.0, 0.2, 1.0],
    ]


@pytest.mark.parametrize("count", [5, 15, 40])
def test_ordinary_rolling_windows_are_not_touched(count):
    start, end = rolling(2000, count)
    windows = Windows(start, end, np.zeros(count), np.ones(count))
    covariance, note = error_covariance(windows)
    assert note == ""
    np.testing.assert_array_equal(covariance, overlap_correlation(start, end))


def test_windows_that_repeat_one_another_are_widened_and_said():
    start, end = np.array([2010, 2011, 2010, 2012]), np.array([2010, 2011, 2012, 2012])
    windows = Windows(start, end, np.zeros(4), np.array([1.0, 1.0, 0.6, 1.0]))
    covariance, note = error_covariance(windows)
    assert "repeat" in note
    np.testing.assert_allclose(np.diag(covariance), 1.05 * windows.se**2)
    assert np.linalg.eigvalsh(covariance)[0] > 0.01


def test_a_shock_adds_its_share_of_each_window():
    windows = check_windows(START, END, GAP, SE)
    plain, _ = error_covariance(windows)
    shocked, _ = error_covariance(windows, {2020: 2.0, 2030: 9.0})
    covers = (windows.start <= 2020) & (windows.end >= 2020)
    expected = np.outer(covers, covers) * (2.0 / 5) ** 2
    np.testing.assert_allclose(shocked - plain, expected, atol=1e-14)


@pytest.mark.parametrize("sd", [-1.0, np.nan, np.inf])
def test_a_bad_shock_is_refused(sd):
    with pytest.raises(ValueError, match="shock_sd"):
        error_covariance(check_windows(START, END, GAP, SE), {2020: sd})
