"""Our life expectancy beside what is published of the same areas, sexes and years.

Both tell of the same deaths and residents, so they differ by rounding and by the age at which the
table is closed. Ages in each other's place, which leave counts that a place may have, show here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapwatch.contracts import CALENDAR_YEAR, SEXES
from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import Counts, FloatArray, period
from gapwatch.demography.life_table import life_table

# Ages from which on publishers keep the oldest in one band: 85 (GLA, ONS before 2016) and 90.
CLOSED_FROM = (85, 90, 95)
# One value in twenty may be apart for reasons of its own, such as a correction or a joined area;
# ages in each other's place move those of every area in every window with the year.
FEW = 0.05
_SHARE = 1e-9


def unlike_published(
    counted: Counted, published: pd.DataFrame, place: str, vintage: str, tolerance: float
) -> tuple[list[str], int]:
    """Published values that ours miss by more than `tolerance` years, the furthest first.

    None where they are one in twenty or fewer: each of those stands in the table `reproduction`.

    `published` is the table `life_expectancy`, `place` the code of the whole place. Compared are
    areas of the study's vintage and the place, over calendar years that are all counted on one base
    and complete; the second result is how many. Publishers close their tables at 85 or at 90, and
    seldom say so: of the ages that the counts allow, the one with the fewest misses is taken for
    all. Of restricted deaths none is named.
    """
    own, whole = counted.levels[vintage], counted.borough
    if own.year_ends != CALENDAR_YEAR:
        return [], 0
    known = published.dropna(subset=["life_expectancy_years"])
    mine = known[(known["geography"] == vintage) & known["area_code"].isin(own.areas)]
    # The place stands under whatever kind of area its publisher calls it.
    rows = pd.concat([mine, known[known["area_code"] == place]])
    rows = rows.drop_duplicates(["area_code", "sex", "period_start", "period_end"])
    tops = [age for age in CLOSED_FROM if age in own.age_starts] or [int(own.age_starts[-1])]
    found = np.concatenate([_ours(rows, own, tops), _ours(rows, whole, tops, only=place)], axis=1)
    told = pd.concat([rows, rows])
    value = told["life_expectancy_years"].to_numpy(dtype=np.float64)
    apart = found - value
    compared = np.isfinite(apart[0])
    missed = np.abs(apart) > tolerance + _SHARE
    best = int(np.argmin(missed.sum(axis=1)))
    odd = np.flatnonzero(missed[best])
    odd = odd[np.argsort(-np.abs(apart[best, odd]), kind="stable")]
    if len(odd) <= FEW * compared.sum():
        return [], int(compared.sum())
    if own.restricted:
        return [f"{len(odd)} of {compared.sum()}"], int(compared.sum())
    return [
        f"{row.area_code}, {row.sex}, {row.period_start} to {row.period_end}: "
        f"{found[best, at]:.2f} years, {row.life_expectancy_years:.1f} published"
        for at, row in zip(odd, told.iloc[odd].itertuples(), strict=True)
    ], int(compared.sum())


def _ours(rows: pd.DataFrame, counts: Counts, tops: list[int], only: str = "") -> FloatArray:
    """(T, N) life expectancy at birth by age of closing and row; NaN where we have none."""
    found = np.full((len(tops), len(rows)), np.nan)
    area = {only: 0} if only else {code: at for at, code in enumerate(counts.areas)}
    keys = zip(
        rows["area_code"], rows["sex"], rows["period_start"], rows["period_end"], strict=True
    )
    tables: dict[tuple[int, int], FloatArray | None] = {}
    for at, (code, sex, start, end) in enumerate(keys):
        span = int(start), int(end)
        if code not in area:
            continue
        if span not in tables:
            tables[span] = _expectancy(counts, span, tops)
        table = tables[span]
        if table is not None:
            found[:, at] = table[:, area[code], SEXES.index(sex)]
    return found


def _expectancy(counts: Counts, span: tuple[int, int], tops: list[int]) -> FloatArray | None:
    """(T, A, 2) by age of closing; None where the years aren't all counted, or are still open."""
    window = period(counts, *span)
    if not len(window.start) or window.provisional.any():
        return None
    by_top = []
    for top in tops:
        keep = int(np.searchsorted(counts.age_starts, top))
        starts = counts.age_starts[: keep + 1]
        dead, people = (
            np.concatenate([a[:, :, 0, :keep], a[:, :, 0, keep:].sum(-1, keepdims=True)], axis=-1)
            for a in (window.deaths, window.person_years)
        )
        by_top.append(life_table(dead, people, starts).e[..., 0])
    return np.stack(by_top)
