"""Which residents a year of deaths goes with: person-years from mid-year estimates.

An estimate is of 30 June. The person-years of a calendar year are taken as the estimate of its
middle. A year from 1 July to 30 June begins at one estimate and ends at the next, so its
person-years are their mean (the trapezium rule, with an error of second order in time); to take
either alone would be wrong by half a year's growth of the population.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gapwatch.codes import NO_RESIDENTS, TWO_BASES
from gapwatch.contracts import YEAR_LEADS
from gapwatch.errors import ValidationError


@dataclass(frozen=True)
class YearUse:
    """Whether a year of deaths is counted: on which residents, or the code of why it is not."""

    year: int
    deaths_geography: str
    population_geography: str
    base: str
    reason: str


@dataclass(frozen=True, eq=False)
class Estimates:
    """The residents of one year: one estimate or two, of one kind of block and on one base.

    `frames` are rows of the table `population`, a frame an estimate.
    """

    geography: str
    base: str
    frames: tuple[pd.DataFrame, ...]


def estimate_years(year: int, year_ends: str) -> tuple[int, ...]:
    """The mid-years whose estimates give the person-years of a year."""
    return (year,) if YEAR_LEADS[year_ends] == 0 else (year - 1, year)


def of_bases(population: pd.DataFrame, bases: Sequence[str]) -> pd.DataFrame:
    """The residents that stand on one of `bases`; ValidationError where none do."""
    chosen = population[population["base"].isin(list(bases))]
    if chosen.empty:
        known = ", ".join(sorted(population["base"].unique()))
        raise ValidationError(
            "population",
            expected=f"residents on the base {' or '.join(bases)}",
            found=f"those on {known}",
            remedy="correct bases in the study's [computed]",
        )
    return chosen


def at_risk(
    population: pd.DataFrame, year: int, year_ends: str, bases: Sequence[str], kind: str
) -> tuple[Estimates | None, str]:
    """The residents of a year of deaths on blocks of `kind`, or None and the code of the reason.

    On the first of `bases` that every estimate of the year has; on the deaths' own kind of block
    where the residents are known on it, else on the first kind that they are known on.
    """
    wanted = estimate_years(year, year_ends)
    held = {mid: population[population["year"] == mid] for mid in wanted}
    if any(frame.empty for frame in held.values()):
        return None, NO_RESIDENTS
    for base in bases:
        mine = [frame[frame["base"] == base] for frame in held.values()]
        kinds = sorted(set.intersection(*(set(frame["geography"].unique()) for frame in mine)))
        if kinds:
            chosen = kind if kind in kinds else kinds[0]
            frames = tuple(frame[frame["geography"] == chosen] for frame in mine)
            return Estimates(str(chosen), base, frames), ""
    return None, TWO_BASES
