"""Rows of the tables of residents' priorities, and the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import LimitedValue, records
from gapwatch.study import Indicator

CHANCE = 0.05
NEITHER = "neither"


@dataclass(frozen=True)
class ComparisonRow:
    """A row of `priority_comparison`, as the table has it."""

    priority: str
    indicator: str
    period: str
    first_day: str
    last_day: str
    unit: str
    better: str
    worse_value: float | None
    worse_lower95: float | None
    worse_upper95: float | None
    better_value: float | None
    better_lower95: float | None
    better_upper95: float | None
    difference: float | None
    difference_lower95: float | None
    difference_upper95: float | None
    ratio: float | None
    ratio_lower95: float | None
    ratio_upper95: float | None
    interval_basis: str
    split_share: float | None
    splits: int | None
    split_basis: str
    areas: int
    areas_withheld: int
    reason: str
    flags: str

    @property
    def flagged(self) -> tuple[str, ...]:
        """Codes of its flags."""
        return tuple(self.flags.split(";")) if self.flags else ()

    @property
    def worse(self) -> LimitedValue | None:
        """The worse-off side's value."""
        if self.worse_value is None:
            return None
        return LimitedValue(self.worse_value, self.worse_lower95, self.worse_upper95)

    @property
    def better_side(self) -> LimitedValue | None:
        """The better-off side's value."""
        if self.better_value is None:
            return None
        return LimitedValue(self.better_value, self.better_lower95, self.better_upper95)

    @property
    def is_directed(self) -> bool:
        """Whether it is compared and one way is better."""
        return not self.reason and self.better != NEITHER

    @property
    def is_reversed(self) -> bool:
        """Whether the side with shorter lives is the better one here."""
        return "reversed" in self.flagged

    @property
    def has_no_sign(self) -> bool:
        """Whether chance alone may make the difference."""
        return "no-sign" in self.flagged


@dataclass(frozen=True)
class Lined:
    """A row of `priority_alignment`."""

    priority: str
    indicator: str
    period: str
    sex: str
    life_period_start: int
    life_period_end: int
    areas: int
    r: float | None
    r_lower95: float | None
    r_upper95: float | None
    q: float | None
    life_reliability: float | None
    reading: str
    axis_share: float | None
    axis_indicators: int
    on_axis: bool


@dataclass(frozen=True)
class Missing:
    """A row of `evidence_gap`."""

    priority: str
    position: int
    missing: str
    finest_available: str
    wanted_from: str


@dataclass(frozen=True)
class LocalityRow:
    """A row of `locality`."""

    area: str
    area_name: str
    zone: str
    sex: str
    period_start: int
    period_end: int
    basis: str
    deaths_persons: float
    expected_persons: float
    residents_persons: float
    excess_deaths_a_year: float
    excess_lower95_a_year: float
    excess_upper95_a_year: float
    p_largest: float


@dataclass(frozen=True)
class TargetingRow:
    """A row of `targeting`."""

    sex: str
    scope: str
    position: int
    area: str
    residents_share: float
    excess_deaths_a_year: float
    excess_lower95_a_year: float
    excess_upper95_a_year: float
    cumulative_excess_a_year: float


def indicators(case: Case) -> dict[str, Indicator]:
    """The study's indicators by id."""
    return {one.id: one for one in case.study.indicators}


def compared(case: Case) -> dict[str, list[ComparisonRow]]:
    """Comparisons by priority, in the study's order; in each the newest first, refused ones last.

    Of one time they stand in the order of the study.
    """
    frame = case.tables.get("priority_comparison")
    if frame is None:
        return {}
    order = {name: place for place, name in enumerate(indicators(case))}
    rows = sorted(
        records(ComparisonRow, frame), key=lambda row: order.get(row.indicator, len(order))
    )
    rows.sort(key=lambda row: row.last_day, reverse=True)
    rows.sort(key=lambda row: bool(row.reason))
    return {
        one.id: held
        for one in case.study.priorities
        if (held := [row for row in rows if row.priority == one.id])
    }


def lined(case: Case) -> list[Lined]:
    """Every indicator against life expectancy, those that line up most closely first."""
    frame = case.tables.get("priority_alignment")
    rows = [] if frame is None else records(Lined, frame)
    return sorted(rows, key=lambda row: (row.r is None, -abs(row.r or 0.0), row.indicator))


def missing(case: Case) -> dict[str, list[Missing]]:
    """Evidence gaps by priority."""
    frame = case.tables.get("evidence_gap")
    rows = [] if frame is None else records(Missing, frame)
    return {
        one.id: [row for row in rows if row.priority == one.id] for one in case.study.priorities
    }


def places(case: Case) -> dict[str, list[LocalityRow]]:
    """Areas by sex, those with the most excess first."""
    frame = case.tables.get("locality")
    rows = [] if frame is None else records(LocalityRow, frame)
    rows.sort(key=lambda row: (-row.excess_deaths_a_year, row.area))
    sexes = list(dict.fromkeys(("persons", *case.sexes)))
    return {sex: held for sex in sexes if (held := [row for row in rows if row.sex == sex])}


def steps(case: Case, sex: str, scope: str) -> list[TargetingRow]:
    """Steps of the curve, or sides, of one sex."""
    frame = case.tables.get("targeting")
    rows = [] if frame is None else records(TargetingRow, frame)
    mine = [row for row in rows if row.sex == sex and row.scope == scope]
    return sorted(mine, key=lambda row: row.position)


def title_of(case: Case, name: str) -> str:
    """An indicator's title, or its id where the study no longer has it."""
    one = indicators(case).get(name)
    return one.title if one else name


def in_a_sentence(title: str) -> str:
    """A title inside a sentence: its first letter small, but for an abbreviation or a name.

    Where the second word has a capital too, both are taken for a name: Housing Benefit.
    """
    second = title.split(" ", 2)[1:2]
    named = bool(second and second[0][:1].isupper())
    return f"{title[:1].lower()}{title[1:]}" if title[1:2].islower() and not named else title
