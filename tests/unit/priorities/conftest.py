"""The shipped study's priorities, computed once, and ways to break what they are made of."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from gapwatch import snapshots
from gapwatch import study as study_file
from gapwatch.priorities.tables import priorities
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import Study

Frames = dict[str, pd.DataFrame]
Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="session")
def study(shipped: Project) -> Study:
    return study_file.load(shipped.study_file)[0]


@pytest.fixture(scope="session")
def inputs(shipped: Project, study: Study) -> Frames:
    snapshot = snapshots.load(shipped.raw, snapshots.ids(shipped.raw, "")[-1])
    return load_inputs(shipped.raw, snapshot, study)


@pytest.fixture(scope="session")
def made(study: Study, inputs: Frames) -> Frames:
    return priorities(study, inputs, None)


@pytest.fixture
def made_of(study: Study, inputs: Frames) -> Callable[..., Frames]:
    """The tables from figures that were changed, of one indicator that may be changed too."""

    def make(indicator: str, change: Change | None = None, **keys: object) -> Frames:
        one = next(each for each in study.indicators if each.id == indicator)
        only = study.model_copy(
            update={
                "indicators": (type(one).model_validate({**one.model_dump(), **keys}),),
                "localities": None,
            }
        )
        figures = inputs["area_figure"].copy()
        changed = figures if change is None else change(figures)
        return priorities(only, {**inputs, "area_figure": changed}, None)

    return make
