"""Areas beside the place and beside the next in rank: by whole intervals, and by differences."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tests.unit.reporting import samples

from gapwatch.codes import ABOVE, BELOW, NEAR, UNKNOWN
from gapwatch.gap.area_standing import area_standings

PLACE = "E06000001"
Limits = tuple[float | None, float | None]


def row(code: str, value: float | None, limits: Limits, **changes: Any) -> dict[str, Any]:
    return {
        "geography": "ward2011",
        "area_code": code,
        "sex": "male",
        "period_start": 2011,
        "period_end": 2015,
        "life_expectancy_years": value,
        "lower95_years": limits[0],
        "upper95_years": limits[1],
    } | changes


def found(values: list[tuple[float | None, float | None]], place: float | None = 80.0) -> Any:
    """Standings of the first areas, each a value and half of its interval."""
    rows = [
        row(
            code,
            value,
            (None, None) if value is None or half is None else (value - half, value + half),
        )
        for code, (value, half) in zip(samples.CODES, values, strict=False)
    ]
    limits = (None, None) if place is None else (place - 0.1, place + 0.1)
    rows.append(row(PLACE, place, limits, geography="borough"))
    table = area_standings(samples.study(), pd.DataFrame(rows), {})
    return table[table["sex"] == "male"].set_index("area_code")


@pytest.mark.parametrize(
    ("value", "half", "standing"),
    [
        (78.0, 1.9, BELOW),
        (78.0, 2.0, NEAR),
        (82.0, 2.0, NEAR),
        (82.0, 1.9, ABOVE),
        (None, None, UNKNOWN),
        (82.0, None, UNKNOWN),
    ],
)
def test_an_area_stands_out_only_with_its_whole_interval(
    value: float | None, half: float | None, standing: str
) -> None:
    assert found([(value, half)])["standing"].iloc[0] == standing


def test_nothing_stands_out_from_a_place_that_is_not_known() -> None:
    assert set(found([(78.0, 1.0), (90.0, 1.0)], place=None)["standing"]) == {UNKNOWN}


def test_intervals_may_overlap_and_the_figures_still_differ() -> None:
    # The error of the difference is that of one times the root of two: 1.414 of 1.96.
    assert found([(80.0, 1.0), (81.5, 1.0)]).loc[samples.CODES[1], "differs_from_next"]
    assert not found([(80.0, 1.0), (81.4, 1.0)]).loc[samples.CODES[1], "differs_from_next"]


def test_the_difference_from_the_next_comes_with_its_error() -> None:
    table = found([(80.0, 1.959963984540054), (81.5, 1.959963984540054)])
    second = table.loc[samples.CODES[1]]
    assert (second["rank"], table.loc[samples.CODES[0], "rank"]) == (1, 2)
    assert second["next_difference_years"] == pytest.approx(1.5)
    assert second["next_se_years"] == pytest.approx(2**0.5, abs=1e-6)
    assert pd.isna(table.loc[samples.CODES[0], "next_difference_years"])


def test_figures_without_an_interval_are_ranked_and_not_compared() -> None:
    for values in ([(80.0, None), (90.0, 1.0)], [(80.0, 1.0), (90.0, None)]):
        table = found(values)
        assert table.loc[samples.CODES[1], "rank"] == 1
        assert pd.isna(table.loc[samples.CODES[1], "differs_from_next"])


def test_areas_without_a_figure_have_no_rank() -> None:
    table = found([(80.0, 1.0)])
    assert len(table) == len(samples.CODES)
    assert table["rank"].notna().sum() == 1


def test_every_area_of_a_bridge_stands_by_its_own_window() -> None:
    rows = [
        row("E02000001", 79.0, (78.0, 79.5), geography="msoa2021", period_end=2020),
        row(PLACE, 80.0, (79.9, 80.1), geography="borough", period_end=2020),
    ]
    table = area_standings(
        samples.study(), pd.DataFrame(rows), {"msoa2021": {"E02000001": "Riverton 001"}}
    )
    male = table[table["sex"] == "male"].iloc[0]
    assert (male["geography"], male["period_end"], male["standing"]) == ("msoa2021", 2020, BELOW)
