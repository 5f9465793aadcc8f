"""Rows of the tables on ages, and the groups that readers know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch.codes import FEW_DEATHS_AT_AGE
from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.ages import Ages

GROUPS = ((0, 0), (1, 14), (15, 39), (40, 64), (65, 79), (80, None))


@dataclass(frozen=True)
class Contribution:
    """One row of the table `age_contribution`."""

    period_start: int
    period_end: int
    age_start_years: int
    age_end_years: int | None
    contribution_years: float | None
    lower95_years: float | None
    upper95_years: float | None
    gap_years: float | None
    reason: str
    flags: str
    year_ends: str = CALENDAR_YEAR

    @property
    def ages(self) -> Ages:
        """First and last age of the band; None for the open top band."""
        return self.age_start_years, self.age_end_years

    @property
    def widens(self) -> bool:
        """Whether the whole interval says that the band makes the gap bigger, on enough deaths."""
        return not self.few and self.lower95_years is not None and self.lower95_years > 0

    @property
    def narrows(self) -> bool:
        """Whether the whole interval says that the band makes the gap smaller, on enough deaths."""
        return not self.few and self.upper95_years is not None and self.upper95_years < 0

    @property
    def few(self) -> bool:
        """Whether a side has so few deaths there that the interval is too narrow."""
        return FEW_DEATHS_AT_AGE in self.flags.split()


@dataclass(frozen=True)
class AgesChangeRow:
    """One row of the table `gap_change`."""

    side: str
    from_start: int
    from_end: int
    to_start: int
    to_end: int
    age_start_years: int
    age_end_years: int | None
    change_years: float | None
    lower95_years: float | None
    upper95_years: float | None
    side_total_years: float | None
    side_lower95_years: float | None
    side_upper95_years: float | None
    reason: str
    flags: str
    year_ends: str = CALENDAR_YEAR

    @property
    def ages(self) -> Ages:
        """First and last age of the band; None for the open top band."""
        return self.age_start_years, self.age_end_years

    @property
    def certain(self) -> bool:
        """Whether the whole interval lies on one side of zero, on enough deaths."""
        low, high = self.lower95_years, self.upper95_years
        enough = FEW_DEATHS_AT_AGE not in self.flags.split()
        return enough and low is not None and high is not None and not low <= 0 <= high


@dataclass(frozen=True)
class AgePanel:
    """What a chart shows of one sex: its bands, youngest first."""

    sex: str
    bands: Sequence[Contribution]


@dataclass(frozen=True)
class ChangePanel:
    """What a chart shows of one sex: the changes of both sides."""

    sex: str
    rows: Sequence[AgesChangeRow]

    @property
    def every(self) -> tuple[Ages, ...]:
        """Every band, youngest first."""
        return tuple(sorted({row.ages for row in self.rows}, key=lambda ages: ages[0]))


def newest(case: Case, measure: str, sex: str) -> tuple[Contribution, ...]:
    """Bands of the newest window that isn't provisional, youngest first; empty without any.

    A window that is withheld is returned as such only when no older one is given.
    """
    late = case.provisional_of(measure, sex)
    held = [
        row
        for row in case.rows_of(Contribution, "age_contribution", measure, sex)
        if (row.period_start, row.period_end) not in late
    ]
    given = [row for row in held if row.contribution_years is not None] or held
    last = max(((row.period_end, row.period_start) for row in given), default=None)
    mine = (row for row in held if (row.period_end, row.period_start) == last)
    return tuple(sorted(mine, key=lambda row: row.age_start_years))


def grouped(bands: Sequence[Contribution]) -> tuple[tuple[Ages, float], ...]:
    """Years of the gap by group of ages, each an exact sum of bands; empty where they can't be.

    They can't when a band is withheld, straddles two groups, or when ages are missing.
    """
    if not bands or bands[0].age_start_years != 0 or bands[-1].age_end_years is not None:
        return ()
    ends = [band.age_end_years for band in bands[:-1]]
    following = [band.age_start_years - 1 for band in bands[1:]]
    if ends != following:
        return ()
    sums: dict[Ages, float] = {}
    for band in bands:
        group = next((g for g in GROUPS if _holds(g, band.ages)), None)
        if group is None or band.contribution_years is None:
            return ()
        sums[group] = sums.get(group, 0.0) + band.contribution_years
    return tuple(sums.items())


def _holds(group: Ages, band: Ages) -> bool:
    if band[0] < group[0]:
        return False
    return group[1] is None or (band[1] is not None and band[1] <= group[1])
