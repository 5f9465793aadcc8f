"""What is wrong in every year alike is named; extremes of right places are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gapwatch.counting.counts import Counts
from gapwatch.counting.plausibility import levels
from gapwatch.counting.plausibility.bands import bands_without_deaths
from gapwatch.demo.twin.counted import make
from gapwatch.demo.twin.scenarios import SCENARIOS

PLACE = "E09099001"
RULES_OF_AREAS = (
    levels.strange_levels,
    levels.residents_exchanged,
    levels.premature_exchanged,
    levels.bands_jump,
)
RULES_OF_PLACES = (
    levels.newest_year_short,
    levels.rough_curve,
    levels.empty_bands,
    levels.premature_exchanged,
    bands_without_deaths,
)


@pytest.fixture
def right() -> Counts:
    """Twenty wards of about 10,000 residents, 2001 to 2025."""
    return make("halving").draw(7)


def whole(counts: Counts, **of: object) -> Counts:
    return replace(counts.groups({PLACE: counts.areas}, "borough"), **of)  # type: ignore[arg-type]


def changed(counts: Counts) -> Counts:
    return replace(counts, deaths=counts.deaths.copy(), person_years=counts.person_years.copy())


def told(counts: Counts) -> list[str]:
    of_areas = [line for rule in RULES_OF_AREAS for line in rule(counts)]
    return of_areas + [line for rule in RULES_OF_PLACES for line in rule(whole(counts))]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("size", [0.1, 1.0, 12.0])
def test_right_places_of_any_size_are_not_named(scenario: str, size: float) -> None:
    expected = make(scenario).expected()
    people = np.rint(expected.person_years * size)
    for seed in range(2):
        deaths = np.random.default_rng(seed).poisson(expected.deaths * size).astype(float)
        drawn = replace(expected, deaths=np.minimum(deaths, people), person_years=people)
        assert told(drawn) == []


def test_a_home_for_the_old_a_hostel_students_and_a_new_estate_are_not_named(
    right: Counts,
) -> None:
    extreme = changed(right)
    rng = np.random.default_rng(3)
    deaths, people, ages = extreme.deaths, extreme.person_years, extreme.age_starts
    # A home: half as many again of 85 and over in one ward, who die at 1.5 times the rate.
    people[0][..., ages >= 85] *= 1.5
    deaths[0][..., ages >= 85] += rng.poisson(deaths[0][..., ages >= 85] * 1.25)
    # A hostel: 150 men of 35 to 64 more in each year, who die at five times the rate.
    men = (ages >= 35) & (ages < 65)
    rate = deaths[1, 1][:, men].sum(axis=0) / people[1, 1][:, men].sum(axis=0)
    people[1, 1][:, men] += 25
    deaths[1, 1][:, men] += rng.poisson(25 * 5 * rate, deaths[1, 1][:, men].shape)
    # Students: four times as many of 20 to 24, from the first year on.
    people[2][..., ages == 20] *= 4
    # A new estate: a quarter more residents each year from 2015 to 2017, and deaths with them.
    for at, growth in ((14, 1.25), (15, 1.5625), (16, 1.953)):
        later = slice(at, at + 1) if at < 16 else slice(at, None)
        people[3][:, later] = np.rint(people[3][:, later] * growth)
        deaths[3][:, later] = rng.poisson(deaths[3][:, later] * growth)
    assert told(extreme) == []


def test_deaths_counted_where_people_died_are_named(right: Counts) -> None:
    moved = changed(right)
    taken = np.floor(moved.deaths[1:] * 0.4)
    moved.deaths[1:] -= taken
    moved.deaths[0] += taken.sum(axis=0)
    (line,) = levels.strange_levels(moved)
    assert line.startswith(f"{right.areas[0]}: ")
    assert "times the deaths that the place's rates make" in line


@pytest.mark.parametrize("ward", [0, 6, 19])
def test_a_ward_whose_residents_sexes_are_exchanged_is_named(right: Counts, ward: int) -> None:
    turned = changed(right)
    turned.person_years[ward] = right.person_years[ward][::-1]
    (line,) = levels.residents_exchanged(turned)
    assert line.startswith(f"{right.areas[ward]}: ")


def test_deaths_whose_sexes_are_exchanged_are_named_in_the_place(right: Counts) -> None:
    turned = replace(whole(right), deaths=whole(right).deaths[:, ::-1])
    (line,) = levels.premature_exchanged(turned)
    assert line.startswith(f"{PLACE}: men aged 15 to 64 die at 0.")


@pytest.mark.parametrize("share", [0.5, 0.7, 0.8])
def test_a_newest_year_that_is_not_over_is_named(right: Counts, share: float) -> None:
    cut = changed(right)
    newest = cut.deaths[:, :, -1].astype(int)
    cut.deaths[:, :, -1] = np.random.default_rng(1).binomial(newest, share)
    (line,) = levels.newest_year_short(whole(cut))
    assert line.startswith("2025: ")
    assert levels.newest_year_short(whole(cut, restricted=True)) == [
        "2025: fewer deaths than expected"
    ]
    still = np.array([False] * 24 + [True])
    assert levels.newest_year_short(whole(cut, provisional=still)) == []


@pytest.mark.parametrize("what", ["deaths", "person_years"])
def test_two_ages_in_each_other_s_place_are_named(right: Counts, what: str) -> None:
    place = whole(right)
    turned = getattr(place, what).copy()
    turned[..., [14, 16]] = turned[..., [16, 14]]
    found = levels.rough_curve(replace(place, **{what: turned}))
    assert [line.partition(":")[0] for line in found] == ["aged 65 to 69", "aged 75 to 79"]
    secret = levels.rough_curve(replace(place, restricted=True, **{what: turned}))
    assert secret == ["aged 65 to 69", "aged 75 to 79"]


def test_a_cell_that_was_cut_off_is_named(right: Counts) -> None:
    cut = changed(right)
    cut.person_years[4, 0, -1, 17] = np.floor(cut.person_years[4, 0, -1, 17] / 10)
    (line,) = levels.bands_jump(cut)
    assert line.startswith(f"{right.areas[4]}, female aged 80 on, 2025: ")


def test_an_age_without_residents_is_named(right: Counts) -> None:
    merged = changed(right)
    merged.person_years[:, :, 3:5, 7] += merged.person_years[:, :, 3:5, 8]
    merged.person_years[:, :, 3:5, 8] = 0
    assert levels.empty_bands(whole(merged)) == [
        "female aged 35 on, 2004 to 2005",
        "male aged 35 on, 2004 to 2005",
    ]


def totals(counts: Counts, years: range) -> pd.DataFrame:
    """The publisher's totals of residents and deaths of each ward, as counted."""
    people, deaths = (a.sum(axis=(1, 3)) for a in (counts.person_years, counts.deaths))
    return pd.DataFrame(
        [
            {
                "area_code": code,
                "year": year,
                "population_persons": people[at, year - 2001],
                "deaths_persons": deaths[at, year - 2001],
            }
            for at, code in enumerate(counts.areas)
            for year in years
        ]
    )


def since(counts: Counts, year: int) -> Counts:
    from_ = slice(year - 2001, None)
    return replace(
        counts,
        deaths=counts.deaths[:, :, from_],
        person_years=counts.person_years[:, :, from_],
        years=counts.years[from_],
        bases=counts.bases[from_],
        provisional=counts.provisional[from_],
    )


def test_a_block_that_was_led_to_another_area_shows_beside_totals_of_earlier_years(
    right: Counts,
) -> None:
    before, later = totals(right, range(2001, 2008)), since(right, 2008)
    assert levels.moved_since_totals(later, before) == []
    # Another base moves all areas alike, and is no block's doing.
    assert (
        levels.moved_since_totals(
            later, before.assign(population_persons=before["population_persons"] * 0.8)
        )
        == []
    )
    led = changed(later)
    for array in (led.deaths, led.person_years):
        block = np.floor(array[0] / 6)
        array[0] -= block
        array[9] += block
    found = levels.moved_since_totals(led, before)
    assert {line.partition(":")[0] for line in found} == {right.areas[0], right.areas[9]}
    assert all("residents in 2008" in line for line in found)
    # Where the same years have totals, `against_totals` compares them.
    assert levels.moved_since_totals(led, totals(right, range(2001, 2026))) == []


def test_deaths_counted_where_people_died_show_beside_totals_of_earlier_years(
    right: Counts,
) -> None:
    before, later = totals(right, range(2001, 2008)), changed(since(right, 2008))
    taken = np.floor(later.deaths[1:] * 0.2)
    later.deaths[1:] -= taken
    later.deaths[0] += taken.sum(axis=0)
    (line,) = levels.moved_since_totals(later, before)
    assert line.startswith(f"{right.areas[0]}: ")
    assert "deaths in 2008 to 2012" in line


@pytest.mark.parametrize("years", [slice(None), slice(7, 10), slice(20, 22)])
def test_deaths_of_a_band_told_in_the_one_before_are_named(right: Counts, years: slice) -> None:
    merged = changed(right)
    at = list(right.age_starts).index(30)
    merged.deaths[:, :, years, at - 1] += merged.deaths[:, :, years, at]
    merged.deaths[:, :, years, at] = 0
    first, last = right.years[years][[0, -1]]
    assert bands_without_deaths(whole(merged)) == [f"no death aged 30 to 34, {first} to {last}"]


def test_a_band_without_deaths_that_has_few_people_is_not_named(right: Counts) -> None:
    few = changed(right)
    at = list(right.age_starts).index(5)
    for array in (few.deaths, few.person_years):
        array[..., at] = np.floor(array[..., at] / 40)
    few.deaths[:, :, 3:9, at] = 0
    assert bands_without_deaths(whole(few)) == []
