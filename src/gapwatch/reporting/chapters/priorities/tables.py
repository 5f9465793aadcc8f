"""The tables of the section: one a priority, one of what lines up, one of places."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.priorities.rows import (
    ComparisonRow,
    Lined,
    LocalityRow,
    Missing,
    TargetingRow,
    title_of,
)
from gapwatch.reporting.chapters.priorities.words import FLAGS, case_worse, reason
from gapwatch.reporting.document import Entries, ReportTable, TableColumn, TermEntry
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import LimitedValue
from gapwatch.reporting.language.chance import chance
from gapwatch.reporting.language.numbers import (
    capital,
    estimate,
    interval,
    number,
    percent,
    sentence,
    whole,
)
from gapwatch.reporting.language.sexes import people

NOTHING = "–"
READINGS = {
    "aligned": "worse where lives are shorter",
    "reversed": "better where lives are shorter",
    "no-sign": "no sign",
    "context": "neither way is better",
    "same-deaths": "made of the same deaths",
    "few-areas": "too few areas",
    "no-spread": "the same in every area",
}


def decimals(*values: float | None) -> int:
    """Fewer decimals for larger figures; one for percentages of some size."""
    most = max((abs(value) for value in values if value is not None), default=0.0)
    return 0 if most >= 1000 else 1 if most >= 10 else 2  # noqa: PLR2004 - powers of ten


def sided(case: Case) -> tuple[str, str]:
    """Names of both sides, the worse-off one first."""
    whole = case.study.whole
    if whole is None:
        return "Worse-off side", "Better-off side"
    return case.study.side_name(whole.worse), case.study.side_name(whole.better)


def missing(gaps: Sequence[Missing]) -> Entries:
    """What isn't published for small areas: its finest figures, and who could publish more."""
    entries = (TermEntry(capital(gap.missing), _lacking(gap)) for gap in gaps)
    return Entries("Not published for small areas", tuple(entries))


def comparison(case: Case, priority: str, rows: Sequence[ComparisonRow]) -> ReportTable:
    """Indicators of one priority, and those that aren't compared, in one table."""
    name = next(one.name for one in case.study.priorities if one.id == priority)
    worse, better = sided(case)
    return ReportTable(
        id=f"table-priority-{priority}",
        caption=f"{name}: what is published, and what isn't compared",
        columns=(
            TableColumn("Indicator"),
            TableColumn("Period"),
            TableColumn(worse, numeric=True),
            TableColumn(better, numeric=True),
            TableColumn("Difference or ratio (95% interval)", numeric=True),
            TableColumn("Splits that differ as much", numeric=True),
            TableColumn("To know"),
        ),
        rows=tuple(_row(case, row) for row in rows),
        shares=(2.5, 0.9, 0.8, 0.8, 1.5, 0.9, 2.0),
        note="Differences are the first side minus the second; ratios, where events are counted, "
        "the first over the second. Data: data/priority_comparison.csv and "
        "data/indicator_value.csv.",
        folded=True,
    )


def _lacking(gap: Missing) -> str:
    return f"The finest: {sentence(gap.finest_available)} Wanted from: {sentence(gap.wanted_from)}"


def _row(case: Case, row: ComparisonRow) -> tuple[str, ...]:
    places = decimals(row.worse_value, row.better_value)
    values = (
        NOTHING if side is None else number(side.value, places)
        for side in (row.worse, row.better_side)
    )
    share = NOTHING if row.split_share is None else percent(row.split_share)
    return (
        f"{title_of(case, row.indicator)}, {row.unit}",
        row.period,
        *values,
        _apart(row),
        share,
        _told(case, row),
    )


def _apart(row: ComparisonRow) -> str:
    if row.difference is None:
        return "not compared"
    if row.interval_basis.startswith("poisson") and row.ratio is not None:
        return (
            f"ratio {_estimate(LimitedValue(row.ratio, row.ratio_lower95, row.ratio_upper95), 2)}"
        )
    places = decimals(row.difference)
    found = LimitedValue(row.difference, row.difference_lower95, row.difference_upper95)
    return _estimate(found, places, plus=True)


def _estimate(found: LimitedValue, places: int, *, plus: bool = False) -> str:
    value = number(found.value, places, plus=plus)
    if found.lower is None or found.upper is None:
        return f"{value}, no interval"
    return f"{value} ({interval(found.lower, found.upper, places)})"


def _told(case: Case, row: ComparisonRow) -> str:
    parts = [f"Not compared: {reason(row.reason)} ({row.reason})"] if row.reason else []
    for flag in row.flagged:
        words = FLAGS.get(flag, flag)
        parts.append(f"{words}: {case_worse(case)} is better off" if flag == "reversed" else words)
    if row.areas_withheld and row.areas:
        parts.append(f"{row.areas_withheld} of {row.areas + row.areas_withheld} areas withheld")
    return sentence("; ".join(parts)) if parts else NOTHING


def alignment(case: Case, rows: Sequence[Lined]) -> ReportTable:
    """Every indicator's correlation with life expectancy."""
    first = rows[0]
    return ReportTable(
        id="table-alignment",
        caption=f"Correlation with {first.sex} life expectancy by {case.noun}",
        columns=(
            TableColumn("Indicator"),
            TableColumn("Period"),
            TableColumn(f"{capital(case.nouns)}", numeric=True),
            TableColumn("Correlation (95% interval)", numeric=True),
            TableColumn("False-discovery q", numeric=True),
            TableColumn("Reading"),
        ),
        rows=tuple(
            (
                title_of(case, row.indicator),
                row.period,
                whole(row.areas),
                NOTHING
                if row.r is None
                else f"{number(row.r, 2)} ({interval(row.r_lower95, row.r_upper95, 2)})",
                NOTHING if row.q is None else _small(row.q),
                capital(READINGS.get(row.reading, row.reading)),
            )
            for row in rows
        ),
        shares=(3.0, 1.1, 0.7, 1.8, 1.0, 1.8),
        note="Data: data/priority_alignment.csv.",
        folded=True,
        paper="screen",
    )


def _small(value: float) -> str:
    return "less than 0.001" if value < 0.001 else number(value, 3)  # noqa: PLR2004


def places(
    case: Case, sex: str, rows: Sequence[LocalityRow], steps: Sequence[TargetingRow]
) -> ReportTable:
    """Areas with their excess, and how much of the place is reached with each more of them."""
    at = {step.area: step for step in steps}
    return ReportTable(
        id=f"table-localities-{sex}",
        caption=f"Deaths above those at the better-off side's rates, by {case.noun}"
        + ("" if sex == "persons" else f", {people(sex)}"),
        columns=(
            TableColumn(capital(case.noun)),
            TableColumn("Deaths", numeric=True),
            TableColumn("Expected", numeric=True),
            TableColumn("Excess a year (95% interval)", numeric=True),
            TableColumn("Largest of all", numeric=True),
            TableColumn("Residents reached, most excess a head first", numeric=True),
        ),
        rows=tuple(
            (
                row.area_name,
                number(row.deaths_persons, 0),
                number(row.expected_persons, 0),
                estimate(
                    row.excess_deaths_a_year, row.excess_lower95_a_year, row.excess_upper95_a_year
                ),
                chance(row.p_largest),
                percent(at[row.area].residents_share)
                if row.area in at and at[row.area].residents_share < 1
                else "100%",
            )
            for row in rows
        ),
        shares=(2.2, 0.8, 0.9, 1.9, 1.0, 1.6),
        note="Data: data/locality.csv and data/targeting.csv.",
        folded=True,
    )
