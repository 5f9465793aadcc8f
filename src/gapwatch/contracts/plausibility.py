"""Whether deaths, residents and life expectancy are such as a place can have, cell by cell."""

from __future__ import annotations

from gapwatch.contracts.schema import CODE, GEOGRAPHY, PERSONS, Column, Table, calendar, text

RESIDENTS_CHANGE = "residents-change"
DEATHS_CHANGE = "deaths-change"
LIFE_CHANGE = "life-expectancy-change"
RESIDENTS_TOTAL = "residents-total"
DEATHS_TOTAL = "deaths-total"
DEATHS_ABSENT = "deaths-absent"
RULES = {
    RESIDENTS_CHANGE: "residents of the year against those of the year before",
    DEATHS_CHANGE: "deaths of the year against those of the years around it",
    LIFE_CHANGE: "life expectancy of the year against that of the year before",
    RESIDENTS_TOTAL: "residents counted against the publisher's total of the same area and year",
    DEATHS_TOTAL: "deaths counted against the publisher's total of the same area and year",
    DEATHS_ABSENT: "deaths of the year where the residents make five or more to be expected",
}
"""Each rule by its name, and what it compares (docs/methods.md, plausibility)."""

OUTCOMES = ("as expected", "warning", "withheld", "accepted", "not told")


def times(rule: str) -> str:
    """Name of the column of a rule: how many times its limit the difference is."""
    return f"{rule.replace('-', '_')}_times_limit"


PLAUSIBILITY = Table(
    "plausibility",
    "Each figure of the study's areas beside what its neighbours in time, its residents or its "
    "publisher lead one to expect",
    (
        text("rule", "The rule that compares", choices=tuple(RULES)),
        GEOGRAPHY,
        text(
            "area_code",
            "The publisher's code of the area; empty where the deaths are restricted",
            may_be_empty=True,
            pattern=f"({CODE})?",
        ),
        text("sex", "Sex, or persons for both together", choices=("female", "male", PERSONS)),
        calendar("year", "Calendar year"),
        text("unit", "Unit of what is compared", choices=("persons", "years")),
        Column(
            "observed",
            "number",
            "The figure; empty where the deaths are restricted",
            unit="as in the column unit",
            nullable=True,
        ),
        Column(
            "expected",
            "number",
            "The figure that it is compared with",
            unit="as in the column unit",
            nullable=True,
        ),
        Column(
            "warns_beyond",
            "number",
            "Distance between the two beyond which it is a warning",
            unit="as in the column unit",
            nullable=True,
            minimum=0,
        ),
        text(
            "outcome",
            "What follows: withheld where windows with this year are (G05), accepted "
            "where the study accepts it",
            choices=OUTCOMES,
        ),
        text("accepted_reason", "Why the study accepts it", may_be_empty=True),
        *(
            Column(
                times(rule),
                "number",
                f"For {rule}: how many times the limit the difference "
                "is. Beyond 1 it is a warning, beyond 2 the run stops; empty for other rules "
                "and where it is accepted",
                unit="ratio",
                nullable=True,
                minimum=0,
            )
            for rule in RULES
        ),
    ),
    key=("rule", "geography", "area_code", "sex", "year"),
)
