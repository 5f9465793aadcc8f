"""Everyday slips, one at a time, in any table of a right world.

Each takes a copy of a world and a source of chance, and gives the world with the slip in it, or
None where the world has no place for it. What may stay silent, and by how much, stands in UNSEEN;
every report names these (gapwatch.reporting.chapters.quality.blind_spots).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gapwatch.demo.twin import names
from gapwatch.demo.twin.residents import YEARS
from tests.everyday.world import (
    DEATHS,
    FIRST_YEAR,
    LIFE,
    LOOKUP,
    OUTLINES,
    PEOPLE,
    REFERENCE,
    TOTALS,
    Rows,
    World,
)

Chance = np.random.Generator
Slip = Callable[[World, Chance], World | None]
SLIPS: dict[str, tuple[str, Slip]] = {}
AREA, NAME, YEAR, SEX, COUNTS = 0, 1, 2, 3, 4
SPARSE_HEADER = ["LSOA 2011 code", "LSOA 2011 name", "Year of registration", "Sex", "Age", "Deaths"]
UNSEEN = {
    "a band merged": (0.1, "deaths of one band of two or three years, too few to rule out chance"),
    "a block led to another area": (
        0.9,
        "where no totals are near in time and published windows come within a year all the same",
    ),
    "a last year that is not over": (
        0.9,
        "a fifth fewer deaths is a year that a small place may have",
    ),
    "a year shifted": (
        1.5,
        "two neighbouring years of deaths in each other's place, where no totals are near in time",
    ),
    "life expectancy at another age": (
        0.01,
        "of published figures alone: five years less everywhere is a place that there is",
    ),
    "two ages exchanged": (
        0.3,
        "of about as many people: rates and published windows of a small place move too little",
    ),
}
"""Slips that may stay silent: the most years that the gap is then off by, and why."""


def slip(kind: str) -> Callable[[Slip], Slip]:
    """Enter a slip by its function's name."""

    def enter(made: Slip) -> Slip:
        SLIPS[made.__name__.replace("_", " ")] = (kind, made)
        return made

    return enter


def pick(rng: Chance, items: object) -> str:
    return str(rng.choice(sorted(items)))  # type: ignore[call-overload]


def body(world: World, table: str) -> Rows:
    return world.tables[table][1:]


def years(world: World, table: str = DEATHS) -> list[str]:
    return sorted({row[YEAR] for row in body(world, table)})


def counted(world: World, rng: Chance) -> str | None:
    """One of the two tables of counts by age."""
    return str(rng.choice([DEATHS, PEOPLE])) if DEATHS in world.tables else None


def some_years(world: World, rng: Chance, most: int = 3) -> list[str]:
    known = years(world)
    first = int(rng.integers(0, len(known)))
    return known[first : first + int(rng.integers(1, most + 1))]


def scaled(row: list[str], factor: float, from_: int = COUNTS, digits: int | None = None) -> None:
    for at in range(from_, len(row)):
        value = round(float(row[at]) * factor, digits)
        row[at] = f"{value:.0f}" if digits is None else f"{value:.{digits}f}"


def sparse(world: World, words: str = "sparse = true\n") -> World:
    """The same deaths as rows of an area, sex, year and age, those of none left out."""
    bands = [name.removeprefix("Aged ") for name in world.tables[DEATHS][0][COUNTS:]]
    world.tables[DEATHS] = [
        list(SPARSE_HEADER),  # a slip may add to it
        *(
            [*row[:COUNTS], band, count]
            for row in body(world, DEATHS)
            for band, count in zip(bands, row[COUNTS:], strict=True)
            if count != "0"
        ),
    ]
    text = world.study
    start = text.index('id = "deaths"')
    end = text.find("\n[[sources]]", start)
    mine = text[start:end]
    mine = (
        mine.replace('sex = "Sex" }', 'sex = "Sex", age = "Age", deaths_persons = "Deaths" }')
        .replace("wide = 'Aged (?P<age>.+)'\n", "")
        .replace(', measure = "deaths_persons"', "")
    )
    told = f"{words}years = [{FIRST_YEAR}, {YEARS[-1]}]\n"
    return replace(world, study=text[:start] + mine + "\n" + told + text[end:])


def within(study: str, source: str, old: str, new: str) -> str:
    start = study.index(f'id = "{source}"')
    end = study.find("\n[[sources]]", start)
    end = len(study) if end < 0 else end
    assert old in study[start:end]
    return study[:start] + study[start:end].replace(old, new) + study[end:]


# A. Absent taken for zero


@slip("A")
def small_counts_withheld_in_a_sparse_file(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world)
    mark = pick(rng, ["*", "[c]", "<5", ":", "..", "x", "-", "<3", "suppressed"])
    most = int(rng.integers(1, 5))
    for row in body(world, DEATHS):
        row[5] = mark if int(row[5]) <= most else row[5]
    return world


@slip("A")
def small_counts_left_blank_in_a_sparse_file(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world)
    most = int(rng.integers(1, 5))
    for row in body(world, DEATHS):
        row[5] = "" if int(row[5]) <= most else row[5]
    return world


@slip("A")
def small_counts_left_out_of_a_sparse_file(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world)
    most = int(rng.integers(1, 5))
    head, *rows = world.tables[DEATHS]
    world.tables[DEATHS] = [head, *(row for row in rows if int(row[5]) > most)]
    return world


@slip("A")
def small_counts_set_to_zero(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    most = int(rng.integers(1, 5))
    for row in body(world, DEATHS):
        row[COUNTS:] = ["0" if int(cell) <= most else cell for cell in row[COUNTS:]]
    return world


@slip("A")
def small_counts_withheld_and_declared_missing(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    for row in body(world, DEATHS):
        row[COUNTS:] = ["*" if 0 < int(cell) <= 2 else cell for cell in row[COUNTS:]]
    more = "drop_missing = true\n" if rng.random() < 0.5 else ""
    text = within(world.study, "deaths", "wide = ", f'missing = ["", "*"]\n{more}wide = ')
    return replace(world, study=text)


@slip("A")
def years_of_an_area_left_out_of_a_sparse_file(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world)
    area = pick(rng, {row[AREA] for row in body(world, DEATHS)})
    gone = some_years(world, rng, 4)
    head, *rows = world.tables[DEATHS]
    world.tables[DEATHS] = [head, *(r for r in rows if r[AREA] != area or r[YEAR] not in gone)]
    return world


@slip("A")
def an_area_left_out(world: World, rng: Chance) -> World | None:
    table = pick(rng, world.tables)
    if table == DEATHS and rng.random() < 0.5:
        world = sparse(world)
    column = 2 if table == LOOKUP and rng.random() < 0.5 else 0
    area = pick(rng, {row[column] for row in body(world, table)} - {names.BOROUGH_CODE})
    head, *rows = world.tables[table]
    world.tables[table] = [head, *(row for row in rows if row[column] != area)]
    return world


@slip("A")
def the_last_rows_cut_off(world: World, rng: Chance) -> World | None:
    table = pick(rng, world.tables)
    if table == DEATHS and rng.random() < 0.5:
        world = sparse(world)
    rows = world.tables[table]
    del rows[int(rng.integers(len(rows) // 2, len(rows))) :]
    return world


@slip("A")
def a_sex_left_out(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world)
    sex, gone = pick(rng, ["Females", "Males"]), some_years(world, rng)
    area = pick(rng, {row[AREA] for row in body(world, DEATHS)}) if rng.random() < 0.5 else None
    head, *rows = world.tables[DEATHS]
    world.tables[DEATHS] = [
        head,
        *(
            r
            for r in rows
            if r[SEX] != sex or r[YEAR] not in gone or (area is not None and r[AREA] != area)
        ),
    ]
    return world


@slip("A")
def the_oldest_left_out(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world)
    gone = some_years(world, rng) if rng.random() < 0.7 else years(world)
    oldest = ["85-89", "90+"][int(rng.integers(0, 2)) :]
    known = {row[4] for row in body(world, DEATHS)}
    ages = {age for age in known if age.startswith(tuple(o.split("-")[0][:2] for o in oldest))}
    head, *rows = world.tables[DEATHS]
    world.tables[DEATHS] = [head, *(r for r in rows if r[4] not in ages or r[YEAR] not in gone)]
    return world


@slip("A")
def cells_in_error(world: World, rng: Chance) -> World | None:
    table = pick(rng, set(world.tables) - {OUTLINES, LOOKUP})
    row = world.tables[table][int(rng.integers(1, len(world.tables[table])))]
    row[-1] = pick(
        rng, ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "n/a", "NULL", "nan", "-99", "999999"]
    )
    return world


# B. No plausibility, and checks that pass on nothing


@slip("B")
def a_year_doubled(world: World, rng: Chance) -> World | None:
    table = counted(world, rng) or TOTALS
    gone = pick(rng, years(world) if table != TOTALS else range(2008, 2026))
    at = 3 if table == TOTALS else YEAR
    for row in body(world, table):
        if row[at] == gone:
            scaled(row, 2, 4)
    return world


@slip("B")
def years_missing(world: World, rng: Chance) -> World | None:
    table = counted(world, rng) or TOTALS
    at = 3 if table == TOTALS else YEAR
    gone = some_years(world, rng) if table != TOTALS else [str(int(rng.integers(2001, 2026)))]
    head, *rows = world.tables[table]
    world.tables[table] = [head, *(row for row in rows if row[at] not in gone)]
    return world


@slip("B")
def counts_rounded(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    step = int(rng.choice([3, 5, 10] if table == DEATHS else [5, 10, 50, 100]))
    only = set(some_years(world, rng)) if rng.random() < 0.3 else set(years(world))
    for row in body(world, table):
        if row[YEAR] in only:
            row[COUNTS:] = [str(int(step * round(int(cell) / step))) for cell in row[COUNTS:]]
    return world


@slip("B")
def a_block_of_rows_repeated(world: World, rng: Chance) -> World | None:
    table = pick(rng, world.tables)
    if table == DEATHS and rng.random() < 0.5:
        world = sparse(world, "sparse = true\nadd_up = true\n")
    rows = world.tables[table]
    first = int(rng.integers(1, len(rows)))
    rows += [list(row) for row in rows[first : first + int(rng.integers(1, 60))]]
    return world


@slip("B")
def thousands_for_ones(world: World, rng: Chance) -> World | None:
    table = counted(world, rng) or TOTALS
    at, last = (3, 5) if table == TOTALS else (YEAR, 99)
    only = set(some_years(world, rng)) if rng.random() < 0.5 and table != TOTALS else None
    factor = float(rng.choice([1000, 0.001, 10, 0.1, 100]))
    for row in body(world, table):
        if only is None or row[at] in only:
            kept = row[last:]
            scaled(row, factor, 4, None if rng.random() < 0.5 else 3)
            row[last:] = kept
    return world


@slip("B")
def residents_of_another_base_in_a_year(world: World, rng: Chance) -> World | None:
    if PEOPLE not in world.tables:
        return None
    gone, factor = set(some_years(world, rng)), float(rng.choice([0.76, 0.85, 1.1, 1.15, 1.32]))
    for row in body(world, PEOPLE):
        if row[YEAR] in gone:
            scaled(row, factor)
    return world


@slip("B")
def a_year_shifted(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    known = years(world)
    one = int(rng.integers(0, len(known) - 1))
    moved = {known[one]: known[one + 1], known[one + 1]: known[one]}
    if rng.random() < 0.5:
        step = int(rng.choice([-1, 1]))
        moved = {year: str(int(year) + step) for year in known}
    for row in body(world, table):
        row[YEAR] = moved.get(row[YEAR], row[YEAR])
    return world


@slip("B")
def deaths_by_place_of_occurrence(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    share = float(rng.choice([0.2, 0.4, 0.6]))
    rows = body(world, DEATHS)
    hospital = pick(rng, {row[AREA] for row in rows})
    there = {(r[YEAR], r[SEX]): r for r in rows if r[AREA] == hospital}
    for row in rows:
        if row[AREA] != hospital:
            to = there[row[YEAR], row[SEX]]
            for at in range(COUNTS, len(row)):
                moved = int(int(row[at]) * share)
                row[at], to[at] = str(int(row[at]) - moved), str(int(to[at]) + moved)
    return world


@slip("B")
def percentages_for_counts(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    digits = int(rng.integers(0, 3))
    for row in body(world, table):
        whole = sum(map(int, row[COUNTS:])) or 1
        row[COUNTS:] = [f"{100 * int(cell) / whole:.{digits}f}" for cell in row[COUNTS:]]
    return world


@slip("B")
def a_last_year_that_is_not_over(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    share = float(rng.choice([0.5, 0.6, 0.7, 0.8]))
    last = years(world)[-1]
    for row in body(world, DEATHS):
        if row[YEAR] == last:
            row[COUNTS:] = [str(rng.binomial(int(cell), share)) for cell in row[COUNTS:]]
    return world


@slip("B")
def a_digit_wrong_in_a_published_figure(world: World, rng: Chance) -> World | None:
    rows = body(world, LIFE)
    row = rows[int(rng.integers(0, len(rows)))]
    for at in range(5, 8 if rng.random() < 0.7 else 6):
        row[at] = f"{float(row[at]) + (10 if rng.random() < 2 else 0):.1f}"
    return world


@slip("B")
def published_periods_shifted_for_an_area(world: World, rng: Chance) -> World | None:
    area = pick(rng, {row[0] for row in body(world, LIFE)} - {names.BOROUGH_CODE})
    step = int(rng.choice([-1, 1]))
    for row in body(world, LIFE):
        if row[0] == area:
            first = int(row[4][:4]) + step
            row[4] = f"{first} - {(first + 4) % 100:02d}"
    return world


@slip("B")
def columns_exchanged_in_totals(world: World, _rng: Chance) -> World | None:
    for row in body(world, TOTALS):
        row[4], row[5] = row[5], row[4]
    return world


@slip("B")
def value_and_limit_exchanged(world: World, rng: Chance) -> World | None:
    one, other = rng.choice([5, 6, 7], 2, replace=False)
    for row in body(world, LIFE):
        row[one], row[other] = row[other], row[one]
    return world


# C. Sexes and places


@slip("C")
def sexes_exchanged(world: World, rng: Chance) -> World | None:
    tables = (
        [LIFE]
        if DEATHS not in world.tables
        else [[DEATHS], [PEOPLE], [DEATHS, PEOPLE], [LIFE]][int(rng.integers(0, 4))]
    )
    other = {"Females": "Males", "Males": "Females"}
    for table in tables:
        for row in body(world, table):
            row[3] = other[row[3]]
    return world


@slip("C")
def sexes_of_a_ward_exchanged(world: World, rng: Chance) -> World | None:
    other = {"Females": "Males", "Males": "Females"}
    if DEATHS not in world.tables:
        area = pick(rng, {row[0] for row in body(world, LIFE)})
        for row in body(world, LIFE):
            row[3] = other[row[3]] if row[0] == area else row[3]
        return world
    ward = pick(rng, {row[2] for row in body(world, LOOKUP)})
    blocks = {row[0] for row in body(world, LOOKUP) if row[2] == ward}
    for table in [[DEATHS], [PEOPLE], [DEATHS, PEOPLE]][int(rng.integers(0, 3))]:
        for row in body(world, table):
            row[3] = other[row[3]] if row[0] in blocks else row[3]
    return world


@slip("C")
def persons_in_both_sexes(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    pairs: dict[tuple[str, str], list[list[str]]] = {}
    for row in body(world, table):
        pairs.setdefault((row[AREA], row[YEAR]), []).append(row)
    for one, other in pairs.values():
        whole = [str(int(a) + int(b)) for a, b in zip(one[COUNTS:], other[COUNTS:], strict=True)]
        one[COUNTS:], other[COUNTS:] = whole, list(whole)
    return world


@slip("C")
def one_sex_for_both(world: World, rng: Chance) -> World | None:
    table = counted(world, rng) or LIFE
    sex = pick(rng, ["Females", "Males"])
    same: dict[tuple[str, ...], list[str]] = {}
    key, first = ((0, 4), 5) if table == LIFE else ((AREA, YEAR), COUNTS)
    for row in body(world, table):
        if row[3] == sex:
            same[tuple(row[k] for k in key)] = row[first:]
    for row in body(world, table):
        row[first:] = same[tuple(row[k] for k in key)]
    return world


@slip("C")
def persons_called_by_one_sex(world: World, rng: Chance) -> World | None:
    table = counted(world, rng) or LIFE
    word = pick(rng, ["Persons", "Females", "Males", "All"])
    for row in body(world, table):
        row[3] = word
    return world


@slip("C")
def outlines_off_the_grid(world: World, rng: Chance) -> World | None:
    turn = int(rng.integers(0, 3))
    for row in body(world, OUTLINES):
        points = row[3].removeprefix("POLYGON ((").removesuffix("))").split(", ")
        pairs = [tuple(map(float, point.split())) for point in points]
        pairs = [
            [(y, x), (x / 1e5 - 5.5, y / 1e5 + 49.7), (x - 540_000, y + 6_500_000)][turn]
            for x, y in pairs
        ]
        row[3] = f"POLYGON (({', '.join(f'{x} {y}' for x, y in pairs)}))"
    return world


@slip("C")
def outlines_that_contradict(world: World, rng: Chance) -> World | None:
    rows = body(world, OUTLINES)
    turn = int(rng.integers(0, 3))
    if turn == 0:
        for row in rows:
            row[2] = str(float(row[2]) * 100)
    elif turn == 1:
        rows[0][3] = rows[1][3]
    else:
        rows[0][3] = rows[0][3][:40]
    return world


# D. Codes and names


@slip("D")
def codes_of_two_areas_exchanged(world: World, rng: Chance) -> World | None:
    table = pick(rng, world.tables)
    column = 2 if table == LOOKUP and rng.random() < 0.5 else 0
    known = sorted({row[column] for row in body(world, table)} - {names.BOROUGH_CODE})
    one, other = rng.choice(known, 2, replace=False)
    turned = {one: other, other: one}
    for row in body(world, table):
        row[column] = turned.get(row[column], row[column])
    return world


@slip("D")
def codes_and_names_of_another_vintage(world: World, rng: Chance) -> World | None:
    table = pick(rng, world.tables)
    known = sorted({row[0] for row in body(world, table)} - {names.BOROUGH_CODE})
    turned = {code: code.replace("E05099", "E05098").replace("E01099", "E01098") for code in known}
    if rng.random() < 0.5:
        turned = dict([next(iter(turned.items()))])
    for row in body(world, table):
        row[0] = turned.get(row[0], row[0])
    return world


@slip("D")
def a_block_led_to_another_area(world: World, rng: Chance) -> World | None:
    if LOOKUP not in world.tables:
        return None
    rows = body(world, LOOKUP)
    row, other = rows[int(rng.integers(0, len(rows)))], rows[int(rng.integers(0, len(rows)))]
    if row[2] == other[2]:
        return None
    row[2:] = other[2:]
    return world


@slip("D")
def a_block_led_twice_or_nowhere(world: World, rng: Chance) -> World | None:
    if LOOKUP not in world.tables:
        return None
    rows = world.tables[LOOKUP]
    at = int(rng.integers(1, len(rows)))
    if rng.random() < 0.5:
        del rows[at]
    else:
        other = rows[1 if at > len(rows) // 2 else -1]
        rows.append([*rows[at][:2], *other[2:]])
    return world


@slip("D")
def an_area_left_out_of_the_study(world: World, rng: Chance) -> World | None:
    codes = [row[0] for row in body(world, REFERENCE)]
    gone = codes[int(rng.choice([1, 2, 3, 4]))]
    lines = [line for line in world.study.splitlines() if f'code = "{gone}"' not in line]
    text = "\n".join(lines).replace(f'"{gone}", ', "").replace(f', "{gone}"', "")
    return replace(world, study=text + "\n")


# E. Rows and columns that nobody described


@slip("E")
def a_total_row_among_the_data(world: World, rng: Chance) -> World | None:
    table = counted(world, rng) or TOTALS
    rows = body(world, table)
    if table == TOTALS:
        world.tables[TOTALS].append(
            [rows[0][0], rows[0][1], "Ward", "2026", rows[0][4], rows[0][5]]
        )
        return world
    by: dict[tuple[str, ...], list[int]] = {}
    turn = int(rng.integers(0, 3))
    for row in rows:
        key = [
            (row[YEAR], row[SEX]),
            (row[AREA], row[NAME], row[YEAR]),
            (row[AREA], row[NAME], row[SEX]),
        ][turn]
        held = by.setdefault(key, [0] * (len(row) - COUNTS))
        by[key] = [a + int(b) for a, b in zip(held, row[COUNTS:], strict=True)]
    code = str(rng.choice([names.BOROUGH_CODE, "E01099999"]))
    last = years(world)[-1]
    for key, whole in by.items():
        head = [
            [code, "Total", *key],
            [*key, "Persons"],
            [key[0], key[1], f"2008-{last}", key[-1]],
        ][turn]
        world.tables[table].append([*head, *map(str, whole)])
    return world


@slip("E")
def a_column_of_all_ages(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    word = pick(rng, ["Aged All", "Aged all ages", "Total", "All ages", "Aged 0+", "Aged 0-90"])
    world.tables[table][0].append(word)
    for row in body(world, table):
        row.append(str(sum(map(int, row[COUNTS:]))))
    return world


@slip("E")
def ages_in_months(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world, "add_up = true\nsparse = true\n")
    world.tables[DEATHS][0].append("Age unit")
    for row in body(world, DEATHS):
        infant = row[4] in ("0", "under 1", "Under 1")
        row[4] = str(int(rng.integers(1, 12))) if infant else row[4]
        row.append("months" if infant else "years")
    return world


@slip("E")
def a_column_of_causes(world: World, rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    world = sparse(world, "add_up = true\nsparse = true\n")
    world.tables[DEATHS][0].append("Cause")
    for row in list(body(world, DEATHS)):
        row.append("All causes")
        part = int(rng.integers(0, int(row[5]) + 1))
        if part:
            world.tables[DEATHS].append([*row[:5], str(part), "Cancer"])
    return world


@slip("E")
def notes_below_the_table(world: World, rng: Chance) -> World | None:
    table = pick(rng, world.tables)
    width = len(world.tables[table][0])
    note = pick(rng, ["Source: nobody", "Notes", "1. Figures are provisional", "Crown copyright"])
    world.tables[table] += [[""] * width, [note, *[""] * (width - 1)]]
    return world


@slip("E")
def headings_repeated_below(world: World, rng: Chance) -> World | None:
    table = pick(rng, world.tables)
    rows = world.tables[table]
    rows.insert(int(rng.integers(2, len(rows))), list(rows[0]))
    return world


# F. Numbers that fit by accident


@slip("F")
def ranks_for_scores(world: World, rng: Chance) -> World | None:
    rows = body(world, REFERENCE)
    order = sorted(rows, key=lambda row: -float(row[3]))
    width = float(rng.choice([1.0, 7.0, 433.0]))
    for rank, row in enumerate(order, 1):
        row[2] = row[3] = f"{rank * width:.0f}"
    return world


@slip("F")
def deciles_for_scores(world: World, _rng: Chance) -> World | None:
    for row in body(world, REFERENCE):
        row[2] = row[3] = str(min(10, max(1, int((44.5 - float(row[3])) / 3.7) + 1)))
    return world


@slip("F")
def scores_the_other_way_round(world: World, _rng: Chance) -> World | None:
    for row in body(world, REFERENCE):
        row[2] = row[3] = f"{100 - float(row[3]):.2f}"
    return world


@slip("F")
def a_decimal_comma(world: World, rng: Chance) -> World | None:
    table, columns = [(LIFE, (5, 6, 7)), (REFERENCE, (2, 3)), (OUTLINES, (2,))][
        int(rng.integers(0, 3))
    ]
    for row in body(world, table):
        for at in columns:
            row[at] = row[at].replace(".", ",")
    return world


@slip("F")
def life_expectancy_at_another_age(world: World, rng: Chance) -> World | None:
    less = float(rng.choice([64, 18, 12, 5]))
    wards_only = rng.random() < 0.5
    for row in body(world, LIFE):
        if not wards_only or row[2] == "Ward":
            row[5:] = [f"{float(cell) - less:.1f}" for cell in row[5:]]
    return world


@slip("F")
def a_band_merged(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    at = int(rng.choice([4, 10, len(world.tables[table][0]) - 2]))
    only = set(some_years(world, rng)) if rng.random() < 0.5 else set(years(world))
    for row in body(world, table):
        if row[YEAR] in only:
            row[at], row[at + 1] = str(int(row[at]) + int(row[at + 1])), "0"
    return world


@slip("F")
def columns_of_ages_shifted(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    only = set(some_years(world, rng)) if rng.random() < 0.5 else set(years(world))
    step = int(rng.choice([-1, 1]))
    for row in body(world, table):
        if row[YEAR] in only:
            row[COUNTS:] = [str(c) for c in np.roll([int(cell) for cell in row[COUNTS:]], step)]
    return world


@slip("F")
def two_ages_exchanged(world: World, rng: Chance) -> World | None:
    table = counted(world, rng)
    if table is None:
        return None
    width = len(world.tables[table][0])
    one, other = rng.choice(range(COUNTS, width), 2, replace=False)
    for row in body(world, table):
        row[one], row[other] = row[other], row[one]
    return world


@slip("F")
def deaths_for_residents(world: World, _rng: Chance) -> World | None:
    if DEATHS not in world.tables:
        return None
    deaths, people = world.tables[DEATHS], world.tables[PEOPLE]
    deaths[1:], people[1:] = people[1:], deaths[1:]
    return world
