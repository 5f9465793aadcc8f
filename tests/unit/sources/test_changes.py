"""What differs between two readings is told by area, period and value, and nothing else is."""

from __future__ import annotations

import pandas as pd
import pytest

from gapwatch import snapshots
from gapwatch.contracts import LIFE_EXPECTANCY
from gapwatch.project import Project
from gapwatch.sources.changes import changes
from gapwatch.tables import canonical, read_csv

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def published(shipped: Project) -> pd.DataFrame:
    pin = snapshots.load(shipped.raw).pin("ward-life-expectancy")
    (content,) = snapshots.read_objects(shipped.raw, pin)
    return read_csv(LIFE_EXPECTANCY, content, "wards")


def test_the_same_reading_twice_differs_in_nothing(published: pd.DataFrame) -> None:
    one: Frames = {"life_expectancy": published}
    assert changes("wards", one, {"life_expectancy": published.copy()}) == []


def test_one_changed_value_is_told_with_its_area_and_period(published: pd.DataFrame) -> None:
    later = published.copy()
    later.loc[0, "life_expectancy_years"] += 0.1
    row = later.iloc[0]
    (told,) = changes("wards", {"life_expectancy": published}, {"life_expectancy": later})
    assert told.what == "changed"
    assert told.column == "life_expectancy_years"
    assert f"area_code={row['area_code']}" in told.key
    assert f"period_start={row['period_start']}" in told.key
    assert float(told.new) - float(told.old) == pytest.approx(0.1)


def test_rows_that_came_and_went_are_told(published: pd.DataFrame) -> None:
    shorter = canonical(LIFE_EXPECTANCY, published.iloc[3:], "wards")
    gone = changes("wards", {"life_expectancy": published}, {"life_expectancy": shorter})
    assert [item.what for item in gone] == ["removed"] * 3
    come = changes("wards", {}, {"life_expectancy": shorter})
    assert [item.what for item in come] == ["added"] * len(shorter)


def test_a_value_that_was_withheld_is_told_as_blank(published: pd.DataFrame) -> None:
    later = published.copy()
    later.loc[5, ["life_expectancy_years", "lower95_years", "upper95_years"]] = float("nan")
    told = changes("wards", {"life_expectancy": published}, {"life_expectancy": later})
    assert {item.column for item in told} == {
        "life_expectancy_years",
        "lower95_years",
        "upper95_years",
    }
    assert all(item.new == "" and "blank" in str(item) for item in told)
