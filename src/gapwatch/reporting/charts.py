"""Which charts a report has: drawn from the tables alone, before any word is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from gapwatch.reporting.chapters.ages import change as age_changes
from gapwatch.reporting.chapters.ages import section as section_ages
from gapwatch.reporting.chapters.ages.chart import ages_figure
from gapwatch.reporting.chapters.ages.chart_change import change_figure
from gapwatch.reporting.chapters.areas.chart_map import map_figure
from gapwatch.reporting.chapters.areas.chart_ranking import dots_figure
from gapwatch.reporting.chapters.areas.chart_tiles import tile_figure
from gapwatch.reporting.chapters.initiatives import section as section_initiatives
from gapwatch.reporting.chapters.initiatives.chart import effects_figure
from gapwatch.reporting.chapters.priorities import section as section_priorities
from gapwatch.reporting.chapters.priorities import tables as priority_tables
from gapwatch.reporting.chapters.priorities.chart import sides_figure
from gapwatch.reporting.chapters.priorities.chart_places import places_figure
from gapwatch.reporting.chapters.priorities.rows import places, steps
from gapwatch.reporting.chapters.published import section as section_series
from gapwatch.reporting.chapters.published.chart import series_figure
from gapwatch.reporting.chapters.trajectory.chart import gap_figure
from gapwatch.reporting.chapters.trajectory.chart_sides import ends_figure
from gapwatch.reporting.drawing.canvas import Canvas, Chart, drawn
from gapwatch.reporting.evidence.areas import (
    WardMap,
    drawable,
    has_outlines,
    later_maps,
    level_id,
    level_maps,
    map_id,
    tiles_id,
    ward_map,
)
from gapwatch.reporting.evidence.bridged import draws_maps
from gapwatch.reporting.evidence.case import Case

if TYPE_CHECKING:
    from matplotlib.figure import Figure


INVENTED = "Invented figures"


def draw_all(case: Case) -> dict[str, Chart]:
    """Every chart of the report by the id of its figure."""
    wanted: dict[str, Callable[[Canvas], Figure]] = {
        "trajectory": lambda canvas: gap_figure(
            canvas,
            case.windows,
            case.path,
            case.verdict,
            case.facts.as_known_at,
            old=case.is_old,
        )
    }
    if case.sided:
        wanted["ends"] = lambda canvas: ends_figure(
            canvas, case.windows, case.label(case.measure.worse), case.label(case.measure.better)
        )
    maps = tuple(m for sex in case.sexes if (m := ward_map(case.study, case.tables, sex)))
    wanted |= _maps(case, maps)
    wanted |= _of_counts(case) | _of_priorities(case)
    if effects := section_initiatives.bars(case):
        wanted[section_initiatives.CHART] = lambda canvas: effects_figure(canvas, effects)
    if maps:
        wanted["ranking"] = lambda canvas: dots_figure(canvas, case.study, maps)
    mark = INVENTED if case.facts.demonstration else ""
    return {name: drawn(figure, mark, case.study.typefaces) for name, figure in wanted.items()}


def _maps(case: Case, of_wards: Sequence[WardMap]) -> dict[str, Callable[[Canvas], Figure]]:
    """Maps of the study's wards, of areas with later figures, and of levels that counts are of."""
    wanted: dict[str, Callable[[Canvas], Figure]] = {}
    if of_wards and drawable(of_wards[0], case.tables):
        wanted[tiles_id(of_wards[0])] = partial(_map, case, tuple(of_wards))
    for bridge in case.study.geography.bridges if draws_maps(case) else ():
        found = later_maps(case.study, case.tables, bridge.geography)
        if found and has_outlines(found[0], case.tables):
            wanted[map_id(found[0])] = partial(_map, case, found)
    for level in level_maps(case.study, case.tables):
        wanted[level_id(level[0])] = partial(_map, case, level)
    return wanted


def _of_counts(case: Case) -> dict[str, Callable[[Canvas], Figure]]:
    """Charts of what rests on deaths and residents by age."""
    wanted: dict[str, Callable[[Canvas], Figure]] = {}
    if panels := section_ages.panels(case):
        wanted[section_ages.CHART] = lambda canvas: ages_figure(canvas, panels)
    if changes := age_changes.panels(case):
        names = (case.label(case.measure.better), case.label(case.measure.worse))
        wanted[age_changes.CHART] = lambda canvas: change_figure(canvas, changes, names)
    if meetings := section_series.drawn(case):
        wanted[section_series.CHART] = lambda canvas: series_figure(
            canvas, meetings, computed_decides=case.computes
        )
    return wanted


def _of_priorities(case: Case) -> dict[str, Callable[[Canvas], Figure]]:
    """Charts of what residents asked for, and of where effort would count most."""
    wanted: dict[str, Callable[[Canvas], Figure]] = {}
    names = priority_tables.sided(case)
    for place, blocks in enumerate(section_priorities.drawn(case)):
        wanted[section_priorities.chart_id(place)] = partial(
            sides_figure, blocks=blocks, names=names
        )
    whole = case.study.whole
    if whole is None:
        return wanted
    sides = {side: case.study.side_name(side) for side in (whole.worse, whole.better)}
    for sex, rows in list(places(case).items())[:1]:
        wanted[section_priorities.places_id(sex)] = partial(
            places_figure,
            rows=rows,
            steps=steps(case, sex, "area"),
            sides=sides,
            worse=whole.worse,
        )
    return wanted


def _map(case: Case, maps: tuple[WardMap, ...], canvas: Canvas) -> Figure:
    """Areas on their real outlines where these are pinned, as tiles where not."""
    if has_outlines(maps[0], case.tables):
        return map_figure(canvas, case.study, maps, case.tables["boundary"])
    return tile_figure(canvas, case.study, maps)
