"""The grounds on which no verdict is given, in words."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.reporting.language.numbers import count

MEANINGS = {
    codes.BANDS_MISSING: "bands missing: at least one band has no deaths or no population figure",
    codes.COUNT_NEGATIVE: "a negative count of deaths or population",
    codes.BAND_EMPTY: "a band with a population of zero or less",
    codes.DEATHS_EXCEED: "more deaths than population in a band",
    codes.FEW_PERSON_YEARS: "fewer than 5,000 person-years",
    codes.OPEN_BAND_DEATHLESS: "no deaths in the open band",
    codes.INTERVAL_TOO_WIDE: "the 95% interval of life expectancy at birth is wider than 20 years",
    codes.GROUP_MISSING: "a value of the group is withheld or missing",
    codes.INDEX_UNDEFINED: "the relative index is undefined: the line's worse-off end is not above "
    "zero",
    codes.GROUP_EMPTY: "no area holds mostly residents of one of the sides",
    codes.GROUP_SINGLE: "a single area: there is no gap between areas",
    codes.YEAR_DEATHLESS: "in a year of the window an area has no death where its residents make "
    "five or more to be expected",
    codes.NO_INTERVAL: "a value has neither an interval nor a standard error, so nothing "
    "tells what chance could do",
    codes.NO_RANKING: "not computed: the study ranks its areas by no index of deprivation",
    codes.UNREACHABLE: "unreachable: not even zero deaths at these ages would bring the gap to the "
    "target",
    codes.DISCLOSURE: "too few deaths to be told: a figure or a difference could reveal single "
    "people",
    codes.NO_RESIDENTS: "the residents of a mid-year that the year needs are not pinned",
    codes.TWO_BASES: "the estimates at the two ends of the year are on different bases, or of "
    "different small areas",
    codes.FEW_DEATHS_OPEN_BAND: "fewer than 10 deaths in the open band",
    codes.BAND_DEATHLESS: "a band without deaths",
    codes.INTERVAL_WIDE: "the 95% interval of life expectancy at birth is wider than 4 years",
    codes.PANDEMIC: "a pandemic year in the window",
    codes.PROVISIONAL: "provisional: deaths of the window are still coming in, or part of a year "
    "is missing. No verdict rests on it",
    codes.FEW_DEATHS_AT_AGE: "fewer than 5 deaths on one side at an age: the interval is too "
    "narrow",
}

# As a clause, for the ground that holds.
CLAUSES = {
    codes.TOO_FEW_WINDOWS: "there are too few comparable windows",
    codes.SIDE_WITHHELD: "a side of the newest window is withheld",
    codes.STALE: "the newest figures are too old",
    codes.DEADLINE_PASSED: "the deadline has passed",
    codes.NO_BASELINE: "the baseline gap is withheld or not comparable",
    codes.TARGET_NOT_BELOW: "the target is not below the baseline",
    codes.SIDES_EXCHANGED: "the side called worse off now lives longer",
    codes.NEVER_ZERO: "a range of areas is above zero by its making",
}


def clause(code: str) -> str:
    """Why there is no verdict; an unknown code is shown rather than hidden."""
    return CLAUSES.get(code, f"reason {code}" if code else "it is not recorded")


def reason_text(code: str) -> str:
    """The meaning of a reason code; an unknown code is shown rather than hidden."""
    return MEANINGS.get(code, f"reason {code}" if code else "")


def every_ground(
    minimum_windows: int, stale_after_years: int, *, eliminates: bool = False
) -> tuple[str, ...]:
    """All of them, as the study draws the lines."""
    return (
        f"There are fewer than {count(minimum_windows, 'comparable window')}.",
        "A side is withheld in the newest window.",
        f"The newest window ended more than {stale_after_years} years before the release.",
        "The deadline has passed.",
        "The gap of the baseline window is withheld, or a break makes it not comparable.",
        "The target is not below the baseline gap.",
        "The target is zero, and the measure is a range of areas, which is above zero by its "
        "making."
        if eliminates
        else "The side called worse off lives longer: the newest gap's 95% interval lies below "
        "zero.",
    )
