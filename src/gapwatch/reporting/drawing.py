"""Which charts a report has: drawn from the tables alone, before any word is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from gapwatch.reporting.case import Case
from gapwatch.reporting.chart_ends import ends_figure
from gapwatch.reporting.chart_gap import gap_figure
from gapwatch.reporting.chart_map import map_figure
from gapwatch.reporting.chart_tiles import tile_figure
from gapwatch.reporting.chart_wards import dots_figure
from gapwatch.reporting.charts import Canvas, Chart, drawn
from gapwatch.reporting.reading import trajectory
from gapwatch.reporting.wards import WardMap, drawable, has_outlines, later_maps, map_id, ward_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_all(case: Case) -> dict[str, Chart]:
    """Every chart of the report by the id of its figure."""
    wanted: dict[str, Callable[[Canvas], Figure]] = {
        "trajectory": lambda canvas: gap_figure(
            canvas,
            case.windows,
            trajectory(case.tables, case.measure.id, case.sexes[0]),
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
    for found in maps:
        if drawable(found, case.tables):
            wanted[f"tiles-{found.sex}"] = partial(_map, case, found)
    for bridge in case.study.geography.bridges:
        for found in later_maps(case.study, case.tables, bridge.geography):
            if has_outlines(found, case.tables):
                wanted[map_id(found)] = partial(_map, case, found)
    if maps:
        wanted["ranking"] = lambda canvas: dots_figure(canvas, case.study, maps)
    return {name: drawn(figure) for name, figure in wanted.items()}


def _map(case: Case, found: WardMap, canvas: Canvas) -> Figure:
    """Areas on their real outlines where these are pinned, as tiles where not."""
    if has_outlines(found, case.tables):
        return map_figure(canvas, case.study, found, case.tables["boundary"])
    return tile_figure(canvas, case.study, found)
