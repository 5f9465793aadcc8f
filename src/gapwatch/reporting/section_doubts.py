"""Section 5: what would change the verdict, and how good the method has been here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import pandas as pd

from gapwatch.reporting import doubts
from gapwatch.reporting.case import Case
from gapwatch.reporting.doubts import METHOD_NAMES, Choice, Flip, Score, Selection
from gapwatch.reporting.numbers import MISSING, number, percent, period, plain
from gapwatch.reporting.parts import Block, Column, Heading, Paragraph, Section, Table

Row = TypeVar("Row")


def section(case: Case) -> Section:
    """Other choices, smallest changes, past forecasts and chance in the choice of the sides."""
    choices = _rows(Choice, case, "sensitivity")
    blocks: list[Block] = []
    if choices:
        blocks += [Paragraph(text) for text in doubts.what_flips(choices)]
        blocks.append(_choices_table(case, choices))
        blocks += [Paragraph(doubts.smallest_change(flip)) for flip in _rows(Flip, case, "flip")]
        blocks += _track_record(case)
        blocks += _chance(case)
    return Section("doubts", "What would change the verdict", tuple(blocks))


def _rows(kind: type[Row], case: Case, table: str, **wanted: object) -> list[Row]:
    """Rows of the headline's measure and sex, as `kind`; none when the table isn't there."""
    frame: pd.DataFrame | None = case.tables.get(table)
    if frame is None:
        return []
    mine = frame[(frame["measure"] == case.measure.id) & (frame["sex"] == case.sexes[0])]
    for name, value in wanted.items():
        mine = mine[mine[name] == value]
    named = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    records: list[dict[Any, Any]] = mine.astype(object).to_dict("records")
    return [
        kind(**{name: None if pd.isna(row[name]) else row[name] for name in named})
        for row in records
    ]


def _choices_table(case: Case, choices: list[Choice]) -> Table:
    deadline = case.verdict.target_year
    rules = case.study.verdict

    def chance(value: float | None) -> str:
        if value is None:
            return MISSING
        return percent(value, rules.on_track_probability, rules.off_track_probability)

    return Table(
        id="table-choices",
        caption=f"What the numbers would say under other choices: {case.measure.title}, "
        f"{case.sexes[0]}s",
        columns=(
            Column("Choice"),
            Column(f"Expected gap in {deadline}, years", numeric=True),
            Column("Chance of the target", numeric=True),
            Column("Chance of narrowing", numeric=True),
            Column("By the numbers"),
        ),
        rows=tuple(
            (
                f"{row.choice[0].upper()}{row.choice[1:]}",
                plain(row.projected_gap_years),
                chance(row.p_target),
                chance(row.p_narrowing),
                row.by_numbers + (" (changes)" if row.flips else ""),
            )
            for row in choices
        ),
        shares=(3.0, 1.2, 1.1, 1.1, 1.5),
        note="Data: data/sensitivity.csv and data/flip.csv, with every other measure and sex.",
    )


def _track_record(case: Case) -> list[Block]:
    every = _rows(Score, case, "backtest", shares_no_year=False)
    apart = _rows(Score, case, "backtest", shares_no_year=True)
    blocks: list[Block] = [Heading("How good has this method been here?")]
    blocks += [Paragraph(text) for text in doubts.track_record(every, apart)]
    if every:
        blocks.append(_score_table(every, apart))
    return blocks


def _score_table(every: list[Score], apart: list[Score]) -> Table:
    rows = [(row, "") for row in every] + [(row, ", no year shared") for row in apart]
    return Table(
        id="table-backtest",
        caption="Standing at each past window and foretelling the later ones",
        columns=(
            Column("Method"),
            Column("Forecasts", numeric=True),
            Column("Inside the 50% range", numeric=True),
            Column("Inside the 80% range", numeric=True),
            Column("Inside the 95% range", numeric=True),
            Column("Mean error (CRPS), years", numeric=True),
            Column("Brier score of “narrower”", numeric=True),
        ),
        rows=tuple(
            (
                METHOD_NAMES[row.method] + more,
                f"{row.forecasts:,}",
                f"{100 * row.within50:.0f}%",
                f"{100 * row.within80:.0f}%",
                f"{100 * row.within95:.0f}%",
                number(row.crps_years, 2),
                number(row.brier, 2),
            )
            for row, more in rows
        ),
        shares=(2.6, 1.0, 1.0, 1.0, 1.0, 1.2, 1.2),
        note="A good 80% range holds about 80% of what came later. Lower errors and scores are "
        "better. Figures are as revised today. Data: data/backtest.csv.",
    )


def _chance(case: Case) -> list[Block]:
    found = _rows(Selection, case, "selection")
    if not found:
        return []
    when = period(found[0].period_start, found[0].period_end)
    text = doubts.chance_in_the_choice(found[0], case.worse_name, case.better_name, when)
    return [Heading("If the sides were picked for their figures"), Paragraph(text)]
