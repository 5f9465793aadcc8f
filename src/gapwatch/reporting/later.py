"""The newest later figure on other areas, in one sentence beside the answer."""

from __future__ import annotations

from gapwatch.reporting.case import Case
from gapwatch.reporting.numbers import interval, period, years


def in_short(case: Case) -> str:
    """One sentence beside the answer; "" when there is no later figure."""
    found = case.tables.get("bridged_gap")
    if found is None or found.empty:
        return ""
    mine = found[
        (found["measure"] == case.measure.id)
        & (found["sex"] == case.sexes[0])
        & (found["reason"] == "")
    ]
    if mine.empty:
        return ""
    row = mine.sort_values(["period_end", "period_start"]).iloc[-1]
    low, high = row["lower95_years"], row["upper95_years"]
    return (
        f"On other areas it was {years(row['gap_years'])} in "
        f"{period(row['period_start'], row['period_end'])} ({interval(low, high)}). "
        "That figure can't be compared with the others."
    )
