"""Which ages make the gap, whose change moved it, and what it would take to reach the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwatch.codes import DISCLOSURE, FEW_DEATHS_AT_AGE
from gapwatch.contracts import AGE_CONTRIBUTION, CUT, GAP_CHANGE, SEXES, Table
from gapwatch.counting.counts import Counts, CountWindows, IntArray, period
from gapwatch.counting.disclosure.broad_ages import tells_ages, told_cut
from gapwatch.counting.gaps import BETTER, WORSE, sided, two_sides
from gapwatch.counting.protected_ages import (
    ProtectedGaps,
    told_changes,
    told_contributions,
    told_gaps,
)
from gapwatch.demography.inverse import cut_to_target
from gapwatch.demography.life_table import life_table
from gapwatch.demography.resampling import Decomposition, arriaga_interval, gap_change_interval
from gapwatch.gap.baseline import baseline_period
from gapwatch.gap.evidence import Series
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical

# First and last ages of which mortality is cut; the last is None for all later ages. Under 75 is
# what is called premature; 40 to 74 are the ages of the NHS health check.
CUT_AGES: tuple[tuple[int, int | None], ...] = ((0, None), (0, 74), (40, 74))
DRAWS = 2_000
# Below 5 deaths a resampled interval is too narrow, and without any it has no width at all.
LEAST_DEATHS = 5
Row = dict[str, object]


def which_ages(of: Series) -> dict[str, pd.DataFrame]:
    """The tables `age_contribution`, `gap_change` and `cut`, for every measure with two sides.

    Ages are those of the newest settled years on one base, as many as the areas' windows have or as
    there are, and of the baseline; the change is between the two where they share no year and have
    residents on one base. Empty without deaths and residents by age.

    From restricted deaths ages are told in broad bands (gapwatch.counting.disclosure.broad_ages),
    totals are those of the gap as told, and where that is withheld so are its ages and its cuts.
    """
    if of.counted is None:
        return {}
    study, own = of.study, of.counted.levels[of.study.geography.vintage]
    found: dict[str, list[Row]] = {table.name: [] for table in _TABLES}
    gaps: list[ProtectedGaps] = []
    for measure in sided(study):
        counts = two_sides(study, measure, own)
        newest = _newest(study, counts)
        before = _settled(counts, *baseline_period(study, measure, of.gaps, of.baselines))
        told = told_gaps(study, measure, counts, before, newest) if own.restricted else None
        gaps += [told] if told else []
        for part in (newest,) if _same(before, newest) else (before, newest):
            found["age_contribution"] += _contributions(study, measure, counts, part)
        if _comparable(before, newest):
            found["gap_change"] += _change(study, measure, counts, before, newest)
        found["cut"] += _cuts(study, measure, counts, before, newest, told)
    return {
        table.name: canonical(table, _told(table, found[table.name], gaps), table.name)
        for table in _TABLES
        if found[table.name]
    }


def _told(table: Table, rows: list[Row], gaps: list[ProtectedGaps]) -> pd.DataFrame:
    """Rows as they may be published; those of ages know their deaths, which no table shows.

    `gaps` are those of restricted deaths, none of others.
    """
    every = pd.DataFrame(rows)
    if gaps and table is not CUT:
        return (told_contributions if table is AGE_CONTRIBUTION else told_changes)(every, gaps)
    return every[list(table.names)]


_TABLES: tuple[Table, ...] = (AGE_CONTRIBUTION, GAP_CHANGE, CUT)


def _newest(study: Study, counts: Counts) -> CountWindows:
    """The newest years whose deaths are all in and whose residents are on one base.

    As many as the areas' windows have, or as there are; none when there is none.
    """
    length = study.computed.area_window_years if study.computed else 1
    settled = np.flatnonzero(~counts.provisional)
    if not len(settled):
        return period(counts, 0, 0)
    run = settled[counts.segments[settled] == counts.segments[settled[-1]]][-length:]
    return _complete(period(counts, int(counts.years[run[0]]), int(counts.years[run[-1]])), counts)


def _complete(found: CountWindows, counts: Counts) -> CountWindows:
    """The window, or none where deaths that are to be expected are absent (G05)."""
    absent = found.absent is not None and found.absent.any()
    return period(counts, 0, 0) if absent else found


def _settled(counts: Counts, first: int, last: int) -> CountWindows:
    """The window from one year to another, if its deaths are all in."""
    found = period(counts, first, last)
    return period(counts, 0, 0) if found.provisional.any() else _complete(found, counts)


def _same(one: CountWindows, other: CountWindows) -> bool:
    return [*one.start, *one.end] == [*other.start, *other.end]


def _comparable(before: CountWindows, after: CountWindows) -> bool:
    """Whether a change is one of mortality: no year in common, residents on one base."""
    return _on_one_base(before, after) and bool(after.start[0] > before.end[0])


def _on_one_base(before: CountWindows, after: CountWindows) -> bool:
    there = len(before.start) and len(after.start)
    return bool(there and before.segment[0] == after.segment[0])


def _bands(age_starts: IntArray) -> Iterator[tuple[int, dict[str, object]]]:
    ends = [*(int(age) - 1 for age in age_starts[1:]), None]
    for at, (start, end) in enumerate(zip(age_starts, ends, strict=True)):
        yield at, {"age_start_years": int(start), "age_end_years": end}


def _contributions(
    study: Study, measure: Measure, counts: Counts, of: CountWindows
) -> Iterator[Row]:
    if not len(of.start):
        return
    for sex, name in enumerate(SEXES):
        sides = [(of.deaths[at, sex, 0], of.person_years[at, sex, 0]) for at in (WORSE, BETTER)]
        made = arriaga_interval(
            *sides[0], *sides[1], counts.age_starts, seed=study.simulation.seed, draws=DRAWS
        )
        reason = str(made.reason)
        for at, band in _bands(counts.age_starts):
            yield {
                "measure": measure.id,
                "sex": name,
                "period_start": int(of.start[0]),
                "period_end": int(of.end[0]),
                "year_ends": of.year_ends,
                **band,
                **_values(made, at, "contribution_years", reason),
                "gap_years": _or_nan(made.total, reason),
                "reason": reason,
                "deaths_worse": float(sides[WORSE][0][at]),
                "deaths_better": float(sides[BETTER][0][at]),
                "flags": _few(sides[WORSE][0][at], sides[BETTER][0][at]),
            }


def _few(*deaths: float) -> str:
    return FEW_DEATHS_AT_AGE if min(deaths) < LEAST_DEATHS else ""


def _values(made: Decomposition, at: int, column: str, reason: str) -> Row:
    return {
        column: _or_nan(made.contribution[at], reason),
        "lower95_years": _or_nan(made.lower[at], reason),
        "upper95_years": _or_nan(made.upper[at], reason),
    }


def _or_nan(value: object, reason: str) -> float:
    return float("nan") if reason else float(np.asarray(value))


def _change(
    study: Study, measure: Measure, counts: Counts, before: CountWindows, after: CountWindows
) -> Iterator[Row]:
    for sex, name in enumerate(SEXES):
        deaths, people = (
            [
                np.stack([getattr(of, column)[side, sex, 0] for of in (before, after)])
                for side in (WORSE, BETTER)
            ]
            for column in ("deaths", "person_years")
        )
        made = gap_change_interval(
            deaths[WORSE],
            people[WORSE],
            deaths[BETTER],
            people[BETTER],
            counts.age_starts,
            seed=study.simulation.seed,
            draws=DRAWS,
        )
        parts = ((WORSE, "worse", made.worse_side), (BETTER, "better", made.better_side))
        for place, side, change in parts:
            reason = str(change.reason)
            for at, band in _bands(counts.age_starts):
                yield {
                    "measure": measure.id,
                    "sex": name,
                    "side": side,
                    "from_start": int(before.start[0]),
                    "from_end": int(before.end[0]),
                    "to_start": int(after.start[0]),
                    "to_end": int(after.end[0]),
                    "year_ends": after.year_ends,
                    **band,
                    **_values(change, at, "change_years", reason),
                    "side_total_years": _or_nan(change.total, reason),
                    "side_lower95_years": _or_nan(change.total_lower, reason),
                    "side_upper95_years": _or_nan(change.total_upper, reason),
                    "reason": reason,
                    "deaths_before": float(deaths[place][0, at]),
                    "deaths_after": float(deaths[place][1, at]),
                    "flags": _few(deaths[place][0, at], deaths[place][1, at]),
                }


@dataclass(frozen=True)
class _Aim:
    """What a cut is to reach: years of the better-off side, the gap and its target.

    `gap` is None where it is that of the life tables; `reason` says why nothing may be told.
    """

    better: float
    gap: float | None
    target: float
    reason: str = ""


def _stated_target(study: Study, measure: Measure, sex: str) -> float | None:
    """The stated target where the verdict is the one against it; else None."""
    rules, promise = study.computed, study.promise
    heads = rules is not None and rules.decides and rules.target == "stated"
    if not heads or not measure.primary or sex != promise.sex:
        return None
    return promise.share_of_baseline * promise.stated_gap_years


def _aim(
    study: Study,
    measure: Measure,
    counts: Counts,
    before: CountWindows,
    of: CountWindows,
    sex: int,
    told: ProtectedGaps | None,
) -> _Aim:
    """Both gaps as they are, or as they are told of restricted deaths."""
    baseline, newest = (
        life_table(part.deaths[:, sex, 0], part.person_years[:, sex, 0], counts.age_starts)
        for part in (before, of)
    )
    share = study.promise.share_of_baseline
    stated = _stated_target(study, measure, SEXES[sex])
    if told is None:
        target = float(share * (baseline.e[BETTER, 0] - baseline.e[WORSE, 0]))
        unknown = next((str(code) for code in np.asarray(baseline.reason) if code), "")
        target = target if stated is None else stated
        return _Aim(float(newest.e[BETTER, 0]), None, float("nan") if unknown else target, unknown)
    first, last = told.of(SEXES[sex])
    gap = float(last["gap_years"])
    # The side as it is, and the years that it lacks as they are told.
    target = float(share * first["gap_years"]) if stated is None else stated
    return _Aim(float(newest.e[WORSE, 0]) + gap, gap, target, told.reason_of_both(SEXES[sex]))


def _cuts(
    study: Study,
    measure: Measure,
    counts: Counts,
    before: CountWindows,
    of: CountWindows,
    told: ProtectedGaps | None,
) -> Iterator[Row]:
    """Cuts that bring the newest gap to its target; the baseline's gap is our own, or as stated."""
    if not len(of.start) or not _on_one_base(before, of):
        return
    starts = counts.age_starts.tolist()
    for sex, name in enumerate(SEXES):
        aim = _aim(study, measure, counts, before, of, sex, told)
        for first, last in CUT_AGES:
            if first not in starts or (last is not None and last + 1 not in starts):
                continue
            yield {
                "measure": measure.id,
                "sex": name,
                "period_start": int(of.start[0]),
                "period_end": int(of.end[0]),
                "year_ends": of.year_ends,
                "ages": _ages_in_words(first, last),
                "from_age_years": first,
                "to_age_years": last,
                "target_gap_years": aim.target,
                **_cut(counts, of, sex, (first, last), aim),
            }


def _cut(
    counts: Counts, of: CountWindows, sex: int, ages: tuple[int, int | None], aim: _Aim
) -> Row:
    """Share and deaths of one cut, and the gap before it; without them for a reason."""
    nothing: Row = {
        "gap_years": np.nan if aim.gap is None else aim.gap,
        "cut_share": np.nan,
        "deaths_a_year": np.nan,
    }
    if aim.reason:
        return {**nothing, "reason": aim.reason}
    (first, last), years = ages, float(of.end[0] - of.start[0] + 1)
    deaths = of.deaths[WORSE, sex, 0]
    if aim.gap is not None and not tells_ages(deaths, counts.age_starts, ages):
        return {**nothing, "reason": DISCLOSURE}
    found = cut_to_target(
        deaths,
        of.person_years[WORSE, sex, 0],
        counts.age_starts,
        better_e0=aim.better,
        target_gap=aim.target,
        ages=(first, None if last is None else last + 1),
        years=years,
    )
    share, saved = float(np.asarray(found.cut)), float(np.asarray(found.deaths_a_year))
    if aim.gap is not None:
        share, saved = told_cut(share, deaths, counts.age_starts, ages, years)
    return {
        "gap_years": float(np.asarray(found.gap_before)) if aim.gap is None else aim.gap,
        "cut_share": share,
        "deaths_a_year": saved,
        "reason": str(found.reason),
    }


def _ages_in_words(first: int, last: int | None) -> str:
    if last is None:
        return f"{first} and over" if first else "all ages"
    return f"{first} to {last}" if first else f"under {last + 1}"
