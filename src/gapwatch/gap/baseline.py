"""Which window a measure is compared with: as the study says, or the first of our own figures."""

from __future__ import annotations

import pandas as pd

from gapwatch.codes import PROVISIONAL
from gapwatch.study import Measure, Period, Study


def settled(gaps: pd.DataFrame) -> pd.DataFrame:
    """Gaps without those of windows whose deaths are still coming in."""
    return gaps[~gaps["flags"].str.contains(rf"\b{PROVISIONAL}\b").astype(bool)]


def newest_run(gaps: pd.DataFrame) -> pd.DataFrame:
    """Windows after the last break, ascending."""
    newest: pd.DataFrame = gaps[gaps["segment"] == gaps["segment"].max()]
    ordered: pd.DataFrame = newest.sort_values(["period_end", "period_start"])
    return ordered


def baseline_period(
    study: Study, measure: Measure, gaps: pd.DataFrame, baselines: pd.DataFrame | None
) -> Period:
    """The baseline window of a measure: one for both sexes.

    Published figures: as the study says. Our own: what the study says of the measure; else the
    promise's window where the newest comparable run has its years, or `baselines` has it on the
    same base (a table in the shape of `gap`, of windows that are none of the trend); else the first
    whole window of that run, which is the first that is given for every sex. A promise that was
    made on other populations has its baseline nowhere in the run, and nothing is spliced to reach
    it (docs/methods.md, "What own figures are judged against"). A baseline that begins after the
    newest window isn't reached yet, and no earlier one stands for it.
    """
    asked = study.baseline_period(measure)
    decides = study.computed is not None and study.computed.decides
    if measure.baseline_period is not None or not decides or gaps.empty:
        return asked
    mine = gaps[gaps["measure"] == measure.id]
    run = newest_run(settled(mine))
    if run.empty or asked[0] > int(run["period_end"].max()):
        return asked
    for frame in (mine, baselines):
        if frame is not None and _holds(frame, measure, run["segment"].iloc[0], asked):
            return asked
    sexes = mine["sex"].nunique()
    given = run[run["reason"] == ""]
    windows = zip(given["period_end"], given["period_start"], strict=True)
    for end, start in sorted({(int(end), int(start)) for end, start in windows}):
        then = given[(given["period_end"] == end) & (given["period_start"] == start)]
        if then["sex"].nunique() == sexes:
            return start, end
    return asked


def _holds(frame: pd.DataFrame, measure: Measure, segment: int, period: Period) -> bool:
    return bool(
        (
            (frame["measure"] == measure.id)
            & (frame["segment"] == segment)
            & (frame["period_start"] == period[0])
            & (frame["period_end"] == period[1])
        ).any()
    )
