"""The fitted path with its ranges: through the years with figures, then a fan to the deadline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gapwatch.contracts import Verdict
from gapwatch.reporting.drawing.canvas import BLUE, GREY, HALO, INK, SOFT_INK, Canvas
from gapwatch.reporting.drawing.places import BETWEEN, Room, box, join, spread, write
from gapwatch.reporting.drawing.wrap import wrapped
from gapwatch.reporting.language.numbers import apart, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Tints of the dark blue for 95, 80 and 50%; the greys say that the figures are too old to carry it.
FAN = {95: "#d5dee8", 80: "#a9bccf", 50: "#7d9ab6"}
OLD_FAN = {95: "#ececec", 80: "#d9d9d9", 50: "#c2c2c2"}
# Lighter than the fan: the windows are read on it.
FITTED = {95: "#e6ecf2", 50: "#cfdae5"}
NOT_A_FORECAST = "Grey: what the old figures alone would imply. Not a forecast."
# Points between the plot and the labels beside it, and how far one may be moved without a line.
ASIDE, NEAR = 9.0, 3.0


def projected(path: pd.DataFrame) -> pd.DataFrame:
    """Years after the newest window, and the last year before them so that the fan is joined."""
    after = path[path["is_projected"].astype(bool)]
    if after.empty:
        return after
    first = int(after.index[0])
    return path.iloc[max(first - 1, 0) :]


def fan(axes: Axes, path: pd.DataFrame, *, old: bool) -> None:
    """The ranges of every year, and the path through their middle: dashed where nothing is known.

    The path of the years with figures is that of the same fit, so the fan starts where it ends.
    """
    given = path[~path["is_projected"].astype(bool)]
    later = projected(path)
    for years, tints in ((given, FITTED), (later, OLD_FAN if old else FAN)):
        for level, colour in tints.items() if len(years) else ():
            axes.fill_between(
                years["year"] + 0.5,
                years[f"lower{level}_years"],
                years[f"upper{level}_years"],
                color=colour,
                linewidth=0,
            )
    edge = GREY if old else BLUE
    for limit in ("lower95_years", "upper95_years"):
        axes.plot(
            later["year"] + 0.5, later[limit], color=edge, linewidth=0.8, linestyle=(0, (4, 2))
        )
    axes.plot(
        later["year"] + 0.5, later["mean_years"], color=edge, linewidth=1.6, linestyle=(0, (5, 2))
    )
    axes.plot(given["year"] + 0.5, given["mean_years"], color=BLUE, linewidth=2.2, zorder=3.5)


def ends(room: Room, path: pd.DataFrame, verdict: Verdict, canvas: Canvas, *, old: bool) -> None:
    """Right of the plot, at the deadline: the target, the upper limits, and the expected gap.

    Only upper limits carry a label, as the fan is read from outside in.
    """
    later = projected(path)
    small = 8.5 if canvas.narrow else 9
    told: list[tuple[float, str, dict[str, Any]]] = []
    if len(later):
        end = later.iloc[-1]
        told = [
            (
                float(end[f"upper{level}_years"]),
                f"{level}% range",
                {"fontsize": small, "color": SOFT_INK},
            )
            for level in (95, 80, 50)
        ]
        if not old:
            words = f"Expected {number(float(end['mean_years']))}"
            if canvas.narrow:
                words = words.replace(" ", "\n")
            told.append((float(end["mean_years"]), words, {"fontsize": small, "color": BLUE}))
    if verdict.target_gap_years is not None and path["target_line_years"].notna().any():
        value = f"{apart(verdict.target_gap_years)[0]} years"
        value = "zero or below" if verdict.target_gap_years == 0 else value
        words = f"Target: {value}\nin {verdict.target_year}"
        if canvas.narrow:
            words = f"Target:\n{value}\nin {verdict.target_year}"
        told.append(
            (
                verdict.target_gap_years,
                words,
                {"fontsize": small + 0.5, "weight": "semibold", "color": INK},
            )
        )
    _beside(room, told, verdict.target_year + 0.5)


def _beside(room: Room, told: Sequence[tuple[float, str, dict[str, Any]]], deadline: float) -> None:
    axes, area = room.axes, room.area
    told = sorted(told, key=lambda one: one[0])
    texts = [write(axes, words, **style) for _, words, style in told]
    heights = [box(text).height + BETWEEN for text in texts]
    wanted = [room.point(deadline, value)[1] for value, _, _ in told]
    width, height = room.size
    found = spread(wanted, heights, area.y0, area.y1 + heights[-1] / 2 if heights else area.y1)
    for text, y, at in zip(texts, found, wanted, strict=True):
        own = box(text)
        text.set_position(((area.x1 + ASIDE) / width, (y - own.height / 2 - own.y0) / height))
        if abs(y - at) > NEAR:
            join(axes, (area.x1 + 0.5, at), (area.x1 + ASIDE - 1.5, y), GREY)


def warning(room: Room, path: pd.DataFrame, canvas: Canvas) -> None:
    """Says inside the chart that a fan from old figures is no forecast, and points at it."""
    later = projected(path)
    if later.empty:
        return
    text = write(
        room.axes,
        wrapped(NOT_A_FORECAST, 15 if canvas.narrow else 26),
        fontsize=9 if canvas.narrow else 9.5,
        style="italic",
        path_effects=HALO,
    )
    point = later.iloc[len(later) // 3]
    at = (float(point["year"]) + 0.5, float(point["lower95_years"]))
    found = room.put(text, at, (-70.0 if canvas.narrow else -120.0, -25.0))
    end = room.point(*at)
    if found.x1 < end[0] and not canvas.narrow:
        join(room.axes, (found.x1 + 2, (found.y0 + found.y1) / 2), end, GREY)
