"""Maps on real outlines, one a sex: areas carry their number, and a list has names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from shapely.affinity import affine_transform

from gapwatch.geography.outlines import outlines, simplified, together
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
from gapwatch.reporting.chapters.areas.chart_tiles import by_area, cards_height, draw_cards
from gapwatch.reporting.drawing.canvas import INK, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.labels import inside, label_places
from gapwatch.reporting.drawing.letters import DPI
from gapwatch.reporting.drawing.places import box
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import WardMap
from gapwatch.reporting.language.numbers import count
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Study

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

# Inches: the tallest map, the letters and signs of a label, a piece that is seen.
TALLEST, LETTER, SIGN_SIZE, LABEL_HEIGHT = 4.6, 0.066, 0.1, 0.14
SMALLEST = 0.004
# Inches around a map: without labels beside it, and with them.
CLOSE, ROOMY = 0.08, 0.24
# Letters of a name on an area, and how many a line may have.
NAME_POINTS, LINE_LETTERS = 6.5, 11
LEGEND_LINE, LEGEND_GAP, HEAD = 0.165, 0.09, 0.24
Entry = tuple[str, list[str]]


def map_frame(ward_map: WardMap, boundary: pd.DataFrame) -> gpd.GeoDataFrame:
    """Outlines of the map's areas in kilometres, simplified, with each area's side and standing."""
    known = {ward.code: ward for ward in ward_map.wards}
    frame = together(simplified(outlines(boundary, ward_map.geography)), known)
    west, _, _, north = frame.total_bounds
    to_km = [0.001, 0, 0, 0.001, -west / 1000, -north / 1000]
    frame["code"] = frame["area_code"]
    frame["zone"] = [known[code].zone for code in frame["code"]]
    frame["standing"] = [known[code].standing for code in frame["code"]]
    shapes = [affine_transform(shape, to_km) for shape in frame.geometry]
    return frame.drop(columns="geometry").set_geometry(shapes, crs=None)


def map_figure(
    canvas: Canvas, study: Study, maps: tuple[WardMap, ...], boundary: pd.DataFrame
) -> Figure:
    """A map a sex, side by side under one legend.

    Wide, areas carry their labels and a list below has their names and values. On a phone no label
    can be read on a map: the areas stand below it as tiles with name and values.
    """
    frame = map_frame(maps[0], boundary)
    left, bottom, right, top = frame.total_bounds
    across = canvas.width / max(len(maps), 2)

    def scaled(edge: float) -> float:
        wide, tall = (across - 2 * edge) / (right - left), (TALLEST - 2 * edge) / (top - bottom)
        return float(min(wide, tall))

    # Labels that fit nowhere inside stand beside the map; names are used only where all fit.
    names = {} if canvas.narrow else _names(frame, maps[0], scaled(CLOSE))
    edge = CLOSE if names or canvas.narrow else ROOMY
    scale = scaled(edge)
    map_width, map_height = ((b - a) * scale + 2 * edge for a, b in ((left, right), (bottom, top)))
    entries = _entries(maps, study, int(canvas.width / 0.074))
    listed = list_of(maps, canvas, numbers=not names)
    cards = (("", by_area(maps)),)
    tall = _height(entries)
    below = cards_height(cards) if canvas.narrow else listed.height
    height = tall + HEAD + map_height + below
    figure = Figure(figsize=(canvas.width, height), dpi=DPI)
    for place, found in enumerate(maps):
        held = map_frame(found, boundary)
        axes = figure.add_axes(
            (
                place * across / canvas.width,
                below / height,
                map_width / canvas.width,
                map_height / height,
            )
        )
        draw_areas(axes, held, found.outlined, inset=0.0)
        margin = edge / scale
        axes.set_xlim(left - margin, right + margin)
        axes.set_ylim(bottom - margin, top + margin)
        figure.text(
            (place * across + 0.05) / canvas.width,
            (below + map_height + 0.08 - edge / 2) / height,
            people(found.sex).capitalize(),
            fontsize=10,
            weight="semibold",
        )
        if not canvas.narrow:
            _labels(axes, held, found, names or maps[0].labels(), scale)
    _legend(figure, entries, (0.02, height))
    if canvas.narrow:
        draw_cards(figure, cards, maps, below)
    else:
        listed.draw(figure, listed.height)
    return figure


def _labels(
    axes: Axes, frame: gpd.GeoDataFrame, ward_map: WardMap, labels: dict[str, str], scale: float
) -> None:
    standing = {ward.code: ward.standing for ward in ward_map.wards}
    wide = SIGN_SIZE / scale
    signs = {code: (wide, wide) for code, found in standing.items() if SIGN[found]}
    named = any(label.strip("0123456789") for label in labels.values())
    style: dict[str, Any] = {"fontsize": NAME_POINTS if named else 8.5, "linespacing": TIGHT}
    sizes = {code: _size(label, scale, signed=code in signs) for code, label in labels.items()}
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
            axes.text(*spot, text, ha="center", va="center", color=colour, zorder=8, **style)
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


def _names(frame: gpd.GeoDataFrame, ward_map: WardMap, scale: float) -> dict[str, str]:
    """Names to put on the areas themselves, broken over lines; none unless every one fits."""
    if ward_map.numbered:
        return {}
    shapes = dict(zip(frame["code"], frame.geometry, strict=True))
    names = {ward.code: "\n".join(lines(ward.name, LINE_LETTERS)) for ward in ward_map.wards}
    for code, name in names.items():
        piece = max(shapely.get_parts(shapes[code]), key=lambda part: part.area)
        if not inside(piece, _size(name, scale, signed=True)):
            return {}
    return names


def _size(label: str, scale: float, *, signed: bool) -> tuple[float, float]:
    """Width and height of a label, with its sign, in the units of the shapes."""
    if not label.strip("0123456789"):
        return (LETTER * len(label) + SIGN_SIZE * signed) / scale, LABEL_HEIGHT / scale
    text = Figure(figsize=(1, 1), dpi=DPI).text(
        0, 0, label, fontsize=NAME_POINTS, linespacing=TIGHT
    )
    own = box(text)
    return (own.width / DPI + SIGN_SIZE * signed) / scale, own.height / DPI / scale


def _entries(maps: tuple[WardMap, ...], study: Study, letters: int) -> list[Entry]:
    """What the legend says, by sign: a standing, the number of a line, or nothing."""
    ward_map = maps[0]
    held = {ward.standing for found in maps for ward in found.wards}
    told = [("", compared_with(maps))]
    told += [(standing, text) for standing, text in MEANING.items() if standing in held]
    for place, side in enumerate(ward_map.outlined[: len(OUTLINES)]):
        areas = count(len(ward_map.within(side)), ward_map.noun, ward_map.nouns)
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
