"""Corrections change one cell, say why, and complain once the publisher says something else."""

from __future__ import annotations

import logging

import pandas as pd
import pytest

from gapwatch import study
from gapwatch.errors import StudyError, ValidationError
from gapwatch.project import Project
from gapwatch.snapshots import load
from gapwatch.sources.inputs import load_inputs

# The published figure of Abbey Road, females, 1999-2003 (Greater London Authority): 82.3.
CORRECTION = """
[[corrections]]
source = "ward-life-expectancy"
table = "life_expectancy"
column = "life_expectancy_years"
key = { geography = "ward2011", area_code = "E05000630", sex = "female", period_start = 1999, period_end = 2003 }
published = "82.3"
corrected = "82.4"
reason = "A slip of the pen, put right by the publisher's letter."
"""  # noqa: E501


def figure(project: Project, text: str) -> float:
    with project.study_file.open("a", encoding="utf-8") as file:
        file.write(text)
    loaded, _ = study.load(project.study_file)
    frame = load_inputs(project.raw, load(project.raw), loaded)["life_expectancy"]
    found: pd.DataFrame = frame[
        (frame["area_code"] == "E05000630")
        & (frame["sex"] == "female")
        & (frame["period_start"] == 1999)
    ]
    return float(found["life_expectancy_years"].iloc[0])


def test_without_a_correction_the_published_figure_stands(project: Project) -> None:
    assert figure(project, "") == 82.3


def test_a_correction_changes_its_cell(project: Project) -> None:
    assert figure(project, CORRECTION) == 82.4


def test_a_correction_of_what_is_not_published_any_more_is_refused(project: Project) -> None:
    with pytest.raises(ValidationError, match=r"82\.3") as caught:
        figure(project, CORRECTION.replace('published = "82.3"', 'published = "81.0"'))
    assert "corrections[1]" in caught.value.where


def test_a_correction_that_the_publisher_made_too_is_told_and_does_no_harm(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    text = CORRECTION.replace('"82.3"', '"81.0"').replace('"82.4"', '"82.3"')
    with caplog.at_level(logging.WARNING):
        assert figure(project, text) == 82.3
    assert "the correction can go" in caplog.text


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("E05000630", "E05999999", "corrections[1].key"),
        ("life_expectancy_years", "life_years", "corrections[1].column"),
        (', sex = "female"', "", "corrections[1].key"),
        ('"82.4"', '"about 82"', "corrections[1].corrected"),
    ],
)
def test_a_correction_that_fits_nothing_is_refused(
    project: Project, old: str, new: str, where: str
) -> None:
    with pytest.raises(StudyError) as caught:
        figure(project, CORRECTION.replace(old, new))
    assert where in caught.value.where
