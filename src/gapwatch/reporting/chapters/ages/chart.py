"""Which ages make the gap: years that each band adds, with its interval, a panel a sex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gapwatch.reporting.chapters.ages.rows import AgePanel
from gapwatch.reporting.drawing.canvas import BLUE, GREY, INK, SOFT_INK, Canvas
from gapwatch.reporting.language.ages import band_name
from gapwatch.reporting.language.numbers import capital, number
from gapwatch.reporting.language.sexes import people

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, TOP, BOTTOM, NAMES = 0.2, 0.34, 0.5, 0.92
Dot = tuple[float, float, float | None, float | None]


def ages_figure(canvas: Canvas, panels: Sequence[AgePanel]) -> Figure:
    """Years that each band adds to the gap: filled where the interval excludes zero."""
    limits = span(
        value
        for panel in panels
        for band in panel.bands
        for value in (band.lower95_years, band.upper95_years, band.contribution_years)
    )
    figure, axes = side_by_side(canvas, [len(panel.bands) for panel in panels])
    for place, (part, panel) in enumerate(zip(axes, panels, strict=True)):
        _panel(part, panel)
        names = [band_name(band.ages) for band in panel.bands]
        dress(part, panel.sex, names, limits, named=canvas.narrow or place == 0)
    return figure


def side_by_side(
    canvas: Canvas, rows: Sequence[int], top: float = 0.0
) -> tuple[Figure, list[Axes]]:
    """A panel for each number of rows. Wide: on one scale, side by side. Narrow: below each other.

    `top` leaves inches free above them all.
    """
    tall = max(rows) * ROW + TOP + BOTTOM
    height = tall * (len(rows) if canvas.narrow else 1) + 0.12 + top
    figure = Figure(figsize=(canvas.width, height))
    across = (canvas.width - NAMES) / (1 if canvas.narrow else len(rows))
    axes = []
    for place, held in enumerate(rows):
        left = NAMES + (0 if canvas.narrow else place * across)
        upper = height - top - 0.12 - TOP - (place * tall if canvas.narrow else 0)
        axes.append(
            figure.add_axes(
                (
                    left / canvas.width,
                    (upper - held * ROW) / height,
                    (across - 0.16) / canvas.width,
                    held * ROW / height,
                )
            )
        )
    figure.text(0.008, 1 - (top + 0.1) / height, "Age", fontsize=10, va="top", weight="semibold")
    return figure, axes


def span(values: Iterable[float | None]) -> tuple[float, float]:
    """Limits of an axis that hold zero and every value, with some room."""
    given = [value for value in values if value is not None]
    low, high = min([*given, 0.0]), max([*given, 0.1])
    room = 0.06 * (high - low)
    return low - room, high + room


def dress(
    axes: Axes, sex: str, names: Sequence[str], limits: tuple[float, float], *, named: bool
) -> None:
    """Everything of a panel but its marks: bands from the top down, zero, what each way means."""
    axes.axvline(0, color=INK, linewidth=1, zorder=2)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(*limits)
    axes.grid(axis="x")
    axes.grid(axis="y", visible=False)
    shown = [capital(name) for name in names] if named else []
    axes.set_yticks(range(len(shown)), shown)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    step = float(axes.get_xticks()[1] - axes.get_xticks()[0])
    places = 0 if step >= 1 else 1 if step >= 0.1 else 2  # noqa: PLR2004
    axes.xaxis.set_major_formatter(lambda value, _: number(value, places))
    axes.tick_params(length=0, labelsize=9)
    axes.set_title(people(sex).capitalize(), fontsize=10, weight="semibold", loc="left", pad=5)
    axes.set_xlabel("Narrows the gap ←  years  → widens it", fontsize=9, color=SOFT_INK)


def dots(
    axes: Axes, rows: Sequence[Dot], *, colour: str, marker: str, filled: bool, size: float = 6
) -> None:
    """Dots with their intervals; open ones have white faces."""
    axes.hlines(
        [y for y, _, _, _ in rows],
        [value if low is None else low for _, value, low, _ in rows],
        [value if high is None else high for _, value, _, high in rows],
        color=colour,
        linewidth=1.6,
        zorder=3,
    )
    axes.plot(
        [value for _, value, _, _ in rows],
        [y for y, _, _, _ in rows],
        linestyle="none",
        marker=marker,
        markersize=size,
        color=colour,
        markerfacecolor=colour if filled else "white",
        markeredgewidth=1.4,
        zorder=5,
    )


def withheld(axes: Axes, places: Iterable[int]) -> None:
    """Said where a dot would stand."""
    for y in places:
        axes.text(0, y, " withheld", va="center", fontsize=9, color=SOFT_INK)


def _panel(axes: Axes, panel: AgePanel) -> None:
    for sure in (False, True):
        rows = [
            (float(y), band.contribution_years, band.lower95_years, band.upper95_years)
            for y, band in enumerate(panel.bands)
            if band.contribution_years is not None and (band.widens or band.narrows) == sure
        ]
        # Fill says what is certain; colour only repeats it.
        dots(axes, rows, colour=BLUE if sure else GREY, marker="o", filled=sure)
    withheld(axes, (y for y, b in enumerate(panel.bands) if b.contribution_years is None))
