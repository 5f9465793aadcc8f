"""What the verdict would be under other choices, as the table `sensitivity` has it."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Every choice of the headline's measure and sex; the first is the choice as made."""
    return [_choice(case, row) for row in case.rows(_Row, "sensitivity")]


def _choice(case: Case, row: _Row) -> Choice:
    what = Coded.read(row.choice_code, row.choice_arguments)
    return Choice(
        what,
        choice(what, titles(case.study)),
        row.verdict,
        row.reason_code,
        row.by_numbers,
        row.p_target,
        row.p_narrowing,
        row.projected_gap_years,
        row.projected_sd_years,
        row.flips,
    )
