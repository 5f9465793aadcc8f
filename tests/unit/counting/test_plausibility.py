"""Slips in deaths and residents stop or warn by name; right worlds pass without a word."""

from __future__ import annotations

import logging
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gapwatch.contracts.inputs import POPULATION_DEATHS
from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import Counts, windows
from gapwatch.counting.life_tables import tabled
from gapwatch.counting.plausibility.absent import mark_absent
from gapwatch.counting.plausibility.judging import plausibility
from gapwatch.counting.plausibility.jumps import deaths_change, life_change, residents_change
from gapwatch.counting.plausibility.totals import against_totals
from gapwatch.demo.twin.counted import Twin, make
from gapwatch.errors import ValidationError
from gapwatch.study import Accepted
from gapwatch.tables import canonical

PLACE = "E09099999"


@pytest.fixture(scope="module")
def twin() -> Twin:
    return make("halving")


@pytest.fixture
def right(twin: Twin) -> Counts:
    """Twenty wards of about 10,000 residents and 86 deaths a year, 2001 to 2025."""
    return twin.draw(7)


def small(twin: Twin, share: float = 0.12) -> Counts:
    """The same wards with about 1,200 residents and the ten deaths a year that they expect."""
    exact = twin.expected()
    return replace(exact, deaths=exact.deaths * share, person_years=exact.person_years * share)


def changed(counts: Counts, **of: Any) -> Counts:
    """Counts with copies of deaths and residents that may be written to."""
    return replace(
        counts, deaths=counts.deaths.copy(), person_years=counts.person_years.copy(), **of
    )


def worst(frame: pd.DataFrame) -> pd.Series:
    return frame.loc[frame["times"].idxmax()]


def accepted(rule: str, code: str, sex: str, year: int, geography: str = "ward2011") -> Accepted:
    return Accepted(
        rule=rule, geography=geography, area_code=code, sex=sex, year=year, reason="a new estate"
    )


def study(counts: Counts, *items: Accepted) -> Any:
    return SimpleNamespace(
        accepted=items,
        area_names={code: code for code in counts.areas},
        study=SimpleNamespace(area_code=PLACE, place="Place"),
        geography=SimpleNamespace(vintage=counts.geography),
    )


def totals(counts: Counts, areas: slice = slice(None)) -> pd.DataFrame:
    """The publisher's totals of the same counts, by area."""
    people, deaths = counts.person_years.sum(axis=(1, 3)), counts.deaths.sum(axis=(1, 3))
    rows = [
        {
            "geography": counts.geography,
            "area_code": code,
            "area_name": code,
            "year": int(year),
            "population_persons": round(people[at, y]),
            "deaths_persons": round(deaths[at, y]),
        }
        for at, code in list(enumerate(counts.areas))[areas]
        for y, year in enumerate(counts.years)
    ]
    return canonical(POPULATION_DEATHS, pd.DataFrame(rows), "made")


def judged(counts: Counts, *items: Accepted, published: pd.DataFrame | None = None) -> pd.DataFrame:
    borough = counts.groups({PLACE: counts.areas}, "borough")
    counted = Counted({counts.geography: counts}, borough, pd.DataFrame())
    shown = totals(counts) if published is None else published
    return plausibility(study(counts, *items), {"population_deaths": shown}, counted)


def test_a_right_world_has_no_warning_and_each_rule_compares_something(right: Counts) -> None:
    found = judged(right)
    assert set(found["outcome"]) == {"as expected"}
    assert found["rule"].nunique() == 6


@pytest.mark.parametrize(
    ("factor", "stops"), [(2.0, True), (0.5, True), (1.45, True), (1.25, False), (1.05, None)]
)
def test_residents_that_jump_warn_at_a_fifth_and_stop_at_twice_that(
    right: Counts, factor: float, stops: bool | None
) -> None:
    slip = changed(right)
    slip.person_years[3, :, 12:] *= factor
    row = worst(residents_change(slip))
    if stops is None:
        assert row["times"] < 1
        return
    assert (row["area_code"], row["year"]) == (right.areas[3], 2013)
    assert row["times"] > (2 if stops else 1)
    assert stops or row["times"] < 2


def test_residents_on_another_base_may_differ_by_twice_as_much(right: Counts) -> None:
    moved = changed(right, bases=("census2011",) * 12 + ("census2021",) * 13)
    moved.person_years[:, :, 12:] *= 1.35
    assert worst(residents_change(moved))["times"] < 1
    moved.person_years[:, :, 12:] *= 1.5
    assert worst(residents_change(moved))["times"] > 2


@pytest.mark.parametrize(
    ("ward", "sexes", "factor", "least"),
    [
        (2, slice(None), 3.5, 2),
        (9, slice(0, 1), 0.2, 1),
        (15, slice(1, 2), 2.6, 1),
    ],
)
def test_deaths_of_a_year_that_chance_does_not_make_warn_and_stop(
    right: Counts, ward: int, sexes: slice, factor: float, least: int
) -> None:
    slip = changed(right)
    slip.deaths[ward, sexes, 10] = np.rint(slip.deaths[ward, sexes, 10] * factor)
    row = worst(deaths_change(slip, whole=False))
    assert row["times"] > least
    assert (row["area_code"], row["year"]) == (right.areas[ward], 2011)


def test_a_winter_or_a_pandemic_that_the_whole_place_has_stops_nothing(right: Counts) -> None:
    for year, factor in ((2015, 1.2), (2020, 1.5)):
        hard = changed(right)
        hard.deaths[:, :, year - 2001] = np.rint(hard.deaths[:, :, year - 2001] * factor)
        borough = hard.groups({PLACE: hard.areas}, "borough")
        assert worst(deaths_change(hard, whole=False))["times"] < 1
        assert worst(deaths_change(borough, whole=True))["times"] < 2


def test_life_expectancy_of_a_large_area_that_leaps_by_ten_years_stops(right: Counts) -> None:
    borough = changed(right.groups({PLACE: right.areas}, "borough"))
    assert worst(life_change(borough))["times"] < 0.2
    borough.person_years[:, :, 22] *= 2
    row = worst(life_change(borough))
    assert row["times"] > 2
    assert row["year"] in (2023, 2024)


def test_residents_doubled_in_one_year_are_named_with_the_remedy(right: Counts) -> None:
    slip = changed(right)
    slip.person_years[:, :, 22] *= 2
    with pytest.raises(ValidationError) as caught:
        judged(slip, published=totals(right))
    assert "[[accepted]]" in caught.value.remedy
    assert "2023" in caught.value.where


def test_every_year_doubled_is_seen_by_the_publishers_ward_totals_alone(right: Counts) -> None:
    slip = changed(right)
    slip.person_years[:] *= 2
    assert set(judged(slip, published=totals(slip))["outcome"]) == {"as expected"}
    with pytest.raises(ValidationError, match="residents-total"):
        judged(slip, published=totals(right))


def test_totals_of_some_areas_are_compared_and_small_differences_warn(right: Counts) -> None:
    told = totals(right, slice(0, 3))
    assert len(against_totals([right], told)) == 3 * 25 * 2
    told.loc[0, "population_persons"] = round(float(told.loc[0, "population_persons"]) * 1.05)
    found = judged(right, published=told)
    warned = found[found["outcome"] == "warning"]
    assert list(warned["rule"]) == ["residents-total"]
    assert warned["residents_total_times_limit"].between(1, 2).all()


def test_totals_of_the_place_and_of_areas_that_share_blocks(right: Counts) -> None:
    borough = right.groups({PLACE: right.areas}, "borough")
    told = totals(borough)
    told["deaths_persons"] = (told["deaths_persons"] * 1.3).round().astype("Int64")
    assert (against_totals([borough], told).query("rule == 'deaths-total'")["times"] > 2).all()
    shared = replace(right, reassigned=np.full(20, 0.3))
    twisted = totals(right)
    twisted["population_persons"] = (twisted["population_persons"] * 1.2).round().astype("Int64")
    assert (against_totals([shared], twisted)["times"] < 1).all()


def test_a_publisher_without_totals_leaves_the_rule_unchecked(right: Counts) -> None:
    elsewhere = totals(right).assign(area_code="E05000001").drop_duplicates(["area_code", "year"])
    found = judged(right, published=elsewhere)
    assert found["residents_total_times_limit"].isna().all()
    assert found["deaths_total_times_limit"].isna().all()


def test_what_the_study_accepts_is_kept_with_its_reason(right: Counts) -> None:
    slip = changed(right)
    slip.person_years[3, 1, 12:] *= 1.7
    # The deaths follow the residents, as in a place that grew.
    slip.deaths[3, 1, 12:] = np.rint(slip.deaths[3, 1, 12:] * 1.7)
    with pytest.raises(ValidationError, match="residents-change"):
        judged(slip)
    found = judged(slip, accepted("residents-change", right.areas[3], "male", 2013))
    row = found[found["outcome"] == "accepted"].iloc[0]
    assert row["accepted_reason"] == "a new estate"
    assert np.isnan(row["residents_change_times_limit"])


def test_an_acceptance_of_the_next_cell_accepts_nothing_and_is_told_as_needless(
    right: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    slip = changed(right)
    slip.person_years[3, 1, 12:] *= 1.7
    with pytest.raises(ValidationError), caplog.at_level(logging.WARNING):
        judged(slip, accepted("residents-change", right.areas[3], "female", 2013))
    assert "no longer needed" in caplog.text


# Absent deaths: years, a sex, ages, months.


def test_complete_deaths_mark_nothing(right: Counts) -> None:
    assert mark_absent(right, None, ()) is None


@pytest.mark.parametrize(
    "where",
    [
        (4, slice(None), slice(21, 23)),
        (0, slice(0, 1), slice(10, 11)),
        (11, slice(1, 2), slice(0, 25)),
        (6, slice(None), slice(5, 6)),
    ],
)
def test_an_area_year_or_sex_without_a_death_is_refused(right: Counts, where: Any) -> None:
    slip = changed(right)
    slip.deaths[where] = 0
    with pytest.raises(ValidationError) as caught:
        mark_absent(slip, None, ())
    assert right.areas[where[0]] in caught.value.where
    assert caught.value.found.startswith("none at all")


@pytest.mark.parametrize(("first", "end"), [(80, 200), (65, 80), (0, 65)])
def test_ages_without_a_death_are_refused(right: Counts, first: int, end: int) -> None:
    slip = changed(right)
    inside = (right.age_starts >= first) & (right.age_starts < end)
    slip.deaths[2, :, 4:15, inside] = 0
    with pytest.raises(ValidationError, match=f"aged {first}"):
        mark_absent(slip, None, ())


def test_months_without_a_death_in_one_area_are_refused(right: Counts) -> None:
    by_month = np.repeat(right.deaths.sum(axis=(1, 3))[..., None] / 12, 12, axis=2)
    assert mark_absent(right, by_month, ()) is None
    by_month[8, 20, 3:9] = 0
    with pytest.raises(ValidationError, match="months 4 to 9"):
        mark_absent(right, by_month, ())


def test_a_small_area_without_a_death_is_withheld_and_so_are_sides_that_hold_it(
    twin: Twin,
) -> None:
    few = small(twin)
    slip = changed(few)
    slip.deaths[1, :, 20] = 0
    marks = mark_absent(slip, None, ())
    assert marks is not None
    assert marks[1, :, 20].all()
    assert marks.sum() == 2
    told = replace(slip, absent=marks)
    side = tabled(sides := told.groups({"north": told.areas[:10]}), windows(sides, 5))
    hidden = (side.windows.start <= 2021) & (side.windows.end >= 2021)
    assert (side.reasons[:, :, hidden] == "G05").all()
    assert (side.reasons[:, :, ~hidden] == "").all()
    assert np.isnan(side.table.e[:, :, hidden]).all()
    found = judged(told)
    assert (found["outcome"] == "withheld").sum() == 1
    assert not (found["outcome"] == "warning").any()


def test_absent_deaths_that_the_study_accepts_are_zeros(twin: Twin, right: Counts) -> None:
    slip = changed(right)
    slip.deaths[4, :, 21] = 0
    item = accepted("deaths-absent", right.areas[4], "persons", 2022)
    assert mark_absent(slip, None, (item,)) is None


def test_restricted_deaths_that_are_absent_tell_no_area(right: Counts) -> None:
    slip = replace(changed(right), restricted=True)
    slip.deaths[4, :, 21] = 0
    with pytest.raises(ValidationError) as caught:
        mark_absent(slip, None, ())
    assert right.areas[4] not in str(caught.value)
    assert "2022" in caught.value.where


def test_restricted_deaths_are_judged_without_a_figure_or_an_area(right: Counts) -> None:
    found = judged(replace(right, restricted=True))
    of_deaths = found[found["rule"].isin(["deaths-change", "life-expectancy-change"])]
    assert len(of_deaths)
    assert (of_deaths["area_code"] == "").all()
    assert of_deaths[["observed", "expected", "warns_beyond"]].isna().all(axis=None)
    assert set(found["deaths_change_times_limit"].dropna()) <= {0.0, 1.0, 1.5}
