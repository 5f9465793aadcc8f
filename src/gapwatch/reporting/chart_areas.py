"""Areas drawn from geometry: square tiles, or real outlines when they are pinned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import geopandas as gpd
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.polygon import orient

from gapwatch.reporting.charts import BLUE, GREY, INK, LIGHT, ORANGE, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.numbers import number
from gapwatch.reporting.wards import ABOVE, BELOW, NEAR, UNKNOWN, Ward, WardMap
from gapwatch.reporting.wrapping import lines
from gapwatch.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

# Fill and text of each standing; the text's contrast on its fill is at least 4.5:1.
FILL = {BELOW: ORANGE, NEAR: LIGHT, ABOVE: BLUE, UNKNOWN: "#ffffff"}
TEXT = {BELOW: INK, NEAR: INK, ABOVE: "#ffffff", UNKNOWN: INK}
SIGN = {BELOW: "▼", NEAR: "", ABOVE: "▲", UNKNOWN: ""}
MEANING = {BELOW: "clearly below", NEAR: "not clearly different", ABOVE: "clearly above"}
OUTLINES = ({"linewidth": 2.6, "linestyle": "solid"}, {"linewidth": 1.6, "linestyle": (0, (4, 2))})
INSET = 0.035


def tiles(ward_map: WardMap) -> gpd.GeoDataFrame:
    """One unit square an area, north up, so that every area counts the same to the eye."""
    places = [_tile(ward) for ward in ward_map.wards]
    squares = [
        box(x - 0.5 + INSET, y - 0.5 + INSET, x + 0.5 - INSET, y + 0.5 - INSET) for x, y in places
    ]
    return gpd.GeoDataFrame(
        {
            "code": [ward.code for ward in ward_map.wards],
            "zone": [ward.zone for ward in ward_map.wards],
            "standing": [ward.standing for ward in ward_map.wards],
        },
        geometry=squares,
    )


def _tile(ward: Ward) -> tuple[float, float]:
    """Middle of an area's tile."""
    return (ward.column or 0) + 0.5, -(ward.row or 0) - 0.5


def _patch(shape: BaseGeometry, **style: object) -> PathPatch:
    parts = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    rings = [
        Outline(list(ring.coords), closed=True)
        for part in parts
        if isinstance(part, Polygon)
        for polygon in (orient(part),)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return PathPatch(Outline.make_compound_path(*rings), **style)


def draw_areas(axes: Axes, frame: gpd.GeoDataFrame, inset: float = INSET) -> None:
    """Fill every area by its standing and outline every zone; tiles stand `inset` apart by half."""
    for shape, standing in zip(frame.geometry, frame["standing"], strict=True):
        axes.add_patch(_patch(shape, facecolor=FILL[standing], edgecolor=GREY, linewidth=0.8))
    for outline, (_, shape) in zip(OUTLINES, zone_shapes(frame, inset), strict=False):
        axes.add_patch(
            _patch(shape, facecolor="none", edgecolor=INK, joinstyle="miter", zorder=4, **outline)
        )
    left, bottom, right, top = frame.total_bounds
    margin = 0.06
    axes.set_xlim(left - margin, right + margin)
    axes.set_ylim(bottom - margin, top + margin)
    axes.set_aspect("equal")
    axes.set_axis_off()


def zone_shapes(frame: gpd.GeoDataFrame, inset: float = INSET) -> list[tuple[str, BaseGeometry]]:
    """Outline of every zone, in the study's order; gaps between tiles are closed."""
    shapes = []
    for zone in dict.fromkeys(frame.sort_values("zone")["zone"]):
        if zone:
            mine = frame.geometry[frame["zone"] == zone]
            if inset:  # real outlines touch; to grow and shrink them would only blur them
                mine = mine.buffer(inset, join_style="mitre")
            whole = mine.union_all()
            shapes.append((zone, whole.buffer(-inset / 2, join_style="mitre") if inset else whole))
    return shapes


def tile_figure(canvas: Canvas, study: Study, ward_map: WardMap) -> Figure:
    """The tile map; on a phone the tiles carry numbers and the names stand in a list below."""
    frame = tiles(ward_map)
    left, bottom, right, top = frame.total_bounds
    columns, rows = right - left + 0.12, top - bottom + 0.12
    map_width = min(canvas.width, 6.3)
    map_height = map_width * rows / columns
    legend = 1.12 if canvas.narrow else 0.66
    listed = ward_map.ranked() if canvas.narrow else ()
    list_height = 0.2 * (len(listed) + 2) if listed else 0.1
    height = legend + map_height + 0.3 + list_height
    figure = Figure(figsize=(canvas.width, height))
    axes = figure.add_axes(
        (0, (list_height + 0.15) / height,
         map_width / canvas.width, map_height / height)
    )  # fmt: skip
    draw_areas(axes, frame)
    ranks = {ward.code: place for place, ward in enumerate(ward_map.ranked(), 1)}
    for ward in ward_map.wards:
        _tile_text(axes, ward, canvas, ranks[ward.code])
    zone_labels(axes, frame, study)
    legend_of(figure, ward_map, canvas)
    area_list(figure, listed, ranks, (0.0, list_height))
    return figure


def _tile_text(axes: Axes, ward: Ward, canvas: Canvas, rank: int) -> None:
    (x, y), colour = _tile(ward), TEXT[ward.standing]
    value = "–" if ward.value is None else number(ward.value.value)
    if canvas.narrow:
        axes.text(x, y + 0.2, f"{rank}{SIGN[ward.standing]}", ha="center", va="center",
                  fontsize=8, color=colour)  # fmt: skip
        axes.text(x, y - 0.16, value, ha="center", va="center", fontsize=10, weight="semibold",
                  color=colour)  # fmt: skip
        return
    name = lines(ward.name, 14)
    axes.text(x, y + 0.39, "\n".join(name), ha="center", va="top", fontsize=8.5,
              linespacing=TIGHT, color=colour)  # fmt: skip
    axes.text(x, y - 0.1, f"{value} {SIGN[ward.standing]}".strip(), ha="center", va="center",
              fontsize=11, weight="semibold", color=colour)  # fmt: skip
    limits = limits_of(ward)
    axes.text(x, y - 0.34, limits, ha="center", va="center", fontsize=8, color=colour)


def limits_of(ward: Ward) -> str:
    """The 95% interval of an area, in words."""
    if ward.value is None:
        return "withheld"
    if ward.value.lower is None or ward.value.upper is None:
        return ""
    return f"{number(ward.value.lower)} to {number(ward.value.upper)}"


def zone_labels(axes: Axes, frame: gpd.GeoDataFrame, study: Study, inset: float = INSET) -> None:
    """Each zone's name, above the one in the north and below the one in the south."""
    middle = frame.geometry.union_all().centroid.y
    for zone, shape in zone_shapes(frame, inset):
        low_left, bottom, right, top = shape.bounds
        above = shape.centroid.y >= middle
        axes.text(
            low_left if above else right, top + 0.06 if above else bottom - 0.06,
            study.zones[zone].name, ha="left" if above else "right",
            va="bottom" if above else "top", fontsize=10, weight="semibold", clip_on=False,
        )  # fmt: skip


def legend_of(figure: Figure, ward_map: WardMap, canvas: Canvas) -> None:
    """What the fills mean."""
    width, height = figure.get_size_inches()
    place = "" if ward_map.place is None else f" {number(ward_map.place.value)}"
    heads = f"Life expectancy compared with {ward_map.place_name}{place}"
    x, y = 0.02, height - 0.02
    for line in lines(heads, 38 if canvas.narrow else 90):
        figure.text(x / width, y / height, line, fontsize=10, va="top")
        y -= 0.18
    for standing in (BELOW, NEAR, ABOVE):
        _swatch(figure, x, y - 0.2, standing)
        figure.text((x + 0.26) / width, (y - 0.12) / height, MEANING[standing], fontsize=9.5,
                    va="center")  # fmt: skip
        x, y = (x, y - 0.22) if canvas.narrow else (x + (2.0 if standing == NEAR else 1.5), y)


def _swatch(figure: Figure, x: float, y: float, standing: str) -> None:
    width, height = figure.get_size_inches()
    shape = box(x / width, y / height, (x + 0.2) / width, (y + 0.17) / height)
    figure.add_artist(
        _patch(shape, facecolor=FILL[standing], edgecolor=GREY, linewidth=0.8,
               transform=figure.transFigure)
    )  # fmt: skip
    figure.text((x + 0.1) / width, (y + 0.08) / height, SIGN[standing], fontsize=8, ha="center",
                va="center", color=TEXT[standing])  # fmt: skip


def area_list(
    figure: Figure, wards: Iterable[Ward], ranks: dict[str, int], corner: tuple[float, float],
    *, limits: bool = False,
) -> None:  # fmt: skip
    """Rank, name and value of areas, below each other from a left and top corner, in inches.

    With `limits` the interval stands behind the value, so the value moves to the left.
    """
    at = 1.9 if limits else 2.7
    width, height = figure.get_size_inches()
    left, y = corner[0], corner[1] - 0.24
    for ward in wards:
        value = "–" if ward.value is None else number(ward.value.value)
        for x, text, align, weight, colour in (
            (0.2, str(ranks[ward.code]), "right", "normal", SOFT_INK),
            (0.29, ward.name, "left", "normal", INK),
            (at, value, "right", "semibold", INK),
            (at + 0.06, SIGN[ward.standing], "left", "normal", INK),
            (at + 1.15, limits_of(ward) if limits else "", "right", "normal", SOFT_INK),
        ):
            figure.text((left + x) / width, y / height, text, fontsize=9.5, ha=align, va="center",
                        weight=weight, color=colour)  # fmt: skip
        y -= 0.2
