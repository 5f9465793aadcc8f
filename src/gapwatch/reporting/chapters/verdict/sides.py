"""Whether life expectancy rose or fell on each side, by the trend through all windows."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gapwatch.gap.assessment import prior_of, series_of, settled
from gapwatch.gap.trend.sides import side_trends
from gapwatch.gap.trend.target import Series
from gapwatch.gap.trend.trajectory import gls_trend
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import Estimate
from gapwatch.reporting.language.numbers import SPACE, capital, interval, plain

# Years a year: at such a pace a decade changes less than most intervals are wide.
SLIGHT = 0.1
FEWEST = 3


@dataclass(frozen=True)
class Moves:
    """Change of each side's life expectancy in years a year; None where it isn't known."""

    worse: Estimate | None = None
    better: Estimate | None = None


def moves(case: Case) -> Moves:
    """Trends of both sides of the headline, over the windows that its verdict rests on."""
    newest, series = _run(case)
    windows, _ = series.checked()
    if len(windows) < FEWEST:
        return Moves()
    found = side_trends(series, windows, prior_of(case.study, newest))
    worse, better = (
        None if trend is None else Estimate(trend.slope, trend.lower, trend.upper)
        for trend in found
    )
    return Moves(worse, better)


def level(case: Case) -> float | None:
    """Where the line fitted through the gap stands in the middle of the newest window, years."""
    newest, series = _run(case)
    held, _ = series.checked()
    if len(held) < FEWEST:
        return None
    shocks = prior_of(case.study, newest).shock_sd
    return gls_trend(held.start, held.end, held.gap, held.se, lead=held.lead, shock_sd=shocks).level


def _run(case: Case) -> tuple[pd.DataFrame, Series]:
    """The headline's windows after the last break, those still coming in left out."""
    gaps = case.tables["gap"]
    mine = gaps[(gaps["measure"] == case.measure.id) & (gaps["sex"] == case.sexes[0])]
    mine = settled(mine.assign(**{name: mine[name].fillna("") for name in ("flags", "reason")}))
    newest = mine[mine["segment"] == mine["segment"].max()]
    newest = newest.sort_values(["period_end", "period_start"])
    return newest, series_of(newest)


def sign(trend: Estimate | None) -> int | None:
    """1 for a clear rise, -1 for a clear fall, 0 for neither; None where it isn't known."""
    if trend is None or trend.lower is None or trend.upper is None:
        return None
    return 1 if trend.lower > 0 else -1 if trend.upper < 0 else 0


def finding(found: Moves, worse: str, better: str) -> str:
    """Title of a chart of both sides: what is clear, and what is not; "" where nothing is."""
    signs = (sign(found.worse), sign(found.better))
    if None in signs or signs == (0, 0):
        return ""
    if signs[0] == signs[1]:
        return f"Life expectancy {'rose' if signs[0] == 1 else 'fell'} on both sides"
    verbs = {1: "rose", -1: "fell"}
    if 0 in signs:
        (way, moved), still = (
            ((signs[0], worse), better) if signs[0] else ((signs[1], better), worse)
        )
        return f"Life expectancy {verbs[way or 0]} in {moved}; no clear change in {still}"
    return (
        f"Life expectancy {verbs[signs[0] or 0]} in {worse} and {verbs[signs[1] or 0]} in {better}"
    )


def pace(trend: Estimate | None) -> tuple[str, str]:
    """` slightly` where the pace is small, and the pace with its interval in brackets."""
    if trend is None or trend.lower is None or trend.upper is None:
        return "", ""
    least, most = sorted((abs(trend.lower), abs(trend.upper)))
    slight = " slightly" if abs(trend.value) < SLIGHT else ""
    value = plain(abs(trend.value), 2)
    return slight, f" ({value}{SPACE}years a year, plausibly {interval(least, most, 2)})"


def who_moved(
    closing_by: str, worse: str, better: str, sex: str = "", found: Moves | None = None
) -> str:
    """Whose life expectancy moved while the gap narrowed; empty when nothing may be said.

    Only a move that the words call clear carries a pace.
    """
    found = found or Moves()
    lives = capital(f"{sex} life expectancy".strip())
    (low, at_worse), (high, at_better) = pace(found.worse), pace(found.better)
    sentences = {
        "worse-off side improving": f"{lives} rose{low} in {worse}{at_worse}. In {better} there is "
        "no clear change.",
        "worse-off side improving faster": f"{lives} rose on both sides, and faster in "
        f"{worse}{at_worse} than in {better}{at_better}.",
        "better-off side getting worse": f"The gap narrowed as life expectancy fell{high} in "
        f"{better}{at_better}. There is no clear rise in {worse}.",
        "better-off side getting worse faster": f"{lives} fell on both sides. The gap "
        f"narrowed as it fell faster in {better}{at_better} than in {worse}{at_worse}.",
        "worse-off side improving and better-off side getting worse": f"{lives} rose{low} in "
        f"{worse}{at_worse} and fell{high} in {better}{at_better}.",
        "neither side's own change is clear": "The figures cannot tell which side moved.",
    }
    return sentences.get(closing_by, "")
