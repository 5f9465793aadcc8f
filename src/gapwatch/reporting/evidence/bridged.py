"""The newest later figure on other areas, told beside the answer with its warning first."""

from __future__ import annotations

from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import explained, interval, period, vintage, years
from gapwatch.reporting.language.phrases import joined, no_gap
from gapwatch.reporting.language.sexes import people


def kind(case: Case) -> str:
    """`Later`, or `Published` where our own figures reach as far as those on other areas."""
    found = case.tables.get("bridged_gap")
    if not case.computes or case.newest is None or found is None or found.empty:
        return "Later"
    return "Later" if int(found["period_end"].max()) > case.newest.end else "Published"


def draws_maps(case: Case) -> bool:
    """Whether other areas get maps: not where our own figures reach as far and have theirs."""
    return kind(case) == "Later"


def heading(case: Case) -> str:
    """Of the section on figures for other areas."""
    return f"{kind(case)} figures on other areas"


def in_short(case: Case) -> str:
    """What stands beside the answer; "" when there is no later figure."""
    found = case.tables.get("bridged_gap")
    if found is None or found.empty:
        return ""
    sex = case.sexes[0]
    mine = found[
        (found["measure"] == case.measure.id) & (found["sex"] == sex) & (found["reason"] == "")
    ]
    if mine.empty:
        return ""
    if case.computes and kind(case) != "Later":
        areas = vintage(str(mine.iloc[-1]["geography"]))
        return f"Published figures for {areas} can't be compared with these: see “{heading(case)}”."
    row = mine.sort_values(["period_end", "period_start"]).iloc[-1]
    gap, low, high = row["gap_years"], row["lower95_years"], row["upper95_years"]
    when = period(row["period_start"], row["period_end"])
    return joined(
        "Later figures can't be compared with these.",
        f"For {when} life expectancy is published for other areas: {explained(row['geography'])}.",
        f"For {people(sex)} it gives a gap of {years(gap)} (plausibly {interval(low, high)}).",
        no_gap(low, high),
        _no_change(case, gap),
        f"See “{heading(case)}”.",
    )


def _no_change(case: Case, gap: float) -> str:
    """Said so that nobody reads the two figures as a fall or a rise."""
    if case.newest is None or case.newest.gap is None:
        return ""
    before = case.newest.gap.value
    what = "a fall from" if gap < before else "a rise from" if gap > before else "a standstill at"
    return f"That is not {what} {years(before)}: the areas and the counts differ."
