"""Effects beside what was expected and what could have been seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from gapwatch.reporting.chapters.initiatives.rows import Bar
from gapwatch.reporting.drawing.canvas import BLUE, GREY, HALO, INK, ORANGE, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.wrap import wrapped
from gapwatch.reporting.language.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNSEEN = "#e8eaec"
ROW, NARROW_ROW = 0.64, 0.84
# Half the height of a band, as a share of its row.
HALF, NARROW_HALF = 0.28, 0.2


def effects_figure(canvas: Canvas, bars: Sequence[Bar]) -> Figure:
    """A row an expectation: the interval over a band of changes too small to be seen."""
    legend = 0.72 if canvas.narrow else 0.34
    names = 0.0 if canvas.narrow else 2.5
    row = NARROW_ROW if canvas.narrow else ROW
    height = legend + row * len(bars) + 0.6
    figure = Figure(figsize=(canvas.width, height))
    left = max(names, 0.14)
    axes = figure.add_axes(
        (
            left / canvas.width,
            0.52 / height,
            (canvas.width - left - 0.16) / canvas.width,
            row * len(bars) / height,
        )
    )
    _draw(axes, bars, NARROW_HALF if canvas.narrow else HALF)
    for at, bar in enumerate(bars):
        _name(axes, -float(at), bar, canvas)
    axes.axvline(0, color=INK, linewidth=1.0)
    axes.set_ylim(-len(bars) + 0.5, 0.5 + (0.12 if canvas.narrow else 0.0))
    axes.set_xlim(*_limits(bars))
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.narrow else 8, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: f"{number(value, 0, plus=True)}%")
    axes.tick_params(length=0, labelsize=9.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(
        "Change of the rate against the other areas", fontsize=9, loc="right", color=SOFT_INK
    )
    _legend(figure, canvas)
    return figure


def _draw(axes: Axes, bars: Sequence[Bar], half: float) -> None:
    """Bands, intervals and both marks of all bars, a call a kind."""
    ys = [-float(at) for at in range(len(bars))]
    for y, bar in zip(ys, bars, strict=True):
        if bar.smallest is not None:
            low, high = sorted((0.0, bar.smallest))
            axes.add_artist(
                Rectangle((low, y - half), high - low, 2 * half, color=UNSEEN, linewidth=0)
            )
    axes.hlines(
        ys,
        [bar.lower for bar in bars],
        [bar.upper for bar in bars],
        color=BLUE,
        linewidth=2.0,
        zorder=4,
    )
    axes.plot(
        [bar.value for bar in bars],
        ys,
        marker="o",
        markersize=7,
        color=BLUE,
        linestyle="none",
        zorder=6,
    )
    axes.plot(
        [bar.stated for bar in bars],
        ys,
        marker="D",
        markersize=6.5,
        color=ORANGE,
        markerfacecolor="white",
        markeredgewidth=1.6,
        linestyle="none",
        zorder=5,
    )


def _name(axes: Axes, y: float, bar: Bar, canvas: Canvas) -> None:
    transform = axes.get_yaxis_transform()
    if canvas.narrow:
        text = wrapped(f"{bar.name}: {bar.verdict}", 44)
        axes.text(
            0.0,
            y + NARROW_HALF + 0.05,
            text,
            transform=transform,
            fontsize=8.5,
            va="bottom",
            linespacing=TIGHT,
            path_effects=HALO,
            zorder=7,
        )
        return
    axes.text(
        -0.02,
        y + 0.02,
        wrapped(bar.name, 32),
        transform=transform,
        fontsize=9.5,
        ha="right",
        va="bottom",
        linespacing=TIGHT,
    )
    axes.text(
        -0.02,
        y - 0.06,
        bar.verdict,
        transform=transform,
        fontsize=8.5,
        ha="right",
        va="top",
        color=SOFT_INK,
    )


def _limits(bars: Sequence[Bar]) -> tuple[float, float]:
    values = [0.0]
    for bar in bars:
        values += [bar.lower, bar.upper, bar.stated]
        values += [] if bar.smallest is None else [bar.smallest]
    margin = 0.05 * (max(values) - min(values)) or 1.0
    return min(values) - margin, max(values) + margin


def _legend(figure: Figure, canvas: Canvas) -> None:
    signs = [
        Line2D([], [], color=BLUE, marker="o", linewidth=2.0, label="Found, with 95% interval"),
        Line2D(
            [],
            [],
            color=ORANGE,
            marker="D",
            markerfacecolor="white",
            markeredgewidth=1.6,
            linestyle="none",
            label="Written down before",
        ),
        Patch(facecolor=UNSEEN, edgecolor=GREY, linewidth=0.5, label="Too small to be seen"),
    ]
    figure.legend(
        handles=signs,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=1 if canvas.narrow else 3,
        frameon=False,
        fontsize=9,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.1,
        labelspacing=0.25,
    )
