"""What disclosure control leaves of each table, and what it takes out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.unit.counting.invented import BOROUGH, SIDES, WARDS, borough, release, steps

from gapwatch.contracts import GAP
from gapwatch.counting.counts import windows
from gapwatch.counting.disclosure.bounds import Parts, rounded, sums_of, withhold
from gapwatch.counting.disclosure.protect import (
    DISCLOSURE,
    parts_of,
    protect_count_totals,
    protect_gaps,
    protect_life_expectancy,
    require_adding_up,
)
from gapwatch.counting.disclosure.reconstruction import error_steps
from gapwatch.errors import ValidationError
from gapwatch.tables import canonical

Z = 1.959963984540054


@pytest.fixture(scope="module")
def both() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A release as it is, and as it may be published."""
    own = borough(5)
    frame = release(own)
    return frame, protect_life_expectancy(frame, parts_of(own, SIDES, BOROUGH), steps(own))


def test_counts_are_told_in_fives_and_from_five_on(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    true, safe = both[0]["deaths_persons"], both[1]["deaths_persons"]
    shown = safe.dropna()
    assert (shown % 5 == 0).all()
    assert (shown >= 5).all()
    assert ((shown - true[shown.index]).abs() <= 2).all()
    assert safe.isna()[true < 5].all()


@pytest.mark.parametrize(
    ("count", "shown"), [(5, 5), (7, 5), (7.4, 5), (7.5, 10), (8, 10), (12.5, 15), (0, 0)]
)
def test_a_count_is_rounded_to_the_nearest_five_and_halves_up(count: float, shown: float) -> None:
    assert rounded(np.array([float(count)])).tolist() == [shown]


def test_figures_are_told_in_tenths_and_the_interval_is_made_of_them(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    frame, safe = both
    given = safe["life_expectancy_years"].notna()
    true, told_of = frame[given], safe[given]
    assert given.sum() > 300
    value, se = told_of["life_expectancy_years"], told_of["se_years"]
    assert np.allclose(value * 10, (value * 10).round(), atol=1e-9)
    assert np.allclose(se * 10, (se * 10).round(), atol=1e-9)
    assert ((value - true["life_expectancy_years"]).abs() <= 0.05 + 1e-9).all()
    assert (se >= true["se_years"] - 1e-4).all()
    assert (se - true["se_years"] < 0.5).all()
    assert (told_of["lower95_years"] <= value - Z * se + 1e-4).all()
    assert (told_of["lower95_years"] > value - Z * se - 0.1).all()
    assert (told_of["upper95_years"] >= value + Z * se - 1e-4).all()
    assert (told_of["upper95_years"] < value + Z * se + 0.1).all()


def test_nothing_is_left_of_a_withheld_figure_and_no_code_tells_a_count(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    frame, safe = both
    hidden = safe["life_expectancy_years"].isna()
    assert hidden.any()
    assert set(safe.loc[hidden, "reason"]) == {DISCLOSURE}
    assert set(safe.loc[~hidden, "reason"]) == {""}
    for name in ("se_years", "lower95_years", "upper95_years"):
        assert safe.loc[hidden, name].isna().all()
    assert frame["flags"].str.contains("Q02").any()
    assert not safe["flags"].str.contains("Q01|Q02").any()
    assert {"S05"} <= set(frame["reason"])
    assert safe.loc[frame["reason"] == "S05", "deaths_persons"].isna().all()


def test_shortage_of_residents_stays_the_reason_and_the_contract_holds(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY

    canonical(COMPUTED_LIFE_EXPECTANCY, both[1], "protected")
    own = borough(5)
    tiny = replace(own, person_years=own.person_years / 10)
    frame = release(tiny)
    safe = protect_life_expectancy(frame, parts_of(tiny, SIDES, BOROUGH), {})
    short = frame["reason"] == "S01"
    assert short.any()
    assert (safe.loc[short, "reason"] == "S01").all()
    assert safe["life_expectancy_years"].isna().all()


def test_counts_of_areas_that_cut_the_parts_are_withheld(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    frame, safe = both
    strange = frame.assign(area=frame["area"].replace(WARDS[0], "E02000001"))
    own = borough(5)
    found = protect_life_expectancy(strange, parts_of(own, SIDES, BOROUGH), {})
    assert found.loc[strange["area"] == "E02000001", "deaths_persons"].isna().all()
    assert safe.loc[frame["area"] == WARDS[0], "deaths_persons"].notna().all()


def test_a_borough_that_is_more_than_its_parts_tells_no_count() -> None:
    own = borough(5)
    frame = release(own)
    place = frame["geography"] == BOROUGH[0]
    more = frame.assign(deaths_persons=frame["deaths_persons"] + 3.0 * place)
    found = protect_life_expectancy(more, parts_of(own, SIDES, BOROUGH), {})
    assert found.loc[place, "deaths_persons"].isna().all()
    assert found.loc[~place, "deaths_persons"].notna().any()


def sums(deaths: list[float], told_of: list[list[int]]) -> np.ndarray:
    """Which sums over parts (of one year) are withheld; each is a list of parts."""
    count = np.array(deaths)[:, None, None].repeat(2, axis=1)
    members = {
        ("a", str(at)): np.isin(range(len(deaths)), inside).astype(float)
        for at, inside in enumerate(told_of)
    }
    found = sums_of(
        Parts(np.array([2025]), count, members),
        0,
        list(members),
        [(2025, 2025)] * len(told_of),
        np.zeros(len(told_of)),
    )
    return withhold(found, np.zeros(len(told_of), dtype=bool))


@pytest.mark.parametrize(
    ("deaths", "told_of", "hidden"),
    [
        # 42 -> 40, 23 -> 25 and 18 -> 20 prove that the third part is at most 1.
        ([23, 18, 1], [[0, 1, 2], [0], [1]], [True, False, False]),
        # 41 -> 40, 22 -> 20 and 17 -> 15 allow from 0 to 11.
        ([22, 17, 2], [[0, 1, 2], [0], [1]], [False, False, False]),
        # A small part itself is never told, nor is what would give it away: 33 -> 35 and 30 -> 30
        # allow up to 9, 31 -> 30 and 28 -> 30 no more than 4.
        ([30, 3], [[0, 1], [0], [1]], [False, False, True]),
        ([28, 3], [[0, 1], [0], [1]], [True, False, True]),
        ([50, 60], [[0, 1], [0], [1]], [False, False, False]),
    ],
)
def test_what_would_prove_a_part_small_is_withheld_and_the_rest_told(
    deaths: list[float], told_of: list[list[int]], hidden: list[bool]
) -> None:
    assert sums(deaths, told_of).tolist() == hidden


def test_parts_of_shared_out_blocks_are_protected_as_whole_ones_are() -> None:
    # 41.5 -> 40, 23.25 -> 25 and 17.25 -> 15 allow up to 7.5; 42 -> 40, 23 -> 25, 18.5 -> 20: 2.5.
    assert sums([23.25, 17.25, 1.0], [[0, 1, 2], [0], [1]]).tolist() == [False, False, False]
    assert sums([23.0, 18.5, 0.5], [[0, 1, 2], [0], [1]]).tolist() == [True, False, False]


def gap_rows() -> pd.DataFrame:
    own = borough(5)
    made = release(own)
    mine = made[(made["geography"] == "side") & (made["period_start"] == made["period_end"])]
    worse, better = (mine[mine["area"] == side].reset_index(drop=True) for side in SIDES)
    se = np.hypot(worse["se_years"], better["se_years"])
    gap = better["life_expectancy_years"] - worse["life_expectancy_years"]
    ends = {
        f"{name}_{column}": frame[source]
        for name, frame in (("worse", worse), ("better", better))
        for column, source in (
            ("years", "life_expectancy_years"),
            ("lower95_years", "lower95_years"),
            ("upper95_years", "upper95_years"),
        )
    }
    return pd.DataFrame(
        {
            "measure": "north-v-south",
            "sex": worse["sex"],
            "kind": "pooled",
            "geography": "ward2022",
            "segment": 1,
            "period_start": worse["period_start"],
            "period_end": worse["period_end"],
            "year_ends": "12-31",
            **ends,
            "gap_years": gap,
            "se_years": se,
            "lower95_years": gap - Z * se,
            "upper95_years": gap + Z * se,
            "relative_gap": 1.0,
            "relative_lower95": 0.9,
            "relative_upper95": 1.1,
            "naive_gap_years": np.nan,
            "basis_code": "life_tables",
            "reason": "",
            "flags": "Q01 Q04",
        }
    )


def test_a_gap_is_made_of_its_sides_as_they_are_told() -> None:
    frame = gap_rows()
    found = np.full((len(frame), 2), 0.1)
    found[0, 1] = np.nan
    safe = protect_gaps(frame, found)
    canonical(GAP.coded, safe, "gaps")
    assert safe["reason"].tolist() == [DISCLOSURE] + [""] * (len(frame) - 1)
    assert safe.iloc[0][["gap_years", "se_years", "worse_years", "relative_gap"]].isna().all()
    rest, true = safe.iloc[1:], frame.iloc[1:]
    assert np.allclose(rest["gap_years"], rest["better_years"] - rest["worse_years"], atol=1e-9)
    assert ((rest["gap_years"] - true["gap_years"]).abs() <= 0.1 + 1e-9).all()
    assert (rest["se_years"] >= true["se_years"] - 1e-6).all()
    # From the width of a side's interval nobody has its error more closely than it is told.
    width = (rest["worse_upper95_years"] - rest["worse_lower95_years"]) / (2 * Z)
    assert (width >= (true["worse_upper95_years"] - true["worse_lower95_years"]) / (2 * Z)).all()
    assert set(rest["flags"]) <= {"Q04", "Q03 Q04"}


def test_a_total_is_never_held_against_a_public_one() -> None:
    frame = pd.DataFrame(
        {
            "deaths_difference_persons": [0.0, 1.2, -3.0],
            "publisher_deaths_difference_persons": [0.0, 7.0, np.nan],
        }
    )
    safe = protect_count_totals(frame)
    assert safe["deaths_difference_persons"].tolist() == [0.0, 0.0, -5.0]
    assert safe["publisher_deaths_difference_persons"].isna().all()


@pytest.mark.parametrize(
    ("column", "fits", "differs"),
    [
        ("deaths_difference_persons", 0.0009, -0.0011),
        ("publisher_deaths_difference_persons", -0.4, 0.6),
    ],
)
def test_deaths_that_do_not_add_up_are_refused_before_they_are_masked_and_not_counted(
    column: str, fits: float, differs: float
) -> None:
    row = {
        "geography": "ward2022",
        "sex": "male",
        "year": 2024,
        "deaths_difference_persons": 0.0,
        "publisher_deaths_difference_persons": np.nan,
    }
    require_adding_up(pd.DataFrame([row, row | {column: fits}]))
    with pytest.raises(ValidationError, match="which isn't told") as caught:
        require_adding_up(pd.DataFrame([row, row | {column: differs}]))
    assert "ward2022, year 2024" in caught.value.where
    assert str(differs).strip("-") not in str(caught.value).replace("2024", "")
    # Masked, it would have passed for a sum without a fault.
    safe = protect_count_totals(pd.DataFrame([row | {column: differs}])).iloc[0]
    assert safe["deaths_difference_persons"] == 0.0


def test_the_same_counts_are_protected_in_the_same_way_twice(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    own = borough(5)
    again = protect_life_expectancy(release(own), parts_of(own, SIDES, BOROUGH), steps(own))
    pd.testing.assert_frame_equal(again, both[1])


def test_a_window_without_small_bands_is_told_to_a_tenth_and_one_of_few_deaths_is_not() -> None:
    own = borough(5)
    found = windows(own, 5)
    ages = own.age_starts.astype(float)
    many = np.maximum(found.deaths[:1, :1, :1], 5.0)
    assert error_steps(many, found.person_years[:1, :1, :1], ages).tolist() == [[[0.1]]]
    few = np.zeros_like(many)
    few[..., -1] = 9.0
    assert np.isnan(error_steps(few, found.person_years[:1, :1, :1], ages)).all()
