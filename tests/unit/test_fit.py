"""A study and the data must fit, and what doesn't is refused before anything is measured."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from gapwatch import snapshots, study
from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.project import Project
from gapwatch.sources.fits_study import require_fit
from gapwatch.sources.inputs import load_inputs

Inputs = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def inputs(shipped: Project) -> Inputs:
    loaded, _ = study.load(shipped.study_file)
    return load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)


def refusal(project: Project, inputs: Inputs, kind: type[GapwatchError]) -> GapwatchError:
    loaded, _ = study.load(project.study_file)
    with pytest.raises(kind) as caught:
        require_fit(loaded, inputs, known_in=2026)
    return caught.value


def edit(project: Project, old: str, new: str) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    assert old in text
    project.study_file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_shipped_study_fits(shipped: Project, inputs: Inputs) -> None:
    loaded, _ = study.load(shipped.study_file)
    require_fit(loaded, inputs, known_in=2026)


def test_a_baseline_before_the_break_is_refused(project: Project, inputs: Inputs) -> None:
    edit(project, "baseline_period = [2005, 2009]", "baseline_period = [1999, 2003]")
    error = refusal(project, inputs, StudyError)
    assert "2002 to 2006" in error.expected
    assert error.found == "1999 to 2003"


def test_a_break_where_there_is_no_window_is_refused(project: Project, inputs: Inputs) -> None:
    edit(project, "first_period = [2002, 2006]", "first_period = [2002, 2007]")
    assert "geography.breaks[1]" in refusal(project, inputs, StudyError).where


def test_a_window_that_ends_after_the_snapshot_is_refused(shipped: Project, inputs: Inputs) -> None:
    loaded, _ = study.load(shipped.study_file)
    with pytest.raises(ValidationError, match="2010 to 2014"):
        require_fit(loaded, inputs, known_in=2013)


def changed(inputs: Inputs, table: str, change: Callable[[pd.DataFrame], None]) -> Inputs:
    frame = inputs[table].copy()
    change(frame)
    return {**inputs, table: frame}


def test_an_interval_without_a_width_is_refused(shipped: Project, inputs: Inputs) -> None:
    def flatten(frame: pd.DataFrame) -> None:
        mine = (frame["area_code"] == "E05000634") & (frame["period_start"] == 2005)
        for limit in ("lower95_years", "upper95_years"):
            frame.loc[mine, limit] = frame.loc[mine, "life_expectancy_years"]

    error = refusal(shipped, changed(inputs, "life_expectancy", flatten), ValidationError)
    assert "E05000634 female 2005 to 2009" in error.where


@pytest.mark.parametrize("value", [pd.NA, 0])
def test_an_area_without_residents_is_refused(
    shipped: Project, inputs: Inputs, value: object
) -> None:
    def empty(frame: pd.DataFrame) -> None:
        frame.loc[frame["area_code"] == "E05000634", "population_persons"] = value

    error = refusal(shipped, changed(inputs, "population_deaths", empty), ValidationError)
    assert "E05000634 (Church Street)" in error.where


def test_an_area_without_the_chosen_deprivation_score_is_refused(
    project: Project, inputs: Inputs
) -> None:
    def blank(frame: pd.DataFrame) -> None:
        frame.loc[frame["area_code"] == "E05000634", "imd2007_average_score"] = float("nan")

    edit(project, "imd2010_average_score", "imd2007_average_score")
    error = refusal(project, changed(inputs, "area_reference", blank), ValidationError)
    assert "imd2007_average_score" in error.expected


def counted(inputs: Inputs, years: range, month: str = "") -> Inputs:
    """The shipped tables without figures for wards, and deaths and residents of some years."""
    rows = pd.DataFrame({"geography": "lsoa2011", "area_code": "E01000001", "year": [*years]})
    published = inputs["life_expectancy"]
    return {
        **inputs,
        "life_expectancy": published[published["geography"] != "ward2011"],
        "deaths": rows.assign(month=month),
        "population": rows,
    }


def deciding(shipped: Project) -> study.Study:
    loaded, _ = study.load(shipped.study_file)
    level = study.Level(geography="ward2011", paths={"lsoa2011": ("lsoa2011-to-ward2011",)})
    own = study.Computed(decides=True, bases=("census2021",), levels=(level,))
    return loaded.model_copy(update={"computed": own})


def test_where_own_life_tables_decide_nothing_need_be_published_for_the_areas(
    shipped: Project, inputs: Inputs
) -> None:
    require_fit(deciding(shipped), counted(inputs, range(2001, 2026)), known_in=2026)


@pytest.mark.parametrize("years", [range(2006, 2026), range(2001, 2009)])
def test_a_measures_own_baseline_must_then_lie_in_years_with_deaths_and_residents(
    shipped: Project, inputs: Inputs, years: range
) -> None:
    study = deciding(shipped)
    first, *others = study.measures
    named = (first.model_copy(update={"baseline_period": (2005, 2009)}), *others)
    with pytest.raises(StudyError, match=f"{years[0]} to {years[-1]}") as caught:
        require_fit(
            study.model_copy(update={"measures": named}), counted(inputs, years), known_in=2026
        )
    assert caught.value.found == "2005 to 2009"
    assert f"({first.id}).baseline_period" in caught.value.where


def test_the_promises_baseline_may_be_of_years_that_own_figures_do_not_have(
    shipped: Project, inputs: Inputs
) -> None:
    require_fit(deciding(shipped), counted(inputs, range(2012, 2026)), known_in=2026)


@pytest.mark.parametrize(
    ("month", "found"), [("", "a count of the whole year"), ("12", "a count of December")]
)
def test_a_year_that_was_not_over_is_never_taken_for_a_whole_one(
    shipped: Project, inputs: Inputs, month: str, found: str
) -> None:
    frames = counted(inputs, range(2001, 2027), month)
    with pytest.raises(ValidationError, match="deaths, lsoa2011, 2026") as caught:
        require_fit(deciding(shipped), frames, known_in=2026)
    assert caught.value.found == found
    require_fit(deciding(shipped), frames, known_in=2027)
    require_fit(deciding(shipped), counted(inputs, range(2001, 2027), "11"), known_in=2026)
