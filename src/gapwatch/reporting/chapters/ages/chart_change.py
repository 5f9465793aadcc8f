"""What each side's own change did to the gap, by age: two series, a panel a sex."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gapwatch.reporting.chapters.ages.chart import dots, dress, side_by_side, span, withheld
from gapwatch.reporting.chapters.ages.rows import ChangePanel
from gapwatch.reporting.drawing.canvas import BLUE, ORANGE, Canvas
from gapwatch.reporting.language.ages import band_name

STEP = 0.17
LINE = 0.2
SIDES = (("better", BLUE, "D", -STEP), ("worse", ORANGE, "o", STEP))


def change_figure(canvas: Canvas, panels: Sequence[ChangePanel], names: tuple[str, str]) -> Figure:
    """Diamonds for the better-off side, circles for the worse-off one; `names` in that order."""
    limits = span(
        value
        for panel in panels
        for row in panel.rows
        for value in (row.lower95_years, row.upper95_years, row.change_years)
    )
    top = 0.1 + LINE * (2 if canvas.narrow else 1)
    figure, axes = side_by_side(canvas, [len(panel.every) for panel in panels], top)
    for place, (part, panel) in enumerate(zip(axes, panels, strict=True)):
        at = {ages: y for y, ages in enumerate(panel.every)}
        for side, colour, marker, step in SIDES:
            rows = [
                (at[r.ages] + step, r.change_years, r.lower95_years, r.upper95_years, r.certain)
                for r in panel.rows
                if r.side == side and r.change_years is not None
            ]
            for sure in (False, True):
                shown = [row[:4] for row in rows if row[4] == sure]
                dots(part, shown, colour=colour, marker=marker, filled=sure, size=4.5)
        hidden = {at[row.ages] for row in panel.rows if row.change_years is None}
        withheld(part, sorted(hidden))
        bands = [band_name(ages) for ages in panel.every]
        dress(part, panel.sex, bands, limits, named=canvas.narrow or place == 0)
    _legend(figure, canvas, names)
    return figure


def _legend(figure: Figure, canvas: Canvas, names: tuple[str, str]) -> None:
    width, height = figure.get_size_inches()
    x, y = 0.1, height - 0.12
    for name, (_, colour, marker, _) in zip(names, SIDES, strict=True):
        figure.add_artist(
            Line2D(
                [x / width],
                [y / height],
                linestyle="none",
                marker=marker,
                markersize=6,
                color=colour,
                transform=figure.transFigure,
            )
        )
        figure.text((x + 0.14) / width, y / height, name, fontsize=10, va="center")
        x, y = (x, y - LINE) if canvas.narrow else (x + 0.5 + 0.075 * len(name), y)
