"""Refusals of counts are met, and their remedies followed: the counts are then the right ones.

A refusal that no walk meets, or a walk of one that is no more, fails the last test.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.everyday import refusals
from tests.everyday.running import parsed
from tests.everyday.slips import AREA, COUNTS, NAME, SEX, YEAR, body, sparse
from tests.everyday.world import (
    DEATHS,
    LOOKUP,
    PEOPLE,
    REFERENCE,
    TOTALS,
    World,
    block,
    right,
    ward_codes,
)
from tests.little import TODAY
from tests.unit.test_study_refusals_walked import fits

from gapwatch import study as study_file
from gapwatch.errors import GapwatchError
from gapwatch.gap.evidence import Series, series
from gapwatch.sources.inputs import combine
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource
from gapwatch.study.computed import STANDARD_AGES

Edit = Callable[[World], World]
NEAR_YEARS = 0.05
FIRST_BAND = COUNTS
WITHOUT_30 = [age for age in STANDARD_AGES if age != 30]


@dataclass(frozen=True)
class Walk:
    """A refusal by file and words, what brings it about, and what its remedy makes of the world.

    `remedy` are words of it that are followed; without `mended` the file is put right.
    """

    file: str
    expected: str
    fault: Edit
    remedy: str
    mended: Edit | None = None


def study(old: str, new: str) -> Edit:
    def edit(world: World) -> World:
        assert old in world.study
        return replace(world, study=world.study.replace(old, new))

    return edit


def rows(table: str, keep: Callable[[list[str]], bool]) -> Edit:
    def edit(world: World) -> World:
        head, *rest = world.tables[table]
        world.tables[table] = [head, *(row for row in rest if keep(row))]
        return world

    return edit


def columns(first: int, last: int, name: str, *tables: str) -> Edit:
    """Columns from one to another joined under a heading, or left out where it is empty."""

    def edit(world: World) -> World:
        for table in tables or (DEATHS, PEOPLE):
            for at, row in enumerate(world.tables[table]):
                whole = name if at == 0 else str(sum(map(int, row[first : last + 1])))
                row[first : last + 1] = [whole] if name else []
        return world

    return edit


def heading(at: int, name: str) -> Edit:
    def edit(world: World) -> World:
        for table in (DEATHS, PEOPLE):
            world.tables[table][0][at] = name
        return world

    return edit


def both(*edits: Edit) -> Edit:
    def edit(world: World) -> World:
        for one in edits:
            world = one(world)
        return world

    return edit


def cells(table: str, column: int, change: Callable[[list[str]], str]) -> Edit:
    def edit(world: World) -> World:
        for row in body(world, table):
            row[column] = change(row)
        return world

    return edit


def emptied(world: World) -> World:
    """A ward without a resident in a year, in which people of it died."""
    mine = {row[0] for row in body(world, LOOKUP) if row[2] == ward_codes()[1]}
    for row in body(world, PEOPLE):
        if row[0] in mine and row[YEAR] == "2012":
            row[COUNTS:] = ["0"] * len(row[COUNTS:])
    return world


def told_twice(world: World) -> World:
    """The place's totals in two kinds of area, which differ."""
    place = [row for row in body(world, TOTALS) if row[2] == "Borough"]
    world.tables[TOTALS] += [[row[0], row[1], "Ward", *row[3:5], "9"] for row in place]
    return world


def undeclared(world: World) -> World:
    """A sparse file whose study doesn't say so."""
    return sparse(world, "")


def one_row_left_out(world: World) -> World:
    """A row for each band, none in one cell."""
    wide = [list(row) for row in world.tables[DEATHS]]
    bands = [name.removeprefix("Aged ") for name in wide[0][COUNTS:]]
    world = sparse(world, "")
    head = world.tables[DEATHS][0]
    world.tables[DEATHS] = [
        head,
        *(
            [*row[:COUNTS], band, count]
            for row in wide[1:]
            for band, count in zip(bands, row[COUNTS:], strict=True)
        ),
    ]
    del world.tables[DEATHS][7]
    return world


FIRST = block(0, 0)
WALKS = [
    Walk(
        "areas",
        "blocks that the lookup knows",
        both(
            cells(DEATHS, 0, lambda row: "E01999999" if row[0] == FIRST else row[0]),
            cells(PEOPLE, 0, lambda row: "E01999999" if row[0] == FIRST else row[0]),
        ),
        "check their vintage",
    ),
    Walk(
        "areas",
        "counts of each block",
        both(*(rows(table, lambda row: row[0] != FIRST) for table in (DEATHS, PEOPLE))),
        "complete the file",
    ),
    Walk("areas", "residents where there are deaths", emptied, "one vintage and one place"),
    Walk(
        "areas",
        "the study's areas and no others",
        cells(LOOKUP, 2, lambda row: "E05099999" if row[2] == ward_codes()[1] else row[2]),
        "check that the lookups lead to the study's own vintage",
    ),
    Walk(
        "areas",
        "a path from {}",
        study("paths = { lsoa2011 = ", "paths = { lsoa2021 = "),
        "name the lookups from lsoa2011",
        study("paths = { lsoa2011 = ", 'paths = { lsoa2021 = ["to-wards"], lsoa2011 = '),
    ),
    Walk(
        "bands",
        "deaths and residents by age",
        columns(FIRST_BAND, FIRST_BAND + 19, "Aged 0 and over", PEOPLE),
        "look at the ages",
    ),
    Walk("bands", "ages from 0 on", columns(FIRST_BAND, FIRST_BAND, ""), "look at the ages"),
    Walk(
        "bands",
        "an open band for the oldest",
        heading(FIRST_BAND + 19, "Aged 90 to 94"),
        "look at the ages",
    ),
    Walk(
        "bands",
        "bands of ages that follow on one another",
        columns(FIRST_BAND + 3, FIRST_BAND + 3, ""),
        "look at the ages",
    ),
    Walk(
        "bands",
        "bands of ages that follow on one another",
        undeclared,
        "say sparse = true where the publisher leaves out zeros",
        sparse,
    ),
    Walk(
        "bands",
        "a band inside one of the study's bands",
        columns(FIRST_BAND + 6, FIRST_BAND + 7, "Aged 25 to 34"),
        "take that age out of age_starts",
        both(
            columns(FIRST_BAND + 6, FIRST_BAND + 7, "Aged 25 to 34"),
            study(
                "[computed]\n",
                f"[computed]\nage_starts = {WITHOUT_30}\n",
            ),
        ),
    ),
    Walk(
        "blocks",
        "at least one year in both",
        both(
            rows(DEATHS, lambda row: row[YEAR] < "2016"),
            rows(PEOPLE, lambda row: row[YEAR] > "2015"),
        ),
        "pull years that both have: deaths are of 2008 to 2015, residents of 2016 to 2025",
    ),
    Walk(
        "blocks",
        "every year from {} to {}",
        both(*(rows(table, lambda row: row[YEAR] != "2012") for table in (DEATHS, PEOPLE))),
        "add the year to the source",
    ),
    Walk(
        "blocks",
        "{} rows, one for each band of ages",
        one_row_left_out,
        "complete the file, or say sparse = true where the publisher leaves out zeros",
        sparse,
    ),
    Walk("count_totals", "one total of {} a year", told_twice, "leave one of the two sources out"),
    Walk(
        "life_tables",
        "{} consecutive years on one base of residents",
        both(
            *(rows(table, lambda row: row[YEAR] < "2011") for table in (DEATHS, PEOPLE)),
        ),
        "choose a shorter area_window_years",
        both(
            *(rows(table, lambda row: row[YEAR] < "2011") for table in (DEATHS, PEOPLE)),
            study("[computed]\n", "[computed]\narea_window_years = 3\n"),
        ),
    ),
    Walk(
        "life_tables",
        "{} consecutive years whose deaths are all in",
        study("[computed]\n", "[computed]\nprovisional_from = 2009\n"),
        "choose a later year",
        study("[computed]\n", "[computed]\nprovisional_from = 2020\n"),
    ),
    Walk(
        "residents",
        "residents on the base {}",
        study('bases = ["census2021"]', 'bases = ["census2011"]'),
        "correct bases in the study's [computed]",
    ),
    Walk(
        "plausibility/ages",
        "about as many infants as children of each year of age from 1 to 4",
        lambda world: _rolled(world, PEOPLE),
        "see whether columns of ages are shifted",
    ),
    Walk(
        "plausibility/ages",
        "mortality that is low in childhood and rises with age from {} on",
        lambda world: _rolled(world, DEATHS),
        "see whether ages stand in each other's place",
    ),
    Walk(
        "plausibility/ages",
        "deaths of infants: of so many residents under 1 at least {} at the lowest infant "
        "mortality of any country",
        cells(DEATHS, COUNTS, lambda _: "0"),
        "complete the file",
    ),
    Walk(
        "plausibility/repeated",
        "deaths of each area for itself: chance makes them differ",
        lambda world: _pasted(world, block(0, 0), block(1, 0)),
        "copy the rows of both areas",
    ),
    Walk(
        "plausibility/repeated",
        "deaths of each year for itself: chance makes them differ",
        lambda world: _pasted(world, "2016", "2017"),
        "copy the rows of both years",
    ),
    Walk(
        "deprivation",
        "deprivation scores from 0 to 100, the most deprived highest",
        cells(REFERENCE, 3, lambda row: str(1 + ward_codes().index(row[0]))),
        "take the average score of the index",
    ),
]
BY_ACCEPTING = "tests/whole/test_study_remedies.py: the study accepts it, or declares it"
NO_MONTHS = "needs deaths by month, by cause or of two kinds of year, which the six wards lack"
COMMAND = "of `gapwatch boroughs`: tests/unit/counting/national"
NOT_WALKED = {
    ("areas", "deaths and residents by age"): "a study that lacks the source is refused before",
    ("areas", "deaths of all causes, or word that none is left out"): NO_MONTHS,
    ("blocks", "all twelve months of a year between others"): NO_MONTHS,
    ("blocks", "deaths of all causes, or by cause"): NO_MONTHS,
    ("blocks", "deaths on one kind of block"): NO_MONTHS,
    ("blocks", "every month from {} to {}"): NO_MONTHS,
    ("blocks", "months, or the whole year"): NO_MONTHS,
    ("blocks", "the same blocks at both ends of a year"): NO_MONTHS,
    (
        "blocks",
        "years of one kind: calendar years, or years that end on one other day",
    ): NO_MONTHS,
    ("counts", "each area of the study"): "the lookups have led to them before",
    (
        "national/boroughs",
        "gaps above zero in most boroughs: the least deprived live longest",
    ): COMMAND,
    ("national/boroughs", "{} years in a row on one base"): COMMAND,
    ("national/places", "a lookup from blocks to wards and boroughs, as CSV"): COMMAND,
    ("national/places", "one {}"): COMMAND,
    ("national/places", "one {}_name"): COMMAND,
    ("national/places", "weights that sum to 1"): COMMAND,
    (
        "national/rows",
        "a file that ends in .csv or .parquet, with none of {} in its name",
    ): COMMAND,
    ("national/wards", "the name of a new file"): COMMAND,
    ("national/wards", "two or more, ascending from 0"): COMMAND,
    (
        "plausibility/absent",
        "deaths, of which the residents and the rates of the whole place make many to be expected",
    ): BY_ACCEPTING,
    ("plausibility/judging", "{}, within the limits of docs/methods.md"): BY_ACCEPTING,
}


def _rolled(world: World, table: str) -> World:
    for row in body(world, table):
        row[COUNTS:] = [str(cell) for cell in np.roll([int(c) for c in row[COUNTS:]], 1)]
    return world


def _pasted(world: World, one: str, other: str) -> World:
    """Deaths of one block, or of one year, pasted over those of another."""
    told = {tuple(row[:COUNTS]): row[COUNTS:] for row in body(world, DEATHS)}
    names = {row[AREA]: row[NAME] for row in body(world, DEATHS)}
    for row in body(world, DEATHS):
        if other in (row[AREA], row[YEAR]):
            area, year = (one if cell == other else cell for cell in (row[AREA], row[YEAR]))
            row[COUNTS:] = told[area, names[area], year, row[SEX]]
    return world


def measured(world: World) -> Series:
    """Gaps of a world's files, read and counted; GapwatchError where they are refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(world.study, encoding="utf-8")
        told, _ = study_file.load(path)
    files = world.files()
    read = {}
    for source in told.sources:
        assert isinstance(source, FileSource)
        assert source.path is not None
        sent = (Payload("data", source.path, source.format, files[source.path]),)
        read[source.id] = parsed(source, sent)
    inputs = combine(told, read, known_in=TODAY.year)
    return series(told.with_held(inputs), inputs)


@cache
def gaps_of_the_right_world() -> pd.DataFrame:
    found = measured(start())
    return keyed(found.gaps)


def keyed(gaps: pd.DataFrame) -> pd.DataFrame:
    return gaps.set_index(["measure", "sex", "period_start", "period_end"])


def start() -> World:
    return right("halving", 0).copy()


@pytest.mark.parametrize("walk", WALKS, ids=[f"{w.file}, {w.expected}" for w in WALKS])
def test_a_remedy_that_is_followed_leads_to_the_right_gaps(walk: Walk) -> None:
    with pytest.raises(GapwatchError) as caught:
        measured(walk.fault(start()))
    error = caught.value
    assert fits(walk.expected, error.expected), error
    assert walk.remedy in error.remedy
    if walk.mended is None:
        # The file is put right; what the right world gives, the other walks hold theirs against.
        return
    found = measured(walk.mended(start()))
    known = keyed(found.gaps).join(gaps_of_the_right_world(), rsuffix="_right", how="inner")
    apart = (known["gap_years"] - known["gap_years_right"]).abs().dropna()
    assert (apart <= NEAR_YEARS).all()
    assert len(found.gaps.dropna(subset=["gap_years"])) > 0


def test_no_refusal_of_counts_is_left_out_of_the_walk() -> None:
    known = {
        (file.removeprefix("counting/").removesuffix(".py"), words)
        for file, words in refusals.places()
        if file.startswith("counting/")
    }
    walked = {(walk.file, walk.expected) for walk in WALKS}
    assert walked & set(NOT_WALKED) == set()
    assert known - walked - set(NOT_WALKED) == set(), "walk it here, or say why not"
    assert (walked | set(NOT_WALKED)) - known == set(), "no longer refused"
