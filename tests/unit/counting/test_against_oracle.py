"""Counts by area and all that is made of them, against dictionaries of exact fractions."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.oracles import counting as oracle
from tests.unit.counting import worlds

from gapwatch.contracts import DEATHS, LOOKUP, POPULATION, SEXES
from gapwatch.contracts.inputs import POPULATION_DEATHS
from gapwatch.counting.areas import Counted, count
from gapwatch.counting.counts import period, windows
from gapwatch.counting.gaps import BETTER, WORSE, gap_rows, sided, two_sides
from gapwatch.counting.life_tables import tabled
from gapwatch.demography.decomposition import arriaga
from gapwatch.demography.life_table import life_table
from gapwatch.intervals import Z95
from gapwatch.tables import canonical

LEVELS = ("ward2011", "ward2022")
CASES = [(1, False), (2, True), (3, True)]


@cache
def made(seed: int, shared: bool, size: float = 1.0) -> tuple[worlds.World, Counted]:
    world = worlds.world(seed, shared=shared, size=size)
    counted = count(worlds.study(world, levels=worlds.LEVELS), world.inputs())
    assert counted is not None
    return world, counted


def close(found: object, expected: object) -> None:
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_worlds_tables_meet_their_contracts() -> None:
    tables = {table.name: table for table in (DEATHS, POPULATION, LOOKUP, POPULATION_DEATHS)}
    inputs = worlds.world(2, shared=True).inputs()
    for name, table in tables.items():
        pd.testing.assert_frame_equal(inputs[name], canonical(table, inputs[name], name))


@pytest.mark.parametrize(("seed", "shared"), CASES)
@pytest.mark.parametrize("level", LEVELS)
def test_every_count_of_every_area_is_the_oracles(seed: int, shared: bool, level: str) -> None:
    world, counted = made(seed, shared)
    counts = counted.levels[level]
    assert counts.age_starts.tolist() == world.starts
    assert dict(zip(counts.years.tolist(), counts.bases, strict=True)) == world.kept[1]
    for table, found in zip(world.counts(level), (counts.deaths, counts.person_years), strict=True):
        expected = [
            [
                [
                    [float(table.get((area, sex, int(year), start), 0)) for start in world.starts]
                    for year in counts.years
                ]
                for sex in SEXES
            ]
            for area in counts.areas
        ]
        close(found, np.array(expected))


@pytest.mark.parametrize(("seed", "shared"), CASES)
@pytest.mark.parametrize("level", LEVELS)
def test_nobody_is_lost_or_made_between_blocks_and_areas(
    seed: int, shared: bool, level: str
) -> None:
    world, counted = made(seed, shared)
    counts = counted.levels[level]
    people, _ = world.kept
    for found, rows in ((counts.deaths, world.deaths), (counts.person_years, people)):
        for at, sex in enumerate(SEXES):
            for place, year in enumerate(counts.years):
                whole = sum(row.count for row in rows if (row.sex, row.year) == (sex, year))
                close(found[:, at, place].sum(), whole)
    close(counted.borough.deaths[0], counts.deaths.sum(axis=0))
    close(counted.borough.person_years[0], counts.person_years.sum(axis=0))


def test_counts_are_whole_where_no_block_was_shared_out() -> None:
    _, counted = made(1, False)
    counts = counted.levels["ward2011"]
    assert (counts.reassigned == 0).all()
    for length in (1, 3, 4):
        found = windows(counts, length)
        for array in (found.deaths, found.person_years):
            assert (array == np.rint(array)).all()


def test_an_exactly_shared_block_leaves_the_borough_whole_to_the_unit() -> None:
    _, counted = made(2, True)
    assert not (counted.levels["ward2011"].deaths % 1 == 0).all()
    totals = counted.totals
    assert set(totals["geography"]) == set(LEVELS)
    assert (totals.filter(like="difference").fillna(0) == 0).all(axis=None)


@pytest.mark.parametrize("level", LEVELS)
def test_the_shared_part_of_an_area_is_its_residents_in_divided_blocks(level: str) -> None:
    world, counted = made(2, True)
    counts, ways, (people, bases) = counted.levels[level], world.ways(level), world.kept
    for at, area in enumerate(counts.areas):
        by_year = []
        for year in bases:
            mine = [
                (row.count * share, share < 1)
                for row in people
                if row.year == year
                for into, share in ways[row.kind][row.code].items()
                if into == area
            ]
            moved = sum(persons for persons, divided in mine if divided)
            by_year.append(moved / sum(persons for persons, _ in mine))
        close(counts.reassigned[at], float(sum(by_year) / len(by_year)))


@pytest.mark.parametrize(("seed", "shared"), CASES)
@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
def test_windows_never_cross_a_change_of_base(seed: int, shared: bool, length: int) -> None:
    world, counted = made(seed, shared)
    found = windows(counted.levels["ward2011"], length)
    told = list(zip(found.start.tolist(), found.end.tolist(), strict=True))
    assert told == oracle.windows(world.kept[1], length)
    for start, base, segment in zip(found.start, found.bases, found.segment, strict=True):
        assert base == world.kept[1][int(start)]
        assert segment == (1 if start < worlds.MOVED else 2)
    if length == 5:
        assert told == []


@pytest.mark.parametrize(
    ("seed", "shared", "size"), [(1, False, 1.0), (2, True, 1.0), (4, True, 0.12)]
)
@pytest.mark.parametrize("level", LEVELS)
def test_life_expectancy_of_areas_is_the_oracles(
    seed: int, shared: bool, size: float, level: str
) -> None:
    world, counted = made(seed, shared, size)
    made_of = tabled(counted.levels[level], windows(counted.levels[level], 3))
    deaths, people = world.counts(level)
    refused = 0
    for place, area in enumerate(made_of.counts.areas):
        for at, sex in enumerate(SEXES):
            for number, span in enumerate(oracle.windows(world.kept[1], 3)):
                side = oracle.side(
                    deaths, people, areas=[area], sex=sex, window=span, starts=world.starts
                )
                expected = oracle.life(side, world.starts)
                here, reason = (place, at, number), str(made_of.table.reason[place, at, number])
                assert reason in expected.refusals if expected.refusals else reason == ""
                refused += bool(reason)
                if not reason:
                    close(made_of.table.e[here][0], expected.value)
                    close(made_of.table.upper[here][0], expected.upper)
                    assert made_of.flags[place][at][number].split() == expected.flags
    assert refused or size == 1


@pytest.mark.parametrize(("seed", "shared"), CASES)
@pytest.mark.parametrize("length", [1, 3])
def test_the_gap_is_that_of_deaths_and_residents_taken_together(
    seed: int, shared: bool, length: int
) -> None:
    world, counted = made(seed, shared)
    study = worlds.study(world)
    deaths, people = world.counts()
    for measure in sided(study):
        counts = two_sides(study, measure, counted.levels["ward2011"])
        rows = gap_rows(study, measure, tabled(counts, windows(counts, length)))
        for row in rows.to_dict("records"):
            span = (row["period_start"], row["period_end"])
            worse, better = (
                oracle.side(
                    deaths,
                    people,
                    areas=study.side(side),
                    sex=row["sex"],
                    window=span,
                    starts=world.starts,
                )
                for side in (measure.worse, measure.better)
            )
            low, high = (oracle.life(side, world.starts) for side in (worse, better))
            if low.refusals or high.refusals:
                assert row["reason"] in (low.refusals or high.refusals)
                assert np.isnan(row["gap_years"])
                continue
            gap, se = oracle.gap(worse, better, world.starts)
            close(row["gap_years"], gap)
            close(row["se_years"], se)
            close((row["lower95_years"], row["upper95_years"]), (gap - Z95 * se, gap + Z95 * se))
            close(row["relative_gap"], high.value / low.value)
            close(
                (row["worse_upper95_years"], row["better_lower95_years"]), (low.upper, high.lower)
            )
            assert row["flags"].split() == sorted({*low.flags, *high.flags})


@pytest.mark.parametrize(("seed", "shared"), CASES)
def test_the_ages_of_the_gap_and_of_its_change_are_the_oracles(seed: int, shared: bool) -> None:
    world, counted = made(seed, shared)
    study = worlds.study(world)
    counts = two_sides(study, study.primary, counted.levels["ward2011"])
    spans = [(2005, 2006), (2007, 2008)]
    found = [period(counts, *span) for span in spans]
    for at, sex in enumerate(SEXES):
        expected = [
            {
                name: world.side(study.side(side), sex, span)
                for name, side in (("worse", worlds.WORSE), ("better", worlds.BETTER))
            }
            for span in spans
        ]
        low, high = (
            [
                life_table(w.deaths[side, at, 0], w.person_years[side, at, 0], counts.age_starts)
                for w in found
            ]
            for side in (WORSE, BETTER)
        )
        close(arriaga(low[0], high[0]), oracle.ages(**expected[0], starts=world.starts))
        change = oracle.change(*expected, world.starts)
        close(-arriaga(*low), change["worse"])
        close(arriaga(*high), change["better"])


def test_a_window_of_a_part_year_has_that_part_of_the_residents() -> None:
    base = worlds.world(1)
    world = worlds.World(base.deaths, base.people, base.lookups, months={2008: 9})
    counted = count(worlds.study(world), world.inputs())
    assert counted is not None
    counts = counted.levels["ward2011"]
    assert counts.provisional.tolist() == [False] * 7 + [True]
    for span in ((2008, 2008), (2006, 2008)):
        found = period(counts, *span)
        assert found.provisional.tolist() == [True]
        for at, sex in enumerate(SEXES):
            expected = world.side([worlds.WARDS[1]], sex, span)
            close(found.deaths[1, at, 0], [float(n) for n in expected.deaths])
            close(found.person_years[1, at, 0], [float(n) for n in expected.people])
    # The table of totals is of residents, not of person-years.
    assert (counted.totals["population_difference_persons"] == 0).all()
    late = counted.totals[counted.totals["year"] == 2008]
    assert late["publisher_deaths_difference_persons"].isna().all()


def test_publishers_totals_may_be_told_twice_and_with_years_left_out() -> None:
    world, plain = made(1, False)
    inputs = world.inputs()
    told = inputs["population_deaths"]
    borough = told["area_code"] == worlds.PLACE
    first = borough & (told["year"] == 2001)
    told = told.assign(population_persons=told["population_persons"].mask(first))
    twice = pd.concat([told, told[borough].assign(geography="ltla")], ignore_index=True)
    counted = count(worlds.study(world), {**inputs, "population_deaths": twice})
    assert counted is not None
    early = counted.totals["year"] == 2001
    assert counted.totals.loc[early, "publisher_population_difference_share"].isna().all()
    pd.testing.assert_frame_equal(
        counted.totals[~early].reset_index(drop=True),
        plain.totals.query("year != 2001 and geography == 'ward2011'").reset_index(drop=True),
    )


def test_a_total_that_disagrees_with_its_parts_shows_by_how_much() -> None:
    world, _ = made(1, False)
    inputs = world.inputs()
    told = inputs["population_deaths"]
    here = (told["area_code"] == worlds.PLACE) & (told["year"] == 2004)
    told = told.assign(
        deaths_persons=told["deaths_persons"] + 7 * here,
        population_persons=(told["population_persons"] * (1 + 1.0 * here)).round().astype("Int64"),
    )
    counted = count(worlds.study(world), {**inputs, "population_deaths": told})
    assert counted is not None
    off = counted.totals[counted.totals["publisher_deaths_difference_persons"] != 0]
    assert set(off["year"]) == {2004}
    assert set(off["publisher_deaths_difference_persons"]) == {-7.0}
    assert set(off["publisher_population_difference_share"]) == {-0.5}
