"""Life expectancy and residents that no place has are named, whatever brought them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from gapwatch.sources import standing
from gapwatch.study.code_forms import CodeForms

PLACE, AREAS = "E09099001", ("E05099001", "E05099002")


@pytest.fixture
def study() -> Any:
    promise = SimpleNamespace(
        sex="male",
        baseline_period=(2010, 2014),
        stated_worse_years=74.0,
        stated_better_years=85.0,
    )
    return SimpleNamespace(
        study=SimpleNamespace(area_code=PLACE),
        geography=SimpleNamespace(vintage="ward2011"),
        area_names=dict.fromkeys(AREAS, "invented"),
        area_codes=CodeForms(),
        promise=promise,
        primary=SimpleNamespace(id="north-v-south"),
    )


def life(less: float = 0.0, of_areas: float = 0.0, half: float = 1.5) -> pd.DataFrame:
    rows = [
        (code, kind, sex, first, value - less - (of_areas if kind == "ward2011" else 0))
        for code, kind, apart in (
            (PLACE, "borough", 0),
            (AREAS[0], "ward2011", -5),
            (AREAS[1], "ward2011", 5),
        )
        for sex, value in (("female", 83 + apart), ("male", 79 + apart))
        for first in range(2001, 2011)
    ]
    names = ["area_code", "geography", "sex", "period_start", "life_expectancy_years"]
    frame = pd.DataFrame(rows, columns=names)
    value = frame["life_expectancy_years"]
    return frame.assign(
        period_end=frame["period_start"] + 4,
        lower95_years=value - half,
        upper95_years=value + half,
    )


def people() -> pd.DataFrame:
    counts = {PLACE: 20_000, AREAS[0]: 10_000, AREAS[1]: 10_000}
    return pd.DataFrame({"area_code": list(counts), "population_persons": list(counts.values())})


def test_a_right_place_is_not_named(study: Any) -> None:
    assert standing.strange_expectancy(study, life(), code="area_code") == []
    assert standing.areas_beside_place(study, life(), people(), code="area_code") == []


@pytest.mark.parametrize("less", [12, 18])
def test_life_expectancy_at_another_age_is_named(study: Any, less: float) -> None:
    found = standing.strange_expectancy(study, life(less), code="area_code")
    assert f"{PLACE}, female, 2010 to 2014: {83 - less:.1f} years, outside 73.5 to 90" in found


def test_areas_alone_at_another_age_are_named_beside_their_place(study: Any) -> None:
    found = standing.areas_beside_place(study, life(of_areas=5.0), people(), code="area_code")
    assert found == ["female: 5.0 years below the place", "male: 5.0 years below the place"]


def test_areas_that_are_a_part_of_their_place_are_not_held_against_it(study: Any) -> None:
    part = people().query("area_code != 'E05099002'")
    assert standing.areas_beside_place(study, life(of_areas=5.0), part, code="area_code") == []


def gaps(worse: float, better: float) -> pd.DataFrame:
    row = {"measure": "north-v-south", "sex": "male", "period_start": 2010, "period_end": 2014}
    return pd.DataFrame([row | {"worse_years": worse, "better_years": better, "se_years": 0.5}])


def test_a_baseline_far_from_what_the_promise_states_is_named(study: Any) -> None:
    assert standing.stated_apart(study, gaps(72.0, 84.0)) == []
    assert standing.stated_apart(study, gaps(69.0, 80.0)) == [
        "worse-off side, male, 2010 to 2014: 69.0 years, stated as 74",
        "better-off side, male, 2010 to 2014: 80.0 years, stated as 85",
    ]


def residents(women: list[int], men: list[int]) -> pd.DataFrame:
    ages = range(60, 60 + 5 * len(women), 5)
    return pd.DataFrame(
        [
            {
                "geography": "lsoa2011",
                "area_code": code,
                "year": year,
                "sex": sex,
                "age_start_years": age,
                "base": "census2021",
                "population_persons": count,
            }
            for code in AREAS
            for year in (2020, 2021)
            for sex, counts in (("female", women), ("male", men))
            for age, count in zip(ages, counts, strict=True)
        ]
    )


def test_residents_of_one_sex_twice_are_named() -> None:
    right = residents([400, 380, 330, 260, 190, 120, 70], [390, 360, 300, 220, 140, 75, 35])
    assert standing.residents_of_one_sex(right) == []
    twice = residents(*[[400, 380, 330, 260, 190, 120, 70]] * 2)
    found = standing.residents_of_one_sex(twice)
    assert found[:2] == [
        "lsoa2011, 2020: the same in each of 14 cells",
        "lsoa2011, 2021: the same in each of 14 cells",
    ]
    # A few persons more or less hide that from a comparison of cells, and not from the oldest.
    near = residents(
        [1600, 1520, 1320, 1040, 760, 480, 280], [1601, 1521, 1321, 1041, 761, 481, 281]
    )
    assert standing.residents_of_one_sex(near) == [
        "lsoa2011 (census2021): 1,520 women to 1,524 men aged 85 and over"
    ]
