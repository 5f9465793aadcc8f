"""How a promise was changed, by whom and when, and what the older versions would say today."""

from __future__ import annotations

from itertools import pairwise

from gapwatch.codes import CANNOT
from gapwatch.contracts.findings import PromiseVersion
from gapwatch.contracts.row_class import read_rows
from gapwatch.reporting.document import ReportTable, TableColumn
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.chance import chance
from gapwatch.reporting.language.numbers import capital, date_of, marked, period
from gapwatch.reporting.language.phrases import HALF, size_of
from gapwatch.reporting.language.reasons import clause
from gapwatch.reporting.language.sexes import people

_DAY = len("2022-11-03")
DECIDES = (
    "The newest version decides the verdict. Older ones are judged by the same figures, each by "
    "its own baseline, target and deadline, as if it alone had been made."
)


def versions(case: Case) -> tuple[PromiseVersion, ...]:
    """Every version of the promise, oldest first; none where it was never changed."""
    frame = case.tables.get("promise")
    return () if frame is None else tuple(read_rows(PromiseVersion, frame.to_dict("records")))


def changes(case: Case) -> tuple[str, ...]:
    """Who changed it, when, from what to what, and which version decides; empty without any."""
    found = versions(case)
    told = [
        f"{capital(after.made_by)} changed the promise {when(after)}. Before, it was to "
        f"{aim(before)} by {before.target_year}, as {before.made_by} had said {when(before)}. "
        f"Since then it is to {aim(after)} by {after.target_year}."
        for before, after in pairwise(found)
    ]
    return (*told, DECIDES) if told else ()


def beside(case: Case) -> tuple[str, ...]:
    """What the verdict would be on each older version, the newest of them first."""
    older = [one for one in versions(case) if not one.in_force]
    return tuple(_judged(case, one) for one in reversed(older))


def _judged(case: Case, one: PromiseVersion) -> str:
    start = f"Judged against the promise made {when(one)}, to {aim(one)} by {one.target_year}"
    if one.verdict == CANNOT:
        return f"{start}, there is no verdict for {people(one.sex)}: {clause(one.reason_code)}."
    rules = case.study.verdict
    lines = (rules.on_track_probability, rules.off_track_probability)
    odds = "" if one.p_target is None else f" ({chance(one.p_target, *lines)})"
    same = one.label == case.verdict.label and one.sex == case.verdict.sex
    would = "would be the same, " if same else "would be "
    return f"{start}, the verdict for {people(one.sex)} {would}“{one.label}”{odds}."


def when(one: PromiseVersion) -> str:
    """`in 2017`, `in November 2022`, `on 3 November 2022`."""
    return f"{'on' if len(one.stated_on) == _DAY else 'in'} {date_of(one.stated_on)}"


def aim(one: PromiseVersion) -> str:
    """`halve the gap`, `cut the gap by 40%`, `close the gap`."""
    if one.share_of_baseline == 0:
        return "close the gap"
    if one.share_of_baseline == HALF:
        return "halve the gap"
    return f"cut the gap by {marked(f'{round(100 * (1 - one.share_of_baseline), 4):g}')}%"


def table(case: Case) -> ReportTable | None:
    """Every version with its target, verdict and chance; None where there is one alone."""
    found = versions(case)
    if not found:
        return None
    return ReportTable(
        id="table-promise",
        caption="Every version of the promise, judged by the same figures",
        columns=(
            TableColumn("Stated"),
            TableColumn("By"),
            TableColumn("Promise"),
            TableColumn("Baseline"),
            TableColumn("Target"),
            TableColumn("Verdict"),
            TableColumn("Chance of the target", numeric=True),
        ),
        rows=tuple(_row(one) for one in found),
        shares=(1.0, 1.7, 2.0, 1.1, 1.2, 1.3, 0.9),
        note="Data: data/promise.csv.",
    )


def _row(one: PromiseVersion) -> tuple[str, ...]:
    target = "not known" if one.target_gap_years is None else size_of(one.target_gap_years)
    judged = one.verdict != CANNOT and one.p_target is not None
    return (
        f"{date_of(one.stated_on)}{' (in force)' if one.in_force else ''}",
        one.made_by,
        one.promise,
        period(one.baseline_start, one.baseline_end),
        f"{target} in {one.target_year}, {people(one.sex)}",
        one.label if one.verdict != CANNOT else f"{one.label}: {clause(one.reason_code)}",
        chance(one.p_target or 0.0) if judged else "–",
    )
