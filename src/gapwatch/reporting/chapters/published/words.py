"""Published figures beside our own: rows of two tables, and sentences on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch.codes import PROVISIONAL
from gapwatch.reporting.evidence.rows import LimitedValue
from gapwatch.reporting.evidence.rows import estimate as as_estimate
from gapwatch.reporting.language.numbers import (
    SPACE,
    apart,
    capital,
    count,
    estimate,
    listing,
    number,
    period,
    plain,
    whole,
    years,
)
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people

# Decimals of every difference, so that its parts add up to it; figures themselves have one.
DIFFERENCE = 2
SAME_DEATHS = (
    "Both series count largely the same deaths. So their intervals say nothing about the "
    "difference between the two: it comes from how they are made."
)


@dataclass(frozen=True)
class Meeting:
    """One row of the table `series_comparison`."""

    period_start: int
    period_end: int
    published_gap_years: float
    published_lower95_years: float
    published_upper95_years: float
    computed_gap_years: float | None
    computed_lower95_years: float | None
    computed_upper95_years: float | None
    difference_years: float | None
    joining_years: float | None
    rest_years: float | None
    base: str
    top_age_years: int
    reason: str

    @property
    def published(self) -> LimitedValue:
        """The published gap with its 95% limits."""
        return LimitedValue(
            self.published_gap_years, self.published_lower95_years, self.published_upper95_years
        )

    @property
    def computed(self) -> LimitedValue | None:
        """Our own with its 95% limits; None when withheld."""
        return as_estimate(
            self.computed_gap_years, self.computed_lower95_years, self.computed_upper95_years
        )


@dataclass(frozen=True)
class ComputedGapRow:
    """One row of the table `computed_gap`: our own gap, where it doesn't decide."""

    period_start: int
    period_end: int
    gap_years: float | None
    lower95_years: float | None
    upper95_years: float | None
    flags: str

    @property
    def provisional(self) -> bool:
        """Whether deaths of the window are still coming in."""
        return PROVISIONAL in self.flags.split()


def own_newest(sex: str, row: ComputedGapRow) -> str:
    """Our own newest gap, with its warning."""
    when = period(row.period_start, row.period_end)
    spread = estimate(row.gap_years, row.lower95_years, row.upper95_years)
    value, _, limits = spread.partition(" (")
    told = f"{value}{SPACE}years" + (f" (plausibly {limits}" if limits else "")
    return (
        f"For {people(sex)} our own newest gap, for {when}, is {told}. No trend and no "
        "verdict in this "
        "report rests on it."
    )


def decides(*, computed: bool) -> str:
    """Which of the two series trend and verdict rest on: the first thing to be said."""
    if computed:
        return (
            "The trend and the verdict of this report rest on our own figures, which are computed "
            "from deaths and residents. The published figures stand beside them."
        )
    return (
        "The trend and the verdict of this report rest on the published figures. Our own figures, "
        "computed from deaths and residents, stand beside them."
    )


def base_name(base: str) -> str:
    """`the 2021 census` for `census2021`; any other base by its own name."""
    found = re.fullmatch(r"census(\d{4})", base)
    return f"the {found.group(1)} census" if found else f"“{base}”"


def finding(by_sex: Sequence[tuple[str, Sequence[Meeting]]]) -> str:
    """Title of the chart: how far apart the two are at most, by sex."""
    told = []
    for sex, meetings in by_sex:
        given = [row for row in meetings if row.difference_years is not None]
        if given:
            most = max(given, key=lambda row: abs(row.difference_years or 0.0))
            at_most = "at most " if len(given) > 1 else ""
            told.append(f"{at_most}{_size(most)} for {people(sex)}")
    if not told:
        return "Where published figures and our own meet, ours are withheld"
    return f"Our own gap differs from the published one by {' and by '.join(told)}"


def _size(row: Meeting) -> str:
    return years(abs(row.difference_years or 0.0), DIFFERENCE)


def explained(row: Meeting) -> tuple[str, ...]:
    """The newest meeting in words: both gaps, the difference, and what it comes from."""
    when = period(row.period_start, row.period_end)
    if row.computed_gap_years is None or row.difference_years is None:
        return (
            (
                f"For {when} the published figures give a gap of {years(row.published_gap_years)}. "
                f"Ours is withheld: {reason_text(row.reason)}."
            ),
        )
    if row.difference_years == 0:
        return (f"For {when} both give a gap of {years(row.computed_gap_years)}.",)
    ours, theirs = apart(row.computed_gap_years, row.published_gap_years)
    less = "less" if row.difference_years < 0 else "more"
    return (
        (
            f"For {when} our own figures give a gap of {ours}{SPACE}years and the published ones "
            f"{theirs}{SPACE}years: ours is "
            f"{years(abs(row.difference_years), DIFFERENCE)} {less}."
        ),
        _parts(row),
    )


def _parts(row: Meeting) -> str:
    rest = (
        f"the base of the residents’ estimates ({base_name(row.base)}), the top age band "
        f"({row.top_age_years} and over) and other data"
    )
    if row.joining_years is None or row.rest_years is None:
        return (
            "The difference cannot be split. It can come from the way areas are joined to sides, "
            f"{rest}."
        )
    return (
        f"Of the difference, {_signed(row.joining_years)}{SPACE}years come from adding up the "
        "deaths and residents of a side, where published figures have to be averaged. "
        f"{capital(_signed(row.rest_years))}{SPACE}years are the rest: {rest}."
    )


def _signed(value: float) -> str:
    return number(value, DIFFERENCE, plus=True)


@dataclass(frozen=True)
class Reproduced:
    """One row of the table `reproduction`."""

    area_name: str
    geography: str
    sex: str
    period_start: int
    period_end: int
    published_years: float
    published_lower95_years: float
    published_upper95_years: float
    computed_years: float | None
    difference_years: float | None
    agrees: bool | None
    reason: str

    @property
    def inside(self) -> bool:
        """Whether ours lies inside the published 95% interval."""
        value = self.computed_years
        low, high = self.published_lower95_years, self.published_upper95_years
        return value is not None and low <= value <= high


def misses(rows: Sequence[Reproduced]) -> list[Reproduced]:
    """What differs by more than the tolerance, largest first; then what ours is withheld for."""
    differing = sorted(
        (row for row in rows if row.agrees is False),
        key=lambda r: (-abs(r.difference_years or 0.0), *_key(r)),
    )
    return [*differing, *sorted((row for row in rows if row.agrees is None), key=_key)]


def _key(row: Reproduced) -> tuple[str, str, str, int, int]:
    return row.geography, row.area_name, row.sex, row.period_start, row.period_end


def reproduced(rows: Sequence[Reproduced], tolerance: float) -> tuple[str, ...]:
    """How many published values we come out at, and what the others are."""
    if not rows:
        return (
            (
                "No published life expectancy is for an area, a sex and a period that we have too, "
                "so none could be reproduced."
            ),
        )
    agree = sum(row.agrees is True for row in rows)
    differ = [row for row in rows if row.agrees is False]
    hidden = [row for row in rows if row.agrees is None]
    within = f"to within {plain(tolerance)}{SPACE}years"
    told = [_agreeing(agree, len(rows), within)]
    if differ:
        most = max(abs(row.difference_years or 0.0) for row in differ)
        inside = sum(row.inside for row in differ)
        told.append(
            f"{capital(count(len(differ), 'value'))} {'differs' if len(differ) == 1 else 'differ'} "
            f"by more, at most by {years(most, DIFFERENCE)}. {_inside(inside, len(differ))}"
        )
    if hidden:
        reasons = list(dict.fromkeys(reason_text(row.reason) for row in hidden))
        told.append(
            f"{capital(count(len(hidden), 'value'))} cannot be compared, as ours "
            f"{'is' if len(hidden) == 1 else 'are'} withheld: {listing(reasons)}."
        )
    return tuple(told)


def _agreeing(agree: int, total: int, within: str) -> str:
    published = count(total, "published life expectancy", "published life expectancies")
    if agree == total:
        every = "The one" if total == 1 else f"All {whole(total)}"
        noun = published.partition(" ")[2]
        return f"{every} {noun} for the same area, sex and period came out the same {within}."
    were = whole(agree) if agree else "none"
    return f"Of {published} for the same area, sex and period, {were} came out the same {within}."


def _inside(inside: int, total: int) -> str:
    if total == 1:
        return f"Ours lies {'inside' if inside else 'outside'} its published 95% interval."
    shown = "None" if not inside else "All" if inside == total else whole(inside)
    lie = "lies" if inside == 1 else "lie"
    return f"{shown} of ours {lie} inside the published 95% interval."
