"""The gap over time: what was observed, what was promised, how wide the future is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from gapwatch.contracts import YEAR_LEADS, Verdict
from gapwatch.reporting.chapters.trajectory.fan import fan, projected, warning
from gapwatch.reporting.drawing.canvas import BLUE, GREY, HALO, INK, ORANGE, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.marks import keep_clear, pandemic_band, provisional_windows
from gapwatch.reporting.evidence.rows import Window, last_segment
from gapwatch.reporting.language.numbers import MONTHS, apart, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# How far right of its window the label of the baseline reaches, at most.
BESIDE_YEARS = 12


def gap_figure(
    canvas: Canvas,
    windows: tuple[Window, ...],
    path: pd.DataFrame,
    verdict: Verdict,
    known_at: dt.date,
    *,
    old: bool,
) -> Figure:
    """Windows at their midpoints with 95% intervals, the target line and the projection fan."""
    height = 4.3 if canvas.narrow else 4.4
    figure = Figure(figsize=(canvas.width, height))
    left, right = (0.30, 0.16) if canvas.narrow else (0.38, 1.32)
    axes = figure.add_axes(
        (left / canvas.width, 0.48 / height, 1 - (left + right) / canvas.width, 1 - 1.02 / height)
    )
    pandemic_band(axes, windows, canvas)
    ranges = fan(axes, path, canvas, old=old)
    _target(axes, path, verdict, canvas)
    _windows(axes, tuple(window for window in windows if not window.provisional))
    late = tuple((window, window.gap) for window in windows if window.provisional)
    provisional_windows(axes, late, canvas, leader=canvas.narrow)
    _named_windows(axes, last_segment(windows), verdict, canvas, late=bool(late))
    _baseline_outside(axes, windows, verdict, canvas)
    _break(axes, windows, canvas)
    _dates(axes, verdict, known_at, canvas)
    if old:
        warning(axes, path, windows, canvas)
    _frame(axes, windows, path, verdict)
    if verdict.target_gap_years is not None:
        keep_clear(axes, ranges, verdict.target_gap_years, height)
    return figure


def _target(axes: Axes, path: pd.DataFrame, verdict: Verdict, canvas: Canvas) -> None:
    line = path[path["target_line_years"].notna()]
    if line.empty or verdict.target_gap_years is None:
        return
    axes.plot(line["year"] + 0.5, line["target_line_years"], color=ORANGE, linewidth=2.6)
    x, y = verdict.target_year + 0.5, verdict.target_gap_years
    axes.plot([x], [y], marker="D", color=ORANGE, markeredgecolor=INK, markersize=7, zorder=6)
    text = f"Target: {apart(y)[0]} years\nin {verdict.target_year}"
    place, align, upright = (10, 0), "left", "center"
    if canvas.narrow:
        # Above the end of the line, but below it where the ranges are all above.
        low = verdict.projected_lower95_years
        free = low is not None and low > y
        place, align, upright = ((4, -26), "right", "top") if free else ((4, 26), "right", "bottom")
    axes.annotate(
        text,
        (x, y),
        xytext=place,
        textcoords="offset points",
        ha=align,
        fontsize=9 if canvas.narrow else 10,
        va=upright,
        weight="semibold",
        linespacing=TIGHT,
        path_effects=HALO,
        zorder=8,
        arrowprops={
            "arrowstyle": "-",
            "color": INK,
            "linewidth": 0.8,
            "relpos": (0.95, 1 if place[1] < 0 else 0),
            "shrinkA": 0,
            "shrinkB": 4,
        }
        if canvas.narrow
        else None,
    )


def _windows(axes: Axes, windows: tuple[Window, ...]) -> None:
    newest = max((window.segment for window in windows), default=1)
    for segment in sorted({window.segment for window in windows}):
        colour, face = (BLUE, BLUE) if segment == newest else (GREY, "white")
        given = [(w, w.gap) for w in windows if w.gap and w.segment == segment]
        longer = [(w, gap) for w, gap in given if w.years > 1]
        axes.hlines(
            [gap.value for _, gap in longer],
            [w.midpoint - w.years / 2 for w, _ in longer],
            [w.midpoint + w.years / 2 for w, _ in longer],
            color=colour,
            linewidth=0.7,
        )
        axes.vlines(
            [w.midpoint for w, _ in given],
            [gap.value if gap.lower is None else gap.lower for _, gap in given],
            [gap.value if gap.upper is None else gap.upper for _, gap in given],
            color=colour,
            linewidth=1.5,
        )
        axes.plot(
            [w.midpoint for w, _ in given],
            [gap.value for _, gap in given],
            linestyle="none",
            marker="o",
            markersize=6,
            color=colour,
            markerfacecolor=face,
            markeredgewidth=1.4,
            zorder=5,
        )


def _named_windows(
    axes: Axes, windows: tuple[Window, ...], verdict: Verdict, canvas: Canvas, *, late: bool
) -> None:
    """The baseline above, the newest below its interval: left of it where more follows."""
    given = [w for w in windows if w.gap]
    base = (verdict.baseline_start, verdict.baseline_end)
    for window in given:
        if window.gap is None or window.gap.lower is None or window.gap.upper is None:
            continue
        if (window.start, window.end) == base:
            _named_baseline(axes, window, given, canvas)
        elif window == given[-1]:
            axes.annotate(
                f"Newest {number(window.gap.value)}",
                (window.midpoint, window.gap.lower),
                xytext=(0, -4),
                textcoords="offset points",
                ha="right" if late else "center",
                va="top",
                fontsize=9 if canvas.narrow else 10,
                weight="semibold",
                color=BLUE,
                linespacing=TIGHT,
                zorder=8,
                path_effects=HALO,
            )


def _named_baseline(axes: Axes, window: Window, given: Sequence[Window], canvas: Canvas) -> None:
    """Right above the intervals that follow, with a line to its own: over none of the points."""
    if window.gap is None or window.gap.upper is None:
        return
    beyond = [
        w.gap.upper
        for w in given
        if w.gap
        and w.gap.upper is not None
        and window.midpoint <= w.midpoint <= window.midpoint + BESIDE_YEARS
    ]
    axes.annotate(
        f"Baseline {number(window.gap.value)}",
        (window.midpoint, window.gap.upper),
        xytext=(window.midpoint + 0.7, max(beyond) + 0.5),
        textcoords="data",
        ha="left",
        va="bottom",
        fontsize=9 if canvas.narrow else 10,
        weight="semibold",
        color=BLUE,
        linespacing=TIGHT,
        zorder=8,
        path_effects=HALO,
        arrowprops={
            "arrowstyle": "-",
            "color": BLUE,
            "linewidth": 0.9,
            "relpos": (0, 0),
            "shrinkA": 0,
            "shrinkB": 1,
        },
    )


def _baseline_outside(
    axes: Axes, windows: tuple[Window, ...], verdict: Verdict, canvas: Canvas
) -> None:
    """A baseline over more years than the windows have stands at the start of the target line."""
    value = verdict.baseline_gap_years
    span = (verdict.baseline_start, verdict.baseline_end)
    if value is None or not windows or span in {(w.start, w.end) for w in windows}:
        return
    lead = YEAR_LEADS[verdict.year_ends]
    first, last = span[0] - lead, span[1] + 1 - lead
    middle = (first + last) / 2
    axes.hlines([value], [first], [last], color=ORANGE, linewidth=2.6, zorder=4)
    near = [
        w.gap.upper
        for w in windows
        if w.gap and w.gap.upper is not None and w.start <= span[1] + 1 and w.end >= span[0] - 1
    ]
    axes.annotate(
        f"Baseline {number(value)}",
        (middle, max([value, *near])),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=9 if canvas.narrow else 10,
        weight="semibold",
        linespacing=TIGHT,
        zorder=8,
        path_effects=HALO,
    )


def _break(axes: Axes, windows: tuple[Window, ...], canvas: Canvas) -> None:
    for before, after in pairwise(windows):
        if before.segment == after.segment:
            continue
        x = (before.midpoint + after.midpoint) / 2
        axes.axvline(x, color=SOFT_INK, linewidth=1, linestyle=(0, (2, 2)))
        axes.text(
            x,
            1.0,
            "Break" if canvas.narrow else "Break: not\ncomparable across",
            transform=axes.get_xaxis_transform(),
            fontsize=9,
            ha="center",
            va="bottom",
            color=SOFT_INK,
            linespacing=TIGHT,
        )


def _dates(axes: Axes, verdict: Verdict, known_at: dt.date, canvas: Canvas) -> None:
    today = known_at.year + (known_at.timetuple().tm_yday - 1) / 366
    month = MONTHS[known_at.month - 1]
    known = f"As known at\n{month[:3] if canvas.narrow else month} {known_at.year}"
    deadline = verdict.target_year + 0.5
    lines = (
        (today, known, GREY, SOFT_INK),
        (deadline, f"Deadline\n{verdict.target_year}", INK, INK),
    )
    for x, text, line, ink in lines:
        axes.axvline(x, color=line, linewidth=1, zorder=1)
        # On a phone there is room for both only when they end at their lines.
        axes.text(
            x + (0.8 if canvas.narrow else 0),
            1.0,
            text,
            transform=axes.get_xaxis_transform(),
            fontsize=9,
            ha="right" if canvas.narrow else "center",
            va="bottom",
            color=ink,
            linespacing=TIGHT,
        )


def _frame(axes: Axes, windows: tuple[Window, ...], path: pd.DataFrame, verdict: Verdict) -> None:
    axes.axhline(0, color=GREY, linewidth=1, zorder=1)
    starts = [window.start for window in windows] or [verdict.baseline_start]
    axes.set_xlim(min(starts) - 0.6, verdict.target_year + 0.9)
    tops = [w.gap.upper for w in windows if w.gap and w.gap.upper is not None]
    bottoms = [w.gap.lower for w in windows if w.gap and w.gap.lower is not None]
    later = projected(path)
    if not later.empty:
        tops.append(float(later["upper95_years"].max()))
        bottoms.append(float(later["lower95_years"].min()))
    axes.set_ylim(min([*bottoms, 0]) - 0.8, max([*tops, 1]) + 0.8)
    step = 10 if axes.bbox.width / axes.figure.dpi < 4 else 5  # noqa: PLR2004
    marked = range(-(-min(starts) // step) * step, verdict.target_year + 1, step)
    axes.set_xticks([year + 0.5 for year in marked], [str(year) for year in marked])
    axes.yaxis.set_major_locator(MultipleLocator(5))
    axes.yaxis.set_major_formatter(lambda value, _: apart(value, decimals=0)[0])
    axes.tick_params(length=0, labelsize=10)
    axes.figure.text(0.008, 0.985, "Gap, years", fontsize=10, va="top", weight="semibold")
    axes.set_xlabel("Calendar year", fontsize=9, loc="right", color=SOFT_INK)
