"""From gaps to verdicts: what the study says is what the statistics are given."""

from __future__ import annotations

import pandas as pd
import pytest

from gapwatch import snapshots, study
from gapwatch.gap.assessment import Judged, judge, prior_of
from gapwatch.gap.evidence import series
from gapwatch.gap.measures import measure_gaps
from gapwatch.gap.robustness import robustness
from gapwatch.gap.verdict_table import trajectory_table, verdict_table
from gapwatch.project import Project
from gapwatch.reporting.language.labels import with_words
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import Study

Inputs = dict[str, pd.DataFrame]
RECENT = 2016  # a release for which the shipped windows are not too old


@pytest.fixture(scope="module")
def westminster(shipped: Project) -> tuple[Study, Inputs, pd.DataFrame]:
    loaded, _ = study.load(shipped.study_file)
    inputs = load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)
    return loaded, inputs, measure_gaps(loaded, inputs)


@pytest.fixture(scope="module")
def judged(westminster: tuple[Study, Inputs, pd.DataFrame]) -> list[Judged]:
    loaded, _, gaps = westminster
    return judge(loaded, gaps, RECENT)


def primary(judged: list[Judged]) -> Judged:
    return next(item for item in judged if item.measure.primary and item.sex == "male")


def with_shocks(loaded: Study, shocks: dict[int, float]) -> Study:
    rules = loaded.projection.model_copy(update={"shocks": shocks})
    return loaded.model_copy(update={"projection": rules})


def test_only_windows_after_the_newest_break_are_judged(judged: list[Judged]) -> None:
    for item in judged:
        assert item.windows["period_start"].min() == 2002
        assert item.assessment.windows_used == 9


def test_the_ratio_is_held_to_the_same_promise(judged: list[Judged]) -> None:
    """Halving: 1.1807 at the baseline (92.1 / 78.0044) is to become 1.0904."""
    relative = primary(judged).relative
    assert relative is not None
    assert relative.baseline == pytest.approx(92.1 / 78.0044, abs=1e-5)
    assert relative.target == pytest.approx(1 + (92.1 / 78.0044 - 1) / 2, abs=1e-5)
    projection = relative.assessment.projection
    absolute = primary(judged).assessment.projection
    assert projection is not None
    assert absolute is not None
    # A worse-off side that lives longer makes the same gap a smaller ratio.
    assert projection.mean < absolute.mean
    assert projection.p_target > absolute.p_target
    row = verdict_table([primary(judged)]).iloc[0]
    assert row["p_target_relative"] == pytest.approx(projection.p_target, abs=1e-6)


def test_a_measure_whose_ratio_has_no_interval_has_no_relative_verdict(
    judged: list[Judged],
) -> None:
    for item in judged:
        assert (item.relative is None) == (item.measure.kind == "extremes")
    table = verdict_table(judged)
    extremes = table[table["measure"] == "extremes"]
    assert (extremes["relative_verdict"] == "").all()
    assert extremes["p_target_relative"].isna().all()


def test_a_shock_counts_only_where_a_window_covers_its_year(
    westminster: tuple[Study, Inputs, pd.DataFrame], judged: list[Judged]
) -> None:
    loaded, _, gaps = westminster
    windows = primary(judged).windows
    shocked = with_shocks(loaded, {2012: 2.0, 2020: 2.0})
    assert prior_of(shocked, windows).shock_sd == {2012: 2.0}
    assert prior_of(loaded, windows).shock_sd is None
    other = primary(judge(shocked, gaps, RECENT)).assessment.projection
    plain = primary(judged).assessment.projection
    assert other is not None
    assert plain is not None
    assert other.sd > plain.sd  # to set a year aside costs certainty
    far = primary(judge(with_shocks(loaded, {2020: 2.0}), gaps, RECENT)).assessment.projection
    assert far is not None
    assert far.mean == plain.mean


def test_the_headlines_alternatives_name_the_other_measures(
    westminster: tuple[Study, Inputs, pd.DataFrame], judged: list[Judged]
) -> None:
    loaded, inputs, _ = westminster
    found = robustness(series(loaded, inputs), judged, RECENT)["sensitivity"]
    found = with_words("sensitivity", found, loaded)
    mine = found[(found["measure"] == "north-v-knightsbridge") & (found["sex"] == "male")]
    others = mine[mine["choice"].str.startswith("measured as: ")]
    assert len(others) == 4
    south = others[others["choice"].str.contains("rest of the borough")].iloc[0]
    assert south["by_numbers"] == "on track"
    assert south["flips"]
    assert not found[found["measure"] == "slope"]["choice"].str.startswith("measured as").any()


def test_the_paths_lead_from_the_first_comparable_year_to_the_deadline(
    judged: list[Judged],
) -> None:
    table = trajectory_table(judged)
    for _, path in table.groupby(["measure", "sex"]):
        assert path["year"].tolist() == list(range(2002, 2036))
        assert path.loc[path["year"] == 2014, "is_projected"].tolist() == [False]
        assert path.loc[path["year"] == 2015, "is_projected"].tolist() == [True]
        end = path[path["year"] == 2035].iloc[0]
        base = path[path["year"] == 2007].iloc[0]
        assert end["target_line_years"] == pytest.approx(base["target_line_years"] / 2, abs=1e-6)
