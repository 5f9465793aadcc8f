"""Published figures of the same areas and years show what leaves counts that a place may have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import Counts
from gapwatch.counting.plausibility.published import unlike_published
from gapwatch.demo.twin.counted import make
from gapwatch.demo.twin.published import Published

PLACE = "E09099001"
VINTAGE = "ward2011"
TOLERANCE = 0.1
WARDS, WINDOWS, SEXES = 20, 10, 2


@pytest.fixture(scope="module")
def life() -> pd.DataFrame:
    """Wards and the borough, 2001-05 to 2010-14, closed at 85, to one decimal place."""
    figures = Published(make("halving"), 7).ward_figures()
    return pd.DataFrame(
        [
            (
                VINTAGE if one.kind == "Ward" else "borough",
                one.code,
                one.sex.removesuffix("s").lower(),
                one.first,
                one.last,
                np.nan if one.found.value is None else round(one.found.value, 1),
            )
            for one in figures
        ],
        columns=[
            "geography",
            "area_code",
            "sex",
            "period_start",
            "period_end",
            "life_expectancy_years",
        ],
    )


@pytest.fixture
def right() -> Counts:
    return make("halving").draw(7)


def unlike(own: Counts, life: pd.DataFrame) -> tuple[list[str], int]:
    whole = own.groups({PLACE: own.areas}, "borough")
    counted = Counted({VINTAGE: own}, whole, pd.DataFrame())
    return unlike_published(counted, life, PLACE, VINTAGE, TOLERANCE)


def exchanged(right: Counts, table: str, one: int, other: int) -> Counts:
    array = getattr(right, table).copy()
    pair = [list(right.age_starts).index(age) for age in (one, other)]
    array[..., pair] = array[..., pair[::-1]]
    return replace(right, **{table: array})


def test_figures_of_the_same_counts_come_out_though_their_tables_close_at_85(
    right: Counts, life: pd.DataFrame
) -> None:
    told, compared = unlike(right, life)
    assert told == []
    assert compared == life["life_expectancy_years"].notna().sum() - outside(life)
    assert compared >= 0.9 * (WARDS + 1) * WINDOWS * SEXES


def outside(life: pd.DataFrame) -> int:
    """Figures of regions and countries around."""
    known = life.dropna(subset=["life_expectancy_years"])
    return int(((known["geography"] != VINTAGE) & (known["area_code"] != PLACE)).sum())


@pytest.mark.parametrize(
    ("table", "one", "other"),
    [("deaths", 0, 5), ("deaths", 10, 20), ("deaths", 75, 80), ("person_years", 1, 5)],
)
def test_ages_in_each_other_s_place_are_named(
    right: Counts, life: pd.DataFrame, table: str, one: int, other: int
) -> None:
    told, _ = unlike(exchanged(right, table, one, other), life)
    assert told
    assert "published" in told[0]


def test_what_is_furthest_off_is_named_first(right: Counts, life: pd.DataFrame) -> None:
    wrong = life.copy()
    ours = wrong.index[wrong["geography"] == VINTAGE]
    wrong.loc[ours[::10], "life_expectancy_years"] += 0.4
    wrong.loc[ours[10], "life_expectancy_years"] += 1.6
    told, compared = unlike(right, wrong)
    assert len(told) > compared / 20
    assert f"{wrong.loc[ours[10], 'life_expectancy_years']:.1f} published" in told[0]


def test_a_few_figures_that_are_off_are_left_to_the_table_of_what_comes_out(
    right: Counts, life: pd.DataFrame
) -> None:
    wrong = life.copy()
    ours = wrong.index[wrong["geography"] == VINTAGE]
    wrong.loc[ours[:5], "life_expectancy_years"] += 2.0
    told, compared = unlike(right, wrong)
    assert (told, compared / 20 > 5) == ([], True)


def test_no_area_is_named_of_restricted_deaths(right: Counts, life: pd.DataFrame) -> None:
    secret = replace(exchanged(right, "deaths", 10, 20), restricted=True)
    told, compared = unlike(secret, life)
    assert len(told) == 1
    assert told[0].endswith(f" of {compared}")


def test_years_to_june_and_years_still_coming_in_are_not_compared(
    right: Counts, life: pd.DataFrame
) -> None:
    wrong = exchanged(right, "deaths", 10, 20)
    assert unlike(replace(wrong, year_ends="06-30"), life) == ([], 0)
    assert unlike(replace(wrong, provisional=np.ones(len(right.years), dtype=bool)), life) == (
        [],
        0,
    )
