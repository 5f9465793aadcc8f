"""Life expectancy at birth alone is that of the whole life table, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from gapwatch.demography.at_birth import at_birth
from gapwatch.demography.life_table import life_table

AGES = {
    "abridged": np.array([0.0, 1, *range(5, 95, 5)]),
    "broad": np.array([0.0, 5, 15, 45, 65, 80]),
    "two": np.array([0.0, 1]),
}


@pytest.mark.parametrize("bands", sorted(AGES))
@pytest.mark.parametrize("people", [0.6, 40.0, 900.0])
def test_the_figures_at_birth_are_those_of_the_whole_table(bands: str, people: float) -> None:
    ages = AGES[bands]
    chance = np.random.default_rng([len(ages), int(people)])
    residents = np.round(people * chance.uniform(1, 30, len(ages)), 1)
    residents *= max(1.0, 5_001.0 / residents.sum()) if people > 1 else 1.0
    deaths = chance.poisson(residents * np.geomspace(0.001, 0.6, len(ages)), (200, len(ages)))
    deaths = deaths.astype(float)
    deaths[::9, -1] = 0.0
    deaths[1::9, 0] = -1.0
    deaths[2::9, 0] = residents[0] + 1.0
    deaths[3::9] /= 3.0  # of blocks that were shared out
    whole = life_table(deaths, np.broadcast_to(residents, deaths.shape), ages)
    found = at_birth(deaths, residents, ages)
    assert found.stands.tolist() == (np.asarray(whole.reason) == "").tolist()
    assert found.stands.any() == (people > 1)
    np.testing.assert_array_equal(found.e, whole.e[:, 0])
    np.testing.assert_array_equal(found.se, whole.se[:, 0])


def test_a_table_refused_for_its_interval_alone_keeps_its_error() -> None:
    ages, residents = AGES["broad"], np.array([900.0, 900, 900, 900, 900, 600])
    deaths = np.array([[0.0, 0, 0, 0, 0, 1]])
    whole = life_table(deaths, residents[np.newaxis], ages)
    assert whole.reason[0] == "S05"
    found = at_birth(deaths, residents, ages)
    assert np.isnan(found.e[0])
    assert found.se[0] == whole.se[0, 0]
