"""The series that the verdict rests on: published figures, or our own from deaths and residents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from gapwatch.contracts import COMPUTED_GAP, GAP
from gapwatch.counting.areas import Counted, count
from gapwatch.counting.deprivation import require_scores
from gapwatch.counting.disclosure.closing import Settled
from gapwatch.counting.gaps import OwnGaps, own_gaps, sided
from gapwatch.counting.life_tables import (
    breaks_of,
    in_place_of_published,
    life_expectancies,
    residents_in_place,
)
from gapwatch.counting.plausibility.judging import plausibility
from gapwatch.gap.comparison import comparison, reproduction
from gapwatch.gap.measures import measure_gaps
from gapwatch.study import Study
from gapwatch.tables import canonical

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Series:
    """What is measured, judged and reported.

    `study` and `inputs` are those of the trend: where the study's own life tables decide, they have
    the computed figures and breaks in place of the published ones. `gaps` is the table `gap`;
    `baselines` holds gaps of baseline periods that are no windows of the trend, in the same shape,
    or is None where they are. `counted` is None without deaths and residents by age, and `tables`
    then empty; else it holds computed_life_expectancy, reproduction, series_comparison,
    count_total, counted_year and plausibility, and computed_gap where published figures decide.
    `lengths` is the years of the windows of each measure with two sides.
    """

    study: Study
    inputs: Frames
    gaps: pd.DataFrame
    baselines: pd.DataFrame | None
    counted: Counted | None
    tables: Frames
    lengths: Mapping[str, int] = field(default_factory=dict)


def series(study: Study, inputs: Frames, settled: Settled | None = None) -> Series:
    """Every gap of the study's measures, from the series that it says.

    `settled` is what earlier releases from restricted deaths have settled, which this one keeps.
    Raises ValidationError and StudyError as `count` and `plausibility`, and ValidationError for a
    slope by ranks or deciles in the place of scores.
    """
    study = study.with_held(inputs)
    _require_scores(study, inputs)
    counted = count(study, inputs, settled)
    if counted is None or study.computed is None:
        return Series(study, inputs, measure_gaps(study, inputs), None, None, {})
    own = counted.levels[study.geography.vintage]
    names = _names(study, inputs)
    computed = life_expectancies(study, counted, names)
    made = own_gaps(study, own, settled.side_window_years if settled else {})
    tables = {
        computed_name: frame
        for computed_name, frame in (
            ("computed_life_expectancy", computed),
            ("reproduction", reproduction(study, inputs, computed)),
            ("series_comparison", comparison(study, inputs, own, computed)),
            ("count_total", counted.totals),
            ("counted_year", counted.years),
            ("plausibility", plausibility(study, inputs, counted)),
        )
        if len(frame)
    }
    if not study.computed.decides:
        tables["computed_gap"] = canonical(COMPUTED_GAP.coded, made.gaps, COMPUTED_GAP.name)
        gaps = measure_gaps(study, inputs)
        return Series(study, inputs, gaps, None, counted, tables, made.lengths)
    trend_study = study.model_copy(
        update={"geography": study.geography.model_copy(update={"breaks": breaks_of(own)})}
    )
    trend = {
        **in_place_of_published(study, inputs, computed),
        "population_deaths": residents_in_place(study, inputs, own),
    }
    gaps = _with_areas_own(trend_study, trend, made, own.year_ends)
    return Series(trend_study, trend, gaps, made.baselines, counted, tables, made.lengths)


def _require_scores(study: Study, inputs: Frames) -> None:
    """A slope ranks areas by scores; ranks in the place of an index's would turn its sign."""
    column = study.geography.deprivation
    if column is not None and any(measure.kind == "slope" for measure in study.measures):
        known = inputs["area_reference"]
        mine = known["geography"] == study.geography.vintage
        require_scores(f"area_reference, {column}", known.loc[mine, column])
        of_study = mine & known["area_code"].isin(study.area_names)
        require_scores(f"area_reference, {column}", known.loc[of_study, column])


def _with_areas_own(study: Study, inputs: Frames, made: OwnGaps, year_ends: str) -> pd.DataFrame:
    """Gaps of sides as made, and of the measures that take every area from the areas' figures."""
    others = tuple(measure for measure in study.measures if measure not in sided(study))
    frames = [made.gaps]
    if others:
        rest = study.model_copy(update={"measures": others})
        frames.append(measure_gaps(rest, inputs, year_ends))
    return canonical(GAP.coded, pd.concat(frames, ignore_index=True), "gap")


def _names(study: Study, inputs: Frames) -> dict[str, str]:
    """Names of areas by code: the study's, or as any input has them."""
    found: dict[str, str] = {}
    for table in ("boundary", "life_expectancy", "area_reference"):
        if table in inputs:
            frame = inputs[table]
            named = frame[frame["area_name"] != frame["area_code"]]
            found |= dict(zip(named["area_code"], named["area_name"], strict=True))
    return {**found, **study.area_names}
