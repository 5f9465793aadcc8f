"""The tile map: one square an area, placed roughly as on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from gapwatch.reporting.chapters.areas.chart_areas import (
    SIGN,
    TEXT,
    draw_areas,
    legend_of,
    limits_of,
    tile,
    tiles,
    zone_labels,
)
from gapwatch.reporting.chapters.areas.chart_list import list_of
from gapwatch.reporting.drawing.canvas import TIGHT, Canvas
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import Ward, WardMap
from gapwatch.reporting.language.numbers import number
from gapwatch.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def tile_figure(canvas: Canvas, study: Study, ward_map: WardMap) -> Figure:
    """The tile map; on a phone the tiles carry numbers and the names stand in a list below."""
    frame = tiles(ward_map)
    left, bottom, right, top = frame.total_bounds
    columns, rows = right - left + 0.12, top - bottom + 0.12
    map_width = min(canvas.width, 6.3)
    map_height = map_width * rows / columns
    legend = 1.12 if canvas.narrow else 0.66
    listed = list_of(ward_map, canvas) if canvas.narrow else None
    list_height = listed.height + 0.25 if listed else 0.1
    height = legend + map_height + 0.3 + list_height
    figure = Figure(figsize=(canvas.width, height))
    axes = figure.add_axes(
        (0, (list_height + 0.15) / height, map_width / canvas.width, map_height / height)
    )
    draw_areas(axes, frame, ward_map.outlined)
    labels = ward_map.labels()
    for ward in ward_map.wards:
        _tile_text(axes, ward, canvas, labels[ward.code])
    zone_labels(axes, frame, study)
    legend_of(figure, ward_map, canvas)
    if listed:
        listed.draw(figure, listed.height)
    return figure


def _tile_text(axes: Axes, ward: Ward, canvas: Canvas, label: str) -> None:
    (x, y), colour = tile(ward), TEXT[ward.standing]
    value = "–" if ward.value is None else number(ward.value.value)
    if canvas.narrow:
        axes.text(
            x,
            y + 0.2,
            f"{label}{SIGN[ward.standing]}",
            ha="center",
            va="center",
            fontsize=8,
            color=colour,
        )
        axes.text(
            x,
            y - 0.16,
            value,
            ha="center",
            va="center",
            fontsize=10,
            weight="semibold",
            color=colour,
        )
        return
    name = lines(ward.name, 14)
    axes.text(
        x,
        y + 0.39,
        "\n".join(name),
        ha="center",
        va="top",
        fontsize=8.5,
        linespacing=TIGHT,
        color=colour,
    )
    axes.text(
        x,
        y - 0.1,
        f"{value} {SIGN[ward.standing]}".strip(),
        ha="center",
        va="center",
        fontsize=11,
        weight="semibold",
        color=colour,
    )
    limits = limits_of(ward)
    axes.text(x, y - 0.34, limits, ha="center", va="center", fontsize=8, color=colour)
