"""Where the inputs come from: one model a kind of source, each described in the study alone."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from gapwatch.errors import UnfitError
from gapwatch.study.base import Code, Part, Slug, Text, Year
from gapwatch.study.extracts import Extract, require_sound
from gapwatch.study.figures import FileFigure, require_figures
from gapwatch.study.layouts import OUTLINE_FORMATS, Layouts, require_layout
from gapwatch.study.live_figures import FingertipsFigures, NomisFigures
from gapwatch.study.source_base import (
    Address,
    Cell,
    ColumnName,
    FingertipsBase,
    LayerColumn,
    NomisBase,
    Pattern,
    Retrieved,
    Service,
    SourceBase,
    TableName,
    require_pattern,
)


class PinnedSource(SourceBase):
    """Figures that are in a snapshot already, written out in the shape of the contract."""

    kind: Literal["pinned"] = "pinned"


class FingertipsSource(FingertipsBase):
    """An indicator of OHID Fingertips, for the first of the area types that holds any figures."""

    table: Literal["life_expectancy"]
    parent_geography: Slug = "borough"
    country_geography: Slug = "country"
    age: Text = "All ages"
    period_years: int = Field(default=5, ge=1, le=10)


class NomisSource(NomisBase):
    """Population by sex and single year of age from Nomis, for the areas of a type in a parent."""

    table: Literal["population"]
    base: Slug
    years: tuple[Year, ...] = Field(min_length=1)


class PortalSource(Retrieved):
    """A layer of the Open Geography Portal: boundaries, or a lookup between two geographies."""

    kind: Literal["portal"]
    table: Literal["boundary", "lookup"]
    service: Service
    layer: int = Field(default=0, ge=0, le=1000)
    filter_column: LayerColumn
    filter_values: tuple[Code, ...] = Field(min_length=1, max_length=200)
    geography: Slug
    code_column: LayerColumn
    name_column: LayerColumn | None = None
    to_geography: Slug | None = None
    to_code_column: LayerColumn | None = None
    expected_areas: int = Field(ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _complete(self) -> PortalSource:
        wanted = ("to_geography", "to_code_column") if self.table == "lookup" else ("name_column",)
        for name in wanted:
            if getattr(self, name) is None:
                raise UnfitError(f"{name}, which a {self.table} needs", "nothing")
        return self


class FileSource(Layouts, Extract, Retrieved):
    """A file of any publisher or council, described here: where it is and how it reads.

    Exactly one of `path` (local, relative to the study), `address`, or `landing_page` with `link`
    (the newest file whose address matches) says where it is; `member` names the file inside a zip,
    or `members`, a regular expression, all CSV files of it whose whole names match, which are read
    one after another. `header` lists column names by which the header row is found, among the first
    100; `header_rows` is how many rows make it up from there, joined by `header_join` without
    blanks and without a part that the name already ends with. `columns` maps a contract's column,
    or `period`, `age`, `age_unit`, `measure` or `value`, to a column of the file by its joined
    name. An `age_unit` (a column or a constant) is years, months, weeks, days or hours, or a code
    that `values` maps to one of them; a column of such words beside ages is refused unless it is
    described. A wide file names the columns that it unfolds by `wide`, a regular expression that
    matches their whole names and whose named groups become columns of their own; its cells are
    `value`, and `measure` (a group, a column or a constant) says which quantity of the contract a
    cell fills. Each of `sheets` is a sheet's name, or `#` and its place among all sheets from the
    left (`#6`); of other sheets nothing is read or weighed. `values` maps the file's words to the
    contract's, and then must know every word; but ages that it doesn't name are read as they stand
    where each that it names begins with its own number, as in { "over 85" = "85+" }. Of a quantity
    it maps only words that mean none (nil, none, zero): no mark becomes a number. `keep` and `drop`
    choose rows by the words in a column of the file; each word must occur there, before anything
    else is asked of a row. `constants` fills columns, and so do the words beside each of `sheets`.
    Cells in `missing` are blank, never zero; rows without any quantity stay, unless `drop_missing`.
    A file of life expectancy may describe `se_years`, a standard error, in the place of the limits,
    which are then made from it as those of a normal distribution. `bare_values`: some values have
    neither; they are shown, and nothing is tested by them. `units` states the file's unit of every
    quantity: the contract's own, or another that `factors` turns into it by multiplication. Extract
    says what else a file of counts may declare, Layouts how a file may be written: its signs,
    merged and repeated header words, rows by pattern, outlines. `figures` names the columns of a
    source of `area_figure` (see FileFigure).
    """

    kind: Literal["file"]
    path: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    address: Address | None = None
    landing_page: Address | None = None
    link: Pattern | None = None
    member: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    members: Pattern | None = None
    format: Literal["csv", "json", "xlsx", "xls", "ods", "geojson", "gpkg", "shapefile"] = "csv"
    encoding: Literal[
        "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "mac-roman"
    ] = "utf-8-sig"
    sheets: dict[Annotated[str, Field(min_length=1, max_length=31)], dict[ColumnName, Cell]] = (
        Field(default={})
    )
    header: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = ()
    header_rows: int = Field(default=1, ge=1, le=5)
    header_join: Annotated[str, Field(max_length=5)] = "; "
    columns: dict[ColumnName, Annotated[str, Field(min_length=1, max_length=300)]] = Field(
        default={}
    )
    wide: Pattern | None = None
    constants: dict[ColumnName, Cell] = Field(default={})
    values: dict[ColumnName, dict[Cell, Cell]] = Field(default={})
    keep: dict[Annotated[str, Field(max_length=300)], tuple[Cell, ...]] = Field(default={})
    drop: dict[Annotated[str, Field(max_length=300)], tuple[Cell, ...]] = Field(default={})
    missing: tuple[Cell, ...] = ("",)
    drop_missing: bool = False
    factors: dict[ColumnName, Annotated[float, Field(gt=0, lt=1e9)]] = Field(default={})
    units: dict[ColumnName, Annotated[str, Field(min_length=1, max_length=40)]] = Field(default={})
    bare_values: bool = False
    figures: dict[Slug, FileFigure] = Field(default={})

    @model_validator(mode="after")
    def _one_place(self) -> FileSource:
        given = [n for n in ("path", "address", "landing_page") if getattr(self, n) is not None]
        if len(given) != 1:
            raise UnfitError(
                "one of path, address and landing_page", " and ".join(given) or "none of them"
            )
        if (self.link is None) != (self.landing_page is None):
            raise UnfitError("landing_page and link together", "one without the other")
        if self.members is not None and (self.member is not None or self.format != "csv"):
            raise UnfitError("members alone, for the CSV files of a zip", "member or format beside")
        sheetless = self.format in ("csv", "json", *OUTLINE_FORMATS)
        if sheetless and self.sheets:
            raise UnfitError("sheets only for a workbook", f"sheets for a {self.format}")
        for text in self.row_patterns:
            require_pattern(text)
        require_layout(self, self.format, self.table, self.header, self.header_rows)
        if not sheetless and not self.sheets:
            raise UnfitError("at least one sheet of the workbook", "none")
        if self.bare_values and self.table != "life_expectancy":
            raise UnfitError("bare_values only for life_expectancy", f"it for {self.table}")
        constants = set(self.constants).union(*self.sheets.values())
        require_figures(self.table, self.figures, self.columns, constants)
        require_sound(self, self.table, self.columns, constants)
        groups = set(re.compile(self.wide).groupindex) if self.wide else set()
        told_apart = "measure" in {*self.columns, *groups, *set().union(*self.sheets.values())}
        if self.add_up and (told_apart or (self.wide is None and "measure" in constants)):
            raise UnfitError("add_up for rows of one quantity each", "cells that are one each")
        if self.add_up and self.wide is not None and not self.over:
            raise UnfitError(
                "over beside add_up and wide, for what rows of one area differ in", "none"
            )
        return self


OF_FIGURES = ("fingertips", "nomis")
"""Kinds that have a model of their own for the table `area_figure`."""
_FIGURES = "-figures"


def _kind(raw: Any) -> str:
    """The model of a source: its kind, `pinned` where none is given, told apart by its table."""

    def told(key: str, default: str) -> str:
        return str(raw.get(key, default) if isinstance(raw, dict) else getattr(raw, key, default))

    kind = told("kind", "pinned")
    return kind + _FIGURES * (kind in OF_FIGURES and told("table", "") == "area_figure")


Source = Annotated[
    Annotated[PinnedSource, Tag("pinned")]
    | Annotated[FingertipsSource, Tag("fingertips")]
    | Annotated[FingertipsFigures, Tag("fingertips-figures")]
    | Annotated[NomisSource, Tag("nomis")]
    | Annotated[NomisFigures, Tag("nomis-figures")]
    | Annotated[PortalSource, Tag("portal")]
    | Annotated[FileSource, Tag("file")],
    Discriminator(_kind),
]
LiveSource = (
    FingertipsSource | FingertipsFigures | NomisSource | NomisFigures | PortalSource | FileSource
)
MODELS: dict[str, type[BaseModel]] = {
    "pinned": PinnedSource,
    "fingertips": FingertipsSource,
    "fingertips-figures": FingertipsFigures,
    "nomis": NomisSource,
    "nomis-figures": NomisFigures,
    "portal": PortalSource,
    "file": FileSource,
}
KINDS = tuple(name for name in MODELS if not name.endswith(_FIGURES))


class Correction(Part):
    """A publisher's error put right: one cell, with the reason and what must still be there.

    `published` guards the correction: once the publisher says anything else, it is refused.
    """

    source: Slug
    table: TableName
    column: ColumnName
    key: dict[ColumnName, str | int]
    published: Cell
    corrected: Cell
    reason: Text


class Accepted(Part):
    """A figure that a rule of plausibility finds strange, and that is right: one cell, and why.

    `rule` is one of the table `plausibility`; `sex` is persons where it compares both together.
    """

    rule: Literal[
        "residents-change",
        "deaths-change",
        "life-expectancy-change",
        "residents-total",
        "deaths-total",
        "deaths-absent",
    ]
    geography: Slug
    area_code: Code
    sex: Literal["female", "male", "persons"]
    year: Year
    reason: Text
