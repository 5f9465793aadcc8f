"""The list under a map on outlines: every area with its label and its value for each sex."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.figure import Figure

from gapwatch.reporting.chapters.areas.chart_areas import SIGN
from gapwatch.reporting.drawing.canvas import INK, SOFT_INK, TIGHT, Canvas
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import RankedArea, WardMap
from gapwatch.reporting.language.numbers import number
from gapwatch.reporting.language.sexes import people

# Inches: a row of one line, a further line, a letter, what stands right of a name for one sex, and
# the heads of the columns, and between columns.
ROW, LINE, LETTER, VALUE, HEAD, GAP = 0.185, 0.13, 0.062, 0.5, 0.2, 0.24
SHORT = 15
# Letters of a name that takes two lines of a third of the width.
TWO_LINES = 20


@dataclass(frozen=True)
class AreaList:
    """Areas in the order of their labels, in columns of one width.

    A label that is the number in the name isn't printed again before it.
    """

    rows: tuple[tuple[str, tuple[RankedArea, ...]], ...]
    sexes: tuple[str, ...]
    columns: int
    width: float

    @property
    def name_width(self) -> float:
        """Inches for a name."""
        return self.width - VALUE * len(self.sexes) - GAP - self.indent

    @property
    def indent(self) -> float:
        """Inches for the label before the name."""
        return 0.24 if any(label for label, _ in self.rows) else 0.0

    def name(self, ward: RankedArea) -> str:
        """The name, over two lines where it must be."""
        return "\n".join(lines(ward.name, max(int(self.name_width / LETTER), 8)))

    def row_height(self, ward: RankedArea) -> float:
        """Inches of one row."""
        return ROW + LINE * self.name(ward).count("\n")

    @property
    def filled(self) -> list[tuple[tuple[str, tuple[RankedArea, ...]], ...]]:
        """The rows of each column."""
        most = ceil(len(self.rows) / self.columns)
        return [self.rows[first : first + most] for first in range(0, len(self.rows), most)]

    @property
    def height(self) -> float:
        """Inches in all."""
        columns = (sum(self.row_height(wards[0]) for _, wards in rows) for rows in self.filled)
        return max(columns) + HEAD + 0.12

    def draw(self, figure: Figure, top: float) -> None:
        """Draw from `top`, in inches from the bottom of the figure."""
        for column, rows in enumerate(self.filled):
            left, y = column * self.width, top - 0.06
            heads = [people(sex).capitalize() for sex in self.sexes]
            self._values(figure, heads, [""] * len(heads), left, y - HEAD / 2, "normal")
            y -= HEAD
            for label, wards in rows:
                tall = self.row_height(wards[0])
                middle = y - tall / 2
                self._write(figure, label, left + self.indent - 0.06, middle, "right", SOFT_INK)
                self._write(figure, self.name(wards[0]), left + self.indent, middle, "left", INK)
                values = ["–" if w.value is None else number(w.value.value) for w in wards]
                signs = [SIGN[ward.standing] for ward in wards]
                self._values(figure, values, signs, left, middle, "semibold")
                y -= tall

    def _values(
        self,
        figure: Figure,
        values: Sequence[str],
        signs: Sequence[str],
        left: float,
        y: float,
        weight: str,
    ) -> None:
        """A value a sex, with its sign, flush right in their columns."""
        first = left + self.width - VALUE * len(values) - GAP
        for place, (value, sign) in enumerate(zip(values, signs, strict=True), 1):
            at = first + VALUE * place - 0.14
            colour = INK if weight == "semibold" else SOFT_INK
            self._write(figure, value, at, y, "right", colour, weight)
            self._write(figure, sign, at + 0.03, y, "left", INK)

    @staticmethod
    def _write(
        figure: Figure,
        words: str,
        x: float,
        y: float,
        align: str,
        colour: str,
        weight: str = "normal",
    ) -> None:
        width, height = figure.get_size_inches()
        figure.text(
            x / width,
            y / height,
            words,
            fontsize=9,
            ha=align,
            va="center",
            weight=weight,
            color=colour,
            linespacing=TIGHT - 0.07,
        )


def list_of(maps: Sequence[WardMap], canvas: Canvas, *, numbers: bool = True) -> AreaList:
    """As many columns as the names leave room for, in the order of the first map's labels.

    `numbers`: whether the map has these labels, so that the list must explain them.
    """
    first = maps[0]
    others = [{ward.code: ward for ward in found.wards} for found in maps]
    rows = tuple(
        ("" if first.numbered or not numbers else label, tuple(held[code] for held in others))
        for code, label in first.labels().items()
    )
    longest = max(len(ward.name) for ward in first.wards)
    short = longest <= SHORT if first.numbered else longest <= TWO_LINES
    columns = 3 if short else 2
    return AreaList(rows, tuple(found.sex for found in maps), columns, canvas.width / columns)
