"""The gap over time: what was observed, what was promised, how wide the future is."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from gapwatch.contracts import Verdict
from gapwatch.reporting.chapters.trajectory.chart_windows import draw_windows, name_windows
from gapwatch.reporting.chapters.trajectory.fan import ends, fan, warning
from gapwatch.reporting.drawing.canvas import GREY, INK, ORANGE, SOFT_INK, Canvas
from gapwatch.reporting.drawing.letters import DPI
from gapwatch.reporting.drawing.marks import pandemic_band
from gapwatch.reporting.drawing.places import BETWEEN, Room, box, spread, write
from gapwatch.reporting.evidence.rows import Window
from gapwatch.reporting.language.numbers import MONTHS, apart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Inches around the plot: left, right, below, above.
WIDE, NARROW = (0.38, 1.32, 0.48, 0.56), (0.30, 0.76, 0.46, 0.56)
BARE = 0.3
WIDE_HEIGHT, NARROW_HEIGHT = 4.4, 4.0
# Points under the words of an upright line, and from the middle of a tick's year to the next one.
ABOVE, YEAR_POINTS = 2.0, 28.0
FEW_YEARS = 15


def gap_figure(
    canvas: Canvas,
    windows: tuple[Window, ...],
    path: pd.DataFrame,
    verdict: Verdict,
    known_at: dt.date,
    *,
    old: bool,
) -> Figure:
    """Windows with 95% intervals, the path fitted through them and its fan, the target line.

    A phone has a drawing of its own: as much is labelled, but beside a plot that is taller than
    it is wide. Labels are put last, when all that they could meet is there.
    """
    height = NARROW_HEIGHT if canvas.narrow else WIDE_HEIGHT
    left, right, below, above = NARROW if canvas.narrow else WIDE
    if path.empty:  # nothing stands beside the plot
        right = BARE
    figure = Figure(figsize=(canvas.width, height), dpi=DPI)
    axes = figure.add_axes(
        (
            left / canvas.width,
            below / height,
            1 - (left + right) / canvas.width,
            1 - (below + above) / height,
        )
    )
    held = pandemic_band(axes, windows)
    fan(axes, path, old=old)
    _target(axes, path, verdict)
    draw_windows(axes, windows, verdict)
    _frame(axes, windows, path, verdict)
    room = Room(axes)
    _upright(room, windows, verdict, known_at, canvas)
    ends(room, path, verdict, canvas, old=old)
    _occupied(room, windows, path, verdict)
    if old:
        warning(room, path, canvas)
    name_windows(room, windows, verdict, canvas, held)
    return figure


def _target(axes: Axes, path: pd.DataFrame, verdict: Verdict) -> None:
    line = path[path["target_line_years"].notna()]
    if line.empty or verdict.target_gap_years is None:
        return
    axes.plot(line["year"] + 0.5, line["target_line_years"], color=ORANGE, linewidth=2.6)
    axes.plot(
        [verdict.target_year + 0.5],
        [verdict.target_gap_years],
        marker="D",
        color=ORANGE,
        markeredgecolor=INK,
        markersize=7,
        zorder=6,
        clip_on=False,
    )


def _upright(
    room: Room,
    windows: tuple[Window, ...],
    verdict: Verdict,
    known_at: dt.date,
    canvas: Canvas,
) -> None:
    """Breaks, the day of the figures and the deadline, named above the plot side by side."""
    axes, area = room.axes, room.area
    today = known_at.year + (known_at.timetuple().tm_yday - 1) / 366
    month = MONTHS[known_at.month - 1]
    known = f"As known at\n{month[:3] if canvas.narrow else month} {known_at.year}"
    lines = [
        (
            (before.midpoint + after.midpoint) / 2,
            "Break" if canvas.narrow else "Break: not\ncomparable across",
            SOFT_INK,
        )
        for before, after in pairwise(windows)
        if before.segment != after.segment
    ]
    for x, _, colour in lines:
        axes.axvline(x, color=colour, linewidth=1, linestyle=(0, (2, 2)))
    if axes.get_xlim()[0] <= today <= axes.get_xlim()[1]:
        axes.axvline(today, color=GREY, linewidth=1, zorder=1)
        lines.append((today, known, SOFT_INK))
    deadline = verdict.target_year + 0.5
    axes.axvline(deadline, color=INK, linewidth=1, zorder=1)
    lines.append((deadline, f"Deadline\n{verdict.target_year}", INK))
    lines.sort(key=lambda line: line[0])
    low, high = axes.get_ylim()
    texts = [
        write(axes, words, fontsize=8.5 if canvas.narrow else 9, color=colour, ha="center")
        for _, words, colour in lines
    ]
    widths = [box(text).width + 3 * BETWEEN for text in texts]
    wanted = [room.point(x, low)[0] for x, _, _ in lines]
    width, height = room.size
    for text, x in zip(texts, spread(wanted, widths, 0.0, width), strict=True):
        text.set_position((x / width, (area.y1 + ABOVE) / height))
    for x, _, _ in lines:
        room.line([x, x], [low, high])


def _occupied(
    room: Room, windows: tuple[Window, ...], path: pd.DataFrame, verdict: Verdict
) -> None:
    """What labels are kept off: intervals, dots, the path, the line to the target, zero."""
    for window in windows:
        if window.gap:
            gap = window.gap
            low = gap.value if gap.lower is None else gap.lower
            room.mark(window.midpoint, low, gap.value if gap.upper is None else gap.upper)
    line = path[path["target_line_years"].notna()]
    for years, values in (
        (path["year"], path["mean_years"]),
        (line["year"], line["target_line_years"]),
        (path["year"], path["lower95_years"]),
        (path["year"], path["upper95_years"]),
    ):
        room.line(list(years + 0.5), list(values))
    room.line(room.axes.get_xlim(), [0.0, 0.0])
    if verdict.target_gap_years is not None:
        at = verdict.target_year + 0.5
        room.mark(at, verdict.target_gap_years, verdict.target_gap_years, half=7.0)


def _frame(axes: Axes, windows: tuple[Window, ...], path: pd.DataFrame, verdict: Verdict) -> None:
    axes.axhline(0, color=GREY, linewidth=1, zorder=1)
    starts = [window.start for window in windows] or [verdict.baseline_start]
    first, last = min(starts), verdict.target_year
    axes.set_xlim(first - 0.6, last + 0.9)
    held = [w.gap for w in windows if w.gap]
    values = [
        *(end for gap in held for end in (gap.value, gap.lower, gap.upper)),
        *(path["upper95_years"].max(), path["lower95_years"].min()),
        *path["target_line_years"],
        verdict.target_gap_years,
        verdict.baseline_gap_years,
    ]
    known = [float(value) for value in values if value is not None and not isnan(value)]
    low, high = min([*known, 0.0]), max([*known, 1.0])
    # Room for a line of letters above and below all marks.
    axes.set_ylim(low - 0.06 * (high - low), high + 0.08 * (high - low))
    a_year = Room(axes).area.width / (last - first + 1.5)
    step = next((step for step in (1, 2, 5, 10, 20) if step * a_year >= YEAR_POINTS), 50)
    step = max(step, 5) if last - first > FEW_YEARS else step
    # The deadline has its own tick; a year that would touch it makes way.
    marked = [
        year
        for year in range(-(-first // step) * step, last, step)
        if (last - year) * a_year >= YEAR_POINTS
    ]
    marked.append(last)
    axes.set_xticks([year + 0.5 for year in marked], [str(year) for year in marked])
    axes.yaxis.set_major_locator(MultipleLocator(_step(high - low)))
    axes.yaxis.set_major_formatter(lambda value, _: apart(value, decimals=0)[0])
    axes.tick_params(length=0, labelsize=10)
    axes.figure.text(0.008, 0.985, "Gap, years", fontsize=10, va="top", weight="semibold")
    axes.set_xlabel("Calendar year", fontsize=9, loc="right", color=SOFT_INK)


def _step(span: float) -> int:
    """Years between two lines of the grid: at most eight of them, two at least."""
    return next((step for step in (1, 2, 5, 10, 20, 50) if span / step <= 8), 100)  # noqa: PLR2004
