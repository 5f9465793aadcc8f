"""What a described file says of figures by area: the column of each, and the time that it is of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gapwatch.errors import UnfitError
from gapwatch.study.base import Part

FileColumn = Annotated[str, Field(min_length=1, max_length=300)]
FileWord = Annotated[str, Field(max_length=300)]
PERIOD = "period"


class FileFigure(Part):
    """One figure of a described file, for a source of the table `area_figure`.

    `column` holds it, and `lower95` and `upper95` its limits where the file has any; `times` is a
    column that it is multiplied by: a rate times the people that it is of is a count of them, which
    can be added up. Without `column` the figure is the number of rows of an area: those with one of
    the words of `rows` in each column that it names, as a file with a row for each crime has them.
    An area that the file lists in a time has 0 of what none of its rows is there.

    `period` is its time as the publisher writes it; without it the source's column `period` tells
    it. Rows that are counted under a `period` of several months must hold each of these, and no
    others, where the source has that column. Years in two parts, such as 2014/15, begin in April,
    or in September where `of_two` says `school`; `monthly` reads 2010-11 as a month.
    """

    column: FileColumn | None = None
    times: FileColumn | None = None
    rows: dict[FileColumn, Annotated[tuple[FileWord, ...], Field(min_length=1)]] = Field(default={})
    lower95: FileColumn | None = None
    upper95: FileColumn | None = None
    period: Annotated[str, Field(max_length=60)] = ""
    of_two: Literal["financial", "school"] = "financial"
    monthly: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> FileFigure:
        limits = [name for name in (self.lower95, self.upper95) if name is not None]
        if self.column is None and (self.times is not None or limits):
            raise UnfitError("a column beside times, lower95 and upper95", "none")
        if self.column is not None and self.rows:
            raise UnfitError("either a column or rows that are counted", "both")
        if self.times is not None and limits:
            raise UnfitError("no limits of a figure that is multiplied", ", ".join(limits))
        return self


def require_figures(
    table: str,
    figures: Mapping[str, FileFigure],
    columns: Collection[str],
    constants: Collection[str],
) -> None:
    """Raise UnfitError unless a file of figures is described whole."""
    if figures and table != "area_figure":
        raise UnfitError(
            "figures for a source of the table area_figure, and for no other", "figures"
        )
    if not figures:
        if table == "area_figure" and "figure" not in columns:
            raise UnfitError(
                "figures, or columns.figure for a file with a figure in each row", "none"
            )
        return
    if "area_code" not in columns:
        raise UnfitError("columns.area_code, the column of the areas' codes", "none")
    if "geography" not in constants:
        raise UnfitError("constants.geography, the areas' kind and vintage", "none")
    others = set(columns) - {"area_code", "area_name", PERIOD}
    if others:
        raise UnfitError("columns area_code, area_name and period alone", ", ".join(sorted(others)))
    if len({figure.column is None for figure in figures.values()}) > 1:
        raise UnfitError("figures that all have a column, or that all count rows", "some of each")
    untold = [name for name, figure in figures.items() if not figure.period]
    if untold and PERIOD not in columns:
        raise UnfitError("a period for each figure, or columns.period", f"none for {untold[0]}")
