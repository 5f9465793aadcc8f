"""What no place has: ages, sexes and small counts that stand in each other's place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gapwatch.counting.counts import Counts
from gapwatch.counting.plausibility.ages import LOWEST_INFANT_RATE, require_ages
from gapwatch.counting.plausibility.bands import bands_without_deaths
from gapwatch.demo.twin.counted import make
from gapwatch.errors import ValidationError
from gapwatch.sources.rounded import least_below
from gapwatch.sources.sanity import (
    absent_from_blocks,
    exchanged_areas,
    men_among_oldest,
    require_direction,
)


@pytest.fixture(scope="module")
def place() -> Counts:
    drawn = make("halving").draw(1)
    return drawn.groups({"E09099001": drawn.areas}, "borough")


@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize("what", ["deaths", "person_years"])
def test_ages_that_are_shifted_are_refused(place: Counts, what: str, step: int) -> None:
    require_ages(place)
    shifted = np.roll(getattr(place, what), step, axis=3)
    with pytest.raises(ValidationError, match="column"):
        require_ages(replace(place, **{what: shifted}))


def test_ages_exchanged_in_one_year_are_refused_with_the_year(place: Counts) -> None:
    deaths = place.deaths.copy()
    deaths[:, :, 3, [10, 18]] = deaths[:, :, 3, [18, 10]]
    with pytest.raises(ValidationError, match=f"{place.years[3]}|all years"):
        require_ages(replace(place, deaths=deaths))


def test_no_age_of_restricted_deaths_is_told_with_its_rate(place: Counts) -> None:
    deaths = np.roll(place.deaths, 1, axis=3)
    with pytest.raises(ValidationError) as caught:
        require_ages(replace(place, deaths=deaths, restricted=True))
    assert "in 1,000" not in caught.value.found


def without_infants(place: Counts, expected: float) -> Counts:
    """The place with no infant death, and so many expected at the lowest rate of any country."""
    deaths, people = place.deaths.copy(), place.person_years.copy()
    share = expected / (LOWEST_INFANT_RATE * people[..., 0].sum())
    deaths[..., 0] = 0
    return replace(place, deaths=deaths * share, person_years=people * share)


@pytest.mark.parametrize("restricted", [False, True])
def test_infant_deaths_that_are_left_out_are_refused(place: Counts, restricted: bool) -> None:
    bare = replace(without_infants(place, 14.1), restricted=restricted)
    with pytest.raises(ValidationError, match="deaths under one year of age") as caught:
        require_ages(bare)
    assert caught.value.where == "deaths, 2001 to 2025, aged under 1"
    assert "at least 14 at the lowest" in caught.value.expected


def test_infant_deaths_that_are_left_out_of_a_small_place_are_named(place: Counts) -> None:
    small = without_infants(place, 5.6)
    require_ages(small)
    assert bands_without_deaths(small) == ["no death aged under 1, 2001 to 2025"]
    # A death of one boy in all these years, and a place so small that chance may do it.
    one = small.deaths.copy()
    one[0, 1, 7, 0] = 1
    assert bands_without_deaths(replace(small, deaths=one)) == []
    tiny = without_infants(place, 5.4)
    require_ages(tiny)
    assert bands_without_deaths(tiny) == []


def test_infants_of_years_that_are_open_are_not_expected_to_die_yet(place: Counts) -> None:
    late = np.arange(len(place.years)) > 1
    assert bands_without_deaths(replace(without_infants(place, 20), provisional=late)) == []


def test_small_counts_that_are_gone_are_seen_and_others_are_not_missed() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(rng.gamma(1.5, 2.0, 4000)).astype(float)
    assert least_below(counts[counts > 0]) == 0
    for most in (1, 2, 4):
        assert least_below(counts[counts > most]) > 20
    large = rng.poisson(400.0, 4000).astype(float)
    assert least_below(large) < 20


def slopes(newest: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure": "slope",
            "kind": "slope",
            "sex": ["female", "male"],
            "period_start": 2010,
            "period_end": 2014,
            "gap_years": [-6.0, newest],
            "upper95_years": [-2.0, newest + 3],
        }
    )


def test_scores_by_which_the_most_deprived_live_longest_are_refused() -> None:
    with pytest.raises(ValidationError, match="most deprived ahead"):
        require_direction(slopes(-7.0))
    require_direction(slopes(-1.0))
    require_direction(slopes(-7.0).assign(kind="pooled"))


def life(women: float, men: float) -> pd.DataFrame:
    rows = [
        ("E05099001", sex, first, value)
        for first in range(2001, 2011)
        for sex, value in (("female", women), ("male", men))
    ]
    frame = pd.DataFrame(rows, columns=["area", "sex", "period_start", "life_expectancy_years"])
    value = frame["life_expectancy_years"]
    return frame.assign(
        geography="ward2011",
        period_end=frame["period_start"] + 4,
        lower95_years=value - 2,
        upper95_years=value + 2,
    )


def test_an_area_whose_men_outlive_its_women_is_named() -> None:
    assert exchanged_areas(life(78, 82), code="area") == ["E05099001: men ahead by 4.0 years"]
    # Limits of 2 years either way, windows of five years in fourteen: an error of 0.86 years, so
    # 2.3 years are 2.7 of them, and 2.0 are 2.3.
    assert exchanged_areas(life(79.7, 82), code="area") == ["E05099001: men ahead by 2.3 years"]
    assert exchanged_areas(life(80, 82), code="area") == []


def block(**counts: tuple[int, ...]) -> pd.DataFrame:
    """Deaths of one block by sex, a year a count."""
    return pd.DataFrame(
        [
            ("lsoa2011", "12-31", year, "E01099001", sex, number)
            for sex, numbers in counts.items()
            for year, number in enumerate(numbers, 2001)
        ],
        columns=["geography", "year_ends", "year", "area_code", "sex", "deaths_persons"],
    )


def test_a_block_without_deaths_of_a_year_is_named_and_a_quiet_one_is_not() -> None:
    assert absent_from_blocks(block(persons=(20, 22, 0, 19))) == [
        "E01099001: none in 2003, 20 in other years"
    ]
    assert absent_from_blocks(block(persons=(4, 3, 0, 5))) == []
    assert absent_from_blocks(block(persons=(10, 9, 0, 0, 10))) == [
        "E01099001: none in 2003 to 2004, 10 in other years"
    ]


def test_a_block_that_lacks_one_sex_is_named_with_it_and_one_that_lacks_both_once() -> None:
    men, women = (20, 23, 21, 18, 19), (15, 21, 17, 20, 20)
    assert absent_from_blocks(block(female=women, male=men)) == []
    assert absent_from_blocks(block(female=women, male=(20, 23, 0, 0, 19))) == [
        "E01099001, male: none in 2003 to 2004, 21 in other years"
    ]
    # As an extract that leaves rows of zero out.
    sparse = block(female=women, male=(20, 0, 21, 18, 19))
    assert absent_from_blocks(sparse[sparse["deaths_persons"] > 0]) == [
        "E01099001, male: none in 2002, 20 in other years"
    ]
    assert absent_from_blocks(block(female=(15, 21, 17, 20, 0), male=(20, 23, 21, 18, 0))) == [
        "E01099001: none in 2005, 39 in other years"
    ]


def test_an_area_in_which_more_men_grow_old_is_named() -> None:
    def people(women: int, men: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "geography": "ward2011",
                "area_code": "E05099001",
                "year": 2020,
                "sex": ["female", "male"],
                "age_start_years": 85,
                "population_persons": [women, men],
            }
        )

    assert men_among_oldest(people(100, 190)) == ["E05099001: 190 men, 100 women of 85 and over"]
    assert men_among_oldest(people(100, 110)) == []
