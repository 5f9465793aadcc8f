"""Own life expectancy of years to June against a known surface, over every year of the series."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.gap import surface

pytestmark = pytest.mark.long
YEARS = range(2012, 2025)
DRAWS = 20_000


@pytest.mark.parametrize("year", YEARS)
def test_intervals_cover_the_truth_in_every_year(year: int) -> None:
    held, error = surface.coverage(year, surface.counted(year), DRAWS, seed=7 * year)
    assert held == pytest.approx(0.95, abs=0.015)
    assert abs(error) < 0.04


def test_the_wrong_mid_year_is_biased_in_every_year() -> None:
    found = [
        surface.coverage(year, surface.residents(np.array([year + 0.5]))[0], DRAWS, seed=year)
        for year in YEARS
    ]
    assert min(error for _, error in found) > 0.1
    assert max(held for held, _ in found) < 0.945
