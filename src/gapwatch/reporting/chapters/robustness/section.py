"""Section 5: what would change the verdict, and how good the method has been here."""

from __future__ import annotations

from dataclasses import replace

from gapwatch.reporting.chapters.robustness import words as doubts
from gapwatch.reporting.chapters.robustness.grouping import label, span, together
from gapwatch.reporting.chapters.robustness.words import METHOD_NAMES, BacktestRow, FlipRow
from gapwatch.reporting.document import (
    Block,
    Paragraph,
    ReportTable,
    Section,
    Subheading,
    TableColumn,
    annexed,
)
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.choices import Choice, choices
from gapwatch.reporting.language.chance import chance
from gapwatch.reporting.language.numbers import MISSING, capital, number, plain, whole
from gapwatch.reporting.language.sexes import people


def section(case: Case) -> Section:
    """Other choices, the smallest changes that matter, and past forecasts."""
    tried = choices(case)
    blocks: list[Block] = []
    if tried:
        if not case.judged:
            told = doubts.without_verdict(tried)
            return Section("doubts", "What would change the verdict", (*map(Paragraph, told),))
        blocks += [Paragraph(text) for text in doubts.what_flips(tried)]
        blocks.append(_choices_table(case, tried))
        smallest = [
            doubts.smallest_change(replace(flip, by_numbers=case.called(flip.by_numbers)))
            for flip in case.rows(FlipRow, "flip")
        ]
        blocks += [Paragraph(text) for text in smallest if text]
        blocks += _track_record(case)
    return Section("doubts", "What would change the verdict", tuple(blocks))


def _choices_table(case: Case, tried: list[Choice]) -> ReportTable:
    deadline = case.verdict.target_year
    rules = case.study.verdict

    def odds(value: float | None) -> str:
        if value is None:
            return MISSING
        return chance(value, rules.on_track_probability, rules.off_track_probability)

    return ReportTable(
        id="table-choices",
        caption=f"What the numbers would say under other choices: {case.measure.title}, "
        f"{people(case.sexes[0])}",
        columns=(
            TableColumn("Choice"),
            TableColumn(f"Expected gap in {deadline}, years", numeric=True),
            TableColumn("Chance of the target", numeric=True),
            TableColumn("Chance of narrowing", numeric=True),
            TableColumn("By the numbers"),
        ),
        rows=tuple(
            (
                capital(label(rows)),
                span(rows, lambda row: row.projected_gap_years, plain),
                span(rows, lambda row: row.p_target, odds),
                span(rows, lambda row: row.p_narrowing, odds),
                rows[0].by_numbers + (" (changes)" if rows[0].flips else ""),
            )
            for rows in together(tried)
        ),
        shares=(3.0, 1.2, 1.1, 1.1, 1.5),
        note="Data: data/sensitivity.csv and data/flip.csv, with every other measure and sex.",
    )


def _track_record(case: Case) -> list[Block]:
    every = case.rows(BacktestRow, "backtest", shares_no_year=False)
    apart = case.rows(BacktestRow, "backtest", shares_no_year=True)
    blocks: list[Block] = [Subheading("How good has this method been here?")]
    blocks += [Paragraph(text) for text in doubts.track_record(every, apart)]
    if every:
        blocks += annexed([_score_table(every, apart)])
    return blocks


def _score_table(every: list[BacktestRow], apart: list[BacktestRow]) -> ReportTable:
    if apart and apart[0].forecasts == every[0].forecasts:
        apart = []
    rows = [(row, "") for row in every] + [(row, ", no year shared") for row in apart]
    return ReportTable(
        id="table-backtest",
        caption="Standing at each past window and foretelling the later ones",
        columns=(
            TableColumn("Method"),
            TableColumn("Forecasts", numeric=True),
            TableColumn("Inside the 50% range", numeric=True),
            TableColumn("Inside the 80% range", numeric=True),
            TableColumn("Inside the 95% range", numeric=True),
            TableColumn("Score (CRPS), years", numeric=True),
            TableColumn("Brier score of “narrower”", numeric=True),
        ),
        rows=tuple(
            (
                capital(METHOD_NAMES[row.method] + more),
                whole(row.forecasts),
                f"{100 * row.within50:.0f}%",
                f"{100 * row.within80:.0f}%",
                f"{100 * row.within95:.0f}%",
                number(row.crps_years, 2),
                number(row.brier, 2),
            )
            for row, more in rows
        ),
        shares=(2.6, 1.0, 1.0, 1.0, 1.0, 1.2, 1.2),
        note="A good 80% range holds about 80% of what came later. The score (CRPS, the "
        "continuous ranked probability score) weighs the whole range against what came later. "
        "Lower scores are better. All figures are as they stand in this snapshot. "
        "Data: data/backtest.csv.",
    )
