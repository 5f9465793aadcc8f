"""Marks that more than one chart over time has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gapwatch.reporting.drawing.canvas import BLUE, GREY, HALO, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.evidence.rows import NAMED, Estimate, Window, touched

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

# Where the foot of a chart is, as a share of its height.
FOOT = 0.14
# Points between the middles of two lines of labels, and of one and a label of two lines.
ONE_LINE, TWO_LINES = 12.0, 20.0
# Light enough for every mark and letter on it.
BAND = "#e8eaec"
Points = Sequence[tuple[Window, Estimate | None]]


def provisional_windows(
    axes: Axes,
    points: Points,
    canvas: Canvas,
    *,
    colour: str = BLUE,
    marker: str = "o",
    step: float = 0.0,
    named: bool = True,
    leader: bool = False,
) -> None:
    """Open markers on dashed intervals, with a label: figures that nothing rests on.

    The label stands below the interval or, with `leader`, at the foot of the chart with a line up.
    """
    given = [(window, value) for window, value in points if value is not None]
    if not given:
        return
    axes.vlines(
        [w.midpoint + step for w, _ in given],
        [e.value if e.lower is None else e.lower for _, e in given],
        [e.value if e.upper is None else e.upper for _, e in given],
        color=colour,
        linewidth=1.3,
        linestyles=(0, (2, 1.5)),
        zorder=4,
    )
    axes.plot(
        [w.midpoint + step for w, _ in given],
        [e.value for _, e in given],
        linestyle="none",
        marker=marker,
        markersize=6.5,
        color=colour,
        markerfacecolor="white",
        markeredgewidth=1.6,
        zorder=6,
    )
    if not named:
        return
    last, value = given[-1]
    bottom = value.value if value.lower is None else value.lower
    axes.annotate(
        "Provisional",
        (last.midpoint + step, bottom),
        xytext=(last.end + 1, FOOT) if leader else (8, -4),
        textcoords=("data", "axes fraction") if leader else "offset points",
        ha="right",
        va="top",
        fontsize=8.5 if canvas.narrow else 9.5,
        style="italic",
        color=SOFT_INK,
        linespacing=TIGHT,
        zorder=8,
        path_effects=HALO,
        arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8, "relpos": (1, 1)}
        if leader
        else None,
    )


def pandemic_band(axes: Axes, windows: Sequence[Window], canvas: Canvas) -> None:
    """A light band behind the windows that hold a year of the pandemic, named at its foot."""
    held = touched([window for window in windows if window.gap])
    if not held:
        return
    left, right = (end(window.midpoint for window in held) for end in (min, max))
    axes.axvspan(left - 0.5, right + 0.5, color=BAND, linewidth=0, zorder=0)
    words = f"includes {NAMED}"
    axes.annotate(
        words.replace(" ", "\n") if canvas.narrow else words.replace("includes ", "includes\n"),
        ((left + right) / 2, 0),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8 if canvas.narrow else 9,
        color=SOFT_INK,
        linespacing=TIGHT,
        zorder=8,
        path_effects=HALO,
    )


def keep_clear(axes: Axes, labels: Sequence[Annotation], target: float, height: float) -> None:
    """Push labels, given from the top down, away from a label of two lines at `target`.

    Those that begin above it go up, the others down; none moves that stands clear. `height` is
    that of the figure in inches, and the limits of the axes must be final.
    """
    low, high = axes.get_ylim()
    points = axes.get_position().height * height * 72 / (high - low)
    above = [label for label in labels if label.xy[1] >= target]
    below = [label for label in labels if label.xy[1] < target]
    for way, held in ((1, above[::-1]), (-1, below)):
        least = TWO_LINES
        for label in held:
            distance = way * (float(label.xy[1]) - target) * points
            moved = max(distance, least)
            if moved > distance:
                label.xyann = (label.xyann[0], way * (moved - distance))
            least = moved + ONE_LINE
