"""Published figures of a window or an area that stand again as another's, and right ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gapwatch.errors import ValidationError
from gapwatch.sources.repeated import require_own_windows, same_areas

AREAS = [f"E0509900{at}" for at in range(1, 5)]
VALUES = ["life_expectancy_years", "lower95_years", "upper95_years"]
YEARS, LENGTH = range(2001, 2015), 5


def study(areas: list[str] = AREAS) -> Any:
    return SimpleNamespace(
        geography=SimpleNamespace(vintage="ward2011"), area_names=dict.fromkeys(areas)
    )


def life(error: float = 1.0, *, seed: int = 1, digits: int = 1) -> pd.DataFrame:
    """Means of five years of areas that live equally long, with their error by chance alone."""
    rng = np.random.default_rng(seed)
    rows = []
    for code in AREAS:
        for sex, mean in (("female", 82.0), ("male", 78.0)):
            yearly = rng.normal(mean, error * LENGTH**0.5, len(YEARS))
            for at, start in enumerate(YEARS[: 1 - LENGTH]):
                value = yearly[at : at + LENGTH].mean()
                limits = (value, value - 1.96 * error, value + 1.96 * error)
                told = [round(x, digits) for x in limits]
                rows.append(("ward2011", code, sex, start, start + LENGTH - 1, *told))
    names = ["geography", "area_code", "sex", "period_start", "period_end", *VALUES]
    return pd.DataFrame(rows, columns=names)


def pasted(frame: pd.DataFrame, column: str, one: object, other: object) -> pd.DataFrame:
    """The figures of one window, or area, over those of another."""
    frame = frame.copy()
    to, of = frame[column] == other, frame[column] == one
    frame.loc[to, VALUES] = frame.loc[of, VALUES].to_numpy()
    return frame


@pytest.mark.parametrize("other", [2002, 2010])
def test_a_window_that_is_anothers_in_every_area_is_refused_with_both(other: int) -> None:
    frame = pasted(life(), "period_start", 2001, other)
    with pytest.raises(ValidationError, match="in all 8 areas and sexes") as caught:
        require_own_windows(study(), frame)
    assert caught.value.where == (
        f"life_expectancy, ward2011, 2001 to 2005 and {other} to {other + 4}"
    )
    # The remedy: the window that the publisher doesn't tell is left out.
    require_own_windows(study(), frame[frame["period_start"] != other])


def test_two_windows_of_few_areas_may_be_the_same_by_chance() -> None:
    frame = pasted(life(), "period_start", 2001, 2002)
    require_own_windows(study(AREAS[:2]), frame)
    large = pasted(life(0.1), "period_start", 2001, 2002)
    require_own_windows(study(), large)


def test_two_areas_with_the_same_figures_throughout_are_named() -> None:
    frame = pasted(life(), "area_code", AREAS[2], AREAS[0])
    assert same_areas(study(), frame) == [
        f"{AREAS[0]} and {AREAS[2]}: the same in each of 20 windows and sexes"
    ]
    one_off = frame.copy()
    one_off.loc[3, "upper95_years"] += 0.1
    assert same_areas(study(), one_off) == []
    assert same_areas(study(), frame[frame["period_start"] < 2006]) == []
    assert same_areas(study(AREAS[:2]), frame) == []


@pytest.mark.parametrize("digits", [0, 1, 2])
@pytest.mark.parametrize("error", [0.1, 0.5, 2.0])
def test_areas_that_live_equally_long_are_told_apart(error: float, digits: int) -> None:
    for seed in range(20):
        frame = life(error, seed=seed, digits=digits)
        require_own_windows(study(), frame)
        assert same_areas(study(), frame) == []


def test_figures_that_nobody_published_are_no_matter() -> None:
    empty = life().iloc[:0]
    require_own_windows(study(), empty)
    assert same_areas(study(), empty) == []
