"""What the verdict would be under other choices, as the table `sensitivity` has it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gapwatch.codes import Coded
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.labels import choice, titles


@dataclass(frozen=True)
class _Row:
    """What is read of one row of the table."""

    choice_code: str
    choice_arguments: str
    verdict: str
    reason_code: str
    by_numbers: str
    p_target: float | None
    p_narrowing: float | None
    projected_gap_years: float | None
    projected_sd_years: float | None
    flips: bool


@dataclass(frozen=True)
class Choice:
    """One row of the table: what is done otherwise, as a code and in words, and what that gives."""

    what: Coded
    words: str
    verdict: str
    reason_code: str
    by_numbers: str
    p_target: float | None
    p_narrowing: float | None
    projected_gap_years: float | None
    projected_sd_years: float | None
    flips: bool


def choices(case: Case) -> list[Choice]:
    """Every choice of the headline's measure and sex; the first is the choice as made.

    Verdicts go by their labels, so a choice flips too where it alone would be levelling down.
    """
    found = [_choice(case, row) for row in case.rows(_Row, "sensitivity")]
    return [replace(row, flips=row.by_numbers != found[0].by_numbers) for row in found]


def _choice(case: Case, row: _Row) -> Choice:
    what = Coded.read(row.choice_code, row.choice_arguments)
    measure = str(what.get("measure") or "")
    return Choice(
        what,
        choice(what, titles(case.study)),
        case.called(row.verdict, measure),
        row.reason_code,
        case.called(row.by_numbers, measure),
        row.p_target,
        row.p_narrowing,
        row.projected_gap_years,
        row.projected_sd_years,
        row.flips,
    )
