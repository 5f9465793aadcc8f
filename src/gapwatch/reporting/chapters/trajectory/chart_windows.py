"""The windows of the chart of the gap: bold where they share no year, faint between those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gapwatch.contracts import YEAR_LEADS, Verdict
from gapwatch.reporting.drawing.canvas import BLUE, GREY, HALO, INK, ORANGE, SOFT_INK, Canvas
from gapwatch.reporting.drawing.marks import provisional_windows
from gapwatch.reporting.drawing.places import Room, join, write
from gapwatch.reporting.evidence.rows import NAMED, Window, last_segment
from gapwatch.reporting.language.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Points from what a label names: above this far a line leads to it.
FAR = 14.0


def sharing_none(windows: Sequence[Window], period: tuple[int, int]) -> tuple[Window, ...]:
    """Windows that share no year with each other, oldest first.

    The newest, that of `period`, and as many more as there is room for, counted back.
    """
    given = [window for window in windows if window.gap]
    own = [window for window in given if (window.start, window.end) == period]
    found: list[Window] = []
    for window in [*given[-1:], *own, *reversed(given)]:
        if all(window.end < one.start or window.start > one.end for one in found):
            found.append(window)
    return tuple(sorted(found, key=lambda window: window.start))


def draw_windows(axes: Axes, windows: tuple[Window, ...], verdict: Verdict) -> None:
    """Every window that is given, those before a break in grey, and a baseline of its own."""
    settled = [window for window in windows if not window.provisional]
    newest = max((window.segment for window in settled), default=1)
    period = (verdict.baseline_start, verdict.baseline_end)
    for segment in sorted({window.segment for window in settled}):
        part = [window for window in settled if window.segment == segment and window.gap]
        bold = sharing_none(part, period)
        colour, face = (BLUE, BLUE) if segment == newest else (GREY, "white")
        _drawn(axes, [w for w in part if w not in bold], colour, face, bold=False)
        _drawn(axes, bold, colour, face, bold=True)
    late = tuple((window, window.gap) for window in windows if window.provisional)
    provisional_windows(axes, late)
    if outside := _baseline_outside(windows, verdict):
        first, last, value = outside
        axes.hlines([value], [first], [last], color=ORANGE, linewidth=2.6, zorder=4)


def _drawn(axes: Axes, windows: Sequence[Window], colour: str, face: str, *, bold: bool) -> None:
    given = [(w, w.gap) for w in windows if w.gap]
    if bold:
        longer = [(w, gap) for w, gap in given if w.years > 1]
        axes.hlines(
            [gap.value for _, gap in longer],
            [w.midpoint - w.years / 2 for w, _ in longer],
            [w.midpoint + w.years / 2 for w, _ in longer],
            color=colour,
            linewidth=1.2,
            zorder=4.5,
        )
    axes.vlines(
        [w.midpoint for w, _ in given],
        [gap.value if gap.lower is None else gap.lower for _, gap in given],
        [gap.value if gap.upper is None else gap.upper for _, gap in given],
        color=colour,
        linewidth=2.2 if bold else 0.6,
        zorder=4.5 if bold else 4,
    )
    axes.plot(
        [w.midpoint for w, _ in given],
        [gap.value for _, gap in given],
        linestyle="none",
        marker="o",
        markersize=7 if bold else 3.2,
        color=colour,
        markerfacecolor=face,
        markeredgewidth=1.4 if bold else 0.7,
        zorder=5 if bold else 4.2,
    )


def _baseline_outside(
    windows: tuple[Window, ...], verdict: Verdict
) -> tuple[float, float, float] | None:
    """First, last and value of a baseline over more years than the windows have."""
    value = verdict.baseline_gap_years
    span = (verdict.baseline_start, verdict.baseline_end)
    if value is None or not windows or span in {(w.start, w.end) for w in windows}:
        return None
    lead = YEAR_LEADS[verdict.year_ends]
    return span[0] - lead, span[1] + 1 - lead, value


def name_windows(
    room: Room,
    windows: tuple[Window, ...],
    verdict: Verdict,
    canvas: Canvas,
    held: tuple[float, float] | None,
) -> None:
    """Names of the baseline, the newest window, the provisional one and the band of the pandemic.

    `held` is where that band begins and ends, None where there is none.
    """
    if held:
        small = write(
            room.axes,
            f"includes\n{NAMED}"
            if not canvas.narrow
            else f"includes\n{NAMED}".replace("or ", "or\n"),
            fontsize=8 if canvas.narrow else 9,
            color=SOFT_INK,
            path_effects=HALO,
            multialignment="center",
        )
        room.put(small, (sum(held) / 2, room.axes.get_ylim()[0]), (0, 14.0))
    base = (verdict.baseline_start, verdict.baseline_end)
    given = [window for window in last_segment(windows) if window.gap]
    for window in given:
        if window.gap and (window.start, window.end) == base:
            top = window.gap.value if window.gap.upper is None else window.gap.upper
            _named(room, f"Baseline {number(window.gap.value)}", (window.midpoint, top), 10, canvas)
        elif window.gap and window == given[-1]:
            low = window.gap.value if window.gap.lower is None else window.gap.lower
            _named(room, f"Newest {number(window.gap.value)}", (window.midpoint, low), -10, canvas)
    if outside := _baseline_outside(windows, verdict):
        middle, value = (outside[0] + outside[1]) / 2, outside[2]
        _named(room, f"Baseline {number(value)}", (middle, value), 10, canvas, INK)
    late = [window for window in windows if window.provisional and window.gap]
    for window in late[-1:]:
        if window.gap:
            low = window.gap.value if window.gap.lower is None else window.gap.lower
            _named(room, "Provisional", (window.midpoint, low), -8, canvas, SOFT_INK)


def _named(
    room: Room,
    words: str,
    at: tuple[float, float],
    up: float,
    canvas: Canvas,
    colour: str = BLUE,
) -> None:
    """A label by a point of the data, with a line to it where it had to go far."""
    plain = colour == SOFT_INK
    text = write(
        room.axes,
        words,
        fontsize=(9 if canvas.narrow else 10) - plain,
        weight="normal" if plain else "semibold",
        style="italic" if plain else "normal",
        color=colour,
        path_effects=HALO,
    )
    found = room.put(text, at, (0, up))
    x, y = room.point(*at)
    near = (min(max(x, found.x0), found.x1), min(max(y, found.y0 - 1), found.y1 + 1))
    if max(abs(near[0] - x), abs(near[1] - y)) > FAR:
        join(room.axes, near, (x, y), GREY)
