"""The same series had the residents been counted otherwise: what the estimates may be off by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from gapwatch.codes import LONGER_WINDOWS, RESIDENTS_BOTH, RESIDENTS_GROWING, RESIDENTS_WORSE, Coded
from gapwatch.counting.counts import Counts, CountWindows, period, windows
from gapwatch.counting.gaps import BETTER, WORSE, gap_rows, sided, two_sides
from gapwatch.counting.life_tables import tabled
from gapwatch.gap.assessment import Judged, series_of, settled
from gapwatch.gap.evidence import Series
from gapwatch.gap.trend.target import ComparableSeries as Run
from gapwatch.gap.trend.target import Target

# Estimates between censuses are least sure of young adults, who move and don't register, and of
# the oldest: factor, first and last age, the last None for all later ages (docs/methods.md).
CHANGES: tuple[tuple[float, int, int | None], ...] = (
    (1.15, 20, 44),
    (0.85, 20, 44),
    (1.05, 80, None),
    (0.95, 80, None),
)
# A constant error moves every window alike and hardly the slope; one that grows with the years
# since the census moves both.
CASES: tuple[tuple[str, tuple[int, ...]], ...] = (
    (RESIDENTS_BOTH, (WORSE, BETTER)),
    (RESIDENTS_WORSE, (WORSE,)),
    (RESIDENTS_GROWING, (WORSE,)),
)


def other_populations(of: Series, item: Judged) -> dict[Coded, tuple[Run, Target]]:
    """Series and target of one measure and sex under each change of the residents.

    Empty unless the study's own life tables decide, on deaths that aren't restricted, and the
    measure has two sides and a target. Where the windows are shorter than the longest that the
    study allows, the same residents in those as well: life expectancy from few deaths is too high.
    Windows are those that were judged; the target follows the baseline, which moves as well. Ages
    that no bands begin and end with are left out: a row under their name would be of others.
    """
    rules = of.study.computed
    if of.counted is None or rules is None or not rules.decides:
        return {}
    if item.target is None or item.windows.empty or item.measure not in sided(of.study):
        return {}
    own = of.counted.levels[of.study.geography.vintage]
    if own.restricted:
        # Each further reading of the same deaths would help to solve for them.
        return {}
    counts = two_sides(of.study, item.measure, own)
    first, length = int(item.windows["period_start"].min()), _length(item)
    found = {choice: _run(of, item, changed, length) for choice, changed in _changed(counts, first)}
    longest = max(rules.side_window_years)
    if longest > length:
        found[Coded.of(LONGER_WINDOWS, years=longest, made=length)] = _run(
            of, item, counts, longest
        )
    return {choice: made for choice, made in found.items() if made is not None}


def _length(item: Judged) -> int:
    """Years of the windows that were judged."""
    newest = item.windows.iloc[-1]
    return int(newest["period_end"] - newest["period_start"]) + 1


def _changed(counts: Counts, first_judged: int) -> Iterator[tuple[Coded, Counts]]:
    starts = set(counts.age_starts.tolist())
    last_year = int(counts.years[-1])
    since = (counts.years - first_judged) / max(last_year - first_judged, 1)
    growth = np.clip(since, 0.0, 1.0)[None, None, :, None]
    for code, sides in CASES:
        grows = code == RESIDENTS_GROWING
        for factor, first, last in CHANGES:
            if not {first, *([] if last is None else [last + 1])} <= starts:
                continue
            people = counts.person_years.copy()
            more_or_fewer = counts.scaled(factor, first, last).person_years - people
            people[list(sides)] += (more_or_fewer * (growth if grows else 1.0))[list(sides)]
            ages = {"from_age": first} | ({} if last is None else {"to_age": last})
            since_when = {"first": first_judged, "last": last_year} if grows else {}
            choice = Coded.of(code, factor=factor, **ages, **since_when)
            yield choice, replace(counts, person_years=people)


def _run(of: Series, item: Judged, counts: Counts, length: int) -> tuple[Run, Target] | None:
    if item.target is None:
        return None

    def told(found: CountWindows) -> pd.DataFrame:
        return gap_rows(of.study, item.measure, tabled(counts, found), (item.sex,))

    mine = settled(told(windows(counts, length)))
    mine = mine[mine["segment"] == item.windows["segment"].iloc[0]]
    at_baseline = period(counts, *item.baseline_period)
    if mine.empty or not len(at_baseline.start):
        return None
    value = float(told(at_baseline)["gap_years"].iloc[0])
    if np.isnan(value):
        return None
    ordered: pd.DataFrame = mine.sort_values(["period_end", "period_start"])
    return series_of(ordered), _moved(of, item.target, value)


def _moved(of: Series, target: Target, baseline: float) -> Target:
    """The target with another measured baseline; one that was stated stays as it is."""
    if not target.same_series:
        return target
    share = of.study.promise.share_of_baseline
    return replace(target, baseline_gap_years=baseline, gap_years=share * baseline)
