"""What is missing and what jumps, as tables to be checked; what the checks found, as lines."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd

from gapwatch.contracts import AREA_REFERENCE, CHANGE, COVERAGE
from gapwatch.quality.gate import counted
from gapwatch.study import Study
from gapwatch.tables import canonical


def coverage(study: Study, inputs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a window and sex: how many of the study's areas are published, which are not.

    The windows are all from the first to the last of the vintage, a year apart, so a window that
    is missing as a whole is seen as well.
    """
    vintage = study.geography.vintage
    codes = [area.code for area in study.geography.areas]
    published = inputs["life_expectancy"]
    published = published[published["geography"] == vintage]
    withheld = published["life_expectancy_years"].isna()
    groups = _areas_by_window(published)
    hidden = _areas_by_window(published[withheld])
    starts = published["period_start"]
    width = int((published["period_end"] - starts).iloc[0])
    rows = []
    for sex, start in itertools.product(
        study.sexes, range(int(starts.min()), int(starts.max()) + 1)
    ):
        found = groups.get((sex, start, start + width), set())
        missing = [code for code in codes if code not in found]
        kept_back = [code for code in codes if code in hidden.get((sex, start, start + width), ())]
        rows.append(
            (
                vintage,
                sex,
                start,
                start + width,
                len(codes),
                len(codes) - len(missing),
                " ".join(missing),
                " ".join(kept_back),
            )
        )
    return canonical(COVERAGE, pd.DataFrame(rows, columns=list(COVERAGE.names)), "coverage")


def _areas_by_window(frame: pd.DataFrame) -> dict[Any, set[str]]:
    grouped = frame.groupby(["sex", "period_start", "period_end"])
    return {key: set(group["area_code"]) for key, group in grouped}


def change(study: Study, inputs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Change of each area from its earlier window to the next, never across a break."""
    frame = inputs["life_expectancy"]
    frame = frame[(frame["geography"] == study.geography.vintage)].dropna(
        subset=["life_expectancy_years"]
    )
    breaks = [rupture.first_period[0] for rupture in study.geography.breaks]
    segment = sum(((frame["period_start"] >= first).astype(int) for first in breaks), start=0)
    groups = frame.assign(segment=segment).groupby(["area_code", "sex", "segment"], sort=False)
    made = frame.assign(
        windows_since=groups["period_start"].diff(),
        change_years=groups["life_expectancy_years"].diff(),
    ).dropna(subset=["change_years"])
    return canonical(CHANGE, made, "change")


def told(validation: pd.DataFrame) -> list[str]:
    """A line for each expectation that isn't met, then one for each that nothing was checked by.

    A column of areas that no source gives, such as scores of another year, isn't told of: nothing
    is compared with it.
    """
    lines = [
        f"{row.suite}: not met: {row.expectation} "
        f"({counted(row.rows_unexpected, row.rows_checked)}: {row.examples})"
        for row in validation[validation["outcome"] == "not met"].itertuples()
    ]
    lines += [
        f"{row.suite}: not checked: {row.expectation} (nothing to compare it with)"
        for row in validation[validation["outcome"] == "not checked"].itertuples()
        if row.suite != AREA_REFERENCE.name
    ]
    return lines
