"""What a file source may say of the way a file is written: signs, header, rows, coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from gapwatch.errors import UnfitError
from gapwatch.study.base import Part, SystemCode

FileColumn = Annotated[str, Field(min_length=1, max_length=300)]
KeyPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_:-]{1,60}(\.[A-Za-z0-9_:-]{1,60}){0,7}$")]
RowPattern = Annotated[str, Field(min_length=1, max_length=300)]
OUTLINE_FORMATS = ("geojson", "gpkg", "shapefile")


class Layouts(Part):
    """Declarations of how a file is written, where it isn't a plain CSV or a plain sheet.

    `codes` maps columns of the file to regular expressions of the whole codes in them, and is for
    tables in which headings may stand crosswise: where the cells of two such columns say the
    opposite of their headings, the cells are believed, and wherever the study names one of these
    columns it is the one with its kind of code. Every row that is kept must have the right kind in
    each, and no row at all the kind of another.

    `every` maps columns of the file to a word; a row with that word there must be kept by whatever
    else chooses rows. So rows chosen by a pattern of codes can't lose an area of the place whose
    code is another one now.

    `delimiter` parts the cells of a CSV: `,`, `;`, `|` or a tab, written `"\\t"`. `decimal` is the
    decimal sign of its numbers; the other sign, or a space, may then part thousands. With a
    delimiter other than a comma a number such as 1,234 or 1.234 could be either, so it is refused
    until `decimal` is stated. Cells of a workbook are numbers already.

    Words of merged cells reach every column, and every header row, that they are merged over where
    the workbook says so. `carry_header = true` carries them to the right where the file doesn't
    say it, as in a CSV: each blank of an upper header row takes the word to its left, as far as
    the next word of its own row or of a row above it. `carry_down` names columns whose blanks take
    the word of the row above, as under cells merged downwards.

    Of several columns with one name the second from the left is `Name#2`, and the first `Name#1`,
    wherever a column of the file is named. Columns beside those that `wide` matches and that look
    as if they were meant must be matched, described, or named in `ignored` (Extract).

    `keep_pattern` and `drop_pattern` choose rows as `keep` and `drop` do, by a regular expression
    that matches the whole cell; the column is one of the file, or a contract's that `columns` maps.
    A cell of which only a part matches `keep_pattern`, or only in other letters, is refused: it may
    be a code with a footnote. `end_pattern` ends a sheet's table before the first row whose cell it
    matches: notes below a table. Each pattern must match somewhere.

    In a JSON file `records` leads to the list of records, by keys with points between; without it
    the file is that list. Each value of a record is a column named by its keys, `where.name`, with
    the place of an item of a list, from 0, among them: `plannedDates.0.startDate`. `unfold` leads
    to a list inside each record: a record then has a row for each of its items, or one where it has
    none, and their own columns have no such place in their names (`beneficiaryLocation.geoCode`).

    Outlines (`table = "boundary"`) may also come as `format = "geojson"`, `"gpkg"` or `"shapefile"`
    (a zip of its parts; `member` names the .shp where there are several). `columns` then maps
    `area_code` and `area_name` to properties; area and outline are taken from the geometry. `layer`
    names a layer of a GeoPackage that has several. The system of coordinates is the file's own: a
    GeoJSON without one is in degrees (WGS 84), and a shapefile without .prj needs `crs`. In a CSV
    of well-known text they are metres on the British National Grid unless `crs` says otherwise,
    and `area_km2` may be left out. Five systems are known for a map on that grid (EPSG:27700, 4326,
    4258, 4277 and 3857); for a map in another system, which `crs` in `[geography]` names, any is.
    """

    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] | None = None
    carry_header: bool = False
    carry_down: tuple[FileColumn, ...] = ()
    keep_pattern: dict[FileColumn, RowPattern] = Field(default={})
    drop_pattern: dict[FileColumn, RowPattern] = Field(default={})
    end_pattern: dict[FileColumn, RowPattern] = Field(default={})
    codes: dict[FileColumn, RowPattern] = Field(default={})
    every: dict[FileColumn, RowPattern] = Field(default={})
    layer: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    records: KeyPath | None = None
    unfold: KeyPath | None = None
    crs: SystemCode | None = None

    @property
    def row_patterns(self) -> Iterator[str]:
        """Every regular expression that chooses rows or tells columns apart."""
        for patterns in (self.keep_pattern, self.drop_pattern, self.end_pattern, self.codes):
            yield from patterns.values()


def require_layout(
    told: Layouts, kind: str, table: str, header: tuple[str, ...], rows: int
) -> None:
    """Raise UnfitError for declarations that don't go with the format `kind`."""
    outlines = kind in OUTLINE_FORMATS
    rules = (
        (
            kind != "csv" and told.delimiter != ",",
            "delimiter only for a CSV",
            f"delimiter for {kind}",
        ),
        (
            kind != "csv" and told.decimal is not None,
            "decimal only for a CSV",
            f"decimal for {kind}",
        ),
        (told.carry_header and rows == 1, "header_rows above 1 beside carry_header", "one row"),
        (
            outlines and table != "boundary",
            f"{kind} only for the table boundary",
            f"{kind} for {table}",
        ),
        (
            not outlines and kind != "json" and not header,
            "header, by which the header row is found",
            "none",
        ),
        (
            kind != "json" and bool(told.records or told.unfold),
            "records and unfold only for JSON",
            f"them for {kind}",
        ),
        (outlines and rows != 1, f"no header_rows for {kind}", str(rows)),
        (
            told.layer is not None and kind != "gpkg",
            "layer only for a GeoPackage",
            f"layer for {kind}",
        ),
        (len(told.codes) == 1, "codes of two columns or more, which they tell apart", "one"),
        (
            told.crs is not None and table != "boundary",
            "crs only for the table boundary",
            f"crs for {table}",
        ),
    )
    for broken, expected, found in rules:
        if broken:
            raise UnfitError(expected, found)
