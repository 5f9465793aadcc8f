"""Deaths and residents of blocks, year by year: what counts for a year, and is it whole."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.codes import NO_RESIDENTS
from gapwatch.contracts import CALENDAR_YEAR, SEXES
from gapwatch.counting.bands import UNTOLD, common_starts, merged
from gapwatch.counting.counts import Rounded
from gapwatch.counting.residents import Estimates, YearUse, at_risk, estimate_years, of_bases
from gapwatch.counting.rounding import Step, mean_of, rounded_cells
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
    """Every year that has both deaths and residents, ascending, in the same bands.

    `year_ends` is the last day of each year; `uses` says of every year of deaths whether it is one.
    """

    age_starts: IntArray
    years: tuple[YearOfBlocks, ...]
    year_ends: str = CALENDAR_YEAR
    uses: tuple[YearUse, ...] = ()


def read_blocks(
    deaths: pd.DataFrame,
    population: pd.DataFrame,
    *,
    wanted: Sequence[int],
    bases: Sequence[str],
    sparse: Collection[tuple[str, int]] = (),
    restricted: bool = False,
    rounding: Mapping[str, Mapping[str, Step]] | None = None,
) -> BlockSeries:
    """Deaths and residents in the shape of the contracts, as arrays by year.

    `bases` are the bases of residents that may be used, the preferred one first. `sparse` are the
    kinds of blocks and years of which rows of deaths that aren't there are counts of zero; else
    each block, sex and band must have its row. `rounding` is the step that counts of a table and a
    kind of block were rounded to. Of `restricted` deaths errors tell geography and
    period alone.
    The person-years of a calendar year are the estimate of its middle; those of a year that ends in
    the middle of a calendar year are the mean of the estimates at its start and at its end, on one
    base (gapwatch.counting.residents). Years of deaths without such residents are left out, and
    `uses` says why; so are residents on a base, or of a kind of block, that isn't taken.
    Raises ValidationError for a year missing in the middle, for deaths of two kinds of year, for a
    year whose deaths stand on two kinds of blocks, for months that leave some out, for a part of a
    year between whole ones, for causes beside all causes, for missing rows, and as `common_starts`.
    """
    chosen = of_bases(population, bases)
    ends = _only_year_ends(deaths)
    dead: dict[int, pd.DataFrame] = {}
    alive: dict[int, Estimates] = {}
    uses: list[YearUse] = []
    for year in sorted(map(int, deaths["year"].unique())):
        rows = deaths[deaths["year"] == year]
        kind = _only_kind(rows, f"deaths, year {year}")
        found_residents, reason = at_risk(chosen, year, ends, bases, kind)
        if found_residents is None:
            uses.append(YearUse(year, kind, "", "", reason))
            continue
        dead[year], alive[year] = rows, found_residents
        uses.append(YearUse(year, kind, found_residents.geography, found_residents.base, ""))
    _require_run(chosen, uses, ends)
    told = {_told(dead[year], year): dead[year] for year in dead}
    zeros = {year for year in dead if (str(dead[year]["geography"].iloc[0]), year) in sparse}
    people = {
        _told(frame, int(frame["year"].iloc[0]), "base"): frame
        for year in alive
        for frame in alive[year].frames
    }
    ages = common_starts(
        wanted,
        {**told, **people},
        holes=[_told(dead[year], year) for year in zeros],
        secret=list(told) if restricted else (),
    )
    found = tuple(
        YearOfBlocks(
            year,
            alive[year].base,
            _rounded(
                _deaths(dead[year], year, ages, sparse=year in zeros, restricted=restricted),
                dead[year],
                "deaths",
                ages,
                rounding or {},
            ),
            _mean(
                [
                    _rounded(
                        _people(frame, int(frame["year"].iloc[0]), ages),
                        frame,
                        "population",
                        ages,
                        rounding or {},
                    )
                    for frame in alive[year].frames
                ]
            ),
        )
        for year in dead
    )
    for between in found[1:-1]:
        if between.deaths.part < 1.0:
            _refuse(
                f"deaths, year {between.year}",
                "all twelve months of a year between others",
                f"{round(between.deaths.part * MONTHS)} of them",
                "complete the year; only the first and the last may be a part",
            )
    return BlockSeries(ages, found, ends, tuple(uses))


def _told(frame: pd.DataFrame, year: int, *columns: str) -> str:
    """What to call a year's rows in an error."""
    name = "population" if columns else "deaths"
    first = frame.iloc[0]
    return f"{name} of {', '.join([*(str(first[c]) for c in ('geography', *columns)), str(year)])}"


def _only_year_ends(deaths: pd.DataFrame) -> str:
    kinds = sorted(deaths["year_ends"].unique())
    if len(kinds) > 1:
        years = [
            f"years to {ends} ({_span(set(map(int, part['year'])))})"
            for ends, part in deaths.groupby("year_ends", sort=True)
        ]
        _refuse(
            "deaths",
            "years of one kind: calendar years, or years that end on one other day",
            " and ".join(years),
            "leave one of the two sources out: two kinds are never one series",
        )
    return str(kinds[0])


def _only_kind(frame: pd.DataFrame, where: str) -> str:
    kinds = sorted(frame["geography"].unique())
    if len(kinds) > 1:
        _refuse(
            where,
            "deaths on one kind of block",
            " and ".join(kinds),
            "keep the year in one of the sources and drop it in the other",
        )
    return str(kinds[0])


def _require_run(population: pd.DataFrame, uses: Sequence[YearUse], ends: str) -> None:
    """Refuse a table that leaves out a year between others; say in the log what isn't counted."""
    counted = [use.year for use in uses if not use.reason]
    if not counted:
        _refuse(
            "deaths and population",
            "at least one year in both",
            "none",
            f"pull years that both have: deaths are of {_span({use.year for use in uses})}, "
            f"residents of {_span(set(map(int, population['year'])))}",
        )
    first, last = min(counted), max(counted)
    held = {use.year for use in uses}
    unpaired = {use.year for use in uses if use.reason == NO_RESIDENTS}
    # Of a year that lies between two bases both estimates are there, and it is left out.
    for name, lost in (
        ("deaths", set(range(first, last + 1)) - held),
        ("population", {year for year in unpaired if first < year < last}),
    ):
        if lost:
            years = sorted(lost)
            _refuse(
                f"{name}, year {years[0]}",
                f"every year from {first} to {last}",
                f"nothing for {', '.join(map(str, years[:SHOWN]))}",
                "add the year to the source; a trend can't leave one out",
            )
    left_out = {use.year for use in uses if use.reason}
    if left_out:
        log.warning("deaths of %s have no counterpart and are left out", _span(left_out))
    spare = set(map(int, population["year"])) - {
        year for use in counted for year in estimate_years(use, ends)
    }
    if spare:
        log.warning("residents of %s have no counterpart and are left out", _span(spare))


def _span(years: set[int]) -> str:
    return f"{min(years)} to {max(years)}" if len(years) > 1 else str(min(years))


def _deaths(
    frame: pd.DataFrame, year: int, ages: IntArray, *, sparse: bool, restricted: bool
) -> Blocks:
    where = f"deaths, year {year}"
    months = sorted(frame["month"].unique())
    if months != [""]:
        numbers = [int(month) for month in months if month]
        if "" in months:
            _refuse(where, "months, or the whole year", "both", "keep one of the two")
        lost = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
        if lost:
            _refuse(
                where,
                f"every month from {numbers[0]} to {numbers[-1]}",
                f"nothing for month {lost[0]}",
                "ask for the extract again; a month without deaths is no month",
            )
    causes = set(frame["cause"].unique())
    if "" in causes and len(causes) > 1:
        _refuse(where, "deaths of all causes, or by cause", "both", "keep one of the two")
    bands = len(frame[["age_start_years", "age_end_years"]].drop_duplicates())
    part = 1.0 if months == [""] else len(months) / MONTHS
    whole = None if sparse else bands * len(months) * len(causes)
    blocks = _blocks(where, frame, "deaths_persons", ages, whole, restricted=restricted)
    return replace(blocks, part=part, sparse=sparse, restricted=restricted)


def _people(frame: pd.DataFrame, year: int, ages: IntArray) -> Blocks:
    bands = len(frame[["age_start_years", "age_end_years"]].drop_duplicates())
    return _blocks(f"population, year {year}", frame, "population_persons", ages, bands)


def _mean(estimates: Sequence[Blocks]) -> Blocks:
    """The mean of the estimates of a year, which hold the same blocks."""
    if len(estimates) == 1:
        return estimates[0]
    codes = sorted(set().union(*(blocks.codes for blocks in estimates)))
    for blocks in estimates:
        lost = set(codes) - set(blocks.codes)
        if lost:
            _refuse(
                f"population, {blocks.geography}",
                "the same blocks at both ends of a year",
                f"none for {', '.join(sorted(lost)[:SHOWN])} in one of them",
                "complete the file; a block that isn't there is not empty",
            )
    counts = np.mean([blocks.counts for blocks in estimates], axis=0)
    return replace(
        estimates[0], counts=counts, rounded=mean_of([blocks.rounded for blocks in estimates])
    )


def _blocks(
    where: str,
    frame: pd.DataFrame,
    column: str,
    ages: IntArray,
    whole: int | None,
    *,
    restricted: bool = False,
) -> Blocks:
    """Counts added up by block, sex and band; `whole` is how many rows each block and sex has."""
    place, codes = pd.factorize(frame["area_code"], sort=True)
    sex = np.where(frame["sex"].to_numpy() == SEXES[0], 0, 1)
    if whole is not None:
        rows = np.bincount(place * 2 + sex, minlength=2 * len(codes))
        short = np.flatnonzero(rows != whole)
        if len(short):
            if not restricted:
                where = f"{where}, {codes[short[0] // 2]}, {SEXES[short[0] % 2]}"
            _refuse(
                where,
                f"{whole} rows, one for each band of ages",
                UNTOLD if restricted else f"{rows[short[0]]} rows",
                "a count that isn't there is not zero: complete the file, or say sparse = true "
                "where the publisher leaves out zeros",
            )
    counts = np.zeros((len(codes), 2, len(ages)))
    np.add.at(counts, (place, sex, merged(frame, ages)), frame[column].to_numpy(dtype=np.float64))
    return Blocks(str(frame["geography"].iloc[0]), tuple(map(str, codes)), counts)


def _rounded(
    blocks: Blocks,
    frame: pd.DataFrame,
    table: str,
    ages: IntArray,
    rounding: Mapping[str, Mapping[str, Step]],
) -> Blocks:
    """The blocks with what rounding may have done to their counts."""
    step = rounding.get(table, {}).get(blocks.geography)
    if step is None:
        return blocks
    place, _ = pd.factorize(frame["area_code"], sort=True)
    sex = np.where(frame["sex"].to_numpy() == SEXES[0], 0, 1)
    return replace(
        blocks,
        rounded=rounded_cells(
            frame[f"{table}_persons"], place, sex, merged(frame, ages), blocks.counts.shape, step
        ),
    )


def _refuse(where: str, expected: str, found: str, remedy: str) -> NoReturn:
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)
