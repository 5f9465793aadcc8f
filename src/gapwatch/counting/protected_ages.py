"""What may be told of ages and cuts that rest on restricted deaths: made of the gap as told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwatch.codes import DISCLOSURE
from gapwatch.contracts import SEXES
from gapwatch.counting.counts import Counts, CountWindows, FloatArray
from gapwatch.counting.disclosure.bounds import LEAST_COUNT
from gapwatch.counting.disclosure.broad_ages import (
    broad_bands,
    downward,
    protect_ages,
    withheld_bands,
)
from gapwatch.counting.disclosure.reconstruction import Figures, near, stays_open, upward
from gapwatch.counting.gaps import BETTER, WORSE, gap_rows
from gapwatch.counting.life_tables import Tabled, tabled
from gapwatch.demography.decomposition import arriaga
from gapwatch.demography.life_table import life_table
from gapwatch.study import Measure, Study

_CONTRIBUTION = ["measure", "sex", "period_start", "period_end"]


@dataclass(frozen=True, eq=False)
class ProtectedGaps:
    """Gaps of a measure's baseline and newest windows as they may be told, a row for each sex.

    Either is empty where there is no such window. `shut` (2,) says by sex whether ages would tell
    deaths of one of the tables that they are made of.
    """

    before: pd.DataFrame
    newest: pd.DataFrame
    shut: tuple[bool, bool]

    def of(self, sex: str) -> tuple[pd.Series, pd.Series]:
        """The rows of one sex."""
        before, newest = (
            frame[frame["sex"] == sex].iloc[0] for frame in (self.before, self.newest)
        )
        return before, newest

    def reason(self, row: pd.Series) -> str:
        """Why no ages of a gap may be told; empty where they may."""
        return str(row["reason"]) or (DISCLOSURE if self.shut[SEXES.index(row["sex"])] else "")

    def reason_of_both(self, sex: str) -> str:
        """Why nothing that rests on both gaps may be told; empty where it may."""
        reasons = [self.reason(row) for row in self.of(sex)]
        return DISCLOSURE if DISCLOSURE in reasons else reasons[1] or reasons[0]


def told_gaps(
    study: Study, measure: Measure, counts: Counts, before: CountWindows, newest: CountWindows
) -> ProtectedGaps:
    """The gaps of both windows from restricted counts of the two sides."""
    spans = {
        (int(of.start[0]), int(of.end[0])): tabled(counts, of)
        for of in (before, newest)
        if len(of.start)
    }
    made = [spans[span] for span in sorted(spans)]
    rows = [
        gap_rows(study, measure, spans[int(of.start[0]), int(of.end[0])])
        if len(of.start)
        else pd.DataFrame()
        for of in (before, newest)
    ]
    return ProtectedGaps(rows[0], rows[1], shut=(_shut(made, 0), _shut(made, 1)))


def _shut(made: Sequence[Tabled], sex: int) -> bool:
    """Whether some table is no longer safe (`stays_open`) once the ages of all of them are told.

    For each table the others are taken as known: those of the other side in its window, and of its
    own side in the other window.
    """
    for at, one in enumerate(made):
        if one.steps is None or np.isnan(one.steps[:, sex]).any():
            # Nothing of this window is told; what else is tells of it alone.
            continue
        for side, opposite in ((WORSE, BETTER), (BETTER, WORSE)):
            others = [_OtherTable(*_of(one, opposite, sex), first=side == BETTER)]
            others += [
                _OtherTable(*_of(other, side, sex), first=place < at)
                for place, other in enumerate(made)
                if place != at
            ]
            ages = one.counts.age_starts.astype(np.float64)
            step, mine = float(one.steps[side, sex, 0]), _of(one, side, sex)
            if not stays_open(*mine, ages, step, _figures(*mine, ages, others)):
                return True
    return False


@dataclass(frozen=True, eq=False)
class _OtherTable:
    """Deaths and person-years (K,) of what a table is held against; `first` comes before it."""

    deaths: FloatArray
    people: FloatArray
    first: bool


def _of(made: Tabled, side: int, sex: int) -> tuple[FloatArray, FloatArray]:
    return made.windows.deaths[side, sex, 0], made.windows.person_years[side, sex, 0]


def _figures(
    truth: FloatArray, people: FloatArray, ages: FloatArray, others: Sequence[_OtherTable]
) -> Figures:
    """Years that broad bands of ages add between a table and each of the others, as far as told."""
    firsts = [first for first, _ in broad_bands(ages.tolist())]
    told = np.array(
        [
            ~withheld_bands(np.add.reduceat(np.stack([truth, other.deaths], axis=1), firsts))
            for other in others
        ]
    )
    shown = np.flatnonzero(told.any(axis=0))
    tables = [life_table(other.deaths, other.people, ages) for other in others]

    def figures(deaths: FloatArray) -> FloatArray:
        mine = life_table(deaths, np.broadcast_to(people, deaths.shape), ages)
        years = np.concatenate(
            [
                np.add.reduceat(
                    arriaga(*((table, mine) if other.first else (mine, table))), firsts, axis=-1
                )[:, kept]
                for other, table, kept in zip(others, tables, told, strict=True)
            ],
            axis=1,
        )
        few = np.add.reduceat(deaths, firsts, axis=1)[:, shown] < LEAST_COUNT
        return np.where(few.any(axis=1, keepdims=True), np.nan, years)

    return figures


def told_contributions(rows: pd.DataFrame, gaps: Sequence[ProtectedGaps]) -> pd.DataFrame:
    """The table `age_contribution` from its rows with their deaths: see `protect_ages`."""
    every = [
        frame.assign(reason=[told.reason(row) for _, row in frame.iterrows()])
        for told in gaps
        for frame in (told.before, told.newest)
        if len(frame)
    ]
    kept = pd.concat(every).drop_duplicates(_CONTRIBUTION)
    return protect_ages(rows, kept[[*_CONTRIBUTION, "gap_years", "reason"]])


def told_changes(rows: pd.DataFrame, gaps: Sequence[ProtectedGaps]) -> pd.DataFrame:
    """The table `gap_change` from its rows with their deaths: see `protect_ages`.

    A side's total is the difference of its two life expectancies as told, and its limits are made
    of their intervals.
    """
    totals = [
        _change(told, str(sex), side)
        for told in gaps
        if len(told.before) and len(told.newest)
        for sex in told.newest["sex"]
        for side in ("worse", "better")
    ]
    return protect_ages(rows, pd.DataFrame(totals))


def _change(told: ProtectedGaps, sex: str, side: str) -> dict[str, object]:
    before, newest = told.of(sex)
    longer = newest[f"{side}_years"] - before[f"{side}_years"]
    total = near(-longer if side == "worse" else longer)
    half = np.hypot(
        *(
            (row[f"{side}_upper95_years"] - row[f"{side}_lower95_years"]) / 2
            for row in (before, newest)
        )
    )
    return {
        "measure": newest["measure"],
        "sex": sex,
        "side": side,
        "side_total_years": float(total),
        "side_lower95_years": float(downward(total - half)),
        "side_upper95_years": float(upward(total + half)),
        "reason": told.reason_of_both(sex),
    }
