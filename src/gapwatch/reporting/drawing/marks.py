"""Marks that more than one chart over time has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gapwatch.reporting.drawing.canvas import BLUE, HALO, SOFT_INK, TIGHT
from gapwatch.reporting.evidence.rows import LimitedValue, Window, touched

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Light enough for every mark and letter on it.
BAND = "#e8eaec"
Points = Sequence[tuple[Window, LimitedValue | None]]


def provisional_windows(
    axes: Axes,
    points: Points,
    *,
    colour: str = BLUE,
    marker: str = "o",
    step: float = 0.0,
    named: str = "",
) -> None:
    """Open markers on dashed intervals: figures that nothing rests on.

    With words in `named`, these stand below the last interval.
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
        named,
        (last.midpoint + step, bottom),
        xytext=(8, -4),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=9,
        style="italic",
        color=SOFT_INK,
        linespacing=TIGHT,
        zorder=8,
        path_effects=HALO,
    )


def pandemic_band(axes: Axes, windows: Sequence[Window]) -> tuple[float, float] | None:
    """A light band behind the windows that hold a year of the pandemic; where it begins and ends.

    None where there is no such window.
    """
    held = touched([window for window in windows if window.gap])
    if not held:
        return None
    left, right = (end(window.midpoint for window in held) for end in (min, max))
    axes.axvspan(left - 0.5, right + 0.5, color=BAND, linewidth=0, zorder=0)
    return left, right
