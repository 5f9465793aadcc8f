"""Deaths of an area or a year that are told again as another's are refused; others never are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gapwatch.contracts import SEXES
from gapwatch.counting.counts import Counts, Rounded
from gapwatch.counting.plausibility.repeated import require_told_once
from gapwatch.demo.twin.counted import make
from gapwatch.demo.twin.scenarios import SCENARIOS
from gapwatch.errors import ValidationError

SCENARIO = "halving"


@pytest.fixture(scope="module")
def right() -> Counts:
    return make(SCENARIO).draw(3)


def changed(counts: Counts, deaths: np.ndarray) -> Counts:
    return replace(counts, deaths=deaths)


def drawn(size: float, scenario: str = SCENARIO) -> np.ndarray:
    """Deaths of wards of about 10,000 residents times a size, by chance."""
    mean = np.maximum(make(scenario).expected().deaths, 0) * size
    return np.random.default_rng(9).poisson(mean).astype(float)


def rows(counts: Counts) -> pd.DataFrame:
    """Deaths as a file tells them: a row an area, sex, year and band."""
    area, sex, year, band = np.indices(counts.deaths.shape).reshape(4, -1)
    starts = counts.age_starts[band]
    return pd.DataFrame(
        {
            "geography": counts.geography,
            "area_code": np.array(counts.areas)[area],
            "sex": np.array(SEXES)[sex],
            "year": counts.years[year],
            "age_start_years": starts,
            "age_end_years": starts + 4,
            "deaths_persons": counts.deaths.ravel(),
        }
    )


def require(counts: Counts) -> None:
    require_told_once(rows(counts), counts)


@pytest.mark.parametrize("years", [slice(23, 25), slice(0, 25), slice(9, 11)])
def test_deaths_of_an_area_that_are_anothers_are_refused_with_both(
    right: Counts, years: slice
) -> None:
    deaths = right.deaths.copy()
    deaths[4, :, years] = deaths[11, :, years]
    with pytest.raises(ValidationError, match=r"the same [0-9,]+ deaths in both") as caught:
        require(changed(right, deaths))
    first, last = right.years[years][[0, -1]]
    span = str(first) if first == last else f"{first} to {last}"
    assert caught.value.where == f"deaths, ward2011, {right.areas[4]} and {right.areas[11]}, {span}"


def test_deaths_of_a_year_that_are_anothers_are_refused_with_both(right: Counts) -> None:
    deaths = right.deaths.copy()
    deaths[:, :, 24] = deaths[:, :, 20]
    with pytest.raises(ValidationError, match="of every area") as caught:
        require(changed(right, deaths))
    assert caught.value.where == "deaths, ward2011, 2021 and 2025"
    # One area alone, which is larger: of 90 deaths there may be too few to be sure.
    deaths = drawn(3.0)
    deaths[7, :, 3] = deaths[7, :, 2]
    with pytest.raises(ValidationError, match="in both years, in every sex and age\n") as one:
        require(changed(right, deaths))
    assert one.value.where == f"deaths, ward2011, {right.areas[7]}, 2003 and 2004"


def test_small_blocks_are_refused_where_all_of_a_year_are_the_same(right: Counts) -> None:
    small = drawn(0.12)
    require(changed(right, small))
    small[:, :, 1] = small[:, :, 0]
    with pytest.raises(ValidationError, match="2001 and 2002"):
        require(changed(right, small))


def test_one_cell_that_differs_makes_two_years_of_their_own(right: Counts) -> None:
    deaths = right.deaths.copy()
    deaths[4, :, 9] = deaths[11, :, 9]
    deaths[4, 1, 9, 17] += 1
    require(changed(right, deaths))


def test_no_area_is_told_of_restricted_deaths(right: Counts) -> None:
    deaths = right.deaths.copy()
    deaths[4] = deaths[11]
    with pytest.raises(ValidationError) as caught:
        require(replace(changed(right, deaths), restricted=True))
    assert caught.value.where == "deaths, ward2011, 2001 to 2025"
    assert "E05" not in str(caught.value)
    deaths = drawn(3.0)
    deaths[7, :, 3] = deaths[7, :, 2]
    with pytest.raises(ValidationError) as caught:
        require(replace(changed(right, deaths), restricted=True))
    assert caught.value.where == "deaths, ward2011, 2003 and 2004"


@pytest.mark.parametrize("most", [0, 1, 3])
def test_nobody_died_or_all_small_counts_are_told_as_one_is_no_copy(
    right: Counts, most: int
) -> None:
    # As where counts from 1 to 5 are withheld and told as 3, and others are as rare.
    small = np.minimum(right.deaths, 1) * most
    require(changed(right, small))


def test_counts_that_a_publisher_rounds_are_not_compared(right: Counts) -> None:
    rounded = 5 * np.rint(right.deaths / 20)
    require(changed(right, rounded))
    nothing = np.zeros_like(right.deaths)
    declared = replace(right, deaths_rounded=Rounded(nothing, nothing))
    copied = right.deaths.copy()
    copied[4] = copied[11]
    require(changed(declared, copied))


@pytest.mark.parametrize("scenario", list(SCENARIOS))
@pytest.mark.parametrize("size", [0.02, 0.3, 5.7])
def test_no_right_world_of_any_size_is_refused(scenario: str, size: float) -> None:
    require(changed(make(scenario).draw(1), drawn(size, scenario)))
