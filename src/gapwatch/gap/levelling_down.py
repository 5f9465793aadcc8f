"""How much of a narrowing is the better-off side getting worse, and what a verdict is called then.

A promise to close a gap isn't kept by shortening lives. So a good verdict that comes mainly from
that is never called by the name of a good one, anywhere: that is decided here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd

from gapwatch.contracts import LEVELLING_DOWN
from gapwatch.contracts.findings import LevellingDown
from gapwatch.gap.assessment import Judged
from gapwatch.tables import canonical

MOST = 0.5


def levels_down(item: Judged) -> bool | None:
    """Whether a gap gets smaller mainly because the better-off side clearly gets worse.

    Clearly: the 95% interval of that side's trend lies below zero. Mainly: the worse-off side
    doesn't clearly get better, or the better-off side's fall is at least half of the narrowing
    from the baseline window to the newest; where the series lacks one of these, of that of the
    trends. None where gap and sides have no trends.
    """
    found = item.assessment
    gap, worse, better = found.trend, found.worse_trend, found.better_trend
    if gap is None or worse is None or better is None:
        return None
    if better.upper >= 0 or gap.slope >= 0:
        return False
    if worse.lower <= 0:
        return True
    share = _share_since(item)
    return -better.slope / (worse.slope - better.slope) >= MOST if share is None else share >= MOST


def _share_since(item: Judged) -> float | None:
    """The better-off side's part of the narrowing since the baseline; None where it can't be told.

    Of a gap that didn't narrow from that window to the newest there is no part to tell.
    """
    given = item.windows[(item.windows["reason"] == "") & item.windows["gap_years"].notna()]
    spans = list(zip(given["period_start"], given["period_end"], strict=True))
    if item.baseline_period not in spans[:-1]:
        return None
    before, after = given.iloc[spans.index(item.baseline_period)], given.iloc[-1]
    worse, better = (
        float(after[f"{side}_years"]) - float(before[f"{side}_years"])
        for side in ("worse", "better")
    )
    return -better / (worse - better) if worse > better else None


def levelling_down(changes: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """The table `levelling_down`, from the tables `gap_change` and `gap`.

    One row a measure and sex whose gap narrowed while the better-off side got worse.
    """
    rows = [asdict(row) for row in _rows(changes, gaps)]
    frame = pd.DataFrame(rows, columns=list(LEVELLING_DOWN.names))
    return canonical(LEVELLING_DOWN, frame, LEVELLING_DOWN.name)


def _rows(changes: pd.DataFrame, gaps: pd.DataFrame) -> Iterator[LevellingDown]:
    for (measure, sex), mine in changes.groupby(["measure", "sex"], sort=True):
        totals = mine.groupby("side")["side_total_years"].first().astype("float64")
        worse, better = (float(totals.get(side, np.nan)) for side in ("worse", "better"))
        if not (better < 0 and worse + better < 0):
            continue
        first = mine.iloc[0]
        then = gaps[
            (gaps["measure"] == measure)
            & (gaps["sex"] == sex)
            & (gaps["period_start"] == first["to_start"])
            & (gaps["period_end"] == first["to_end"])
        ]["gap_years"].dropna()
        yield LevellingDown(
            measure=str(measure),
            sex=str(sex),
            **{name: int(first[name]) for name in ("from_start", "from_end", "to_start", "to_end")},
            year_ends=str(first["year_ends"]),
            narrowed_years=-(worse + better),
            by_better_years=-better,
            by_better_share=better / (worse + better),
            held_gap_years=float(then.iloc[0]) - better if len(then) else None,
        )
