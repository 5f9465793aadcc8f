"""What own figures are judged against, and what they would say against the other target."""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.codes import CANNOT, STATED
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.chance import chance
from gapwatch.reporting.language.numbers import number, percent, years
from gapwatch.reporting.language.phrases import HALF
from gapwatch.reporting.language.reasons import clause
from gapwatch.reporting.language.sexes import people


@dataclass(frozen=True)
class TargetRow:
    """One row of the table `target`."""

    target: str
    heads: bool
    baseline_start: int | None
    baseline_end: int | None
    baseline_gap_years: float | None
    baseline_se_years: float | None
    target_gap_years: float | None
    target_year: int
    verdict: str
    label: str
    reason_code: str
    p_target: float | None


def rows(case: Case, sex: str) -> list[TargetRow]:
    """Every target of the headline's measure for one sex; none where published figures decide."""
    return case.rows_of(TargetRow, "target", case.measure.id, sex)


def heading(case: Case, sex: str) -> TargetRow | None:
    """The target that the verdict rests on."""
    return next((row for row in rows(case, sex) if row.heads), None)


def heads_stated(case: Case, sex: str) -> bool:
    """Whether the verdict is the one against the stated gap."""
    found = heading(case, sex)
    return found is not None and found.target == STATED


def gap_named(case: Case, row: TargetRow) -> str:
    """`the stated 14 years`, or `its level in 2012 to 2014`, after `halved from`."""
    if row.target == STATED:
        return f"the stated {number(case.study.promise.stated_gap_years, 0)} years"
    return f"its level in {_when(case, row)}"


def from_what(case: Case, sex: str) -> str:
    """What the gap is to be halved from, where the promise's own words don't say it; else "".

    They do where the verdict rests on the window that the study names as the baseline.
    """
    row = heading(case, sex)
    if row is None or case.study.promise.share_of_baseline == 0:
        return ""
    named = case.study.baseline_period(case.measure)
    if row.target != STATED and (row.baseline_start, row.baseline_end) == named:
        return ""
    return gap_named(case, row)


def part(case: Case) -> str:
    """`half`, or `60%`: the share of its baseline that the promise leaves of the gap."""
    share = case.study.promise.share_of_baseline
    return "half" if share == HALF else percent(share)


def other(case: Case) -> str:
    """What the same figures say against the target that doesn't head; "" where there is one."""
    sex = case.sexes[0]
    rest = [row for row in rows(case, sex) if not row.heads]
    if not rest or case.study.promise.share_of_baseline == 0:
        return ""
    row, rules = rest[0], case.study.verdict
    if row.target_gap_years is None or row.baseline_gap_years is None:
        return (
            f"Judged against {part(case)} of our own gap in {_when(case, row)}, nothing could be "
            "said: that gap is withheld or not comparable."
        )
    measured = f"{part(case)} of {_full(case, row)}, which is {years(row.target_gap_years)}"
    start = f"Judged against {measured}, the verdict for {people(sex)}"
    if row.verdict == CANNOT:
        return f"{start} cannot be calculated: {clause(row.reason_code)}."
    odds = (
        ""
        if row.p_target is None
        else f" ({chance(row.p_target, rules.on_track_probability, rules.off_track_probability)})"
    )
    head = heading(case, sex)
    if head is not None and head.verdict == row.verdict:
        return f"{start} would be the same, “{row.label}”{odds}."
    return f"{start} would be “{row.label}”{odds}."


def carried(case: Case) -> str:
    """That the error of a measured baseline is in the chance; "" where it isn't."""
    row = heading(case, case.sexes[0])
    if row is None or row.baseline_se_years is None or row.target_gap_years is None:
        return ""
    return (
        f"The target is {part(case)} of a gap that was itself measured, and the chance of meeting "
        "it allows for the error of that measurement."
    )


def not_spliced(case: Case) -> str:
    """Why the baseline is none of the promise's own years; "" where it is."""
    row = next((one for one in rows(case, case.sexes[0]) if one.target != STATED), None)
    asked = case.study.baseline_period(case.measure)
    if case.study.promise.share_of_baseline == 0:
        return ""
    if row is None or (row.baseline_start, row.baseline_end) == asked:
        return ""
    first, last = asked
    return (
        f"Our own figures do not reach back to {first} to {last} on one base, so our baseline is "
        f"their first whole window, {_when(case, row)}. No published figure is put before them."
    )


def _full(case: Case, row: TargetRow) -> str:
    if row.target == STATED:
        return f"the stated gap of {number(case.study.promise.stated_gap_years, 0)} years"
    gap = "" if row.baseline_gap_years is None else f" ({years(row.baseline_gap_years)})"
    return f"our own gap in {_when(case, row)}{gap}"


def _when(case: Case, row: TargetRow) -> str:
    if row.baseline_start is None or row.baseline_end is None:
        return "the years of the promise"
    return case.period(int(row.baseline_start), int(row.baseline_end))
