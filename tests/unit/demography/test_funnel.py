"""The funnel: its limits by hand, and how many places chance puts beyond them."""

from __future__ import annotations

import numpy as np
import pytest

from gapwatch.demography.funnel import funnel


def test_the_mean_is_weighted_by_precision_and_limits_are_those_of_normal_tables() -> None:
    # Weights 1 and 1/4: (4 + 10/4) / (5/4) = 5.2.
    found = funnel([4.0, 10.0], [1.0, 2.0])
    assert found.mean == pytest.approx(5.2)
    assert found.z == pytest.approx([1.959964, 3.090232], abs=1e-6)


def test_a_place_is_beyond_by_its_own_standard_error() -> None:
    # The third is so precise that the mean is its own.
    found = funnel([2.0, -2.0, 0.0, 4.0, -4.0], [0.9, 1.1, 1e-4, 1.2, 1.2])
    assert found.beyond95.tolist() == [1, 0, 0, 1, -1]
    assert found.beyond998.tolist() == [0, 0, 0, 1, -1]


def test_chance_alone_puts_as_many_beyond_as_expected() -> None:
    rng = np.random.default_rng(2)
    se = rng.uniform(0.2, 4, 20_000)
    found = funnel(rng.normal(7, se), se)
    assert found.expected95 == pytest.approx(1000)
    assert np.abs(found.beyond95).sum() == pytest.approx(1000, abs=4 * 31)
    assert np.abs(found.beyond998).sum() == pytest.approx(40, abs=4 * 6.3)


def test_what_has_no_precision_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="se: expected standard errors above 0"):
        funnel([1.0, 2.0], [1.0, -1.0])
