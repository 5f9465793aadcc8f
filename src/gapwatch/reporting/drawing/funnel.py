"""Places by their gap and its precision, within the limits of chance around a common mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from gapwatch.reporting.drawing.canvas import BLUE, GREY, INK, ORANGE, SOFT_INK, Canvas
from gapwatch.reporting.language.numbers import number

_STEPS = 120
_SHOWN = 0.95  # of the way to the least precise place, where limits are widest


@dataclass(frozen=True)
class FunnelPlace:
    """A place's gap and its standard error, years, and whether it lies beyond the 99.8% limits."""

    gap_years: float
    se_years: float
    beyond: bool


def funnel_figure(
    canvas: Canvas, places: Sequence[FunnelPlace], mean_years: float, z: tuple[float, float]
) -> Figure:
    """Gap over precision (1 / standard error), with both pairs of limits and the mean.

    `z` holds the standard errors from the mean to the inner and to the outer limits. A shape of its
    own, not colour alone, tells the places beyond the outer limits.
    """
    height = 3.4 if canvas.narrow else 4.2
    figure = Figure(figsize=(canvas.width, height))
    left, below = (0.6, 0.75) if canvas.narrow else (0.7, 0.6)
    axes = figure.add_axes(
        (
            left / canvas.width,
            below / height,
            1 - (left + 0.15) / canvas.width,
            1 - (below + 0.45) / height,
        )
    )
    precision = [1 / place.se_years for place in places]
    low, high = min(precision) * _SHOWN, max(precision) / _SHOWN
    at = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    for limit, style in zip(z, ((0, (5, 3)), "solid"), strict=True):
        for sign in (-1, 1):
            line = [mean_years + sign * limit / x for x in at]
            axes.plot(at, line, color=GREY, linewidth=1.1, linestyle=style, zorder=2)
    axes.axhline(mean_years, color=INK, linewidth=1.1, zorder=2)
    for beyond, shape, colour in ((False, "o", BLUE), (True, "D", ORANGE)):
        held = [place for place in places if place.beyond == beyond]
        axes.plot(
            [1 / place.se_years for place in held],
            [place.gap_years for place in held],
            linestyle="none",
            marker=shape,
            markersize=4.2,
            color=colour,
            markeredgecolor=INK,
            markeredgewidth=0.5,
            zorder=4,
        )
    axes.set_xlim(low, high)
    axes.grid(axis="y")
    axes.tick_params(length=0, labelsize=9.5)
    axes.set_xlabel("Precision: 1 / standard error, per year", fontsize=10)
    axes.set_ylabel("Gap, years", fontsize=10)
    figure.text(
        0.02,
        0.985,
        f"Line: mean {number(mean_years)}. Dashes: 95% limits."
        + ("\n" if canvas.narrow else " ")
        + "Solid: 99.8%. Diamonds: beyond these.",
        fontsize=8.5 if canvas.narrow else 9.5,
        color=SOFT_INK,
        va="top",
    )
    return figure
