"""Published figures and our own, side by side: which decides, and why they differ."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.published import words as series
from gapwatch.reporting.chapters.published.words import ComputedGapRow, Meeting, Reproduced
from gapwatch.reporting.document import (
    Block,
    Paragraph,
    ReportFigure,
    ReportTable,
    Section,
    Subheading,
    TableColumn,
    annexed,
)
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import records
from gapwatch.reporting.language.numbers import (
    MISSING,
    SPACE,
    count,
    date,
    estimate,
    number,
    period,
    plain,
    vintage,
    years,
)
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Measure

CHART = "series"
HEADING = "Published figures and our own, side by side"
WORST = 10
ELSEWHERE = "The same for every other measure is in data/series_comparison.csv."


def section(case: Case, first_number: int) -> Section:
    """The section; empty when nothing published meets anything of ours."""
    compared, checked = _compared(case, first_number), _reproduced(case)
    blocks: list[Block] = []
    if compared or checked:
        first = Paragraph(series.decides(computed=case.computes))
        blocks = [first, *_own_newest(case), *compared, *annexed(checked)]
    return Section("series", HEADING, tuple(blocks))


def _own_newest(case: Case) -> list[Block]:
    """Our newest gaps where they only stand beside the published ones, which may be older."""
    told = []
    for sex in case.sexes:
        held = case.rows_of(ComputedGapRow, "computed_gap", case.measure.id, sex)
        given = [row for row in held if row.gap_years is not None and not row.provisional]
        if given:
            newest = max(given, key=lambda row: (row.period_end, row.period_start))
            told.append(Paragraph(series.own_newest(sex, newest)))
    return [*told]


def meetings(case: Case, measure: Measure, sex: str) -> list[Meeting]:
    """Windows that both series have, oldest first."""
    found = case.rows_of(Meeting, "series_comparison", measure.id, sex)
    return sorted(found, key=lambda row: (row.period_end, row.period_start))


def drawn(case: Case) -> list[Meeting]:
    """What the chart shows; none when fewer than two windows meet with a figure of ours."""
    found = meetings(case, case.measure, case.sexes[0])
    return found if sum(row.computed is not None for row in found) > 1 else []


def _compared(case: Case, place: int) -> list[Block]:
    blocks: list[Block] = []
    for sex in case.sexes:
        held = meetings(case, case.measure, sex)
        if held:
            texts = series.explained(held[-1])
            blocks.append(Paragraph(f"{people(sex).capitalize()}. {' '.join(texts)}"))
    shown = drawn(case)
    if blocks:
        blocks.append(Paragraph(series.SAME_DEATHS))
    if shown:
        blocks += annexed([_figure(case, shown, place)])
    tables = [
        _meeting_table(case, case.measure, sex)
        for sex in case.sexes
        if meetings(case, case.measure, sex)
    ]
    others = any(
        meetings(case, measure, sex)
        for measure in case.study.measures
        for sex in case.sexes
        if measure.id != case.measure.id
    )
    if others:
        blocks += annexed([Paragraph(ELSEWHERE)])
    # The first table belongs to the chart where there is one.
    return [*blocks, *annexed(tables[1:] if shown else tables)]


def _figure(case: Case, shown: Sequence[Meeting], place: int) -> ReportFigure:
    first, last = shown[0], shown[-1]
    return ReportFigure(
        id=CHART,
        number=place,
        title=_finding(case),
        subtitle=f"Gap in life expectancy at birth, {people(case.sexes[0])}, {case.measure.title}, "
        f"windows that both series have, {period(first.period_start, first.period_end)} up to "
        f"{period(last.period_start, last.period_end)}, with 95% intervals. As known at "
        f"{date(case.facts.as_known_at)}.",
        alt=_alt(case, shown),
        notes=("Filled: the series that decides. Open: the one that stands beside it.",),
        files=("data/series_comparison.csv",),
        tables=(_meeting_table(case, case.measure, case.sexes[0]),),
    )


def _finding(case: Case) -> str:
    held = [(sex, meetings(case, case.measure, sex)) for sex in case.sexes]
    return series.finding([(sex, rows) for sex, rows in held if rows])


def _alt(case: Case, shown: Sequence[Meeting]) -> str:
    last = shown[-1]
    ours = (
        "withheld" if last.computed_gap_years is None else f"{plain(last.computed_gap_years)} years"
    )
    filled, opened = ("our own", "the published") if case.computes else ("the published", "our own")
    return (
        f"Dot plot of two series of the gap over {count(len(shown), 'window')}: filled dots for "
        f"{filled}, open ones for {opened}, each with an upright 95% interval. In "
        f"{period(last.period_start, last.period_end)} the published gap is "
        f"{years(last.published_gap_years)}, our own {ours}. {_finding(case)}."
    )


def _meeting_table(case: Case, measure: Measure, sex: str) -> ReportTable:
    rows = []
    for row in meetings(case, measure, sex):
        ours = row.computed
        rows.append(
            (
                period(row.period_start, row.period_end),
                estimate(row.published.value, row.published.lower, row.published.upper),
                estimate(ours.value, ours.lower, ours.upper)
                if ours
                else f"withheld: {reason_text(row.reason)}",
                _signed(row.difference_years),
                _signed(row.joining_years),
                _signed(row.rest_years),
                f"{series.base_name(row.base)}, {row.top_age_years} and over",
            )
        )
    return ReportTable(
        id=f"table-series-{measure.id}-{sex}",
        caption=f"The published gap and our own: {measure.title}, {people(sex)}",
        columns=(
            TableColumn("Window"),
            TableColumn(f"Published, years (95%{SPACE}interval)", numeric=True),
            TableColumn(f"Our own, years (95%{SPACE}interval)", numeric=True),
            TableColumn("Difference", numeric=True),
            TableColumn("From joining sides", numeric=True),
            TableColumn("The rest", numeric=True),
            TableColumn("Base of residents, top age band"),
        ),
        rows=tuple(rows),
        shares=(1.1, 1.5, 1.5, 0.95, 0.95, 0.8, 1.5),
        note="Differences: our own minus the published. Data: data/series_comparison.csv.",
        folded=True,
    )


def _signed(value: float | None) -> str:
    if value is None:
        return MISSING
    return number(value, series.DIFFERENCE, plus=True)


def _every(case: Case) -> list[Reproduced] | None:
    """Rows of the table `reproduction`; None without it."""
    frame = case.tables.get("reproduction")
    if frame is None:
        return None
    return records(Reproduced, frame)


def _reproduced(case: Case) -> list[Block]:
    rows = _every(case)
    if rows is None or case.study.computed is None:
        return []
    tolerance = case.study.computed.tolerance_years
    texts = series.reproduced(rows, tolerance)
    blocks: list[Block] = [Subheading("How closely we reproduce published life expectancies")]
    blocks += [Paragraph(text) for text in texts]
    missed = series.misses(rows)
    return [*blocks, _miss_table(missed, tolerance)] if missed else blocks


def _miss_table(missed: Sequence[Reproduced], tolerance: float) -> ReportTable:
    return ReportTable(
        id="table-misses",
        caption="Published life expectancies that did not come out the same, largest difference "
        f"first{f': the first {WORST}' if len(missed) > WORST else ''}, years",
        columns=(
            TableColumn("Area"),
            TableColumn("Sex and period"),
            TableColumn(f"Published (95%{SPACE}interval)", numeric=True),
            TableColumn("Our own", numeric=True),
            TableColumn("Difference", numeric=True),
        ),
        rows=tuple(_miss(row, tolerance) for row in missed[:WORST]),
        shares=(2.0, 1.9, 1.7, 1.6, 1.0),
        note="All values are in data/reproduction.csv, those that agree too.",
    )


def kind_of(geography: str) -> str:
    """One area of a kind, with its vintage: `2011 ward`; other kinds as they are."""
    areas = vintage(geography)
    return areas.removesuffix("s") if areas[:4].isdigit() else areas


def _beyond(difference: float, tolerance: float) -> str:
    """Never printed as the tolerance itself, which it is beyond."""
    shown = number(difference, series.DIFFERENCE, plus=True)
    if number(abs(difference), series.DIFFERENCE) != number(tolerance, series.DIFFERENCE):
        return shown
    return f"just beyond {shown}"


def _miss(row: Reproduced, tolerance: float) -> tuple[str, ...]:
    theirs = estimate(row.published_years, row.published_lower95_years, row.published_upper95_years)
    if row.computed_years is None or row.difference_years is None:
        ours, difference = f"withheld: {reason_text(row.reason)}", "–"
    else:
        ours = number(row.computed_years)
        difference = _beyond(row.difference_years, tolerance)
    return (
        f"{row.area_name} ({kind_of(row.geography)})",
        f"{people(row.sex)}, {period(row.period_start, row.period_end)}",
        theirs,
        ours,
        difference,
    )
