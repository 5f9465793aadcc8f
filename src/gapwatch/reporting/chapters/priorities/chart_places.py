"""Where effort would count most: areas ranked by excess deaths, and what is reached with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from gapwatch.reporting.chapters.priorities.rows import LocalityRow, TargetingRow
from gapwatch.reporting.drawing.canvas import BLUE, INK, ORANGE, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.key import EDGE, NAME, KeyName, key_names
from gapwatch.reporting.drawing.wrap import wrapped
from gapwatch.reporting.language.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, CURVE, BOTTOM, NAMES = 0.225, 2.1, 0.52, 1.9
NARROW_NAMES = 1.2
# Inches that are left free below the key, and points of its letters.
FREE, WIDE_KEY, NARROW_KEY = 0.12, 9.5, 8.5
NAMED = 3


def places_figure(
    canvas: Canvas,
    rows: Sequence[LocalityRow],
    steps: Sequence[TargetingRow],
    sides: Mapping[str, str],
    worse: str,
) -> Figure:
    """The ranking with intervals above, the curve of excess against residents below.

    `sides` gives the name of each zone; those of `worse` are filled.
    """
    names = NARROW_NAMES if canvas.narrow else NAMES
    size = NARROW_KEY if canvas.narrow else WIDE_KEY
    ordered = sorted(sides.items(), key=lambda item: item[0] != worse)
    told = [name for _, name in ordered]
    key, reach = key_names(told, size, canvas.width, EDGE, stacked=canvas.narrow)
    top = FREE + reach
    # On a phone the name of the axis between the two parts takes two lines.
    between = 0.5 if canvas.narrow else 0.3
    height = top + len(rows) * ROW + BOTTOM + between + CURVE + BOTTOM
    figure = Figure(figsize=(canvas.width, height))
    ranked = figure.add_axes(
        (
            names / canvas.width,
            (height - top - len(rows) * ROW) / height,
            (canvas.width - names - 0.14) / canvas.width,
            len(rows) * ROW / height,
        )
    )
    _ranking(ranked, canvas, rows, worse)
    curve = figure.add_axes(
        (
            0.5 / canvas.width,
            BOTTOM / height,
            (canvas.width - 0.5 - 0.2) / canvas.width,
            CURVE / height,
        )
    )
    _curve(curve, canvas, rows, steps)
    figure.text(
        0.008,
        (BOTTOM + CURVE + 0.22) / height,
        "Excess deaths a year reached",
        fontsize=10,
        va="center",
    )
    _key(figure, key, [zone == worse for zone, _ in ordered], size)
    return figure


def _ranking(axes: Axes, canvas: Canvas, rows: Sequence[LocalityRow], worse: str) -> None:
    for on_worse, colour, marker in ((True, ORANGE, "o"), (False, BLUE, "D")):
        held = [(y, row) for y, row in enumerate(rows) if (row.zone == worse) == on_worse]
        axes.hlines(
            [y for y, _ in held],
            [row.excess_lower95_a_year for _, row in held],
            [row.excess_upper95_a_year for _, row in held],
            color=colour,
            linewidth=1.5,
        )
        axes.plot(
            [row.excess_deaths_a_year for _, row in held],
            [y for y, _ in held],
            linestyle="none",
            marker=marker,
            markersize=5.8,
            color=colour,
            markerfacecolor=colour if on_worse else "white",
            markeredgecolor=INK if on_worse else colour,
            markeredgewidth=0.7 if on_worse else 1.4,
            zorder=5,
        )
    axes.axvline(0, color=INK, linewidth=1, zorder=2)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="x")
    axes.grid(axis="y", visible=False)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: number(value, 0))
    axes.tick_params(length=0, labelsize=9)
    told = "Excess deaths a year, with 95% intervals"
    axes.set_xlabel(wrapped(told, 24) if canvas.narrow else told, fontsize=9, color=SOFT_INK)
    for y, row in enumerate(rows):
        axes.annotate(
            wrapped(row.area_name, 18 if canvas.narrow else 40),
            (0, y),
            xycoords=("axes fraction", "data"),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=7.5 if canvas.narrow else 9,
            linespacing=TIGHT - 0.1,
            annotation_clip=False,
        )


def _curve(
    axes: Axes, canvas: Canvas, rows: Sequence[LocalityRow], steps: Sequence[TargetingRow]
) -> None:
    x = [0.0, *(step.residents_share for step in steps)]
    y = [0.0, *(step.cumulative_excess_a_year for step in steps)]
    axes.plot(x, y, color=BLUE, linewidth=1.8, marker="o", markersize=3.6)
    axes.plot([0, 1], [0, y[-1]], color=SOFT_INK, linewidth=1, linestyle=(0, (4, 2)))
    names = {row.area: row.area_name for row in rows}
    if len(steps) >= NAMED:
        last = steps[NAMED - 1]
        axes.annotate(
            "\n".join(names.get(step.area, step.area) for step in steps[:NAMED]),
            (last.residents_share, last.cumulative_excess_a_year),
            xytext=(9, -3),
            textcoords="offset points",
            ha="left",
            va="top",
            fontsize=8 if canvas.narrow else 9,
            linespacing=TIGHT,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=min(0.0, *y))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: number(value, 0))
    axes.tick_params(length=0, labelsize=9)
    axes.set_xlabel(
        "Share of residents, areas with the most excess a head first", fontsize=9, color=SOFT_INK
    )
    if canvas.narrow:
        axes.set_xlabel("Share of residents reached", fontsize=9, color=SOFT_INK)


def _key(figure: Figure, names: Sequence[KeyName], on_worse: Sequence[bool], size: float) -> None:
    width, height = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.patch.set_alpha(0)
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    for name, worse in zip(names, on_worse, strict=True):
        y = height - name.below
        axes.plot(
            [name.x],
            [y],
            marker="o" if worse else "D",
            markersize=6,
            color=ORANGE if worse else BLUE,
            markerfacecolor=ORANGE if worse else "white",
            markeredgecolor=INK if worse else BLUE,
            markeredgewidth=0.7 if worse else 1.4,
        )
        axes.text(name.x + NAME, y, name.text, fontsize=size, va="center", linespacing=TIGHT)
