"""Disclosure control of figures by age that rest on restricted deaths.

Bands that were put together until each has enough deaths would tell where they have too few: a band
that ends later than it could proves that a shorter one was short of deaths. So ages are told in
broad bands that are the same for all deaths. One with fewer than 5 deaths on a side is withheld,
and then another with it, as the parts of a gap add up to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapwatch.codes import DISCLOSURE
from gapwatch.counting.counts import BoolArray, FloatArray, IntArray
from gapwatch.counting.disclosure.bounds import LEAST_COUNT, rounded
from gapwatch.counting.disclosure.protect import TELLING_REASONS
from gapwatch.counting.disclosure.reconstruction import near, upward

BROAD_AGES = (0, 15, 40, 65, 80)
_LEAST_WITHHELD = 2
_SHARE_DECIMALS = 2
Ages = tuple[int, int | None]
_GROUP = ("measure", "sex", "side", "period_start", "period_end")


def broad_bands(age_starts: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of bands, first and one past the last, that begin in one of the broad bands.

    A band of ages is never split: one that begins in a broad band belongs to it. The last one is
    open, as the study's own top band is.
    """
    broad = np.searchsorted(BROAD_AGES, np.asarray(age_starts), side="right")
    firsts = np.flatnonzero(np.diff(broad, prepend=-1))
    return list(zip(firsts.tolist(), [*firsts[1:].tolist(), len(broad)], strict=True))


def withheld_bands(counts: FloatArray) -> BoolArray:
    """(B,) which of the bands of (B, C) counts may not be told.

    Those in which a count is below 5; and where that is one alone, the youngest other with it.
    """
    hidden = np.asarray((counts < LEAST_COUNT).any(axis=1))
    if hidden.sum() == 1 and len(hidden) >= _LEAST_WITHHELD:
        hidden[np.flatnonzero(~hidden)[0]] = True
    return hidden


def protect_ages(rows: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """The tables `age_contribution` and `gap_change` as they may be published.

    `rows` are theirs, and have in each column whose name starts with `deaths` a true count of the
    band: of each side, or of each window. `told` has a row for each of their groups, with the
    totals and the reason of the protected gap: these take the place of theirs, and where there is a
    reason every band has it. Years of a broad band are the sum of its parts, and so are its limits,
    which is wider than need be and never narrower; all to 0.1 year.
    """
    by = [name for name in _GROUP if name in rows]
    counted = [name for name in rows.columns if name.startswith("deaths")]
    own = rows.drop(columns=[name for name in told if name not in (*by, "reason")])
    joined = own.merge(told, on=by, how="left", suffixes=("", "_told"), validate="many_to_one")
    found: list[dict[str, object]] = []
    for _, group in joined.groupby(by, sort=False):
        bands = group.sort_values("age_start_years")
        runs = broad_bands(bands["age_start_years"].tolist())
        parts = [bands.iloc[first:last] for first, last in runs]
        counts = np.array([part[counted].sum().to_numpy(dtype=float) for part in parts])
        for part, few in zip(parts, withheld_bands(counts), strict=True):
            found.append(_band(part, few=bool(few)))
    kept = [name for name in rows if name not in counted]
    return pd.DataFrame(found, columns=kept).astype(
        {"age_start_years": "Int64", "age_end_years": "Int64"}
    )


def _band(part: pd.DataFrame, *, few: bool) -> dict[str, object]:
    """One row of a broad band; without figures where it has a reason."""
    row = {str(name): cell for name, cell in part.iloc[0].items()}
    reason = str(row["reason_told"] or row["reason"] or (DISCLOSURE if few else ""))
    summed = [
        name
        for name in ("contribution_years", "change_years", "lower95_years", "upper95_years")
        if name in row
    ]
    for name in summed:
        told = downward if "lower" in name else upward if "upper" in name else near
        row[name] = float(told(float(part[name].sum())))
    if reason:
        totals = [name for name in row if name == "gap_years" or name.startswith("side_")]
        row |= dict.fromkeys([*summed, *totals], np.nan)
    # Below 5 deaths nothing is told, so that no interval is too narrow.
    return {
        **row,
        "age_end_years": part["age_end_years"].iloc[-1],
        "flags": "",
        "reason": DISCLOSURE if reason in TELLING_REASONS else reason,
    }


def downward(years: FloatArray | float) -> FloatArray:
    """Lower limits as they are told: down to the next tenth."""
    return -upward(-years)


def tells_ages(deaths: FloatArray, age_starts: IntArray, ages: Ages) -> bool:
    """Whether a cut at these ages may be told: each run of ages that it sets apart has 5 deaths.

    `deaths` (K,) are those of the side; the runs are the ages before, within and after.
    """
    within = _within(age_starts, ages)
    runs = (within, ~within & (age_starts < ages[0]), ~within & (age_starts > ages[0]))
    return all(deaths[run].sum() >= LEAST_COUNT for run in runs if run.any())


def told_cut(
    cut: float, deaths: FloatArray, age_starts: IntArray, ages: Ages, years: float
) -> tuple[float, float]:
    """Share and deaths a year of a cut as they may be told.

    The share to 0.01. Its deaths follow from it and from the deaths at these ages to the nearest 5:
    to the nearest 5 themselves, and from 5 on.
    """
    share = np.round(cut, _SHARE_DECIMALS)
    saved = share * rounded(deaths[_within(age_starts, ages)].sum()) / years
    return float(share), float(rounded(saved)) if saved >= LEAST_COUNT else float("nan")


def _within(age_starts: IntArray, ages: Ages) -> BoolArray:
    first, last = ages
    return np.asarray((age_starts >= first) & (age_starts <= (np.inf if last is None else last)))
