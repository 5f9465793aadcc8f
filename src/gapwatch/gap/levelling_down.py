"""How much of a narrowing is the better-off side getting worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd

from gapwatch.contracts import LEVELLING_DOWN
from gapwatch.contracts.findings import LevellingDown
from gapwatch.tables import canonical


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
