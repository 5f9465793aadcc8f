"""The output tables that rest on deaths and residents by age: gapwatch's own life tables."""

from __future__ import annotations

from dataclasses import replace

from gapwatch.contracts.outputs import GAP
from gapwatch.contracts.schema import (
    AREA_NAME,
    CODE,
    CODES,
    GEOGRAPHY,
    MEASURE,
    PERIOD,
    PERIOD_ORDER,
    SEX_APART,
    SLUG,
    YEAR_ENDS,
    Check,
    Column,
    Table,
    calendar,
    interval,
    share,
    text,
    years,
)

_REASON = text(
    "reason",
    "Code of the reason why a figure is withheld; empty when it is given",
    may_be_empty=True,
)
_FEW = text(
    "flags",
    "Q06 where a side has fewer than 5 deaths at these ages: the interval is too narrow then",
    may_be_empty=True,
)
BASE = text("base", "Base of the residents' estimates, such as census2021", pattern=SLUG)
_AGES = (
    Column(
        "age_start_years", "integer", "First age of the band", unit="years", minimum=0, maximum=120
    ),
    Column(
        "age_end_years",
        "integer",
        "Last age of the band; empty for the open top band",
        unit="years",
        nullable=True,
        minimum=0,
        maximum=120,
    ),
)


def reason_when_missing(column: str) -> Check:
    return Check(
        "reason_when_missing",
        f"({column} IS NULL) = (reason <> '')",
        "a missing figure has a reason, and only a missing figure",
    )


COMPUTED_LIFE_EXPECTANCY = Table(
    "computed_life_expectancy",
    "Life expectancy at birth from deaths and residents, by area, sex and window",
    (
        GEOGRAPHY,
        text(
            "area",
            "The publisher's code of the area, or the name of a side of the study; codes with + "
            "between them are areas that are told together",
            pattern=f"{CODES}|{SLUG}",
        ),
        AREA_NAME,
        SEX_APART,
        *PERIOD,
        YEAR_ENDS,
        Column(
            "segment",
            "integer",
            "Windows with the same number are comparable; another base of "
            "the residents starts a new one",
            minimum=1,
        ),
        BASE,
        Column(
            "top_age_years",
            "integer",
            "First age of the open top band",
            unit="years",
            minimum=1,
            maximum=120,
        ),
        years("life_expectancy_years", "Life expectancy at birth; empty when withheld"),
        years("se_years", "Its standard error (Chiang, Silcocks)", minimum=0),
        years("lower95_years", "Lower 95% limit"),
        years("upper95_years", "Upper 95% limit"),
        Column(
            "deaths_persons",
            "number",
            "Deaths in the window, as far as they may be told",
            unit="persons",
            nullable=True,
            minimum=0,
        ),
        Column(
            "person_years",
            "number",
            "Person-years at risk in the window",
            unit="person-years",
            nullable=True,
            minimum=0,
        ),
        Column(
            "reassigned_share",
            "number",
            "Share of the area's residents in blocks that were shared out between areas",
            unit="share",
            minimum=0,
            maximum=1,
        ),
        Column(
            "provisional",
            "boolean",
            "Whether deaths of the window are still coming in; no verdict rests on it",
        ),
        _REASON,
        text("flags", "Quality codes, separated by spaces; the figure is kept", may_be_empty=True),
    ),
    key=("geography", "area", "sex", "period_start", "period_end"),
    checks=(PERIOD_ORDER, interval(), reason_when_missing("life_expectancy_years")),
)

COMPUTED_GAP = replace(
    GAP,
    name="computed_gap",
    meaning="The gap from deaths and residents, where published figures decide: it stands beside",
)

REPRODUCTION = Table(
    "reproduction",
    "Published life expectancy beside gapwatch's own for the same area, sex and period",
    (
        GEOGRAPHY,
        text("area_code", "The publisher's code of the area", pattern=CODE),
        AREA_NAME,
        SEX_APART,
        *PERIOD,
        years("published_years", "Life expectancy as published", nullable=False),
        years("published_lower95_years", "Its lower 95% limit", nullable=False),
        years("published_upper95_years", "Its upper 95% limit", nullable=False),
        years("computed_years", "Life expectancy computed here; empty when withheld"),
        years("difference_years", "Computed minus published"),
        Column(
            "agrees",
            "boolean",
            "Whether the two differ by at most the study's tolerance; "
            "empty when there is nothing to compare",
            nullable=True,
        ),
        BASE,
        _REASON,
    ),
    key=("geography", "area_code", "sex", "period_start", "period_end"),
    checks=(PERIOD_ORDER, reason_when_missing("computed_years")),
)

SERIES_COMPARISON = Table(
    "series_comparison",
    "The gap from published figures beside the gap from deaths, where both have the same window",
    (
        MEASURE,
        SEX_APART,
        *PERIOD,
        years("published_gap_years", "The gap from published figures", nullable=False),
        years("published_se_years", "Its standard error", nullable=False, minimum=0),
        years("published_lower95_years", "Its lower 95% limit", nullable=False),
        years("published_upper95_years", "Its upper 95% limit", nullable=False),
        years("computed_gap_years", "The gap from deaths and residents; empty when withheld"),
        years("computed_se_years", "Its standard error", minimum=0),
        years("computed_lower95_years", "Its lower 95% limit"),
        years("computed_upper95_years", "Its upper 95% limit"),
        years("difference_years", "Computed minus published"),
        years(
            "joining_years",
            "Part of the difference that comes from the way sides are joined: "
            "deaths and residents together, not a mean of areas' figures",
        ),
        years("rest_years", "The rest: base of the residents, top age band, and other data"),
        BASE,
        Column(
            "top_age_years",
            "integer",
            "First age of the open top band of the computed figure",
            unit="years",
            minimum=1,
            maximum=120,
        ),
        _REASON,
    ),
    key=("measure", "sex", "period_start", "period_end"),
    checks=(PERIOD_ORDER, reason_when_missing("computed_gap_years")),
)

AGE_CONTRIBUTION = Table(
    "age_contribution",
    "Years of the gap that each age makes (Arriaga), with intervals",
    (
        MEASURE,
        SEX_APART,
        *PERIOD,
        YEAR_ENDS,
        *_AGES,
        years(
            "contribution_years",
            "Years of the gap; positive where the better-off side's lower "
            "mortality lengthens its lives; empty when withheld",
        ),
        years("lower95_years", "Lower 95% limit"),
        years("upper95_years", "Upper 95% limit"),
        years("gap_years", "The whole gap, which the ages sum to"),
        _REASON,
        _FEW,
    ),
    key=("measure", "sex", "period_start", "period_end", "age_start_years"),
    checks=(PERIOD_ORDER, interval(), reason_when_missing("contribution_years")),
)

GAP_CHANGE = Table(
    "gap_change",
    "Change of the gap from the baseline to the newest window, by side and age",
    (
        MEASURE,
        SEX_APART,
        text("side", "Side whose own change this is", choices=("worse", "better")),
        calendar("from_start", "First year of the earlier window"),
        calendar("from_end", "Last year of the earlier window"),
        calendar("to_start", "First year of the later window"),
        calendar("to_end", "Last year of the later window"),
        YEAR_ENDS,
        *_AGES,
        years(
            "change_years",
            "Years by which this side's change at these ages widened the gap; "
            "negative where it narrowed it; empty when withheld",
        ),
        years("lower95_years", "Lower 95% limit"),
        years("upper95_years", "Upper 95% limit"),
        years("side_total_years", "Sum over the ages of this side"),
        years("side_lower95_years", "Lower 95% limit of the sum"),
        years("side_upper95_years", "Upper 95% limit of the sum"),
        _REASON,
        _FEW,
    ),
    key=("measure", "sex", "side", "age_start_years"),
    checks=(interval(), interval("side_"), reason_when_missing("change_years")),
)

CUT = Table(
    "cut",
    "The cut in the worse-off side's mortality that would bring the gap to its target",
    (
        MEASURE,
        SEX_APART,
        *PERIOD,
        YEAR_ENDS,
        text("ages", "Ages at which mortality is cut, in words"),
        Column(
            "from_age_years",
            "integer",
            "First age at which mortality is cut",
            unit="years",
            minimum=0,
            maximum=120,
        ),
        Column(
            "to_age_years",
            "integer",
            "Last age at which it is cut; empty for all later ages",
            unit="years",
            nullable=True,
            minimum=0,
            maximum=120,
        ),
        years("gap_years", "The gap before"),
        years("target_gap_years", "The gap to be reached"),
        share(
            "cut_share",
            "Share of the deaths at these ages that would have to be avoided; 0 "
            "when the gap is there already",
        ),
        Column(
            "deaths_a_year",
            "number",
            "Deaths a year that this means",
            unit="persons",
            nullable=True,
            minimum=0,
        ),
        _REASON,
    ),
    key=("measure", "sex", "ages"),
    checks=(PERIOD_ORDER, reason_when_missing("cut_share")),
)
