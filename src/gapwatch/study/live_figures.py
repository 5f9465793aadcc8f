"""Sources of figures by area that a publisher's service gives: any dataset, any indicator."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gapwatch.errors import UnfitError
from gapwatch.study.base import Slug, Text
from gapwatch.study.source_base import FingertipsBase, NomisBase

LATEST = "latest"
NEVER_A_DIMENSION = ("date", "freq", "geography", "measures", "recordoffset", "select", "time")
"""What a query of Nomis says beside its dimensions, and what the source says of it elsewhere."""

Dimension = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,60}$")]
NomisCell = Annotated[str, Field(min_length=1, max_length=200)]
NomisDate = Annotated[str, Field(pattern="^(latest|[0-9A-Za-z -]{4,40})$")]


class NomisFigures(NomisBase):
    """Figures of any dataset of Nomis, for the areas of a type in a parent.

    Each of `figures` says for each dimension of the dataset the cell that it is, by Nomis's own
    words for it (`"Social rented"`) or its number; `cells` says so of all of them at once. Capitals
    and blanks make no difference, and other words are refused with the nearest. Every dimension but
    areas and dates must be named. `dates` are Nomis's own (`2021`, `2026-06`), or `latest`, the
    last that the dataset has when it is asked.
    """

    table: Literal["area_figure"]
    dates: tuple[NomisDate, ...] = Field(default=(LATEST,), min_length=1)
    cells: dict[Dimension, NomisCell] = Field(default={})
    figures: dict[Slug, dict[Dimension, NomisCell]] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> NomisFigures:
        named = [set(self.cells) | set(figure) for figure in self.figures.values()]
        reserved = sorted(set().union(*named) & set(NEVER_A_DIMENSION))
        if reserved:
            raise UnfitError("dimensions of the dataset beside area and date", reserved[0])
        if any(one != named[0] for one in named):
            raise UnfitError("the same dimensions for each of figures", "others for some")
        if not named[0]:
            raise UnfitError("a cell of each dimension, in cells or in figures", "none")
        chosen = [tuple(sorted(self.of(name).items())) for name in self.figures]
        if len(set(chosen)) < len(chosen):
            raise UnfitError("another cell for each of figures", "the same cell twice")
        if len(set(self.dates)) < len(self.dates):
            raise UnfitError("each of dates once", "one of them twice")
        return self

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension that the figures are told apart by, in order of name."""
        return tuple(sorted({*self.cells, *next(iter(self.figures.values()))}))

    def of(self, figure: str) -> dict[str, str]:
        """The cell of each dimension that a figure is, in the study's words."""
        return {**self.cells, **self.figures[figure]}


class FingertipsFigures(FingertipsBase):
    """Any indicator of OHID Fingertips as figures by area, each of its periods.

    Each of `figures` is the indicator's `value`, which comes with its 95% limits, or the `count`
    and the `denominator` that it is made of. `sex` and `age` choose rows by Fingertips' own words,
    and `span` by their length as published (`1y`, `3y`) where there are several. Years in two
    parts, such as 2022/23, begin in April, or in September where `of_two` says `school`; the
    publisher's own kind of year must be the same.
    """

    table: Literal["area_figure"]
    sex: Text = "Persons"
    age: Text = "All ages"
    span: Annotated[str, Field(pattern="^[0-9]{1,2}[ymq]$")] | None = None
    of_two: Literal["financial", "school"] = "financial"
    figures: dict[Slug, Literal["value", "count", "denominator"]] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> FingertipsFigures:
        if len(set(self.figures.values())) < len(self.figures):
            raise UnfitError("each of value, count and denominator in one figure", "one in two")
        return self
