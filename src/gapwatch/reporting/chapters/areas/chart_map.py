"""The map on real outlines: areas carry their number, and names and values stand in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from shapely.affinity import affine_transform

from gapwatch.geography.outlines import outlines, simplified
from gapwatch.reporting.chapters.areas.chart_areas import (
    MEANING,
    OUTLINES,
    SIGN,
    TEXT,
    compared_with,
    draw_areas,
    swatch,
)
from gapwatch.reporting.chapters.areas.chart_list import list_of
from gapwatch.reporting.drawing.canvas import INK, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.labels import label_places
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import WardMap
from gapwatch.reporting.language.numbers import count
from gapwatch.study import Study

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

# Inches: the widest and the tallest map, the letters and signs of a label, a piece that is seen.
WIDEST, TALLEST, LETTER, SIGN_SIZE, LABEL_HEIGHT = 4.0, 5.2, 0.066, 0.1, 0.14
SMALLEST = 0.004
LEGEND_LINE, LEGEND_GAP = 0.165, 0.09
Entry = tuple[str, list[str]]


def map_frame(ward_map: WardMap, boundary: pd.DataFrame) -> gpd.GeoDataFrame:
    """Outlines of the map's areas in kilometres, simplified, with each area's side and standing."""
    frame = simplified(outlines(boundary, ward_map.geography))
    known = {ward.code: ward for ward in ward_map.wards}
    frame = frame[frame["area_code"].isin(list(known))].reset_index(drop=True)
    west, _, _, north = frame.total_bounds
    to_km = [0.001, 0, 0, 0.001, -west / 1000, -north / 1000]
    frame["code"] = frame["area_code"]
    frame["zone"] = [known[code].zone for code in frame["code"]]
    frame["standing"] = [known[code].standing for code in frame["code"]]
    shapes = [affine_transform(shape, to_km) for shape in frame.geometry]
    return frame.drop(columns="geometry").set_geometry(shapes, crs=None)


def map_figure(canvas: Canvas, study: Study, ward_map: WardMap, boundary: pd.DataFrame) -> Figure:
    """Wide: the legend stands to the right of the map, on a phone above it; the list below both."""
    frame = map_frame(ward_map, boundary)
    left, bottom, right, top = frame.total_bounds
    across, edge = (canvas.width, 0.17) if canvas.narrow else (WIDEST, 0.24)
    scale = min((across - 2 * edge) / (right - left), (TALLEST - 2 * edge) / (top - bottom))
    map_width, map_height = ((b - a) * scale + 2 * edge for a, b in ((left, right), (bottom, top)))
    listed = list_of(ward_map, canvas)
    aside = 0.0 if canvas.narrow else map_width + 0.1
    entries = _entries(ward_map, study, int((canvas.width - aside - 0.3) / 0.074))
    tall = _height(entries)
    chart = tall + map_height if canvas.narrow else max(tall, map_height)
    height = chart + listed.height
    figure = Figure(figsize=(canvas.width, height))
    base = height - map_height - (tall if canvas.narrow else 0.0)
    axes = figure.add_axes((0, base / height, map_width / canvas.width, map_height / height))
    draw_areas(axes, frame, ward_map.outlined, inset=0.0)
    margin = edge / scale
    axes.set_xlim(left - margin, right + margin)
    axes.set_ylim(bottom - margin, top + margin)
    _labels(axes, frame, ward_map, scale)
    _legend(figure, entries, (aside, height))
    listed.draw(figure, listed.height)
    return figure


def _labels(axes: Axes, frame: gpd.GeoDataFrame, ward_map: WardMap, scale: float) -> None:
    standing = {ward.code: ward.standing for ward in ward_map.wards}
    labels = ward_map.labels()
    tall, wide = LABEL_HEIGHT / scale, SIGN_SIZE / scale
    signs = {code: (wide, wide) for code, found in standing.items() if SIGN[found]}
    sizes = {
        code: (LETTER * len(label) / scale + wide * (code in signs), tall)
        for code, label in labels.items()
    }
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    found = label_places(
        dict(zip(frame["code"], frame.geometry, strict=True)),
        sizes,
        signs,
        SMALLEST / scale**2,
        (west, south, east, north),
    )
    for code, placed in found.items():
        sign, ink = SIGN[standing[code]], TEXT[standing[code]]
        words = [
            (spot, f"{labels[code]}{sign}", ink if placed.inside else INK) for spot in placed.spots
        ]
        for spot, text, colour in (*words, *((spot, sign, ink) for spot in placed.signs)):
            axes.text(*spot, text, ha="center", va="center", fontsize=8.5, color=colour, zorder=8)
        for start, end in placed.joined:
            # A white line under a dark one is seen on every fill.
            for width, colour in ((2.2, "white"), (0.8, INK)):
                axes.add_line(
                    Line2D(
                        *zip(start, end, strict=True),
                        linewidth=width,
                        color=colour,
                        marker="o",
                        markersize=2.5 + width / 2,
                        markevery=[1],
                        zorder=6,
                    )
                )


def _entries(ward_map: WardMap, study: Study, letters: int) -> list[Entry]:
    """What the legend says, by sign: a standing, the number of a line, or nothing."""
    held = {ward.standing for ward in ward_map.wards}
    told = [("", compared_with(ward_map))]
    told += [(standing, text) for standing, text in MEANING.items() if standing in held]
    for place, side in enumerate(ward_map.outlined[: len(OUTLINES)]):
        areas = count(len(ward_map.within(side)), ward_map.noun)
        told.append((str(place), f"{study.side_name(side)}: {areas}"))
    return [(sign, lines(text, letters)) for sign, text in told]


def _height(entries: list[Entry]) -> float:
    return sum(LEGEND_LINE * len(text) + LEGEND_GAP for _, text in entries) + 0.05


def _legend(figure: Figure, entries: list[Entry], corner: tuple[float, float]) -> None:
    """Below each other, from a left and top corner in inches."""
    width, height = figure.get_size_inches()
    left, y = corner[0], corner[1] - 0.03
    for sign, text in entries:
        middle = y - LEGEND_LINE / 2
        if sign.isdigit():
            thick, dash = OUTLINES[int(sign)]
            line = Line2D(
                [left / width, (left + 0.22) / width],
                [middle / height] * 2,
                color=INK,
                linewidth=thick,
                linestyle=dash,
                transform=figure.transFigure,
            )
            figure.add_artist(line)
        elif sign:
            swatch(figure, left, middle - 0.085, sign)
        figure.text(
            (left + 0.28 * bool(sign)) / width,
            y / height,
            "\n".join(text),
            fontsize=9.5,
            va="top",
            linespacing=TIGHT,
            color=INK if sign else SOFT_INK,
        )
        y -= LEGEND_LINE * len(text) + LEGEND_GAP
