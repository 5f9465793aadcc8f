"""From rows of deaths and residents of blocks to areas, sides, windows and gaps, one by one.

Dictionaries and exact fractions throughout: a sum of whole numbers is whole, and a share of a block
is the share, so that nothing can be lost or made on the way.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.oracles.decomposition import replacement, uniform_cut
from tests.oracles.life_table import Estimate, LifeTable, Number, estimate, life_table

SEXES = ("female", "male")
Cell = tuple[str, str, int, int]
"""Area, sex, year, first age of the band."""
Table = dict[Cell, Fraction]
Shares = dict[str, dict[str, Fraction]]
"""For each smaller area, its share in each larger one."""


class Row(NamedTuple):
    """One count; `end` is None in an open band, `base` is empty for deaths."""

    kind: str
    code: str
    sex: str
    year: int
    start: int
    end: int | None
    count: Number
    base: str = ""


class Side(NamedTuple):
    """Deaths and person-years by band, in order of age."""

    deaths: list[Fraction]
    people: list[Fraction]


# --- bands ----------------------------------------------------------------------------------


def shared_starts(wanted: Sequence[int], rows: Iterable[Row]) -> list[int]:
    """The wanted first ages, up to the lowest age at which any source opens its last band."""
    top = min(row.start for row in rows if row.end is None)
    return [age for age in wanted if age <= top]


def band_of(age: int, starts: Sequence[int]) -> int:
    """First age of the band that holds an age."""
    return max(start for start in starts if start <= age)


# --- shares ---------------------------------------------------------------------------------


def shares(rows: Iterable[tuple[str, str, float]]) -> Shares:
    """Shares that add up to exactly 1 for each smaller area."""
    out: Shares = {}
    for code, into, weight in rows:
        out.setdefault(code, {})[into] = Fraction(weight)
    return {
        code: {into: part / sum(parts.values()) for into, part in parts.items()}
        for code, parts in out.items()
    }


def then(first: Shares, second: Shares) -> Shares:
    """Two steps as one."""
    out: Shares = {}
    for code, parts in first.items():
        out[code] = {}
        for middle, part in parts.items():
            for into, share in second[middle].items():
                out[code][into] = out[code].get(into, Fraction(0)) + part * share
    return out


def turned(forth: Shares, residents: Mapping[str, Number] | None) -> Shares:
    """The way back: each larger area's residents, by the smaller area that they come from."""
    back: Shares = {}
    for code, parts in forth.items():
        persons = Fraction(1) if residents is None else Fraction(residents[code])
        for into, part in parts.items():
            back.setdefault(into, {})[code] = persons * part
    return {
        into: {code: part / sum(parts.values()) for code, part in parts.items()}
        for into, parts in back.items()
    }


def mean_residents(rows: Iterable[Row], kind: str) -> dict[str, Fraction] | None:
    """Residents of each block of a kind, mean over the years that have them; None if none has."""
    by_year: dict[str, dict[int, Fraction]] = {}
    for row in rows:
        if row.kind == kind:
            years = by_year.setdefault(row.code, {})
            years[row.year] = years.get(row.year, Fraction(0)) + Fraction(row.count)
    if not by_year:
        return None
    return {code: sum(years.values(), Fraction(0)) / len(years) for code, years in by_year.items()}


# --- counts ---------------------------------------------------------------------------------


def preferred(rows: Iterable[Row], bases: Sequence[str]) -> tuple[list[Row], dict[int, str]]:
    """Residents on the first base that each year has, and which one that is."""
    kept = [row for row in rows if row.base in bases]
    first = {
        year: min((row.base for row in kept if row.year == year), key=list(bases).index)
        for year in sorted({row.year for row in kept})
    }
    return [row for row in kept if row.base == first[row.year]], first


def carried(rows: Iterable[Row], ways: Mapping[str, Shares], starts: Sequence[int]) -> Table:
    """Counts by area, sex, year and band: each row goes where its block's shares say."""
    out: Table = {}
    for row in rows:
        for area, share in ways[row.kind][row.code].items():
            cell = (area, row.sex, row.year, band_of(row.start, starts))
            out[cell] = out.get(cell, Fraction(0)) + Fraction(row.count) * share
    return out


def total(table: Table, sex: str, year: int) -> Fraction:
    """Everybody of one sex in one year."""
    return sum((n for cell, n in table.items() if cell[1:3] == (sex, year)), Fraction(0))


# --- windows and sides ----------------------------------------------------------------------


def windows(bases: Mapping[int, str], length: int) -> list[tuple[int, int]]:
    """Every run of `length` calendar years that all stand on one base."""
    found = []
    for start in sorted(bases):
        run = range(start, start + length)
        if all(year in bases for year in run) and len({bases[year] for year in run}) == 1:
            found.append((start, start + length - 1))
    return found


def side(
    deaths: Table,
    people: Table,
    *,
    areas: Sequence[str],
    sex: str,
    window: tuple[int, int],
    starts: Sequence[int],
    parts: Mapping[int, Fraction] | None = None,
) -> Side:
    """Deaths and person-years of some areas in a window.

    `parts` holds the part of a year that deaths cover, where it is less than the whole.
    """
    dead, lived = [], []
    for start in starts:
        dead_here = lived_here = Fraction(0)
        for area in areas:
            for year in range(window[0], window[1] + 1):
                cell = (area, sex, year, start)
                dead_here += deaths.get(cell, Fraction(0))
                lived_here += people.get(cell, Fraction(0)) * (parts or {}).get(year, Fraction(1))
        dead.append(dead_here)
        lived.append(lived_here)
    return Side(dead, lived)


# --- life expectancy and what follows from it -----------------------------------------------


def life(counts: Side, starts: Sequence[int]) -> Estimate:
    """Life expectancy at birth as it may be told, with the codes."""
    return estimate(starts, counts.deaths, counts.people)


def table(counts: Side, starts: Sequence[int]) -> LifeTable:
    """All columns of the life table."""
    return life_table(starts, counts.deaths, counts.people)


def gap(worse: Side, better: Side, starts: Sequence[int]) -> tuple[float, float]:
    """Better minus worse side, and the standard error of two independent sides."""
    low, high = table(worse, starts), table(better, starts)
    return high.expectancy[0] - low.expectancy[0], math.hypot(high.se[0], low.se[0])


def ages(worse: Side, better: Side, starts: Sequence[int]) -> list[float]:
    """Years of the gap that each band makes."""
    return [
        float(x) for x in replacement(starts, *worse, deaths_b=better[0], population_b=better[1])
    ]


def change(
    before: Mapping[str, Side], after: Mapping[str, Side], starts: Sequence[int]
) -> dict[str, list[float]]:
    """Years by which each side's change at each age widened the gap, keys worse and better."""
    sign = {"worse": -1, "better": 1}
    return {
        name: [sign[name] * years for years in ages(before[name], after[name], starts)]
        for name in sign
    }


def cut(
    worse: Side, better: Side, starts: Sequence[int], *, target: float, between: tuple[int, int]
) -> tuple[float, float] | None:
    """Share of the worse side's deaths that start a band from one age to another which would have
    to be avoided for the gap to be the target, and how many that is; None when no share does.
    """
    chosen = [start for start in starts if between[0] <= start <= between[1]]
    wanted = table(better, starts).expectancy[0] - target
    share = uniform_cut(starts, *worse, ages=chosen, wanted=wanted)
    if share is None:
        return None
    dying = sum(
        (d for start, d in zip(starts, worse.deaths, strict=True) if start in chosen), Fraction(0)
    )
    return share, share * float(dying)
