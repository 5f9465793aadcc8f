"""Regression to the mean of picked extremes."""

import numpy as np
import pytest

from gapwatch.gap.trend.selection import selection_effect


def extremes(value):
    contrast = np.zeros(len(value))
    contrast[np.argmax(value)], contrast[np.argmin(value)] = 1.0, -1.0
    return contrast


def test_equal_areas_picked_as_extremes_lose_most_of_their_gap():
    rng = np.random.default_rng(11)
    falls, gaps = [], []
    for _ in range(150):
        value = 80 + rng.normal(0, 1, 18)
        found = selection_effect(value, np.ones(18), extremes(value))
        falls.append(found.expected_fall)
        gaps.append(found.observed_gap)
    assert np.mean(gaps) == pytest.approx(3.64, abs=0.2)
    assert np.mean(falls) > 0.7 * np.mean(gaps)


def test_the_expected_fall_is_the_fall_that_a_new_window_shows():
    rng = np.random.default_rng(12)
    expected, seen, inside = [], [], 0
    for _ in range(500):
        true = 80 + rng.normal(0, 2, 18)
        se = rng.uniform(1.0, 2.5, 18)
        first, second = (true + rng.normal(0, se) for _ in range(2))
        contrast = extremes(first)
        found = selection_effect(first, se, contrast)
        expected.append(found.expected_fall)
        seen.append(contrast @ first - contrast @ second)
        inside += found.true_lower <= contrast @ true <= found.true_upper
    assert np.mean(expected) == pytest.approx(np.mean(seen), abs=0.3)
    assert inside / 500 == pytest.approx(0.95, abs=0.025)


def test_precise_areas_keep_their_gap_and_an_overlapping_window_shows_less_fall():
    value = np.linspace(74, 90, 18)
    sharp = selection_effect(value, np.full(18, 0.05), extremes(value))
    assert abs(sharp.expected_fall) < 0.01
    wide = selection_effect(value, np.full(18, 3.0), extremes(value), error_correlation=0.8)
    assert wide.expected_fall > 1
    assert wide.expected_fall_later == pytest.approx(0.2 * wide.expected_fall)
    assert wide.observed_gap == pytest.approx(16)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"value": [80.0, np.nan, 82]}, "value: expected finite"),
        ({"se": [1.0, 0.0, 1]}, "se: expected"),
        ({"contrast": [1.0, 1.0, -1]}, "contrast: expected"),
        ({"contrast": [0.0, 0.0, 0]}, "contrast: expected"),
        ({"contrast": [1.0, -1.0]}, "equal shapes"),
        ({"error_correlation": 1.5}, "error_correlation"),
        ({"value": [80.0, 81], "se": [1.0, 1], "contrast": [1.0, -1]}, "3 or more areas"),
    ],
)
def test_bad_areas_are_refused(columns, message):
    base = {"value": [80.0, 81, 82], "se": [1.0, 1, 1], "contrast": [1.0, 0, -1]}
    with pytest.raises(ValueError, match=message):
        selection_effect(**{**base, **columns})
