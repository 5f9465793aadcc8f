"""Deaths and residents of blocks, year by year: what counts for a year, and is it whole."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.contracts import SEXES
from gapwatch.counting.bands import UNTOLD, common_starts, merged
from gapwatch.counting.counts import Rounded
from gapwatch.counting.rounding import Step, rounded_cells
from gapwatch.errors import ValidationError

log = logging.getLogger(__name__)
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MONTHS = 12
SHOWN = 3


@dataclass(frozen=True, eq=False)
class Blocks:
    """Counts of the blocks of one kind in one year: codes (B,), counts (B, 2, K) by sex and band.

    `part` is the part of the year that they cover, 1 for a whole one; a block that isn't in
    `sparse` counts has none. Of `restricted` ones no error may tell a code. `rounded` says what
    the publisher's rounding may have done to them, None where there is none.
    """

    geography: str
    codes: tuple[str, ...]
    counts: FloatArray
    part: float = 1.0
    sparse: bool = False
    restricted: bool = False
    rounded: Rounded | None = None


@dataclass(frozen=True, eq=False)
class YearOfBlocks:
    """Deaths and residents of one year, each on blocks of one kind; `base` is the residents'."""

    year: int
    base: str
    deaths: Blocks
    residents: Blocks


@dataclass(frozen=True, eq=False)
class BlockSeries:
    """Every year that has both deaths and residents, ascending, in the same bands."""

    age_starts: IntArray
    years: tuple[YearOfBlocks, ...]


def read_blocks(
    deaths: pd.DataFrame, population: pd.DataFrame, *, wanted: Sequence[int],
    bases: Sequence[str], sparse: Collection[tuple[str, int]] = (), restricted: bool = False,
    rounding: Mapping[str, Mapping[str, Step]] | None = None,
) -> BlockSeries:  # fmt: skip
    """Deaths and residents in the shape of the contracts, as arrays by year.

    `bases` are the bases of residents that may be used, the preferred one first. `sparse` are the
    kinds of blocks and years of which rows of deaths that aren't there are counts of zero; else
    each block, sex and band must have its row. `rounding` is the step that counts of a table and a
    kind of block were rounded to. Of `restricted` deaths errors tell geography and
    period alone.
    Years at either end that only one of the two tables has are left out, which the log says, and
    so are residents on a base, or of a kind of block, that isn't taken.
    Raises ValidationError for a year missing in the middle, for a year whose deaths stand on two
    kinds of blocks, for months that leave some out, for a part of a year between whole ones, for
    causes beside all causes, for missing rows, and as `common_starts`.
    """
    chosen = _of_bases(population, bases)
    dead: dict[int, pd.DataFrame] = {}
    alive: dict[int, pd.DataFrame] = {}
    for year in _common_years(deaths, chosen):
        dead[year] = deaths[deaths["year"] == year]
        kind = _only_kind(dead[year], f"deaths, year {year}")
        alive[year] = _residents(chosen[chosen["year"] == year], bases, kind)
    told = {_told(dead[year], year): dead[year] for year in dead}
    zeros = {year for year in dead if (str(dead[year]["geography"].iloc[0]), year) in sparse}
    ages = common_starts(
        wanted, {**told, **{_told(alive[year], year, "base"): alive[year] for year in alive}},
        holes=[_told(dead[year], year) for year in zeros], secret=list(told) if restricted else (),
    )  # fmt: skip
    found = tuple(
        YearOfBlocks(
            year, str(alive[year]["base"].iloc[0]),
            _rounded(_deaths(dead[year], year, ages, sparse=year in zeros, restricted=restricted),
                     dead[year], "deaths", ages, rounding or {}),
            _rounded(_people(alive[year], year, ages), alive[year], "population", ages,
                     rounding or {}),
        )
        for year in dead
    )  # fmt: skip
    for between in found[1:-1]:
        if between.deaths.part < 1.0:
            _refuse(f"deaths, year {between.year}", "all twelve months of a year between others",
                    f"{round(between.deaths.part * MONTHS)} of them",
                    "complete the year; only the first and the last may be a part")  # fmt: skip
    return BlockSeries(ages, found)


def _told(frame: pd.DataFrame, year: int, *columns: str) -> str:
    """What to call a year's rows in an error."""
    name = "population" if columns else "deaths"
    first = frame.iloc[0]
    return f"{name} of {', '.join([*(str(first[c]) for c in ('geography', *columns)), str(year)])}"


def _only_kind(frame: pd.DataFrame, where: str) -> str:
    kinds = sorted(frame["geography"].unique())
    if len(kinds) > 1:
        _refuse(where, "deaths on one kind of block", " and ".join(kinds),
                "keep the year in one of the sources and drop it in the other")  # fmt: skip
    return str(kinds[0])


def _of_bases(population: pd.DataFrame, bases: Sequence[str]) -> pd.DataFrame:
    chosen = population[population["base"].isin(list(bases))]
    if chosen.empty:
        known = ", ".join(sorted(population["base"].unique()))
        _refuse("population", f"residents on the base {' or '.join(bases)}", f"those on {known}",
                "correct bases in the study's [computed]")  # fmt: skip
    return chosen


def _common_years(deaths: pd.DataFrame, population: pd.DataFrame) -> list[int]:
    dead, alive = (set(map(int, frame["year"].unique())) for frame in (deaths, population))
    both = dead & alive
    if not both:
        _refuse("deaths and population", "at least one year in both", "none",
                f"deaths are of {_span(dead)}, residents of {_span(alive)}")  # fmt: skip
    for name, years in (("deaths", dead), ("population", alive)):
        lost = sorted(set(range(min(both), max(both) + 1)) - years)
        if lost:
            _refuse(f"{name}, year {lost[0]}", f"every year from {min(both)} to {max(both)}",
                    f"nothing for {', '.join(map(str, lost[:SHOWN]))}",
                    "add the year to the source; a trend can't leave one out")  # fmt: skip
    for name, years in (("deaths", dead - both), ("residents", alive - both)):
        if years:
            log.warning("%s of %s have no counterpart and are left out", name, _span(years))
    return sorted(both)


def _span(years: set[int]) -> str:
    return f"{min(years)} to {max(years)}" if len(years) > 1 else str(min(years))


def _deaths(
    frame: pd.DataFrame, year: int, ages: IntArray, *, sparse: bool, restricted: bool
) -> Blocks:
    where = f"deaths, year {year}"
    months = sorted(set(frame["month"]))
    if months != [""]:
        numbers = [int(month) for month in months if month]
        if "" in months:
            _refuse(where, "months, or the whole year", "both", "keep one of the two")
        lost = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
        if lost:
            _refuse(where, f"every month from {numbers[0]} to {numbers[-1]}",
                    f"nothing for month {lost[0]}",
                    "ask for the extract again; a month without deaths is no month")  # fmt: skip
    causes = set(frame["cause"])
    if "" in causes and len(causes) > 1:
        _refuse(where, "deaths of all causes, or by cause", "both", "keep one of the two")
    bands = len(frame[["age_start_years", "age_end_years"]].drop_duplicates())
    part = 1.0 if months == [""] else len(months) / MONTHS
    whole = None if sparse else bands * len(months) * len(causes)
    blocks = _blocks(where, frame, "deaths_persons", ages, whole, restricted=restricted)
    return replace(blocks, part=part, sparse=sparse, restricted=restricted)


def _residents(frame: pd.DataFrame, bases: Sequence[str], kind: str) -> pd.DataFrame:
    """A year's residents on the preferred base; on the deaths' blocks, where known there."""
    base = next(name for name in bases if (frame["base"] == name).any())
    mine = frame[frame["base"] == base]
    kinds = sorted(mine["geography"].unique())
    return mine[mine["geography"] == (kind if kind in kinds else kinds[0])]


def _people(frame: pd.DataFrame, year: int, ages: IntArray) -> Blocks:
    bands = len(frame[["age_start_years", "age_end_years"]].drop_duplicates())
    return _blocks(f"population, year {year}", frame, "population_persons", ages, bands)


def _blocks(
    where: str, frame: pd.DataFrame, column: str, ages: IntArray, whole: int | None, *,
    restricted: bool = False,
) -> Blocks:  # fmt: skip
    """Counts added up by block, sex and band; `whole` is how many rows each block and sex has."""
    place, codes = pd.factorize(frame["area_code"], sort=True)
    sex = np.where(frame["sex"].to_numpy() == SEXES[0], 0, 1)
    if whole is not None:
        rows = np.bincount(place * 2 + sex, minlength=2 * len(codes))
        short = np.flatnonzero(rows != whole)
        if len(short):
            if not restricted:
                where = f"{where}, {codes[short[0] // 2]}, {SEXES[short[0] % 2]}"
            _refuse(where, f"{whole} rows, one for each band of ages",
                    UNTOLD if restricted else f"{rows[short[0]]} rows",
                    "a count that isn't there is not zero: complete the file, or say sparse = true "
                    "where the publisher leaves out zeros")  # fmt: skip
    counts = np.zeros((len(codes), 2, len(ages)))
    np.add.at(counts, (place, sex, merged(frame, ages)), frame[column].to_numpy(dtype=np.float64))
    return Blocks(str(frame["geography"].iloc[0]), tuple(map(str, codes)), counts)


def _rounded(
    blocks: Blocks, frame: pd.DataFrame, table: str, ages: IntArray,
    rounding: Mapping[str, Mapping[str, Step]],
) -> Blocks:  # fmt: skip
    """The blocks with what rounding may have done to their counts."""
    step = rounding.get(table, {}).get(blocks.geography)
    if step is None:
        return blocks
    place, _ = pd.factorize(frame["area_code"], sort=True)
    sex = np.where(frame["sex"].to_numpy() == SEXES[0], 0, 1)
    return replace(blocks, rounded=rounded_cells(
        frame[f"{table}_persons"], place, sex, merged(frame, ages), blocks.counts.shape, step
    ))  # fmt: skip


def _refuse(where: str, expected: str, found: str, remedy: str) -> NoReturn:
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)
