"""The grounds on which no verdict is given, in words."""

from __future__ import annotations

from gapwatch.reporting.numbers import count

OLD = "V03"

# As a clause, for the ground that holds.
CLAUSES = {
    "V01": "there are too few comparable windows",
    "V02": "a side of the newest window is withheld",
    "V03": "the newest figures are too old",
    "V04": "the deadline has passed",
    "V05": "the baseline gap is withheld or not comparable",
    "V06": "the target is not below the baseline",
    "V07": "the side called worse off now lives longer",
}


def clause(code: str) -> str:
    """Why there is no verdict; an unknown code is shown rather than hidden."""
    return CLAUSES.get(code, f"reason {code}" if code else "it is not recorded")


def every_ground(minimum_windows: int, stale_after_years: int) -> tuple[str, ...]:
    """All of them, as the study draws the lines."""
    return (
        f"There are fewer than {count(minimum_windows, 'comparable window')}.",
        "A side is withheld in the newest window.",
        f"The newest window ended more than {stale_after_years} years before the release.",
        "The deadline has passed.",
        "The gap of the baseline window is withheld, or a break makes it not comparable.",
        "The target is not below the baseline gap.",
        "The side called worse off lives longer: the newest gap's 95% interval lies below zero.",
    )
