"""The ONS workbooks of deaths by small area as they are laid out, with invented counts.

Two ad hoc releases: sheets in a set order, headings in row 4 or 3, a row an area and year, a column
a band of ages. `over 85` is everybody of 85 and over in the first, and 85 to 89 in the second, in
which the headings of the areas stand crosswise as well.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from gapwatch.demo.replica.workbook import Row, write, zipped
from gapwatch.demo.replica.world import Ints, World

OLD_YEARS, NEW_YEARS = tuple(range(2010, 2024)), (2024,)
_BANDS = ("under 1", "01 to 04", *(f"{age:02d} to {age + 4:02d}" for age in range(5, 85, 5)))
OLD_BANDS = (*_BANDS, "over 85")
NEW_BANDS = (*_BANDS, "over 85", "over 90")
SEX_WORDS = ("Males", "Females")
SITE = "peoplepopulationandcommunity/birthsdeathsandmarriages/deaths/adhocs"
OLD_PAGE = (
    f"{SITE}/14319deathsbylowerlayersuperoutputarealsoaenglandandwalesmidyearperiods1julyto30june"
    "2011to2020"
)
NEW_PAGE = f"{SITE}/3096deathsbylowerlayersuperoutputarealsoaenglandandwalesmidyear2023to2024"
OLD_FILE, OLD_MEMBER = "deathsbylsoa1023final.zip", "deaths_by_LSOA_10-23_FINAL.xlsx"
NEW_FILE = "deathsbylsoamidyear24.xlsx"
OLD_HEAD = ("Mid-year", "Local Authority code", "Local Authority name", "LSOA code", "LSOA name")
# As they stand above the columns, not as they should.
NEW_HEAD = (
    "Mid-year",
    "LSOA21 code",
    "LSOA21 name",
    "Local Authority code",
    "Local Authority name",
)
INVENTED = "Invented figures: no real place or person is counted"
# Code, name, and the authorities that it is listed under: two, as two areas are in the real file.
ELSEWHERE = (
    ("E01008187", "Elsewhere 001A", (("E08000012", "Elsewhere"), ("E08000014", "Elsewhere East"))),
    ("E01023964", "Farther 002B", (("E07000240", "Farther"), ("E07000241", "Farther North"))),
    ("W01000001", "Beyond 001A", (("W06000001", "Beyond"),)),
)


@dataclass(frozen=True)
class Deaths:
    """Persons by area, year to June, sex (males, females) and band of ages.

    `old` by area of 2011, year of OLD_YEARS and band of OLD_BANDS; `new` by area of 2021, year of
    NEW_YEARS and band of NEW_BANDS.
    """

    old: Ints
    new: Ints


def files(world: World, deaths: Deaths) -> dict[str, Mapping[str, bytes]]:
    """Both files by page and name."""
    return {
        OLD_PAGE: {OLD_FILE: old_file(world, deaths)},
        NEW_PAGE: {NEW_FILE: new_file(world, deaths)},
    }


def old_file(world: World, deaths: Deaths) -> bytes:
    """The zip with the workbook of years to June 2010 to 2023 in it."""
    rows = [
        (code, name, authority, where, year, deaths.old[at, y] if at >= 0 else None)
        for y, year in enumerate(OLD_YEARS)
        for at, code, name, authorities in _areas(world, old=True)
        for authority, where in authorities
    ]

    def table(sex: int | None) -> Iterator[Row]:
        yield (f"Deaths by LSOA, {_word(sex)}",)
        yield (INVENTED,)
        yield ()
        yield (*OLD_HEAD, *(f"{_word(sex)} {band}" for band in OLD_BANDS))
        for code, name, authority, where, year, counts in rows:
            yield (year, authority, where, code, name, *_counts(counts, sex, len(OLD_BANDS)))

    book, made = io.BytesIO(), io.BytesIO()
    write(
        book,
        {
            "Cover sheet": _prose("Deaths by LSOA, mid-2010 to mid-2023"),
            "Table of contents": _prose("Tables 1 to 3"),
            "Notes": _prose("Years end on 30 June"),
            "Data sources": _prose("None"),
            "Table 1": table(None),
            "Table 2": table(0),
            "Table 3": table(1),
        },
    )
    zipped(made, OLD_MEMBER, book.getvalue())
    return made.getvalue()


def new_file(world: World, deaths: Deaths) -> bytes:
    """The workbook of the year to June 2024, its headings of areas crosswise."""
    book = io.BytesIO()
    write_new(book, world, deaths, NEW_HEAD)
    return book.getvalue()


def write_new(file: BinaryIO, world: World, deaths: Deaths, head: Sequence[str]) -> None:
    """The same with any headings of areas."""

    def table(sex: int | None) -> Iterator[Row]:
        yield (f"Deaths by LSOA, {_word(sex)}",)
        yield (INVENTED,)
        yield (*head, *(f"{_word(sex)} {band}" for band in NEW_BANDS))
        for y, year in enumerate(NEW_YEARS):
            for at, code, name, authorities in _areas(world, old=False):
                authority, where = authorities[0]
                counts = deaths.new[at, y] if at >= 0 else None
                yield (year, authority, where, code, name, *_counts(counts, sex, len(NEW_BANDS)))

    write(
        file,
        {
            "Cover sheet": _prose("Deaths by LSOA, mid-2024"),
            "Contents": _prose("Tables 1 to 3"),
            "Notes": _prose("Years end on 30 June"),
            "Table 1": table(None),
            "Table 2": table(0),
            "Table 3": table(1),
        },
    )


def _prose(title: str) -> list[Row]:
    return [(title,), (INVENTED,)]


def _word(sex: int | None) -> str:
    return "Persons" if sex is None else SEX_WORDS[sex]


def _areas(
    world: World, *, old: bool
) -> Iterator[tuple[int, str, str, tuple[tuple[str, str], ...]]]:
    """Every area with its number (below 0 for those of other places) and its authorities."""
    mine = ((world.code, world.name),)
    lsoas = world.places.lsoas11 if old else world.places.lsoas21
    for at, code in enumerate([lsoa.code for lsoa in lsoas]):
        yield at, code, f"{world.name} {at + 1:03d}", mine
    for code, name, authorities in ELSEWHERE:
        yield -1, code, name, authorities


def _counts(counts: Ints | None, sex: int | None, bands: int) -> list[int]:
    """Counts of a sex or of persons; one in each band for the areas of other places."""
    if counts is None:
        return [2 if sex is None else 1] * bands
    return [int(count) for count in (counts.sum(axis=0) if sex is None else counts[sex])]
