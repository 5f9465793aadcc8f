"""Both ends of the gap over time: which side moved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gapwatch.reporting.drawing.canvas import BLUE, HALO, INK, ORANGE, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.marks import provisional_windows
from gapwatch.reporting.drawing.wrap import wrapped
from gapwatch.reporting.evidence.rows import LimitedValue, Window
from gapwatch.reporting.language.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = tuple[tuple[Window, LimitedValue], ...]
SIDES = ((BLUE, "D", 0.09), (ORANGE, "o", -0.09))
# Height of one line of a label, in points.
LINE_POINTS = 13.5


def ends_figure(
    canvas: Canvas, windows: tuple[Window, ...], worse_name: str, better_name: str
) -> Figure:
    """Life expectancy of the better-off and the worse-off side at the windows' midpoints."""
    height = 3.6
    figure = Figure(figsize=(canvas.width, height))
    left, right = 0.34, 0.16 if canvas.narrow else 1.5
    axes = figure.add_axes(
        (left / canvas.width, 0.5 / height, 1 - (left + right) / canvas.width, 1 - 0.92 / height)
    )
    better = tuple((w, w.better) for w in windows if w.better)
    worse = tuple((w, w.worse) for w in windows if w.worse)
    # Two markers and a small sideways step tell the sides apart without colour.
    sides = ((better, better_name), (worse, worse_name))
    for (side, name), (colour, marker, step) in zip(sides, SIDES, strict=True):
        _side(figure, canvas, side, name, colour, marker, step)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.tick_params(length=0, labelsize=10)
    if windows:
        axes.set_xlim(windows[0].midpoint - 0.8, windows[-1].midpoint + 0.8)
        ticks = [w.midpoint for w in windows][:: _every(len(windows), canvas)]
        axes.set_xticks(ticks, [f"{tick - 0.5:.0f}" for tick in ticks])
    if not canvas.narrow:
        named = [(side, name, SIDES[at][2]) for at, (side, name) in enumerate(sides)]
        _names(axes, named, height)
    _breaks(figure, windows)
    figure.text(
        0.008, 0.985, "Life expectancy at birth, years", fontsize=10, va="top", weight="semibold"
    )
    single = bool(windows) and all(window.years == 1 for window in windows)
    label = "Calendar year" if single else "Middle year of each window"
    axes.set_xlabel(label, fontsize=9, loc="right", color=SOFT_INK)
    return figure


def _every(windows: int, canvas: Canvas) -> int:
    """Every which window has a tick, so that labels of a long series keep apart."""
    least, most = (4, 5) if canvas.narrow else (2, 10)
    return max(least, -(-windows // most))


def _side(
    figure: Figure,
    canvas: Canvas,
    side: tuple[tuple[Window, LimitedValue], ...],
    name: str,
    colour: str,
    marker: str,
    step: float,
) -> None:
    axes = figure.axes[0]
    late = tuple((window, value) for window, value in side if window.provisional)
    provisional_windows(
        axes,
        late,
        colour=colour,
        marker=marker,
        step=step,
        named="Provisional" if colour == BLUE else "",
    )
    side = tuple((window, value) for window, value in side if not window.provisional)
    for number_of_segment in sorted({window.segment for window, _ in side}):
        part = [(w.midpoint + step, e) for w, e in side if w.segment == number_of_segment]
        axes.plot([x for x, _ in part], [e.value for _, e in part], color=colour, linewidth=1.2)
        axes.vlines(
            [x for x, _ in part],
            [e.value if e.lower is None else e.lower for _, e in part],
            [e.value if e.upper is None else e.upper for _, e in part],
            color=colour,
            linewidth=1.3,
        )
        axes.plot(
            [x for x, _ in part],
            [e.value for _, e in part],
            linestyle="none",
            marker=marker,
            color=colour,
            markeredgecolor=INK,
            markeredgewidth=0.7,
            markersize=6,
            zorder=5,
        )
    if side and canvas.narrow:
        _name_inside(axes, side, name, above=colour == BLUE)


def _names(axes: Axes, sides: Sequence[tuple[Points, str, float]], height: float) -> None:
    """Both names right of the last window, pushed apart where they would meet."""
    held = []
    for side, name, step in sides:
        given = [value for window, value in side if not window.provisional]
        if given:
            text = f"{wrapped(name, 22)}\n{number(given[-1].value)}"
            held.append((text, side[-1][0].midpoint + step, given[-1].value))
    for (text, x, y), shift in zip(held, _apart(axes, held, height), strict=True):
        axes.annotate(
            text,
            (x, y),
            xytext=(14, shift),
            textcoords="offset points",
            va="center",
            fontsize=10,
            weight="semibold",
            linespacing=TIGHT,
            annotation_clip=False,
        )


def _apart(axes: Axes, held: Sequence[tuple[str, float, float]], height: float) -> list[float]:
    """Points by which each label has to move; none where they stand clear of each other.

    `height` is that of the figure, in inches.
    """
    if len(held) != len(SIDES):
        return [0.0] * len(held)
    low, high = axes.get_ylim()
    points = axes.get_position().height * height * 72 / (high - low)
    (above, _, top), (below, _, bottom) = held
    needed = LINE_POINTS * (above.count("\n") + below.count("\n") + 2) / 2
    missing = max(needed - (top - bottom) * points, 0.0)
    return [missing / 2, -missing / 2]


def _name_inside(
    axes: Axes, side: tuple[tuple[Window, LimitedValue], ...], name: str, *, above: bool
) -> None:
    """On a phone the name stands above or below all intervals of its side, and makes room."""
    ends = [end for _, end in side]
    y = (
        max(end.value if end.upper is None else end.upper for end in ends)
        if above
        else min(end.value if end.lower is None else end.lower for end in ends)
    )
    axes.annotate(
        f"{wrapped(name, 30)} {number(ends[-1].value)}",
        (side[-1][0].midpoint, y),
        xytext=(0, 5 if above else -5),
        textcoords="offset points",
        ha="right",
        va="bottom" if above else "top",
        fontsize=9.5,
        weight="semibold",
        linespacing=TIGHT,
        path_effects=HALO,
        zorder=8,
    )
    low, high = axes.get_ylim()
    axes.set_ylim((low, y + 3.2) if above else (y - 2.6, high))


def _breaks(figure: Figure, windows: tuple[Window, ...]) -> None:
    axes = figure.axes[0]
    for before, after in pairwise(windows):
        if before.segment != after.segment:
            x = (before.midpoint + after.midpoint) / 2
            axes.axvline(x, color=SOFT_INK, linewidth=1, linestyle=(0, (2, 2)))
            axes.text(
                x,
                1.0,
                "Break",
                transform=axes.get_xaxis_transform(),
                fontsize=9,
                ha="center",
                va="bottom",
                color=SOFT_INK,
            )
