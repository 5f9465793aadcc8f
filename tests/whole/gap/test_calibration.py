"""Short calibration runs; tests/long/test_trajectory_calibration.py has the sharp ones."""

import numpy as np
import pytest
from tests.unit.gap.calibration import draw_from_model, sizes


@pytest.mark.parametrize("count", [5, 8, 10, 15])
def test_a_null_series_is_called_a_trend_about_one_time_in_twenty(count):
    proper, ordinary = sizes(np.random.default_rng(count), count, 2000, ordinary_series=400)
    assert proper == pytest.approx(0.05, abs=0.015)
    assert 0.22 < ordinary < 0.50


def test_bands_cover_and_probabilities_mean_what_they_say():
    drawn = draw_from_model(np.random.default_rng(5), 8000)
    centred = np.abs(2 * drawn.tail - 1)
    for level in (0.5, 0.8, 0.95):
        assert np.mean(centred <= level) == pytest.approx(level, abs=0.02)
    decile = np.minimum((drawn.p_target * 10).astype(int), 9)
    for d in range(10):
        mine = decile == d
        error = 4 * np.sqrt(0.25 / mine.sum())
        assert drawn.met[mine].mean() == pytest.approx(drawn.p_target[mine].mean(), abs=error)
