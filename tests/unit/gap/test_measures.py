"""The gap: the campaign's figure reproduces, and what can't be measured has a reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from tests.oracles import inequality, pooled

from gapwatch import snapshots, study
from gapwatch.gap.measures import measure_gaps
from gapwatch.project import Project
from gapwatch.reporting.language.labels import BASES
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import Study

Inputs = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def westminster(shipped: Project) -> tuple[Study, Inputs]:
    loaded, _ = study.load(shipped.study_file)
    return loaded, load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)


@pytest.fixture(scope="module")
def gaps(westminster: tuple[Study, Inputs]) -> pd.DataFrame:
    return measure_gaps(*westminster)


def row(gaps: pd.DataFrame, measure: str, start: int, sex: str = "male") -> pd.Series:
    mine = (gaps["measure"] == measure) & (gaps["sex"] == sex) & (gaps["period_start"] == start)
    assert mine.sum() == 1
    return gaps[mine].iloc[0]


# Published figures, measured as docs/methods.md says (issue of the spine, "Must show").
@pytest.mark.parametrize(
    ("measure", "start", "column", "expected"),
    [
        ("north-v-knightsbridge", 2005, "gap_years", 14.0956),
        ("north-v-knightsbridge", 2005, "se_years", 2.3514),
        ("north-v-knightsbridge", 2005, "worse_years", 78.0044),
        ("north-v-knightsbridge", 2005, "better_years", 92.1),
        ("north-v-knightsbridge", 2010, "gap_years", 8.9178),
        ("north-v-knightsbridge", 2010, "se_years", 1.8250),
        ("north-v-south", 2005, "gap_years", 5.3078),
        ("north-v-south", 2005, "se_years", 0.5961),
        ("north-v-south", 2010, "gap_years", 2.9959),
        ("north-v-south", 2010, "se_years", 0.5547),
        ("church-street-v-knightsbridge", 2006, "worse_years", 77.5),
        ("church-street-v-knightsbridge", 2006, "better_years", 91.8),
    ],
)
def test_the_campaigns_figures_reproduce(
    gaps: pd.DataFrame, measure: str, start: int, column: str, expected: float
) -> None:
    assert row(gaps, measure, start)[column] == pytest.approx(expected, abs=1e-4)


def test_every_measure_has_every_window_for_both_sexes(gaps: pd.DataFrame) -> None:
    assert len(gaps) == 5 * 2 * 12
    assert (gaps["reason"] == "").all()
    assert gaps["gap_years"].notna().all()


def test_the_break_at_2002_06_starts_a_new_comparable_run(gaps: pd.DataFrame) -> None:
    by_segment = gaps.groupby("segment")["period_start"].agg(["min", "max"])
    assert by_segment.loc[1].tolist() == [1999, 2001]
    assert by_segment.loc[2].tolist() == [2002, 2010]


def test_a_pooled_side_agrees_with_the_plain_reference(
    westminster: tuple[Study, Inputs], gaps: pd.DataFrame
) -> None:
    loaded, inputs = westminster
    for sex in ("female", "male"):
        for start in (1999, 2005, 2010):
            figures = side_figures(loaded, inputs, loaded.side("north"), sex, start)
            value, error = pooled.pooled_value(*figures)
            found = row(gaps, "north-v-south", start, sex)
            assert found["worse_years"] == pytest.approx(value, abs=1e-6)
            width = found["worse_upper95_years"] - found["worse_lower95_years"]
            assert width == pytest.approx(2 * 1.959963984540054 * error, abs=2e-6)


def side_figures(
    loaded: Study, inputs: Inputs, codes: tuple[str, ...], sex: str, start: int
) -> tuple[list[float], list[float], list[float], list[float]]:
    """Values, limits and populations of areas, taken from the tables by plain loops."""
    values, lowers, uppers, populations = [], [], [], []
    for code in codes:
        published = inputs["life_expectancy"]
        at = published[
            (published["area_code"] == code)
            & (published["sex"] == sex)
            & (published["period_start"] == start)
            & (published["geography"] == "ward2011")
        ].iloc[0]
        residents = inputs["population_deaths"]
        counted = residents[residents["area_code"] == code]["population_persons"].dropna()
        values.append(float(at["life_expectancy_years"]))
        lowers.append(float(at["lower95_years"]))
        uppers.append(float(at["upper95_years"]))
        populations.append(sum(counted) / len(counted))
    return values, lowers, uppers, populations


def test_the_slope_agrees_with_the_plain_reference(
    westminster: tuple[Study, Inputs], gaps: pd.DataFrame
) -> None:
    loaded, inputs = westminster
    reference = inputs["area_reference"].sort_values("imd2010_average_score", ascending=False)
    codes = tuple(reference["area_code"])
    values, lowers, uppers, populations = side_figures(loaded, inputs, codes, "male", 2005)
    sii, intercept = inequality.slope_index(values, populations)
    errors = [pooled.se_from_interval(a, b) for a, b in zip(lowers, uppers, strict=True)]
    found = row(gaps, "slope", 2005)
    assert found["gap_years"] == pytest.approx(sii, abs=1e-6)
    assert found["worse_years"] == pytest.approx(intercept, abs=1e-6)
    assert found["se_years"] == pytest.approx(
        inequality.slope_index_se(errors, populations), abs=1e-6
    )
    assert found["relative_gap"] == pytest.approx(
        inequality.relative_index(sii, intercept), abs=1e-6
    )


def test_the_extremes_are_corrected_downward_and_the_naive_range_stands_beside(
    gaps: pd.DataFrame,
) -> None:
    found = gaps[gaps["measure"] == "extremes"]
    assert (found["gap_years"] < found["naive_gap_years"]).all()
    assert row(gaps, "extremes", 2005)["naive_gap_years"] == pytest.approx(18.3, abs=1e-9)
    assert gaps[gaps["measure"] != "extremes"]["naive_gap_years"].isna().all()


def test_a_single_area_side_keeps_its_published_interval_and_a_wide_one_is_flagged(
    gaps: pd.DataFrame,
) -> None:
    found = row(gaps, "church-street-v-knightsbridge", 2005)
    assert found["better_upper95_years"] - found["better_lower95_years"] > 4
    assert found["flags"] == "Q03"
    assert row(gaps, "north-v-south", 2005)["flags"] == ""


def test_what_a_figure_is_made_from_is_said(gaps: pd.DataFrame) -> None:
    basis = gaps.groupby("measure")["basis_code"].first().map(BASES)
    assert "approximation" in basis["north-v-south"]
    assert "approximation" in basis["north-v-knightsbridge"]
    assert basis["church-street-v-knightsbridge"] == "published values"


Edit = Callable[[pd.DataFrame, pd.Series], None]


def edited(westminster: tuple[Study, Inputs], code: str, columns: dict[str, float]) -> pd.DataFrame:
    """Gaps when one area's male figures of 2010-14 are others."""
    loaded, inputs = westminster
    frame = inputs["life_expectancy"].copy()
    mine = (frame["area_code"] == code) & (frame["sex"] == "male") & (frame["period_start"] == 2010)
    assert mine.sum() == 1
    for name, value in columns.items():
        frame.loc[mine, name] = value
    return measure_gaps(loaded, {**inputs, "life_expectancy": frame})


def test_a_withheld_area_withholds_every_gap_that_needs_it_with_a_reason(
    westminster: tuple[Study, Inputs],
) -> None:
    nothing = dict.fromkeys(("life_expectancy_years", "lower95_years", "upper95_years"), np.nan)
    gaps = edited(westminster, "E05000634", nothing)
    for measure in (
        "north-v-south",
        "north-v-knightsbridge",
        "church-street-v-knightsbridge",
        "extremes",
        "slope",
    ):
        found = row(gaps, measure, 2010)
        assert found["reason"] == "G01", measure
        assert np.isnan(found["gap_years"])
        assert np.isnan(found["se_years"])
        assert np.isnan(found["relative_gap"])
        assert row(gaps, measure, 2009)["reason"] == ""
    assert row(gaps, "north-v-south", 2010)["better_years"] == pytest.approx(83.378, abs=1e-3)
    assert row(gaps, "north-v-south", 2010, "female")["reason"] == ""


def test_a_side_wider_than_twenty_years_is_withheld(westminster: tuple[Study, Inputs]) -> None:
    wide = {"lower95_years": 79.0, "upper95_years": 99.5}
    found = row(edited(westminster, "E05000637", wide), "church-street-v-knightsbridge", 2010)
    assert found["reason"] == "S05"
    assert np.isnan(found["gap_years"])


def test_a_gap_does_not_depend_on_the_order_of_the_rows(
    westminster: tuple[Study, Inputs], gaps: pd.DataFrame
) -> None:
    loaded, inputs = westminster
    turned = {name: frame.iloc[::-1] for name, frame in inputs.items()}
    pd.testing.assert_frame_equal(measure_gaps(loaded, turned), gaps)


def with_scores(
    westminster: tuple[Study, Inputs], scores: Callable[[float], float]
) -> tuple[Study, Inputs]:
    loaded, inputs = westminster
    reference = inputs["area_reference"].copy()
    reference["imd2010_average_score"] = reference["imd2010_average_score"].map(scores)
    return loaded, {**inputs, "area_reference": reference}


def test_areas_with_the_same_deprivation_score_share_one_rank(
    westminster: tuple[Study, Inputs],
) -> None:
    """Weighted least squares at tied positions equals that of the tied areas' pooled values."""
    loaded, inputs = with_scores(
        westminster, lambda score: 30.0 if score > 25 else 20.0 if score > 19 else 10.0
    )
    found = row(measure_gaps(loaded, inputs), "slope", 2005)
    groups: dict[float, list[str]] = {}
    for area in inputs["area_reference"].itertuples():
        groups.setdefault(area.imd2010_average_score, []).append(area.area_code)
    pools, people = [], []
    for score in sorted(groups, reverse=True):
        figures = side_figures(loaded, inputs, tuple(groups[score]), "male", 2005)
        pools.append(pooled.pooled_value(*figures)[0])
        people.append(sum(figures[3]))
    sii, _ = inequality.slope_index(pools, people)
    assert found["gap_years"] == pytest.approx(sii, abs=1e-6)


def test_areas_that_are_all_alike_in_deprivation_have_no_slope(
    westminster: tuple[Study, Inputs],
) -> None:
    gaps = measure_gaps(*with_scores(westminster, lambda _: 20.0))
    found = gaps[gaps["measure"] == "slope"]
    assert (found["reason"] == "G02").all()
    assert found["gap_years"].isna().all()


def test_the_relative_gap_of_the_slope_has_an_interval(gaps: pd.DataFrame) -> None:
    found = gaps[gaps["measure"] == "slope"]
    assert (found["relative_lower95"] < found["relative_gap"]).all()
    assert (found["relative_gap"] < found["relative_upper95"]).all()
