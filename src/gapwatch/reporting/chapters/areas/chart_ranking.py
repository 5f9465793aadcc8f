"""Every area ranked, with its interval, for both sexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from gapwatch.reporting.drawing.canvas import BLUE, GREY, INK, ORANGE, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.wrap import wrapped
from gapwatch.reporting.evidence.areas import RankedArea, WardMap
from gapwatch.reporting.language.numbers import number
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Mark:
    """A zone's sign: shape and fill tell the zones apart, colour only repeats it."""

    shape: str
    colour: str
    filled: bool

    def line(self, x: list[float], y: list[float], size: float) -> Line2D:
        """Markers at the points: filled with a thin dark rim, or open with a thick one."""
        return Line2D(
            x,
            y,
            linestyle="none",
            marker=self.shape,
            markersize=size,
            color=self.colour,
            markerfacecolor=self.colour if self.filled else "white",
            markeredgecolor=INK if self.filled else self.colour,
            markeredgewidth=0.7 if self.filled else 1.5,
            zorder=5,
        )


MARKS = (
    Mark("o", ORANGE, filled=True),
    Mark("D", BLUE, filled=False),
    Mark("s", GREY, filled=True),
)
ROW, NARROW_ROW = 0.235, 0.275


def dots_figure(canvas: Canvas, study: Study, maps: tuple[WardMap, ...]) -> Figure:
    """Wide: one panel a sex, rows in the order of the first. Narrow: the panels stand below
    each other, each in its own order."""
    zones = _zones(study, maps[0])
    rows = len(maps[0].wards)
    legend = 0.1 + 0.2 * (len(zones) if canvas.narrow else 1)
    panel = rows * (NARROW_ROW if canvas.narrow else ROW)
    stack = len(maps) if canvas.narrow else 1
    height = legend + stack * (panel + 0.72)
    figure = Figure(figsize=(canvas.width, height))
    limits = _limits(maps)
    names = 1.25 if canvas.narrow else 1.85
    across = (canvas.width - names - 0.12) / (1 if canvas.narrow else len(maps))
    for place, ward_map in enumerate(maps):
        left = names + (0 if canvas.narrow else place * across)
        bottom = height - legend - 0.24 - panel - (place * (panel + 0.72) if canvas.narrow else 0)
        axes = figure.add_axes(
            (left / canvas.width, bottom / height, (across - 0.14) / canvas.width, panel / height)
        )
        order = (ward_map if canvas.narrow else maps[0]).ranked()
        _panel(axes, ward_map, order, zones, limits)
        if canvas.narrow or place == 0:
            _names(axes, order, canvas)
    _legend(figure, study, zones, canvas)
    return figure


def _zones(study: Study, ward_map: WardMap) -> list[str]:
    held = {ward.zone for ward in ward_map.wards}
    return [zone for zone in study.zones if zone in held]


def _limits(maps: tuple[WardMap, ...]) -> tuple[float, float]:
    values = [w.value for ward_map in maps for w in ward_map.wards if w.value]
    lows = [v.lower if v.lower is not None else v.value for v in values] or [70.0]
    highs = [v.upper if v.upper is not None else v.value for v in values] or [90.0]
    return min(lows) - 0.8, max(highs) + 0.8


def _panel(
    axes: Axes,
    ward_map: WardMap,
    order: tuple[RankedArea, ...],
    zones: list[str],
    limits: tuple[float, float],
) -> None:
    values = {ward.code: ward for ward in ward_map.wards}
    if ward_map.place is not None:
        axes.axvline(ward_map.place.value, color=INK, linewidth=1.1, linestyle=(0, (4, 2)))
        axes.text(
            ward_map.place.value,
            1.0,
            f"{ward_map.place_name} {number(ward_map.place.value)}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=9,
        )
    # One call a zone: a tick and a line for every area would take most of the drawing time.
    for zone in [*zones, ""]:
        mark = MARKS[zones.index(zone) % len(MARKS) if zone else -1]
        rows = [(y, values[w.code].value) for y, w in enumerate(order) if w.zone == zone]
        given = [(y, value) for y, value in rows if value is not None]
        axes.hlines(
            [y for y, _ in given],
            [v.value if v.lower is None else v.lower for _, v in given],
            [v.value if v.upper is None else v.upper for _, v in given],
            color=mark.colour,
            linewidth=1.5,
        )
        axes.add_line(mark.line([v.value for _, v in given], [float(y) for y, _ in given], 6.2))
        for y, value in rows:
            if value is None:
                axes.text(limits[0] + 0.5, y, "withheld", va="center", fontsize=9, color=SOFT_INK)
    axes.hlines(range(len(order)), *limits, color="#ebebeb", linewidth=0.6, zorder=0)
    axes.set_yticks([])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_xlim(*limits)
    axes.grid(axis="x")
    axes.xaxis.set_major_locator(MultipleLocator(5))
    axes.tick_params(length=0, labelsize=9.5)
    axes.set_xlabel(f"{people(ward_map.sex).capitalize()}, years", fontsize=10, weight="semibold")


def _names(axes: Axes, order: tuple[RankedArea, ...], canvas: Canvas) -> None:
    for y, ward in enumerate(order):
        axes.annotate(
            wrapped(ward.name, 17 if canvas.narrow else 40),
            (0, y),
            xycoords=("axes fraction", "data"),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8.5 if canvas.narrow else 9.5,
            linespacing=TIGHT - 0.07,
            annotation_clip=False,
        )


def _legend(figure: Figure, study: Study, zones: list[str], canvas: Canvas) -> None:
    width, height = figure.get_size_inches()
    x, y = 0.1, height - 0.12
    for place, zone in enumerate(zones):
        mark = MARKS[place % len(MARKS)]
        sign = mark.line([x / width], [y / height], 7)
        sign.set_transform(figure.transFigure)
        figure.add_artist(sign)
        name = study.zones[zone].name
        figure.text((x + 0.14) / width, y / height, name, fontsize=10, va="center")
        x, y = (x, y - 0.2) if canvas.narrow else (x + 0.5 + 0.075 * len(name), y)
