"""What a described file says of figures by area: the column of each, and the time that it is of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import Field

from gapwatch.errors import UnfitError
from gapwatch.study.base import Part

FileColumn = Annotated[str, Field(min_length=1, max_length=300)]
PERIOD = "period"


class FileFigure(Part):
    """One figure of a described file, for a source of the table `area_figure`.

    `column` holds it, and `lower95` and `upper95` its limits where the file has any. `period` is
    its time as the publisher writes it; without it the source's column `period` tells it. Years in
    two parts, such as 2014/15, begin in April, or in September where `of_two` says `school`;
    `monthly` reads 2010-11 as a month.
    """

    column: FileColumn
    lower95: FileColumn | None = None
    upper95: FileColumn | None = None
    period: Annotated[str, Field(max_length=60)] = ""
    of_two: Literal["financial", "school"] = "financial"
    monthly: bool = False


def require_figures(
    table: str,
    figures: Mapping[str, FileFigure],
    columns: Collection[str],
    constants: Collection[str],
) -> None:
    """Raise UnfitError unless a file of figures is described whole."""
    if (table == "area_figure") != bool(figures):
        found = "figures" if figures else "none"
        raise UnfitError("figures for a source of the table area_figure, and for no other", found)
    if not figures:
        return
    if "area_code" not in columns:
        raise UnfitError("columns.area_code, the column of the areas' codes", "none")
    if "geography" not in constants:
        raise UnfitError("constants.geography, the areas' kind and vintage", "none")
    others = set(columns) - {"area_code", "area_name", PERIOD}
    if others:
        raise UnfitError("columns area_code, area_name and period alone", ", ".join(sorted(others)))
    untold = [name for name, figure in figures.items() if not figure.period]
    if untold and PERIOD not in columns:
        raise UnfitError("a period for each figure, or columns.period", f"none for {untold[0]}")
