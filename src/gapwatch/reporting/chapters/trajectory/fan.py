"""The fan of the projection: the ranges of later years, and the warning where figures are old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapwatch.reporting.drawing.canvas import BLUE, GREY, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.wrap import wrapped
from gapwatch.reporting.evidence.rows import Window

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

# Tints of the dark blue for 95, 80 and 50%; the greys say that the figures are too old to carry it.
FAN = {95: "#d5dee8", 80: "#a9bccf", 50: "#7d9ab6"}
OLD_FAN = {95: "#ececec", 80: "#d9d9d9", 50: "#c2c2c2"}


def projected(path: pd.DataFrame) -> pd.DataFrame:
    """Years after the newest window, and the last year before them so that the fan is joined."""
    after = path[path["is_projected"]]
    if after.empty:
        return after
    first = int(after.index[0])
    return path.iloc[max(first - 1, 0) :]


def fan(axes: Axes, path: pd.DataFrame, canvas: Canvas, *, old: bool) -> list[Annotation]:
    """The ranges of later years; the labels of the ranges, from the top down."""
    later = projected(path)
    if later.empty:
        return []
    year = later["year"] + 0.5
    for level, colour in (OLD_FAN if old else FAN).items():
        axes.fill_between(
            year,
            later[f"lower{level}_years"],
            later[f"upper{level}_years"],
            color=colour,
            linewidth=0,
        )
    edge = GREY if old else BLUE
    for limit in ("lower95_years", "upper95_years"):
        axes.plot(year, later[limit], color=edge, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(year, later["mean_years"], color=edge, linewidth=1.6, linestyle=(0, (5, 2)))
    if canvas.narrow:
        return []
    end = later.iloc[-1]
    # Only the upper limits carry a label: the fan is read from outside in.
    return [
        axes.annotate(
            f"{level}% range",
            (float(end["year"]) + 0.5, float(end[f"upper{level}_years"])),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=SOFT_INK,
        )
        for level in (95, 80, 50)
    ]


def warning(axes: Axes, path: pd.DataFrame, windows: tuple[Window, ...], canvas: Canvas) -> None:
    """Says inside the chart that a fan from old figures is no forecast, and points at it."""
    later = projected(path)
    if later.empty or not windows:
        return
    point = later.iloc[len(later) // 3]
    words = "Grey: what the old figures alone would imply. Not a forecast."
    last = max(window.segment for window in windows)
    left = min(window.midpoint for window in windows if window.segment == last)
    axes.annotate(
        wrapped(words, 17 if canvas.narrow else 26),
        (float(point["year"]) + 0.5, float(point["lower95_years"])),
        xytext=(left, 0.04),
        textcoords=("data", "axes fraction"),
        va="bottom",
        fontsize=9.5,
        style="italic",
        linespacing=TIGHT,
        zorder=7,
        arrowprops=None
        if canvas.narrow
        else {
            "arrowstyle": "-",
            "color": GREY,
            "linewidth": 0.9,
            "relpos": (1, 0.6),
            "shrinkB": 2,
        },
    )
