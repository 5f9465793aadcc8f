"""Ages and cuts of restricted deaths: broad bands, what is withheld of them, and roundings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gapwatch.contracts import AGE_CONTRIBUTION, GAP_CHANGE
from gapwatch.counting.disclosure.broad_ages import (
    broad_bands,
    protect_ages,
    tells_ages,
    told_cut,
    withheld_bands,
)
from gapwatch.counting.disclosure.protect import DISCLOSURE
from gapwatch.tables import canonical

STANDARD = [0, 1, *range(5, 95, 5)]
STARTS = np.array([0, 1, 15, 40, 65, 75, 80])


@pytest.mark.parametrize(
    ("starts", "firsts"),
    [
        (STANDARD, [0, 15, 40, 65, 80]),
        (STANDARD[:-2], [0, 15, 40, 65, 80]),
        # A band that straddles two broad ones belongs to that in which it begins.
        ([0, 1, 5, 15, 30, 45, 60, 75, 85, 90], [0, 15, 45, 75, 85]),
        # Clipped to the study's own open band.
        ([0, 15, 40, 65, 75], [0, 15, 40, 65]),
        ([0, 1, 5], [0]),
    ],
)
def test_broad_bands_are_the_same_whatever_the_deaths_are(
    starts: list[int], firsts: list[int]
) -> None:
    runs = broad_bands(starts)
    assert [starts[first] for first, _ in runs] == firsts
    assert [last for _, last in runs] == [*(first for first, _ in runs[1:]), len(starts)]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([[5, 5], [5, 9], [9, 9]], []),
        ([[9, 9], [9, 4], [9, 9]], [0, 1]),
        ([[4, 9], [9, 9], [9, 9]], [0, 1]),
        ([[4, 9], [9, 9], [9, 0]], [0, 2]),
        ([[4, 4]], [0]),
    ],
)
def test_a_small_band_is_never_withheld_alone(counts: list[list[float]], hidden: list[int]) -> None:
    assert np.flatnonzero(withheld_bands(np.array(counts, dtype=float))).tolist() == hidden


def contributions(worse: list[int], better: list[int], reason: str = "") -> pd.DataFrame:
    years = [0.52, -0.11, 1.24, 0.5, 2.0, 0.81, 0.7]
    return pd.DataFrame(
        {
            "measure": "north-v-south",
            "sex": "male",
            "period_start": 2021,
            "period_end": 2025,
            "year_ends": "12-31",
            "age_start_years": STARTS,
            "age_end_years": [0, 14, 39, 64, 74, 79, None],
            "contribution_years": years,
            "lower95_years": [y - 0.2 for y in years],
            "upper95_years": [y + 0.2 for y in years],
            "gap_years": sum(years),
            "reason": reason,
            "flags": "Q06",
            "deaths_worse": worse,
            "deaths_better": better,
        }
    )


MANY = [5, 9, 9, 90, 90, 90, 300]


def gap(reason: str = "", years: float = 5.6) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "measure": "north-v-south",
                "sex": "male",
                "period_start": 2021,
                "period_end": 2025,
                "gap_years": years,
                "reason": reason,
            }
        ]
    )


def test_contributions_are_told_in_broad_bands_and_tenths_beside_the_gap_as_told() -> None:
    safe = protect_ages(contributions(MANY, MANY), gap())
    canonical(AGE_CONTRIBUTION, safe, "contributions")
    assert safe["age_start_years"].tolist() == [0, 15, 40, 65, 80]
    assert safe["age_end_years"].fillna(-1).tolist() == [14, 39, 64, 79, -1]
    assert safe["contribution_years"].tolist() == pytest.approx([0.4, 1.2, 0.5, 2.8, 0.7])
    assert safe["lower95_years"].tolist() == pytest.approx([0.0, 1.0, 0.3, 2.4, 0.5])
    assert safe["upper95_years"].tolist() == pytest.approx([0.9, 1.5, 0.7, 3.3, 0.9])
    assert set(safe["gap_years"]) == {5.6}
    assert set(safe["flags"]) == {""}


def test_where_deaths_are_short_no_band_is_longer_and_two_are_withheld() -> None:
    """Few deaths under 75 used to be told as one band that reached so far and no less."""
    few = [1, 1, 1, 1, 1, 90, 300]
    safe = protect_ages(contributions(few, MANY), gap())
    assert safe["age_start_years"].tolist() == [0, 15, 40, 65, 80]
    assert safe["reason"].tolist() == [DISCLOSURE] * 3 + ["", ""]
    hidden = safe[safe["reason"] != ""]
    figures = ["contribution_years", "lower95_years", "upper95_years", "gap_years"]
    assert hidden[figures].isna().all(axis=None)
    one = [5, 9, 4, 90, 90, 90, 300]
    alone = protect_ages(contributions(MANY, one), gap())
    assert alone["reason"].tolist() == [DISCLOSURE] * 2 + [""] * 3


@pytest.mark.parametrize("reason", [DISCLOSURE, "S01"])
def test_ages_of_a_gap_that_is_withheld_are_withheld_with_its_reason(reason: str) -> None:
    safe = protect_ages(contributions(MANY, MANY), gap(reason, np.nan))
    assert safe["reason"].tolist() == [reason] * 5
    assert safe[["contribution_years", "gap_years"]].isna().all(axis=None)
    canonical(AGE_CONTRIBUTION, safe, "contributions")


def test_no_band_has_a_reason_that_tells_a_count() -> None:
    safe = protect_ages(contributions(MANY, MANY, "S04"), gap())
    assert set(safe["reason"]) == {DISCLOSURE}


def test_a_change_is_withheld_by_the_deaths_of_both_windows_and_has_the_told_totals() -> None:
    keys = {
        "measure": "m",
        "sex": "male",
        "side": "worse",
        "from_start": 2001,
        "from_end": 2005,
        "to_start": 2021,
        "to_end": 2025,
        "year_ends": "12-31",
    }
    rows = pd.DataFrame(
        {
            **keys,
            "age_start_years": [0, 15, 40, 65],
            "age_end_years": [14, 39, 64, None],
            "change_years": [0.31, 0.4, 0.5, 0.6],
            "lower95_years": [0.1, 0.2, 0.3, 0.4],
            "upper95_years": [0.5, 0.6, 0.7, 0.8],
            "side_total_years": 1.81,
            "side_lower95_years": 0.63,
            "side_upper95_years": 1.77,
            "reason": "",
            "flags": "",
            "deaths_before": [6, 20, 4, 200],
            "deaths_after": [6, 20, 200, 200],
        }
    )
    told = pd.DataFrame(
        [
            {
                "measure": "m",
                "sex": "male",
                "side": "worse",
                "side_total_years": 1.7,
                "side_lower95_years": 0.5,
                "side_upper95_years": 2.9,
                "reason": "",
            }
        ]
    )
    safe = canonical(GAP_CHANGE, protect_ages(rows, told), "change")
    assert safe["reason"].tolist() == [DISCLOSURE, "", DISCLOSURE, ""]
    assert safe["change_years"].dropna().tolist() == [0.4, 0.6]
    assert safe["side_total_years"].dropna().tolist() == [1.7, 1.7]
    assert safe["side_upper95_years"].dropna().tolist() == [2.9, 2.9]


@pytest.mark.parametrize(
    ("deaths", "ages", "told"),
    [
        ([5, 5, 5, 5, 5, 5, 5], (0, None), True),
        ([1, 1, 1, 1, 0, 0, 0], (0, None), False),
        ([0, 0, 0, 4, 0, 9, 9], (0, 74), False),
        ([9, 9, 9, 9, 9, 4, 0], (0, 74), False),
        ([9, 9, 9, 9, 9, 5, 0], (0, 74), True),
        ([2, 1, 1, 9, 9, 9, 9], (40, 74), False),
        ([2, 1, 2, 9, 9, 9, 9], (40, 74), True),
    ],
)
def test_a_cut_is_told_where_each_run_of_ages_that_it_sets_apart_has_five_deaths(
    deaths: list[int], ages: tuple[int, int | None], told: bool
) -> None:
    assert tells_ages(np.array(deaths, dtype=float), STARTS, ages) is told


@pytest.mark.parametrize(
    ("cut", "share", "saved"),
    # 98 deaths at these ages are 100 as they are told, 20 a year.
    [
        (0.12345, 0.12, None),
        (0.2549, 0.25, 5.0),
        (0.374, 0.37, 5.0),
        (0.376, 0.38, 10.0),
        (np.nan, None, None),
    ],
)
def test_deaths_of_a_cut_follow_from_its_share_and_from_deaths_in_fives(
    cut: float, share: float | None, saved: float | None
) -> None:
    found = told_cut(cut, np.array([9.0, 9, 9, 30, 41, 90, 300]), STARTS, (0, 74), 5.0)
    assert [None if np.isnan(n) else n for n in found] == [share, saved]
