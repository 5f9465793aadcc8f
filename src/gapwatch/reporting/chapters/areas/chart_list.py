"""The list under a map: every area with its label, its value and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from matplotlib.figure import Figure

from gapwatch.reporting.chapters.areas.chart_areas import SIGN, limits_of
from gapwatch.reporting.drawing.canvas import INK, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import Ward, WardMap
from gapwatch.reporting.language.numbers import number

# Inches: a row of one line, a further line, a letter, and what stands right of a name.
ROW, LINE, LETTER, VALUES = 0.185, 0.13, 0.062, 1.38
SHORT = 15
# Letters of a name that takes two lines of a third of the width.
TWO_LINES = 20


@dataclass(frozen=True)
class AreaList:
    """Areas in the order of their labels, in columns of one width.

    A label that is the number in the name isn't printed again before it.
    """

    rows: tuple[tuple[str, Ward], ...]
    columns: int
    width: float

    @property
    def name_width(self) -> float:
        """Inches for a name."""
        return self.width - VALUES - self.indent

    @property
    def indent(self) -> float:
        """Inches for the label before the name."""
        return 0.24 if any(label for label, _ in self.rows) else 0.0

    def name(self, ward: Ward) -> str:
        """The name, over two lines where it must be."""
        return "\n".join(lines(ward.name, max(int(self.name_width / LETTER), 8)))

    def row_height(self, ward: Ward) -> float:
        """Inches of one row."""
        return ROW + LINE * self.name(ward).count("\n")

    @property
    def filled(self) -> list[tuple[tuple[str, Ward], ...]]:
        """The rows of each column."""
        most = ceil(len(self.rows) / self.columns)
        return [self.rows[first : first + most] for first in range(0, len(self.rows), most)]

    @property
    def height(self) -> float:
        """Inches in all."""
        columns = (sum(self.row_height(ward) for _, ward in rows) for rows in self.filled)
        return max(columns) + 0.12

    def draw(self, figure: Figure, top: float) -> None:
        """Draw from `top`, in inches from the bottom of the figure."""
        for column, rows in enumerate(self.filled):
            y = top - 0.06
            for label, ward in rows:
                tall = self.row_height(ward)
                self._row(figure, label, ward, column * self.width, y - tall / 2)
                y -= tall

    def _row(self, figure: Figure, label: str, ward: Ward, left: float, y: float) -> None:
        width, height = figure.get_size_inches()
        value = "–" if ward.value is None else number(ward.value.value)
        at = self.width - VALUES + 0.36
        for x, text, align, weight, colour in (
            (self.indent - 0.06, label, "right", "normal", SOFT_INK),
            (self.indent, self.name(ward), "left", "normal", INK),
            (at, value, "right", "semibold", INK),
            (at + 0.04, SIGN[ward.standing], "left", "normal", INK),
            (at + 0.18, limits_of(ward), "left", "normal", SOFT_INK),
        ):
            figure.text(
                (left + x) / width,
                y / height,
                text,
                fontsize=9,
                ha=align,
                va="center",
                weight=weight,
                color=colour,
                linespacing=TIGHT - 0.07,
            )


def list_of(ward_map: WardMap, canvas: Canvas) -> AreaList:
    """One column on a phone, else as many as the names leave room for."""
    known = {ward.code: ward for ward in ward_map.wards}
    rows = tuple(
        ("" if ward_map.numbered else label, known[code])
        for code, label in ward_map.labels().items()
    )
    longest = max(len(ward.name) for ward in ward_map.wards)
    short = longest <= SHORT if ward_map.numbered else longest <= TWO_LINES
    columns = 1 if canvas.narrow else 3 if short else 2
    return AreaList(rows, columns, canvas.width / columns)
