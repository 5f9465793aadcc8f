"""Several versions of a promise: the newest stated by the day decides, each is judged by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from gapwatch import snapshots, study
from gapwatch.errors import StudyError
from gapwatch.gap.assessment import judge
from gapwatch.gap.evidence import Series, series
from gapwatch.gap.promise_history import promise_versions
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import Study
from gapwatch.study.promise import Promise, in_force, newest

RECENT = 2016


def told(loaded: Study, *changes: dict[str, Any]) -> Study:
    """The study with these versions of its promise, read as a file would be."""
    one = loaded.promise.model_dump(mode="json")
    content = loaded.model_dump(mode="json") | {"promises": [one | change for change in changes]}
    content.pop("promise")
    return Study.model_validate(content)


HALVE = {"stated_on": "2017", "share_of_baseline": 0.5, "deadline_year": 2030}
CLOSE = {
    "stated_on": "2022-11",
    "share_of_baseline": 0.0,
    "deadline_year": 2035,
    "made_by": "the successor",
}


@pytest.fixture(scope="module")
def loaded(shipped: Project) -> Study:
    found, _ = study.load(shipped.study_file)
    return found


@pytest.fixture(scope="module")
def measured(loaded: Study, shipped: Project) -> Series:
    """Both versions, and the shipped figures."""
    both = told(loaded, HALVE, CLOSE)
    return series(both, load_inputs(shipped.raw, snapshots.load(shipped.raw), both))


@pytest.fixture(scope="module")
def table(measured: Series) -> pd.DataFrame:
    return promise_versions(measured, RECENT)


def test_the_newest_version_that_was_stated_by_the_day_is_in_force(loaded: Study) -> None:
    both = told(loaded, CLOSE, HALVE)
    assert both.promise.share_of_baseline == 0
    later = both.known_at(dt.date(2026, 1, 1))
    assert (later.promise.made_by, len(later.promises)) == ("the successor", 2)
    # A month is over before it is sure that something was stated in it.
    earlier = both.known_at(dt.date(2022, 11, 29))
    assert (earlier.promise.share_of_baseline, len(earlier.promises)) == (0.5, 1)
    assert both.known_at(dt.date(2022, 11, 30)).promise.share_of_baseline == 0
    with pytest.raises(StudyError, match="stated by 2017-12-30"):
        both.known_at(dt.date(2017, 12, 30))


def test_a_study_with_one_promise_is_as_it_was(loaded: Study) -> None:
    assert loaded.known_at(dt.date(2009, 1, 1)) is loaded
    content = {"promise": {"sex": "male"}}
    assert in_force(content, dt.date(2000, 1, 1)) == {"sex": "male"}


def test_a_site_takes_the_sex_of_the_version_of_its_day() -> None:
    content = {
        "promises": [
            {"sex": "female", "stated_on": dt.date(2022, 11, 3)},
            {"sex": "male", "stated_on": 2017},
        ]
    }
    assert in_force(content, dt.date(2022, 11, 2))["sex"] == "male"
    assert in_force(content, dt.date(2022, 11, 3))["sex"] == "female"
    assert newest(content["promises"])["sex"] == "female"


def test_each_version_is_judged_as_if_it_alone_had_been_made(
    loaded: Study, measured: Series, table: pd.DataFrame
) -> None:
    assert table["stated_on"].tolist() == ["2017", "2022-11"]
    assert table["in_force"].tolist() == [False, True]
    for row, change in zip(table.to_dict("records"), (HALVE, CLOSE), strict=True):
        promise = Promise.model_validate(loaded.promise.model_dump(mode="json") | change)
        alone = measured.study.model_copy(update={"promise": promise, "promises": ()})
        found = next(
            item
            for item in judge(alone, measured.gaps, RECENT, measured.baselines)
            if item.measure.primary and item.sex == "male"
        )
        assert row["verdict"] == found.assessment.verdict
        assert row["p_target"] == pytest.approx(found.assessment.p_target, abs=1e-6)
        assert found.target is not None
        assert row["target_gap_years"] == pytest.approx(found.target.gap_years, abs=1e-6)
        assert row["target_year"] == change["deadline_year"]
    halved, closed = table["target_gap_years"]
    # 14.096 is the published gap of 2005-09 (docs/methods.md, measures).
    assert halved == pytest.approx(7.048, abs=5e-4)
    assert closed == 0
    assert table["p_target"].iloc[1] < table["p_target"].iloc[0]


def test_a_version_of_another_sex_or_baseline_is_refused_by_name(measured: Series) -> None:
    promise = measured.study.promise
    lost = promise.model_copy(update={"baseline_period": (1950, 1954), "stated_on": "2001"})
    both = measured.study.model_copy(update={"promises": (lost, promise)})
    row = promise_versions(replace(measured, study=both), RECENT).iloc[0]
    assert (row["verdict"], row["reason_code"]) == ("cannot calculate", "V05")
    other = promise.model_copy(update={"sex": "persons", "stated_on": "2001"})
    both = measured.study.model_copy(update={"promises": (other, promise)})
    gaps = measured.gaps
    row = next(_rows(replace(measured, study=both, gaps=gaps)))
    assert (row.verdict, row.reason_code) == ("cannot calculate", "V01")


def _rows(found: Series) -> Any:
    from gapwatch.gap import promise_history

    versions = sorted(found.study.promises, key=lambda one: one.stated_by)
    return promise_history._rows(found, versions, RECENT)


def test_one_version_has_no_table(loaded: Study, measured: Series) -> None:
    alone = replace(measured, study=told(loaded, HALVE))
    assert promise_versions(alone, RECENT).empty
