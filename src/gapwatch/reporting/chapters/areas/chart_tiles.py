"""The tile map: one tile an area, with its name and the figures of both sexes, roughly as on a map.

On a phone the tiles stand in two columns, side by side of each zone from north to south, as a name
can't be read in a seventh of its width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
from matplotlib.figure import Figure
from shapely.geometry import box

from gapwatch.codes import UNKNOWN
from gapwatch.reporting.chapters.areas.chart_areas import (
    INSET,
    SIGN,
    TEXT,
    draw_areas,
    legend_height,
    legend_of,
    tile,
    zone_labels,
)
from gapwatch.reporting.drawing.canvas import INK, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.letters import DPI
from gapwatch.reporting.drawing.places import box as box_of
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import RankedArea, WardMap
from gapwatch.reporting.language.numbers import number
from gapwatch.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches: the widest map; on a phone figures, a line of a name, a gap, and a heading.
WIDEST, FIGURES, LINE, GAP, HEADING = 6.3, 0.22, 0.15, 0.06, 0.3
# The part of a tile on the map that its name has; letters of a line on a phone.
NAMED, LETTERS = 0.5, 24
COLUMNS = 2
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.0)


@dataclass(frozen=True)
class Tile:
    """An area's tile by its left, lower edge and size, with the figures of each sex."""

    left: float
    bottom: float
    width: float
    height: float
    wards: tuple[RankedArea, ...]
    named: float = NAMED

    @property
    def split(self) -> float:
        """Where the name's part ends and the figures begin."""
        return self.bottom + self.height * (1 - self.named)

    def cells(self) -> Iterator[tuple[RankedArea, float, float]]:
        """The area for each sex, with the left edge and the width of its part."""
        width = self.width / len(self.wards)
        for place, ward in enumerate(self.wards):
            yield ward, self.left + place * width, width


def by_area(maps: Sequence[WardMap]) -> list[tuple[RankedArea, ...]]:
    """Each area with its figures for every sex, in the order of the first map."""
    others = [{ward.code: ward for ward in found.wards} for found in maps]
    return [tuple(held[ward.code] for held in others) for ward in maps[0].wards]


def tile_figure(canvas: Canvas, study: Study, maps: tuple[WardMap, ...]) -> Figure:
    """Tiles where they stand on a map; on a phone in two columns, zone by zone."""
    if canvas.narrow:
        return _phone(canvas, study, maps)
    across = (1 - 2 * INSET, 1 - 2 * INSET)
    tiles = []
    for wards in by_area(maps):
        x, y = tile(wards[0])
        tiles.append(Tile(x - across[0] / 2, y - across[1] / 2, *across, wards))
    frame = cells_of(tiles)
    left, bottom, right, top = frame.total_bounds
    columns, rows = right - left + 0.12, top - bottom + 0.12
    width = min(canvas.width, WIDEST)
    height = width * rows / columns
    legend = legend_height(maps, canvas)
    # Names of zones stand away from the tiles by a part of their width.
    pad = 0.18 + 0.06 * width / columns
    figure = Figure(figsize=(canvas.width, legend + height + 2 * pad), dpi=DPI)
    full = figure.get_figheight()
    axes = figure.add_axes((0, pad / full, width / canvas.width, height / full))
    draw_areas(axes, frame, maps[0].outlined)
    for one in tiles:
        write_tile(axes, one, maps)
    zone_labels(axes, frame, study)
    legend_of(figure, maps, canvas)
    return figure


def _phone(canvas: Canvas, study: Study, maps: tuple[WardMap, ...]) -> Figure:
    zones = [zone for zone in study.zones if any(w.zone == zone for w in maps[0].wards)]
    groups = []
    for zone in [*zones, ""]:
        held = [wards for wards in by_area(maps) if wards[0].zone == zone]
        held.sort(key=lambda wards: (wards[0].row or 0, wards[0].column or 0))
        name = study.zones[zone].name if zone else "Other areas" if zones else ""
        groups += [(name, held)] if held else []
    legend = legend_height(maps, canvas)
    figure = Figure(figsize=(canvas.width, legend + cards_height(groups)), dpi=DPI)
    draw_cards(figure, groups, maps, figure.get_figheight() - legend)
    legend_of(figure, maps, canvas)
    return figure


Groups = Sequence[tuple[str, Sequence[tuple[RankedArea, ...]]]]


def cards_height(groups: Groups) -> float:
    """Inches that tiles take in two columns."""
    return sum(
        HEADING * bool(name) + sum(_tall(row) + GAP for row in _rows(held)) for name, held in groups
    )


def _rows(held: Sequence[tuple[RankedArea, ...]]) -> list[Sequence[tuple[RankedArea, ...]]]:
    return [held[first : first + COLUMNS] for first in range(0, len(held), COLUMNS)]


def _tall(row: Sequence[tuple[RankedArea, ...]]) -> float:
    """Inches of a row, whose longest name decides."""
    most = max(len(lines(wards[0].name, LETTERS)) for wards in row)
    return FIGURES + 0.06 + LINE * min(most, 4)


def draw_cards(figure: Figure, groups: Groups, maps: Sequence[WardMap], top: float) -> None:
    """Tiles in two columns from `top`, in inches from the lower edge, under the groups' names."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1))
    tiles, y = [], top
    for name, held in groups:
        if name:
            axes.text(0.01, y - HEADING + 0.08, name, fontsize=10, weight="semibold")
            y -= HEADING
        for row in _rows(held):
            tall, across = _tall(row), width / COLUMNS
            tiles += [
                Tile(
                    column * across + 0.02,
                    y - tall,
                    across - 0.05,
                    tall,
                    wards,
                    1 - FIGURES / tall,
                )
                for column, wards in enumerate(row)
            ]
            y -= tall + GAP
    draw_areas(axes, cells_of(tiles), ())
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_aspect("auto")
    for one in tiles:
        write_tile(axes, one, maps)


def cells_of(tiles: Sequence[Tile]) -> gpd.GeoDataFrame:
    """What draws tiles: a place for the name, and a part for each sex below it."""
    rows = []
    for one in tiles:
        top, right = one.bottom + one.height, one.left + one.width
        rows.append((one.wards[0], UNKNOWN, box(one.left, one.split, right, top)))
        rows += [
            (ward, ward.standing, box(left, one.bottom, left + width, one.split))
            for ward, left, width in one.cells()
        ]
    return gpd.GeoDataFrame(
        {
            "code": [ward.code for ward, _, _ in rows],
            "zone": [ward.zone for ward, _, _ in rows],
            "standing": [standing for _, standing, _ in rows],
        },
        geometry=[shape for _, _, shape in rows],
    )


def write_tile(axes: Axes, one: Tile, maps: Sequence[WardMap]) -> None:
    """The name, and below it the sex, the sign and the figure."""
    split = one.split
    middle = one.left + one.width / 2, split + one.height * one.named / 2
    _name(axes, one, middle)
    flat = one.width / len(one.wards) > 2 * (one.split - one.bottom)
    for found, (ward, left, width) in zip(maps, one.cells(), strict=True):
        colour = TEXT[ward.standing]
        letter = found.sex[0].upper()
        value = "–" if ward.value is None else number(ward.value.value)
        x, y = left + width / 2, (one.bottom + split) / 2
        above = 0.0 if flat else (split - one.bottom) * 0.26
        side = width * 0.36 if flat else 0.0
        small = f"{letter} {SIGN[ward.standing]}".strip()
        for words, at, style in (
            (letter if flat else small, (x - side, y + above), {"fontsize": 7.5}),
            (
                f"{value} {SIGN[ward.standing]}".strip() if flat else value,
                (x + side / 3, y - above * 0.75),
                {"fontsize": 9.5 if flat else 10.5, "weight": "semibold"},
            ),
        ):
            axes.text(
                *at, words, ha="center", va="center_baseline", color=colour, zorder=8, **style
            )


def _name(axes: Axes, one: Tile, middle: tuple[float, float]) -> None:
    """The name in the largest letters that fit, over as many lines as it takes."""
    a_point = one.width / _points(axes, one.width)
    room = (one.width / a_point - 4, one.height * one.named / a_point - 2)
    text = axes.text(
        *middle,
        one.wards[0].name,
        ha="center",
        va="center",
        linespacing=TIGHT,
        color=INK if one.wards[0].value else SOFT_INK,
        zorder=8,
    )
    for size in SIZES:
        text.set_fontsize(size)
        text.set_text("\n".join(lines(one.wards[0].name, max(int(room[0] / (0.5 * size)), 4))))
        own = box_of(text)
        if own.width <= room[0] and own.height <= room[1]:
            return


def _points(axes: Axes, width: float) -> float:
    """Points that a width of the data takes."""
    left, right = axes.get_xlim()
    whole = axes.get_position().width * axes.figure.get_figwidth() * DPI  # type: ignore[union-attr]
    return whole * width / (right - left)
