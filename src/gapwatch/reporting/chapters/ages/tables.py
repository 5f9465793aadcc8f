"""Tables on ages: what each adds to the gap, and what each side's change did to it."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.ages.rows import (
    AgesChangeRow,
    Contribution,
    grouped,
    newest,
)
from gapwatch.reporting.document import ReportTable, TableColumn
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.ages import Ages, band_name
from gapwatch.reporting.language.numbers import (
    MISSING,
    SPACE,
    capital,
    estimate,
    plain,
    small,
    span,
)
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Measure

INTERVAL = f"(95%{SPACE}interval)"


def contribution_table(case: Case, measure: Measure) -> ReportTable | None:
    """Every band of one measure, a column a sex; None where the measure has no ages."""
    found = [(sex, newest(case, measure.id, sex)) for sex in case.sexes]
    held = [(sex, bands) for sex, bands in found if bands]
    if not held:
        return None
    ages = _every([band.ages for _, bands in held for band in bands])
    by_sex = [{band.ages: band for band in bands} for _, bands in held]
    columns = [
        TableColumn(
            f"{people(sex).capitalize()}, "
            f"{span(bands[0].period_start, bands[0].period_end, bands[0].year_ends)}, years "
            f"{INTERVAL}",
            numeric=True,
        )
        for sex, bands in held
    ]
    return ReportTable(
        id=f"table-ages-{measure.id}",
        caption=f"Years that each age adds to the gap: {measure.title}",
        columns=(TableColumn("Age"), *columns),
        rows=tuple(
            (capital(band_name(band)), *(_contribution(bands.get(band)) for bands in by_sex))
            for band in ages
        ),
        shares=(1.2, *(2.0 for _ in columns)),
        note="Below zero an age makes the gap smaller. Data: data/age_contribution.csv.",
        folded=True,
    )


def _every(ages: Sequence[Ages]) -> list[Ages]:
    return sorted(set(ages), key=lambda band: (band[0], band[1] is None, band[1] or 0))


def _contribution(band: Contribution | None) -> str:
    if band is None:
        return MISSING
    if band.contribution_years is None:
        return f"withheld: {reason_text(band.reason)}"
    return estimate(band.contribution_years, band.lower95_years, band.upper95_years, 2)


def groups_table(
    case: Case, found: Sequence[tuple[str, Sequence[Contribution]]]
) -> ReportTable | None:
    """Sums over broad groups of ages; None where they would not be exact sums of bands."""
    held = [(sex, dict(grouped(bands)), bands[0].gap_years) for sex, bands in found if bands]
    if not held or not all(groups for _, groups, _ in held):
        return None
    ages = _every([group for _, groups, _ in held for group in groups])
    rows = [
        (capital(band_name(group)), *(small(groups.get(group)) for _, groups, _ in held))
        for group in ages
    ]
    return ReportTable(
        id="table-age-groups",
        caption=f"Years of the gap by broad group of ages: {case.measure.title}",
        columns=(
            TableColumn("Age"),
            *(
                TableColumn(f"{people(sex).capitalize()}, years", numeric=True)
                for sex, _, _ in held
            ),
        ),
        rows=(*rows, ("All ages: the gap", *(plain(gap) for _, _, gap in held))),
        shares=(2.0, *(1.0 for _ in held)),
        note="Sums of the ages in the chart, without intervals: so no group is called clear.",
    )


def totals_table(case: Case) -> ReportTable:
    """The change of every measure's gap, by side."""
    rows = []
    measures = sorted(case.study.measures, key=lambda measure: not measure.primary)
    for measure in measures:
        for sex in case.sexes:
            held = case.rows_of(AgesChangeRow, "gap_change", measure.id, sex)
            if held:
                first = held[0]
                when = (
                    f"{span(first.from_start, first.from_end, first.year_ends)} and "
                    f"{span(first.to_start, first.to_end, first.year_ends)}"
                )
                sides = (_total(held, side) for side in ("worse", "better"))
                rows.append((f"{measure.title}, {people(sex)}", when, *sides))
    return ReportTable(
        id="table-change",
        caption="What each side’s own change did to the gap",
        columns=(
            TableColumn("Measure"),
            TableColumn("Between"),
            TableColumn(f"Worse-off side, years {INTERVAL}", numeric=True),
            TableColumn(f"Better-off side, years {INTERVAL}", numeric=True),
        ),
        rows=tuple(rows),
        shares=(2.6, 1.6, 1.7, 1.7),
        note="Below zero the side’s change made the gap smaller, above zero bigger. The two add up "
        "to the change of the gap. Data: data/gap_change.csv.",
    )


def _total(rows: Sequence[AgesChangeRow], side: str) -> str:
    mine = next((row for row in rows if row.side == side), None)
    if mine is None:
        return MISSING
    if mine.side_total_years is None:
        return f"withheld: {reason_text(mine.reason)}"
    return estimate(mine.side_total_years, mine.side_lower95_years, mine.side_upper95_years)


def change_tables(case: Case) -> list[ReportTable]:
    """The headline's change by age and side, a table a sex."""
    tables = []
    for sex in case.sexes:
        held = case.rows_of(AgesChangeRow, "gap_change", case.measure.id, sex)
        if held:
            tables.append(_change_table(case, sex, held))
    return tables


def _change_table(case: Case, sex: str, rows: Sequence[AgesChangeRow]) -> ReportTable:
    by_side = {
        side: {(r.age_start_years, r.age_end_years): r for r in rows if r.side == side}
        for side in ("worse", "better")
    }
    ages = _every([band for held in by_side.values() for band in held])
    names = (case.label(case.measure.worse), case.label(case.measure.better))
    return ReportTable(
        id=f"table-change-{sex}",
        caption=(
            f"What each side’s own change did to the gap, by age: {case.measure.title}, "
            f"{people(sex)}"
        ),
        columns=(
            TableColumn("Age"),
            *(TableColumn(f"{name}, years {INTERVAL}", numeric=True) for name in names),
        ),
        rows=tuple(
            (
                capital(band_name(band)),
                *(_change(by_side[side].get(band)) for side in ("worse", "better")),
            )
            for band in ages
        ),
        shares=(1.2, 2.0, 2.0),
        note="Below zero the change made the gap smaller. Data: data/gap_change.csv.",
        folded=True,
    )


def _change(row: AgesChangeRow | None) -> str:
    if row is None:
        return MISSING
    if row.change_years is None:
        return f"withheld: {reason_text(row.reason)}"
    return estimate(row.change_years, row.lower95_years, row.upper95_years, 2)
