"""Areas drawn from geometry: square tiles, or real outlines when they are pinned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.polygon import orient

from gapwatch.codes import ABOVE, BELOW, NEAR, UNKNOWN
from gapwatch.reporting.drawing.canvas import BLUE, GREY, INK, LIGHT, ORANGE, SOFT_INK, Canvas
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import RankedArea, WardMap
from gapwatch.reporting.language.numbers import number
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

# Fill and text of each standing; the text's contrast on its fill is at least 4.5:1.
FILL = {BELOW: ORANGE, NEAR: LIGHT, ABOVE: BLUE, UNKNOWN: "#ffffff"}
TEXT = {BELOW: INK, NEAR: INK, ABOVE: "#ffffff", UNKNOWN: INK}
SIGN = {BELOW: "▼", NEAR: "", ABOVE: "▲", UNKNOWN: ""}
MEANING = {
    BELOW: "clearly below",
    NEAR: "not clearly different",
    ABOVE: "clearly above",
    UNKNOWN: "cannot be compared",
}
Dash = Literal["solid"] | tuple[float, tuple[float, ...]]
OUTLINES: tuple[tuple[float, Dash], ...] = ((2.6, "solid"), (1.6, (0, (4, 2))))
INSET = 0.035


def tiles(ward_map: WardMap) -> gpd.GeoDataFrame:
    """One unit square an area, north up, so that every area counts the same to the eye."""
    places = [tile(ward) for ward in ward_map.wards]
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


def tile(ward: RankedArea) -> tuple[float, float]:
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


def draw_areas(
    axes: Axes, frame: gpd.GeoDataFrame, zones: Sequence[str], inset: float = INSET
) -> None:
    """Fill every area by its standing and outline every zone; tiles stand `inset` apart by half.

    Areas that touch have dark borders on white ones, so that they are seen between any two fills.
    """
    edge = (
        {"edgecolor": GREY, "linewidth": 0.8} if inset else {"edgecolor": "white", "linewidth": 2.4}
    )
    # Limits are set below: to gather them from each outline would take half of the time.
    for shape, standing in zip(frame.geometry, frame["standing"], strict=True):
        axes.add_artist(_patch(shape, facecolor=FILL[standing], **edge))
    for shape in frame.geometry if not inset else ():
        axes.add_artist(
            _patch(shape, facecolor="none", edgecolor=SOFT_INK, linewidth=0.7, zorder=3)
        )
    shapes = dict(zone_shapes(frame, zones, inset))
    for zone, (width, dash) in zip(zones, OUTLINES, strict=False):
        if zone in shapes:
            halo = [] if inset else [(width + 2.2, "white", "solid", 4)]
            for wide, colour, style, above in (*halo, (width, INK, dash, 5)):
                axes.add_artist(
                    _patch(
                        shapes[zone],
                        facecolor="none",
                        edgecolor=colour,
                        linewidth=wide,
                        linestyle=style,
                        joinstyle="miter",
                        zorder=above,
                    )
                )
    left, bottom, right, top = frame.total_bounds
    margin = 0.06
    axes.set_xlim(left - margin, right + margin)
    axes.set_ylim(bottom - margin, top + margin)
    axes.set_aspect("equal")
    axes.set_axis_off()


def zone_shapes(
    frame: gpd.GeoDataFrame, zones: Sequence[str], inset: float = INSET
) -> list[tuple[str, BaseGeometry]]:
    """Outline of every zone that holds an area, in their order; gaps between tiles are closed."""
    shapes = []
    for zone in zones:
        if (frame["zone"] == zone).any():
            mine = frame.geometry[frame["zone"] == zone]
            if inset:  # real outlines touch; to grow and shrink them would only blur them
                mine = mine.buffer(1.01 * inset, join_style="mitre")
            whole = mine.union_all()
            shapes.append((zone, whole.buffer(-inset / 2, join_style="mitre") if inset else whole))
    return shapes


def zone_labels(axes: Axes, frame: gpd.GeoDataFrame, study: Study) -> None:
    """Each zone's name, above the one in the north and below the one in the south."""
    middle = frame.geometry.union_all().centroid.y
    for zone, shape in zone_shapes(frame, tuple(study.zones)):
        low_left, bottom, right, top = shape.bounds
        above = shape.centroid.y >= middle
        axes.text(
            low_left if above else right,
            top + 0.06 if above else bottom - 0.06,
            study.zones[zone].name,
            ha="left" if above else "right",
            va="bottom" if above else "top",
            fontsize=10,
            weight="semibold",
            clip_on=False,
        )


def compared_with(maps: Sequence[WardMap]) -> str:
    """What the fills compare every area with, and which letter stands for which sex."""
    told = [
        f"{found.sex[0].upper()}, {people(found.sex)}"
        + ("" if found.place is None else f": {number(found.place.value)}")
        for found in maps
    ]
    return f"Life expectancy compared with {maps[0].place_name} ({'; '.join(told)})"


def _legend_lines(maps: Sequence[WardMap], canvas: Canvas) -> list[str]:
    return lines(compared_with(maps), 40 if canvas.narrow else 92)


def legend_height(maps: Sequence[WardMap], canvas: Canvas) -> float:
    """Inches that the legend takes at the top."""
    return (0.86 if canvas.narrow else 0.42) + 0.18 * len(_legend_lines(maps, canvas))


def legend_of(figure: Figure, maps: Sequence[WardMap], canvas: Canvas) -> None:
    """What the fills mean."""
    width, height = figure.get_size_inches()
    x, y = 0.02, height - 0.02
    for line in _legend_lines(maps, canvas):
        figure.text(x / width, y / height, line, fontsize=10, va="top")
        y -= 0.18
    for standing in (BELOW, NEAR, ABOVE):
        swatch(figure, x, y - 0.2, standing)
        figure.text(
            (x + 0.26) / width, (y - 0.12) / height, MEANING[standing], fontsize=9.5, va="center"
        )
        x, y = (x, y - 0.22) if canvas.narrow else (x + (2.0 if standing == NEAR else 1.5), y)


def swatch(figure: Figure, x: float, y: float, standing: str) -> None:
    """A fill with its sign, from a left and bottom corner in inches."""
    width, height = figure.get_size_inches()
    shape = box(x / width, y / height, (x + 0.2) / width, (y + 0.17) / height)
    figure.add_artist(
        _patch(
            shape,
            facecolor=FILL[standing],
            edgecolor=GREY,
            linewidth=0.8,
            transform=figure.transFigure,
        )
    )
    figure.text(
        (x + 0.1) / width,
        (y + 0.08) / height,
        SIGN[standing],
        fontsize=8,
        ha="center",
        va="center",
        color=TEXT[standing],
    )
