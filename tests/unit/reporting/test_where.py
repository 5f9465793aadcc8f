"""Where: neighbours are compared by the error of their difference, larger areas with figures."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.reporting import samples

from gapwatch.contracts.findings import AreaStanding
from gapwatch.contracts.row_class import read_rows
from gapwatch.gap.area_standing import area_standings
from gapwatch.reporting.chapters.areas.section import extent, ranking
from gapwatch.reporting.evidence.area_figures import a, compared
from gapwatch.reporting.evidence.areas import RankedArea, WardMap, ward_map
from gapwatch.reporting.evidence.rows import LimitedValue


def estimate(value: float, half: float | None = 1.0) -> LimitedValue:
    if half is None:
        return LimitedValue(value, None, None)
    return LimitedValue(value, value - half, value + half)


def wards(*values: LimitedValue | None) -> WardMap:
    codes = samples.CODES[: len(values)]
    held = [
        {
            "geography": "ward2011",
            "area_code": code,
            "sex": "male",
            "period_start": 2010,
            "period_end": 2014,
            "life_expectancy_years": value.value if value else None,
            "lower95_years": value.lower if value else None,
            "upper95_years": value.upper if value else None,
        }
        for code, value in zip(codes, values, strict=True)
    ]
    table = area_standings(samples.study(), pd.DataFrame(held), {})
    found = {
        row.area_code: row
        for row in read_rows(AreaStanding, table.to_dict("records"))
        if row.sex == "male"
    }
    rows = tuple(
        RankedArea(
            code,
            f"W{i}",
            "",
            0,
            i,
            value,
            "",
            found[code].rank,
            found[code].differs_from_next,
        )
        for i, (code, value) in enumerate(zip(codes, values, strict=True))
    )
    return WardMap("male", (2010, 2014), "Riverton", None, rows)


@pytest.mark.parametrize(
    ("values", "start"),
    [
        ((80, 81), "No ward differs from the next in the ranking"),
        ((80, 81, 82, 90), "Only 1 of 3 pairs of neighbours in the ranking differs"),
        ((80, 81, 90, 91, 92, 99), "Only 2 of 5 pairs of neighbours in the ranking differ"),
        ((80, 90), "1 of 1 pair of neighbours in the ranking differs"),
    ],
)
def test_the_ranking_says_how_many_neighbours_differ(values: tuple[int, ...], start: str) -> None:
    title = ranking((wards(*(estimate(float(v)) for v in values)),))
    assert title == f"{start} by more than sampling error alone would explain"


def test_wards_that_cannot_be_compared_are_not_ranked() -> None:
    assert ranking((wards(estimate(80), None),)) == "The wards cannot be ranked"
    assert ranking((wards(estimate(80), estimate(90, None)),)) == ("The wards cannot be ranked")


def texts(*codes: str, drop: str = "", invented: str = "") -> list[str]:
    study, tables = samples.study(), samples.tables()
    larger = study.model_copy(
        update={"geography": study.geography.model_copy(update={"comparators": codes})}
    )
    row = tables["life_expectancy"].iloc[0]
    more = [
        {
            **row,
            "geography": "country",
            "area_code": "E92000001",
            "area_name": "Farland",
            "sex": sex,
            "life_expectancy_years": 79.4,
            "lower95_years": 79.3,
            "upper95_years": 79.5,
        }
        for sex in ("female", "male")
        if sex != drop
    ]
    tables["life_expectancy"] = pd.concat([tables["life_expectancy"], pd.DataFrame(more)])
    case = samples.case(larger, samples.facts(demonstration=invented), tables)
    maps = tuple(m for sex in case.sexes if (m := ward_map(larger, tables, sex)))
    return compared(case, maps)


def test_larger_areas_stand_with_figures_and_intervals_of_the_same_window() -> None:
    start = "life expectancy in years (with its 95% interval) was"
    end = "in Riverton and 79.4 (79.3 to 79.5) in Farland in 2011 to 2015."
    assert texts("E06000001", "E92000001") == [
        f"For males, {start} 78.0 (77.6 to 78.4) {end}",
        f"For females, {start} 82.0 (81.6 to 82.4) {end}",
    ]


def test_a_larger_area_without_a_figure_is_named() -> None:
    male, female, missing = texts("E06000001", "E92000001", drop="male")
    assert missing == "For males there is no figure for Farland in 2011 to 2015."
    assert "Farland" not in male
    assert "Farland" in female


def test_a_larger_area_without_any_figure_is_named_once() -> None:
    assert texts("E12000007") == ["There is no figure for E12000007 in 2011 to 2015."]


def test_an_invented_region_and_country_are_not_called_by_names_that_nobody_knows() -> None:
    codes = ("E12000007", "E92000002")
    (told,) = texts(*codes, invented="Riverton is invented.")
    assert told == "There is no figure for the region and the country in 2011 to 2015."
    assert texts(*codes) == ["There is no figure for E12000007 and E92000002 in 2011 to 2015."]


def test_the_title_of_the_ranking_names_its_range() -> None:
    assert extent((wards(estimate(80), None, estimate(83.4)),)).replace("\xa0", " ") == (
        "From 80.0 years in W0 to 83.4 in W2 for males"
    )
    assert extent((wards(estimate(80), None),)) == ""


def test_a_noun_has_the_article_that_is_spoken() -> None:
    assert [a("ward"), a("area"), a("MSOA"), a("DZ")] == ["A ward", "An area", "An MSOA", "A DZ"]


def test_without_larger_areas_nothing_is_said() -> None:
    assert texts() == []
