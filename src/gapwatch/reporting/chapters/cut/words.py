"""Sentences on what it would take: rules alone, one test a branch."""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.codes import UNREACHABLE
from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.reporting.language.ages import Ages, band_name
from gapwatch.reporting.language.numbers import capital, number, percent
from gapwatch.reporting.language.phrases import size_of
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people


@dataclass(frozen=True)
class CutRow:
    """One row of the table `cut`."""

    period_start: int
    period_end: int
    from_age_years: int
    to_age_years: int | None
    gap_years: float | None
    target_gap_years: float | None
    cut_share: float | None
    deaths_a_year: float | None
    reason: str
    year_ends: str = CALENDAR_YEAR

    @property
    def ages(self) -> Ages:
        """First and last age; None for all later ages."""
        return self.from_age_years, self.to_age_years


def at_ages(ages: Ages) -> str:
    """`at all ages`, `at ages 40 to 74`, `at ages under 75`."""
    name = band_name(ages)
    return f"at {name}" if name == "all ages" else f"at ages {name}"


def share(value: float) -> str:
    """The share of deaths to be avoided; all of them is said as such."""
    return "100%" if value == 1 else percent(value)


def deaths(value: float | None) -> str:
    """`about 45 deaths a year`; a value that isn't there says so."""
    if value is None:
        return "a number of deaths that is withheld"
    if value < 1:
        return "less than one death a year"
    shown = number(value, 0)
    return f"about {shown} {'death' if shown == '1' else 'deaths'} a year"


def fewer(row: CutRow, sex: str) -> str:
    """`about 41% fewer deaths of males at ages 40 to 74`: rounded, so it may just fall short."""
    told = share(row.cut_share or 0.0)
    about = "about " if told[0].isdigit() and row.cut_share != 1 else ""
    return f"{about}{told} fewer deaths of {people(sex)} {at_ages(row.ages)}"


def needed(row: CutRow, sex: str, down: str = "") -> str:
    """What the cut at these ages would be, or why there is none.

    `down` names the better-off side where its shorter lives are what makes the cut so small.
    """
    where = at_ages(row.ages)
    if row.cut_share is None:
        if row.reason == UNREACHABLE:
            return (
                f"Not reachable {where} alone: even without any death of {people(sex)} "
                f"{where}, the gap "
                f"would stay above {size_of(row.target_gap_years)}."
            )
        return f"Not given {where}: {reason_text(row.reason)}."
    if row.cut_share == 0:
        return f"No cut is needed {where}: the gap is at the target already."
    only = f", enough only because lives got shorter in {down}" if down else ""
    return f"{capital(fewer(row, sex))}{only}. That is {deaths(row.deaths_a_year)}."
