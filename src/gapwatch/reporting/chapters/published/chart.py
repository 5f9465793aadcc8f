"""Two series of one gap side by side, in the windows that both have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gapwatch.reporting.chapters.published.words import Meeting
from gapwatch.reporting.drawing.canvas import BLUE, GREY, SOFT_INK, Canvas
from gapwatch.reporting.evidence.rows import LimitedValue
from gapwatch.reporting.language.numbers import apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LABELS = {False: 9, True: 4}
STEP = 0.13


def series_figure(canvas: Canvas, meetings: Sequence[Meeting], *, computed_decides: bool) -> Figure:
    """The series that decides filled, the other one open; both with 95% intervals."""
    height = 3.44
    figure = Figure(figsize=(canvas.width, height))
    left, right = 0.34, 0.12
    axes = figure.add_axes(
        (left / canvas.width, 0.64 / height, 1 - (left + right) / canvas.width, 1 - 1.24 / height)
    )
    ours = [(place, row.computed) for place, row in enumerate(meetings) if row.computed]
    theirs = [(place, row.published) for place, row in enumerate(meetings)]
    for name, points, step, marker, decides in (
        ("Published", theirs, -STEP, "s", not computed_decides),
        ("Our own", ours, STEP, "o", computed_decides),
    ):
        label = f"{name} (decides)" if decides else name
        _points(axes, points, step, marker, label, filled=decides)
    # A window that both have is one place on the axis, whether or not its neighbours are there.
    every = max(-(-len(meetings) // MOST_LABELS[canvas.narrow]), 1)
    shown = range(len(meetings) - 1, -1, -every)
    axes.set_xticks(list(shown), [_window(meetings[place]) for place in shown])
    axes.set_xlim(-0.6, len(meetings) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: apart(value, decimals=0)[0])
    axes.tick_params(length=0, labelsize=9.5)
    axes.set_xlabel("Window", fontsize=9, loc="right", color=SOFT_INK)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=2,
        frameon=False,
        fontsize=9.5,
        handletextpad=0.3,
        columnspacing=1.4,
        borderaxespad=0.2,
    )
    figure.text(0.008, 0.985, "Gap, years", fontsize=10, va="top", weight="semibold")
    return figure


def _points(
    axes: Axes,
    points: list[tuple[int, LimitedValue]],
    step: float,
    marker: str,
    label: str,
    *,
    filled: bool,
) -> None:
    colour, face = (BLUE, BLUE) if filled else (GREY, "white")
    axes.vlines(
        [place + step for place, _ in points],
        [e.value if e.lower is None else e.lower for _, e in points],
        [e.value if e.upper is None else e.upper for _, e in points],
        color=colour,
        linewidth=1.5,
    )
    axes.plot(
        [place + step for place, _ in points],
        [e.value for _, e in points],
        linestyle="none",
        marker=marker,
        markersize=6,
        color=colour,
        markerfacecolor=face,
        markeredgewidth=1.4,
        zorder=5,
        label=label,
    )


def _window(row: Meeting) -> str:
    """Both years over two lines, or the one."""
    if row.period_start == row.period_end:
        return str(row.period_end)
    return f"{row.period_start}–\n{row.period_end}"
