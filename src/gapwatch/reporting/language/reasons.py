"""The grounds on which no verdict is given, in words."""

from __future__ import annotations

from gapwatch.demography.codes import ALL_REASONS, FLAGS, PROVISIONAL
from gapwatch.reporting.language.numbers import count

OLD = "V03"

# Codes of figures that rest on counted deaths, beside those of a life table.
OF_COUNTS = {
    "D01": "too few deaths to be told: a figure or a difference could reveal single people",
    PROVISIONAL: "provisional: deaths of the window are still coming in, or part of a year is "
    "missing. No verdict rests on it",
    "Y01": "the residents of a mid-year that the year needs are not pinned",
    "Y02": "the estimates at the two ends of the year are on different bases, or of different "
    "small areas",
    "Q06": "fewer than 5 deaths on one side at an age: the interval is too narrow",
}
MEANINGS = OF_COUNTS | ALL_REASONS | FLAGS

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


def reason_text(code: str) -> str:
    """The meaning of a reason code; an unknown code is shown rather than hidden."""
    return MEANINGS.get(code, f"reason {code}" if code else "")


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
