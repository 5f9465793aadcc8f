"""Both sides of every indicator as dots with intervals, a block a priority, a scale a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gapwatch.reporting.chapters.priorities.drawn import Block
from gapwatch.reporting.chapters.priorities.rows import ComparisonRow
from gapwatch.reporting.chapters.priorities.tables import decimals
from gapwatch.reporting.drawing.canvas import BLUE, INK, ORANGE, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.key import NAME, KeyName, key_names
from gapwatch.reporting.drawing.wrap import lines, wrapped
from gapwatch.reporting.evidence.rows import LimitedValue
from gapwatch.reporting.language.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, NARROW_ROW, HEAD, FOOT, TOP = 0.27, 0.47, 0.3, 0.34, 0.36
ROOM = 1.06
# Points of the letters of the key, and inches that are free below it.
KEY, FREE = 9, 0.0
# Letters of a line of a priority's name, and inches of each further line.
WIDE_HEAD, NARROW_HEAD, LINE = 90, 36, 0.17


def sides_figure(canvas: Canvas, blocks: Sequence[Block], names: tuple[str, str]) -> Figure:
    """Dots of both sides, each row on a scale of its own from 0; values stand at the right."""
    step = NARROW_ROW if canvas.narrow else ROW
    rows = sum(len(block.rows) for block in blocks)
    heads = [lines(block.name, NARROW_HEAD if canvas.narrow else WIDE_HEAD) for block in blocks]
    left = 0.06 if canvas.narrow else 3.0
    key, reach = key_names(names, KEY, canvas.width, left, stacked=canvas.narrow)
    top = max(TOP, reach + FREE)
    height = top + sum(HEAD + LINE * (len(head) - 1) for head in heads) + rows * step + FOOT
    figure = Figure(figsize=(canvas.width, height))
    right = 1.0
    axes = figure.add_axes(
        (
            left / canvas.width,
            FOOT / height,
            (canvas.width - left - right) / canvas.width,
            (height - top - FOOT) / height,
        )
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(height - top - FOOT, 0)
    axes.set_axis_off()
    y = 0.0
    placed: list[tuple[float, ComparisonRow]] = []
    for block, head in zip(blocks, heads, strict=True):
        tall = HEAD + LINE * (len(head) - 1)
        axes.annotate(
            "\n".join(head),
            (0, y + tall / 2 + HEAD * 0.12),
            xycoords=axes.get_yaxis_transform(),
            xytext=(-72 * (left - 0.06), 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=10.5,  # in the one weight of the rest: another would bring its own letters
            linespacing=TIGHT,
        )
        y += tall
        for title, row in block.rows:
            at = y + step * (0.72 if canvas.narrow else 0.5)
            _names(axes, canvas, y + step * 0.24 if canvas.narrow else at, at, title, row)
            placed.append((at, row))
            y += step
    _dots(axes, placed)
    _key(figure, key)
    figure.text(
        left / canvas.width,
        0.1 / height,
        "0, each row on its own scale",
        fontsize=8.5,
        color=SOFT_INK,
        ha="left",
        va="center",
    )
    return figure


def _names(
    axes: Axes, canvas: Canvas, top: float, y: float, title: str, row: ComparisonRow
) -> None:
    """The name of a row, and the values of both sides at its end."""
    axes.annotate(
        wrapped(title, 46 if canvas.narrow else 52),
        (0, top),
        xycoords=axes.get_yaxis_transform(),
        xytext=(0 if canvas.narrow else -8, 0),
        textcoords="offset points",
        ha="left" if canvas.narrow else "right",
        va="center",
        fontsize=8 if canvas.narrow else 8.5,
        linespacing=TIGHT - 0.05,
    )
    places = decimals(row.worse_value, row.better_value)
    for at, side in enumerate((row.worse, row.better_side)):
        axes.annotate(
            "" if side is None else number(side.value, places),
            (1, y),
            xycoords=axes.get_yaxis_transform(),
            xytext=(38 + 34 * at, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8.5,
        )


def _dots(axes: Axes, placed: Sequence[tuple[float, ComparisonRow]]) -> None:
    """Dots and intervals of all rows, a call a side: one for each row would double the file."""
    ys = [y for y, _ in placed]
    axes.hlines(ys, 0, 1, color="#e3e3e3", linewidth=0.8, zorder=1)
    axes.vlines([0] * len(ys), [y - 0.08 for y in ys], [y + 0.08 for y in ys], color=INK)
    scales = [_scale(row) for _, row in placed]
    for name, colour, marker, filled in (
        ("better_side", BLUE, "D", False),
        ("worse", ORANGE, "o", True),
    ):
        held: list[tuple[float, float, LimitedValue]] = [
            (y, scale, side)
            for (y, row), scale in zip(placed, scales, strict=True)
            if (side := getattr(row, name)) is not None
        ]
        wide = [
            (y, side.lower * scale, side.upper * scale)
            for y, scale, side in held
            if side.lower is not None and side.upper is not None
        ]
        axes.hlines(
            [y for y, _, _ in wide],
            [low for _, low, _ in wide],
            [high for _, _, high in wide],
            color=colour,
            linewidth=1.6,
        )
        axes.plot(
            [side.value * scale for _, scale, side in held],
            [y for y, _, _ in held],
            linestyle="none",
            marker=marker,
            markersize=5.6 if filled else 5.2,
            color=colour,
            markerfacecolor=colour if filled else "white",
            markeredgecolor=INK if filled else colour,
            markeredgewidth=0.7 if filled else 1.5,
            zorder=5,
            clip_on=False,
        )


def _scale(row: ComparisonRow) -> float:
    """From a row's unit to the width of the axis, which its largest figure nearly fills."""
    given = [side for side in (row.worse, row.better_side) if side is not None]
    most = max((side.upper if side.upper is not None else side.value) for side in given)
    return 1 / (ROOM * most) if most > 0 else 1.0


def _key(figure: Figure, names: Sequence[KeyName]) -> None:
    """What the marks are, at the head; in the narrow chart one below the other."""
    width, height = figure.get_size_inches()
    marks = ((ORANGE, "o", True), (BLUE, "D", False))
    for name, (colour, marker, filled) in zip(names, marks, strict=True):
        y = 1 - name.below / height
        figure.add_artist(_mark(name.x / width, y, colour, marker, figure=figure, filled=filled))
        figure.text(
            (name.x + NAME) / width, y, name.text, fontsize=KEY, va="center", linespacing=TIGHT
        )


def _mark(x: float, y: float, colour: str, marker: str, *, figure: Figure, filled: bool) -> Line2D:
    return Line2D(
        [x],
        [y],
        transform=figure.transFigure,
        linestyle="none",
        marker=marker,
        markersize=6,
        color=colour,
        markerfacecolor=colour if filled else "white",
        markeredgecolor=INK if filled else colour,
        markeredgewidth=0.7 if filled else 1.5,
    )
