"""What is wrong with deaths, residents or lookups is refused by name, with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.oracles.counting import Row
from tests.unit.counting import worlds
from tests.unit.counting.worlds import NEW, OLD, World
from tests.unit.gap.restricted_cases import DEATHS_SOURCE

from gapwatch.counting.areas import count
from gapwatch.counting.bands import UNTOLD
from gapwatch.counting.blocks import BlockSeries, read_blocks
from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.project import Project
from gapwatch.study import FileSource, Study, load

Rows = tuple[Row, ...]
BASE = worlds.world(1)


def counted(world: World, **rules: object) -> None:
    count(worlds.study(world, **rules), world.inputs())


def refused(world: World, **rules: object) -> GapwatchError:
    with pytest.raises(GapwatchError) as caught:
        counted(world, **rules)
    found = caught.value
    assert found.where
    assert found.remedy
    assert isinstance(found, (ValidationError, StudyError))
    return found


def deaths_of(change: Callable[[Row], Row | None]) -> World:
    return replace(BASE, deaths=tuple(r for row in BASE.deaths if (r := change(row)) is not None))


def people_of(change: Callable[[Row], Row | None]) -> World:
    return replace(BASE, people=tuple(r for row in BASE.people if (r := change(row)) is not None))


def with_deaths(**cell: object) -> World:
    return replace(BASE, deaths=(*BASE.deaths, BASE.deaths[0]._replace(**cell)))


def narrowed(row: Row) -> Row | None:
    """Ages 10 to 19 in one band, and what is left on both sides of it."""
    bands = {5: (5, 9), 15: (20, 29)}
    if row.kind != "lsoa2011" or row.start not in bands:
        return row
    return row._replace(start=bands[row.start][0], end=bands[row.start][1])


def straddling() -> World:
    world = deaths_of(narrowed)
    more = tuple(
        row._replace(start=10, end=19)
        for row in BASE.deaths
        if row.kind == "lsoa2011" and row.start == 5
    )
    return replace(world, deaths=(*world.deaths, *more))


def without_lookup_rows(name: str, **cell: str) -> World:
    start, end, pairs = BASE.lookups[name]
    kept = [pair for pair in pairs if pair[0] != cell.get("code") and pair[1] != cell.get("into")]
    return replace(BASE, lookups={**BASE.lookups, name: (start, end, kept)})


CASES: dict[str, tuple[World, str, str, str]] = {
    "a year of deaths is missing in the middle": (
        worlds.without(BASE, "deaths", year=2003),
        "deaths, year 2003",
        "every year from 2001 to 2008",
        "nothing for 2003",
    ),
    "a year of residents is missing in the middle": (
        worlds.without(BASE, "people", year=2006),
        "population, year 2006",
        "every year from 2001 to 2008",
        "nothing for 2006",
    ),
    "deaths and residents have no year in common": (
        deaths_of(lambda row: row._replace(year=row.year + 20)),
        "deaths and population",
        "at least one year in both",
        "none",
    ),
    "a year's deaths stand on two kinds of blocks": (
        with_deaths(kind="lsoa2021"),
        "deaths, year 2001",
        "deaths on one kind of block",
        "lsoa2011 and lsoa2021",
    ),
    "a block is in neither vintage": (
        deaths_of(lambda r: r._replace(code="E01999999") if r.code == OLD[7] else r),
        "lsoa2011 to ward2011, year 2001",
        "blocks that the lookup knows",
        "others: E01999999",
    ),
    "residents live in a block of neither vintage": (
        people_of(lambda r: r._replace(code="E01999999") if r.code == NEW[6] else r),
        "lsoa2011-to-lsoa2021",
        "residents of each area of lsoa2011",
        f"none for {OLD[7]}",
    ),
    "deaths of a block are missing in one year": (
        worlds.without(BASE, "deaths", code=OLD[7], year=2003),
        "lsoa2011 to ward2011, year 2003",
        "counts of each block",
        f"none for {OLD[7]}",
    ),
    "residents of a block are missing in one year": (
        worlds.without(BASE, "people", code=NEW[0], year=2007),
        "lsoa2021 to ward2011, year 2007",
        "counts of each block",
        f"none for {NEW[0]}",
    ),
    "a block lacks a band of deaths": (
        worlds.without(BASE, "deaths", code=OLD[2], year=2002, sex="male", start=45),
        f"deaths, year 2002, {OLD[2]}, male",
        "9 rows",
        "8 rows",
    ),
    "a block lacks a band of residents": (
        worlds.without(BASE, "people", code=NEW[0], year=2008, sex="female", start=90),
        f"population, year 2008, {NEW[0]}, female",
        "14 rows",
        "13 rows",
    ),
    "a block lacks one sex": (
        worlds.without(BASE, "deaths", code=OLD[2], year=2002, sex="male"),
        f"deaths, year 2002, {OLD[2]}, male",
        "9 rows",
        "0 rows",
    ),
    "a band straddles two of the study's": (
        straddling(),
        "deaths of lsoa2011, 2001, ages 10 to 19",
        "a band inside one of the study's bands",
        "straddles age 15",
    ),
    "bands of deaths overlap": (
        replace(
            BASE,
            deaths=(
                *BASE.deaths,
                *(row._replace(start=10, end=14) for row in BASE.deaths if row.start == 5),
            ),
        ),
        "deaths of lsoa2011, 2001",
        "bands of ages that follow on one another",
        "overlap at age 10",
    ),
    "ages are left out between two bands": (
        worlds.without(BASE, "deaths", start=5),
        "deaths of lsoa2011, 2001",
        "bands of ages that follow on one another",
        "leave out age 5",
    ),
    "residents have no open band": (
        people_of(lambda r: r._replace(end=99) if r.end is None else r),
        "population of lsoa2011, census2011, 2001",
        "an open band for the oldest",
        "ends at 99",
    ),
    "the youngest are missing": (
        worlds.without(BASE, "people", start=0),
        "population of lsoa2011, census2011, 2001",
        "ages from 0 on",
        "none below 1",
    ),
    "no residents are on a base of the study": (
        replace(BASE, bases=("census2031",)),
        "population",
        "residents on the base census2031",
        "census2011, census2021",
    ),
    "people die where nobody lives": (
        people_of(lambda r: r._replace(count=0) if r.code == OLD[7] and r.year == 2002 else r),
        "ward2011, year 2002",
        "residents where there are deaths",
        worlds.WARDS[3],
    ),
    "a ward of the study has no block": (
        without_lookup_rows("lsoa2011-to-ward2011", into=worlds.WARDS[3]),
        "lsoa2011-to-ward2011",
        "a row for each area of lsoa2011",
        OLD[7],
    ),
    "a block of 2021 leads nowhere": (
        without_lookup_rows("lsoa2021-to-ward2022", code=NEW[6]),
        "lsoa2021-to-ward2022",
        "a row for each area of lsoa2021",
        NEW[6],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_place_and_remedy(case: str) -> None:
    world, where, expected, found = CASES[case]
    error = refused(world, levels=worlds.LEVELS)
    assert isinstance(error, ValidationError)
    assert where in error.where
    assert expected in error.expected
    assert found in error.found


OF_DEATHS = {
    "a block is in neither vintage": "E01999999",
    "deaths of a block are missing in one year": OLD[7],
    "a block lacks a band of deaths": OLD[2],
    "a block lacks one sex": OLD[2],
    "a band straddles two of the study's": "10 to 19",
    "bands of deaths overlap": "age 10",
    "ages are left out between two bands": "age 5",
    "people die where nobody lives": worlds.WARDS[3],
}


@pytest.mark.parametrize("case", OF_DEATHS)
def test_no_refusal_of_restricted_deaths_tells_a_code_an_age_or_a_count(case: str) -> None:
    world, where, expected, found = CASES[case]
    study = worlds.study(world, levels=worlds.LEVELS)
    source = FileSource.model_validate(DEATHS_SOURCE | {"restricted": True})
    others = tuple(item for item in study.sources if item.id != "deaths")
    with pytest.raises(ValidationError) as caught:
        count(study.model_copy(update={"sources": (source, *others)}), world.inputs())
    error = caught.value
    assert OF_DEATHS[case] in where + found
    assert OF_DEATHS[case] not in f"{error.where} {error.found}"
    # The age that is straddled is the study's own.
    assert error.found == (UNTOLD if "straddles" not in case else "one that straddles age 15")
    assert expected in error.expected
    assert where.startswith(error.where)


@pytest.mark.parametrize(
    ("missing", "held"), [("population", "deaths alone"), ("deaths", "population alone")]
)
def test_one_of_deaths_and_residents_without_the_other_is_refused(missing: str, held: str) -> None:
    inputs = BASE.inputs()
    del inputs[missing]
    with pytest.raises(ValidationError, match="the snapshot") as caught:
        count(worlds.study(BASE), inputs)
    assert caught.value.found == held
    assert "pull the source that is missing" in caught.value.remedy


def test_a_study_that_asks_for_no_life_tables_gets_none() -> None:
    study = worlds.study(BASE)
    assert count(study.model_copy(update={"computed": None}), BASE.inputs()) is None
    bare = {k: v for k, v in BASE.inputs().items() if k not in ("deaths", "population")}
    assert count(study, bare) is None


@pytest.mark.parametrize(
    ("paths", "kind", "where"),
    [
        ({"lsoa2011": ["lsoa2011-to-ward2011"]}, ValidationError, "computed.levels, ward2011"),
        (
            {"lsoa2011": ["lsoa2011-to-lsoa2021"], "lsoa2021": ["lsoa2011-to-lsoa2021"]},
            StudyError,
            "lsoa2011 to ward2011",
        ),
        (
            {"lsoa2011": ["lsoa2021-to-ward2022"], "lsoa2021": ["lsoa2011-to-lsoa2021"]},
            StudyError,
            "lsoa2011 to ward2011",
        ),
        (
            {"lsoa2011": ["not-pinned"], "lsoa2021": ["lsoa2011-to-lsoa2021"]},
            StudyError,
            "lsoa2011 to ward2011",
        ),
    ],
    ids=["no path from a kind of block", "ends elsewhere", "starts elsewhere", "no such lookup"],
)
def test_a_way_that_does_not_lead_to_the_level_is_refused(
    paths: dict[str, list[str]], kind: type[GapwatchError], where: str
) -> None:
    error = refused(BASE, levels=[{"geography": "ward2011", "paths": paths}])
    assert isinstance(error, kind)
    assert where in error.where


def test_a_study_area_that_no_block_leads_to_is_refused() -> None:
    study = worlds.study(BASE)
    more = study.geography.areas[0].model_copy(update={"code": "E05000009"})
    wider = study.geography.model_copy(update={"areas": (*study.geography.areas, more)})
    with pytest.raises(ValidationError, match="nothing for E05000009"):
        count(study.model_copy(update={"geography": wider}), BASE.inputs())
    fewer = study.geography.model_copy(update={"areas": study.geography.areas[:3]})
    with pytest.raises(ValidationError, match=f"also {worlds.WARDS[3]}"):
        count(study.model_copy(update={"geography": fewer}), BASE.inputs())


# --- months and causes ----------------------------------------------------------------------


EVERY = frozenset((row.kind, row.year) for row in BASE.deaths)


def read(deaths: pd.DataFrame, world: World = BASE, *, sparse: bool = False) -> BlockSeries:
    return read_blocks(
        deaths,
        worlds.population_table(world.people),
        wanted=worlds.STARTS,
        bases=world.bases,
        sparse=EVERY if sparse else (),
    )


def monthly(months: list[int], year: int = 2008) -> pd.DataFrame:
    table = worlds.deaths_table(BASE.deaths, {year: 12})
    kept = (table["year"] != year) | table["month"].isin([f"{month:02d}" for month in months])
    return table[kept]


@pytest.mark.parametrize(
    ("deaths", "year", "expected", "found"),
    [
        (monthly([1, 2, 4, 5]), 2008, "every month from 1 to 5", "nothing for month 3"),
        (
            pd.concat([monthly([1, 2]), worlds.deaths_table(BASE.deaths).query("year == 2008")]),
            2008,
            "months, or the whole year",
            "both",
        ),
        (
            pd.concat(
                [
                    worlds.deaths_table(BASE.deaths),
                    worlds.deaths_table(BASE.deaths).query("year == 2008").assign(cause="I21"),
                ]
            ),
            2008,
            "deaths of all causes, or by cause",
            "both",
        ),
        (monthly([*range(1, 12)], 2006), 2006, "all twelve months", "11 of them"),
    ],
    ids=[
        "a month missing between others",
        "months beside the whole year",
        "causes beside all causes",
        "December missing before the last year",
    ],
)
def test_deaths_that_would_count_wrongly_are_refused(
    deaths: pd.DataFrame, year: int, expected: str, found: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        read(deaths)
    assert f"deaths, year {year}" in caught.value.where
    assert caught.value.expected.startswith(expected)
    assert found in caught.value.found
    assert caught.value.remedy


@pytest.mark.parametrize("months", [[1], [1, 2, 3], [*range(1, 12)], [4, 5]])
def test_a_part_of_the_last_year_covers_its_months(months: list[int]) -> None:
    last = read(monthly(months)).years[-1].deaths
    assert last.part == pytest.approx(len(months) / 12, abs=0)


def test_twelve_months_are_a_whole_year() -> None:
    whole, told = read(worlds.deaths_table(BASE.deaths)), read(monthly([*range(1, 13)]))
    assert told.years[-1].deaths.part == 1.0
    assert (told.years[-1].deaths.counts == whole.years[-1].deaths.counts).all()


def test_causes_add_up_to_all_deaths() -> None:
    table = worlds.deaths_table(BASE.deaths)
    half = table.assign(deaths_persons=table["deaths_persons"] / 2)
    by_cause = pd.concat([half.assign(cause="I21"), half.assign(cause="C34")])
    plain, summed = read(table), read(by_cause)
    for one, other in zip(plain.years, summed.years, strict=True):
        assert (one.deaths.counts == other.deaths.counts).all()


# --- rows that aren't there -----------------------------------------------------------------


def test_rows_without_deaths_may_be_left_out_where_the_source_says_so() -> None:
    table = worlds.deaths_table(BASE.deaths)
    above_zero = table[(table["deaths_persons"] > 0) | (table["area_code"] == OLD[5])]
    assert len(above_zero) < len(table)
    with pytest.raises(ValidationError, match="a count that isn't there is not zero"):
        read(above_zero)
    whole, found = read(table), read(above_zero, sparse=True)
    for one, other in zip(whole.years, found.years, strict=True):
        assert one.deaths.codes == other.deaths.codes
        assert (one.deaths.counts == other.deaths.counts).all()
        assert other.deaths.sparse


def test_a_block_without_any_death_is_empty_where_the_source_leaves_out_zeros() -> None:
    table = worlds.deaths_table(worlds.without(BASE, "deaths", code=OLD[7], year=2003).deaths)
    found = read(table, sparse=True)
    assert OLD[7] not in found.years[2].deaths.codes


def test_a_band_without_deaths_anywhere_may_be_left_out_where_the_source_says_so() -> None:
    few = deaths_of(lambda row: row if (row.start, row.year) != (5, 2003) else None)
    whole = deaths_of(
        lambda row: row._replace(count=0) if (row.start, row.year) == (5, 2003) else row
    )
    found = read(worlds.deaths_table(few.deaths), sparse=True)
    expected = read(worlds.deaths_table(whole.deaths))
    for one, other in zip(expected.years, found.years, strict=True):
        assert (one.deaths.counts == other.deaths.counts).all()


def test_zeros_may_be_left_out_in_the_years_of_that_source_alone() -> None:
    """A council's own extract leaves them out; what the publisher lacks elsewhere is missing."""
    council = {
        "id": "council",
        "table": "deaths",
        "kind": "file",
        "next_expected": "monthly",
        "title": "Deaths",
        "publisher": "The council",
        "attribution": "The council",
        "path": "deaths.csv",
        "header": ["block"],
        "sparse": True,
        "years": [2007, 2008],
        "constants": {"geography": "lsoa2021"},
    }
    study = worlds.study(BASE).model_dump(mode="json")
    mixed = Study.model_validate({**study, "sources": [*study["sources"], council]})
    late = worlds.without(BASE, "deaths", code=NEW[0], year=2008, sex="male", start=15)
    assert count(mixed, late.inputs()) is not None
    early = worlds.without(BASE, "deaths", code=NEW[0], year=2006, sex="male", start=15)
    with pytest.raises(ValidationError, match="deaths, year 2006"):
        count(mixed, early.inputs())
    with pytest.raises(ValidationError, match="deaths, year 2008"):
        count(worlds.study(BASE), late.inputs())


def test_residents_are_never_taken_to_be_sparse() -> None:
    lacking = worlds.without(BASE, "people", code=NEW[0], year=2008, sex="female", start=90)
    with pytest.raises(ValidationError, match="population, year 2008"):
        read(worlds.deaths_table(BASE.deaths), lacking, sparse=True)


# --- what does not count --------------------------------------------------------------------


def test_years_of_one_table_alone_are_left_out_and_named(caplog: pytest.LogCaptureFixture) -> None:
    early = worlds.without(BASE, "people", year=2001)
    with caplog.at_level("WARNING"):
        found = read(worlds.deaths_table(BASE.deaths), early)
    assert [year.year for year in found.years] == [*range(2002, 2009)]
    assert "deaths of 2001 have no counterpart" in caplog.text


def coarse(row: Row) -> Row:
    return row._replace(kind="region", code="E12000007", start=0, end=None, count=1)


@pytest.mark.parametrize(
    "more",
    [
        [row._replace(year=1999) for row in BASE.people if row.start == 0 and row.year == 2001],
        [row._replace(base="census2001") for row in BASE.people if row.start == 0],
        [row for row in BASE.people if (row.start, row.code, row.year) == (0, OLD[0], 2001)],
    ],
    ids=["of a year without deaths", "on a base that isn't asked for", "of another kind of area"],
)
def test_bands_of_residents_that_are_not_used_change_nothing(more: list[Row]) -> None:
    whole = [row._replace(end=None) for row in more]
    if all(row.year == 2001 for row in whole) and whole[0].base == "census2011":
        whole = [coarse(row) for row in whole]
    plain = read(worlds.deaths_table(BASE.deaths))
    found = read(worlds.deaths_table(BASE.deaths), replace(BASE, people=(*BASE.people, *whole)))
    assert found.age_starts.tolist() == plain.age_starts.tolist()
    for one, other in zip(plain.years, found.years, strict=True):
        assert one.residents.geography == other.residents.geography
        assert (one.residents.counts == other.residents.counts).all()


def test_bands_of_deaths_in_years_without_residents_change_nothing() -> None:
    early = [
        row._replace(year=2000, end=None)
        for row in BASE.deaths
        if row.start == 0 and row.year == 2001
    ]
    more = replace(BASE, deaths=(*BASE.deaths, *early))
    assert read(worlds.deaths_table(more.deaths)).age_starts.tolist() == BASE.starts


def test_the_open_band_is_the_lowest_that_any_year_has() -> None:
    assert BASE.starts[-1] == 85
    late = worlds.without(BASE, "deaths", kind="lsoa2011")
    assert read(worlds.deaths_table(late.deaths), late).age_starts[-1] == 90


# --- the study ------------------------------------------------------------------------------

COMPUTED = """
[computed]
bases = ["census2021"]

[[computed.levels]]
geography = "ward2011"
paths = { lsoa2011 = ["lsoa2011-to-ward2011"] }

[[computed.levels]]
geography = "msoa2021"
paths = { lsoa2021 = ["lsoa2021-to-msoa2021"] }
"""


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ('"ward2011"\npaths', '"ward2009"\npaths', "computed.levels", "msoa2021, ward2009"),
        ('"msoa2021"\npaths', '"ward2011"\npaths', "computed.levels[2].geography", "ward2011"),
        (
            '["lsoa2021-to-msoa2021"]',
            '["lsoa2021-to-nowhere"]',
            "computed.levels[2].paths.lsoa2021[1]",
            "'lsoa2021-to-nowhere'",
        ),
        ('["census2021"]', "[]", "computed.bases", "[]"),
        ('["census2021"]', '["census2021"]\nage_starts = [0, 5, 1]', "computed", "[0, 5, 1]"),
        (
            '["census2021"]',
            '["census2021"]\nside_window_years = []',
            "computed.side_window_years",
            "[]",
        ),
        ("[computed]", "[computed]\ndecide = true", "computed.decide", "a key that is not known"),
    ],
    ids=[
        "without the study's own areas",
        "a level twice",
        "no such lookup",
        "no base",
        "ages out of order",
        "no windows",
        "a misspelt key",
    ],
)
def test_a_study_that_asks_for_what_can_not_be_is_refused(
    shipped: Project, tmp_path: Path, old: str, new: str, key: str, found: str
) -> None:
    whole, file = shipped.study_file.read_text(encoding="utf-8"), tmp_path / "gapwatch.toml"
    plain = re.sub(r"\[computed\]\n(?:.|\n)*?(?=\n\[simulation\])", "", whole)
    file.write_text(plain + COMPUTED, encoding="utf-8")
    loaded, _ = load(file)
    assert loaded.computed is not None
    assert old in COMPUTED
    file.write_text(plain + COMPUTED.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load(file)
    assert caught.value.where == f"gapwatch.toml, {key}"
    assert found in caught.value.found


@pytest.mark.parametrize("length", [0, -1, 11])
def test_windows_of_no_years_or_of_too_many_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="side_window_years"):
        worlds.study(BASE, side_window_years=(1, length))


@pytest.mark.parametrize("every_cause", [False, True])
def test_deaths_by_cause_count_only_where_the_study_says_that_none_is_left_out(
    every_cause: bool,
) -> None:
    inputs = BASE.inputs()
    inputs["deaths"] = inputs["deaths"].assign(cause="C00-C97")
    study = worlds.study(BASE, every_cause=every_cause)
    if every_cause:
        found = count(study, inputs)
        assert found is not None
        assert found.borough.deaths.sum() == inputs["deaths"]["deaths_persons"].sum()
        return
    with pytest.raises(ValidationError, match="1 causes, which may not be all") as caught:
        count(study, inputs)
    assert "every_cause = true" in caught.value.remedy
