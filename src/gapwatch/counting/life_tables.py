"""Life expectancy from deaths and residents: areas, sides and the borough, window by window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gapwatch.codes import (
    OTHER_BASE,
    PANDEMIC_YEARS,
    PROVISIONAL,
    YEAR_DEATHLESS,
    YEARS_MISSING,
    Coded,
)
from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY, LIFE_EXPECTANCY, POPULATION_DEATHS, SEXES
from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import Counts, CountWindows, FloatArray, IntArray, windows
from gapwatch.counting.disclosure.crossing import Crossing, Figures, told_steps
from gapwatch.counting.disclosure.protect import Steps, parts_of, protect_life_expectancy
from gapwatch.counting.disclosure.reconstruction import error_steps
from gapwatch.counting.disclosure.uniting import named
from gapwatch.counting.rounding import deaths_variance
from gapwatch.demography.checks import StrArray
from gapwatch.demography.life_table import LifeTable, life_table
from gapwatch.demography.widening import widened
from gapwatch.errors import StudyError, ValidationError
from gapwatch.study import ComputedBreak, Study
from gapwatch.tables import canonical

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Tabled:
    """Life tables (A, 2, W) of the areas of some counts, with the windows that they are of."""

    counts: Counts
    windows: CountWindows
    table: LifeTable

    @cached_property
    def steps(self) -> FloatArray | None:
        """Steps (A, 2, W) to which errors from restricted deaths are rounded up, NaN where nothing
        may be told; None where the deaths aren't restricted."""
        if not self.counts.restricted:
            return None
        return error_steps(
            self.windows.deaths,
            self.windows.person_years,
            self.counts.age_starts.astype(np.float64),
        )

    @property
    def reasons(self) -> StrArray:
        """(A, 2, W) why a table is refused, "" where it isn't."""
        reasons = np.asarray(self.table.reason)
        absent = self.windows.absent
        return reasons if absent is None else np.where(absent, YEAR_DEATHLESS, reasons)

    @property
    def flags(self) -> list[list[list[str]]]:
        """Codes of quality by area, sex and window; Q05 where deaths are still coming in."""
        late = self.windows.provisional
        return [
            [
                [
                    f"{code} {PROVISIONAL}".strip() if provisional else str(code)
                    for code, provisional in zip(row, late, strict=True)
                ]
                for row in area
            ]
            for area in np.asarray(self.table.flags)
        ]


def tabled(counts: Counts, found: CountWindows) -> Tabled:
    """Life tables of every area, sex and window.

    A window in which deaths that are to be expected are absent is refused (G05); rounded counts
    widen the intervals.
    """
    deaths = found.deaths
    if found.absent is not None:
        deaths = np.where(found.absent[..., np.newaxis], np.nan, deaths)
    table = life_table(
        deaths,
        found.person_years,
        counts.age_starts,
        pandemic_year=np.broadcast_to(pandemic(found), deaths.shape[:-1]),
    )
    added = deaths_variance(
        found.deaths, found.person_years, found.deaths_rounded, found.residents_rounded
    )
    if added is not None:
        table = widened(table, deaths, found.person_years, added)
    return Tabled(counts, found, table)


def pandemic(found: CountWindows) -> IntArray:
    """(W,) whether a window holds a pandemic year."""
    years = np.array(PANDEMIC_YEARS)
    begins = found.first_calendar_year[:, None]
    return np.asarray(((begins <= years) & (years <= found.end[:, None])).any(axis=1))


def life_expectancies(study: Study, counted: Counted, names: dict[str, str]) -> pd.DataFrame:
    """The table `computed_life_expectancy`: every level, the study's zones and the borough.

    Areas have windows of the study's `area_window_years`; zones and the borough each length of
    `side_window_years` as well, where some run of years on one base is as long. Raises
    ValidationError when no run is long enough for the areas. From restricted deaths zones and the
    borough have the areas' windows alone: each further length would be another reading of the same
    deaths. So would areas that cross the study's own be: where one of theirs and one of the
    study's differ by a single small block, its deaths would stand between the two. Of one such
    level those are told that make no small intersection (gapwatch.counting.disclosure.crossing);
    others are left out.
    """
    rules = study.computed
    if rules is None:
        raise ValueError("study: expected a [computed] part, found none")
    length, lengths = rules.area_window_years, rules.side_window_years
    own = counted.levels[study.geography.vintage]
    require_windows(own, "area_window_years", (length,))
    beside = counted.crossing
    levels = (
        [own, *([beside.level] if beside else [])] if own.restricted else (counted.levels.values())
    )
    made = [
        (tabled(counts, windows(counts, length)), named(counts.areas, names)) for counts in levels
    ]
    zones = {key: zone.areas for key, zone in study.zones.items()}
    titles = {key: zone.name for key, zone in study.zones.items()}
    wholes = [(counted.borough, {study.study.area_code: study.study.place})]
    if zones:
        wholes.append((own.groups(zones), titles))
    made += [
        (tabled(counts, found), told)
        for counts, told in wholes
        for years in ([length] if own.restricted else sorted({*lengths, length}))
        if len((found := windows(counts, years)).start)
    ]
    rows = pd.concat([_frame(one, told) for one, told in made], ignore_index=True)
    if own.restricted:
        place = (counted.borough.geography, study.study.area_code)
        steps = steps_of(one for one, _ in made if beside is None or one.counts is not beside.level)
        if beside is not None:
            steps = {**steps, **steps_beside(beside, made[0][0], made[1][0])}
        rows = protect_life_expectancy(rows, parts_of(own, zones, place), steps)
    return canonical(COMPUTED_LIFE_EXPECTANCY, rows, COMPUTED_LIFE_EXPECTANCY.name)


def steps_of(made: Iterable[Tabled]) -> Steps:
    """The step of every area, sex and window of restricted deaths, by its place in the table.

    By geography, area, sex, first and last year; about 10 ms each.
    """
    return {
        (one.counts.geography, area, sex, int(start), int(end)): float(one.steps[at, s, w])
        for one in made
        if one.steps is not None
        for at, area in enumerate(one.counts.areas)
        for s, sex in enumerate(SEXES)
        for w, (start, end) in enumerate(zip(one.windows.start, one.windows.end, strict=True))
    }


def steps_beside(of: Crossing, own: Tabled, kept: Tabled) -> Steps:
    """The steps of a level that crosses the study's own, by place in the table as in `steps_of`."""
    length = int(own.windows.end[0] - own.windows.start[0]) + 1 if len(own.windows.end) else 1
    own_steps = own.steps
    if own_steps is None:
        raise ValueError("own areas: expected restricted deaths")
    made = [own.windows, kept.windows, windows(of.atoms, length)]
    found: dict[tuple[str, str, str, int, int], float] = {}
    spans = zip(kept.windows.start.tolist(), kept.windows.end.tolist(), strict=True)
    for w, (start, end) in enumerate(spans):
        for s, sex in enumerate(SEXES):
            mine, theirs, atoms = (
                Figures(each.deaths[:, s, w], each.person_years[:, s, w]) for each in made
            )
            steps = told_steps(of, mine, own_steps[:, s, w], theirs, atoms)
            for area, step in zip(of.level.areas, steps.tolist(), strict=True):
                found[of.level.geography, area, sex, start, end] = step
    return found


def require_windows(counts: Counts, key: str, lengths: Sequence[int]) -> tuple[int, ...]:
    """Those of `lengths` for which some run of years on one base is long enough, ascending.

    Raises ValidationError when there is none.
    """
    longest = int(np.unique(counts.segments, return_counts=True)[1].max())
    kept = tuple(length for length in sorted(lengths) if length <= longest)
    if not kept:
        raise ValidationError(
            f"the study, computed.{key}",
            expected=f"{min(lengths)} consecutive years on one base of residents",
            found=f"{longest} at most",
            remedy=f"choose a shorter {key}, or add years that have deaths and residents",
        )
    return kept


def _frame(made: Tabled, names: dict[str, str]) -> pd.DataFrame:
    counts, found, table = made.counts, made.windows, made.table
    areas, sexes, spans = (int(n) for n in found.deaths.shape[:3])

    def along(values: Sequence[object], axis: int) -> list[object]:
        """Values of one axis, repeated for every area, sex and window."""
        grid = np.empty((areas, sexes, spans), dtype=object)
        shape = [1, 1, 1]
        shape[axis] = -1
        grid[:] = np.array(list(values), dtype=object).reshape(shape)
        return list(grid.ravel())

    reason = made.reasons.ravel()
    withheld = reason != ""
    data = {
        "geography": counts.geography,
        "area": along(counts.areas, 0),
        "area_name": along([names.get(code, code) for code in counts.areas], 0),
        "sex": along(SEXES, 1),
        "period_start": along(found.start.tolist(), 2),
        "period_end": along(found.end.tolist(), 2),
        "year_ends": found.year_ends,
        "segment": along(found.segment.tolist(), 2),
        "base": along(found.bases, 2),
        "top_age_years": int(counts.age_starts[-1]),
        "life_expectancy_years": np.where(withheld, np.nan, table.e[..., 0].ravel()),
        "se_years": np.where(withheld, np.nan, table.se[..., 0].ravel()),
        "lower95_years": np.where(withheld, np.nan, table.lower[..., 0].ravel()),
        "upper95_years": np.where(withheld, np.nan, table.upper[..., 0].ravel()),
        "deaths_persons": found.deaths.sum(axis=-1).ravel(),
        "person_years": found.person_years.sum(axis=-1).ravel(),
        "reassigned_share": along(counts.reassigned.tolist(), 0),
        "provisional": along(found.provisional.tolist(), 2),
        "reason": reason,
        "flags": [flag for area in made.flags for row in area for flag in row],
    }
    return pd.DataFrame(data)


def in_place_of_published(study: Study, inputs: Frames, computed: pd.DataFrame) -> Frames:
    """Inputs in which the study's own areas, and the borough, have the computed figures.

    What is published for other areas stays. Provisional windows are left out: nothing rests on
    them. Raises StudyError where that is all of them.
    """
    vintage, place = study.geography.vintage, study.study.area_code
    rules = study.computed
    length = rules.area_window_years if rules else 0
    mine = computed[
        computed["geography"].isin([vintage, "borough"])
        & ~computed["provisional"].astype(bool)
        & (computed["period_end"] - computed["period_start"] == length - 1)
    ].rename(columns={"area": "area_code"})
    if not (mine["geography"] == vintage).any():
        raise StudyError(
            "the study, computed.provisional_from",
            expected=f"{length} consecutive years whose deaths are all in",
            found="none",
            remedy="choose a later year, or shorter windows for areas",
        )
    shaped = mine.assign(best_fit_ward_code=None, value_note=None)[list(LIFE_EXPECTANCY.names)]
    published = inputs["life_expectancy"]
    own = (published["geography"] == vintage) | (published["area_code"] == place)
    rows = pd.concat([published[~own], shaped], ignore_index=True)
    return {
        **inputs,
        "life_expectancy": canonical(LIFE_EXPECTANCY, rows, "computed life expectancy"),
    }


def residents_in_place(study: Study, inputs: Frames, own: Counts) -> pd.DataFrame:
    """The table `population_deaths` with the counted residents and deaths of the study's areas."""
    people = own.person_years.sum(axis=(1, 3))
    dead = own.deaths.sum(axis=(1, 3))
    whole = ~own.provisional
    rows = [
        {
            "geography": own.geography,
            "area_code": code,
            "area_name": study.area_names[code],
            "year": int(year),
            "population_persons": round(float(people[at, place])),
            # Nothing needs them, and restricted ones may not be told.
            "deaths_persons": None if own.restricted else round(float(dead[at, place])),
        }
        for at, code in enumerate(own.areas)
        for place, year in enumerate(own.years)
        if whole[place]
    ]
    others = inputs["population_deaths"]
    kept = others[others["geography"] != own.geography]
    return canonical(
        POPULATION_DEATHS,
        pd.concat([kept, pd.DataFrame(rows)], ignore_index=True),
        "counted residents",
    )


def _cause(counts: Counts, at: int) -> Coded:
    year, base, before = int(counts.years[at]), counts.bases[at], counts.bases[at - 1]
    if base != before:
        return Coded.of(OTHER_BASE, year=year, base=base, before=before)
    return Coded.of(YEARS_MISSING, year=year, before=int(counts.years[at - 1]))


def breaks_of(counts: Counts) -> tuple[ComputedBreak, ...]:
    """Where the base of the residents changes; windows on its two sides are never one trend."""
    segments = counts.segments
    starts = np.flatnonzero(np.diff(segments, prepend=segments[:1]))
    return tuple(
        ComputedBreak(
            first_period=(int(counts.years[at]), int(counts.years[at])),
            cause=_cause(counts, int(at)),
        )
        for at in starts
    )
