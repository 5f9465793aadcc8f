"""The tables on what is done: initiatives, what was expected of them, and what can be seen."""

from __future__ import annotations

from gapwatch.contracts.schema import CODE, SLUG, Check, Column, Table, calendar, share, text

IDENTIFIER = "[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}"
DAY = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
# As precise as it is known, in ISO 8601: a year, a month or a day; empty when it isn't stated.
WHEN = "([12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?"
WHERE_BASES = ("delivery", "residents", "office", "whole-place", "not-stated")
CHOSEN = ("worst", "random", "other", "not-stated")
DIRECTIONS = ("lower", "higher")
DESIGNS = (
    "difference-in-differences",
    "stepped-wedge",
    "interrupted-time-series",
    "before-and-after",
)
OUTCOMES = (
    "described, not evaluated",
    "too early",
    "could not have been seen",
    "no sign",
    "sign as expected",
    "sign opposite",
)
PLACEBOS = ("exact", "seeded", "none")

_INITIATIVE = text("initiative", "Identifier of the initiative in its register", pattern=IDENTIFIER)
_THEME = text(
    "theme",
    "Priority that it serves; empty when none is stated",
    pattern=f"({SLUG})?",
    may_be_empty=True,
)
_INDICATOR = text("indicator", "Indicator of the study", pattern=SLUG)
_EXPECTATION = text("expectation", "Expectation of the study", pattern=SLUG)
_VERSION = Column("version", "integer", "Version of the expectation, from 1", minimum=1)
_WINDOWS = (
    calendar("before_start", "First year before"),
    calendar("before_end", "Last year before"),
    calendar("after_start", "First year after"),
    calendar("after_end", "Last year after: the year by when"),
)
_WINDOW_ORDER = Check(
    "window_order",
    "before_start <= before_end AND before_end < after_start AND after_start <= after_end",
    "the years after come after the years before",
)
_HASH = text("sha256", "Hash of all that the expectation says", pattern="[0-9a-f]{64}")
_REGISTERED = text("registered_on", "Day on which it was written down, as stated", pattern=DAY)


def _percent(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, unit="percent", nullable=True, minimum=-100)


INITIATIVE = Table(
    "initiative",
    "What is done: who, what, for which priority, when and where; a row for each area",
    (
        _INITIATIVE,
        text(
            "area_code",
            "Area in which it works; empty when none is stated",
            pattern=f"({CODE})?",
            may_be_empty=True,
        ),
        text("title", "What it is called"),
        text("led_by", "Who leads it; empty when it isn't stated", may_be_empty=True),
        _THEME,
        text(
            "starts_on",
            "When it starts, as precisely as it is stated; empty when it isn't",
            pattern=WHEN,
            may_be_empty=True,
        ),
        text(
            "ends_on",
            "When it ends, as precisely as it is stated; empty when it isn't, or it goes on",
            pattern=WHEN,
            may_be_empty=True,
        ),
        text(
            "where_basis",
            "What the area is: where the work is done, where those it is for live, the address of "
            "an office, or the whole place",
            choices=WHERE_BASES,
        ),
        text("areas_chosen", "How its areas were chosen", choices=CHOSEN),
        text("register", "Source of the register, or study"),
        text("reference", "Where this is stated; empty when it isn't", may_be_empty=True),
    ),
    key=("initiative", "area_code"),
    checks=(
        Check(
            "ends_after_start",
            "starts_on = '' OR ends_on = '' OR left(ends_on, length(starts_on)) >= "
            "left(starts_on, length(ends_on))",
            "an initiative ends after it starts",
        ),
        Check(
            "area_or_none_stated",
            "(area_code = '') = (where_basis = 'not-stated')",
            "an initiative names an area, or says that none is stated",
        ),
    ),
)

EXPECTATION = Table(
    "expectation",
    "What was expected of an initiative, as written down; every version of it",
    (
        _EXPECTATION,
        _VERSION,
        _INITIATIVE,
        _INDICATOR,
        text("direction", "Which way the indicator was to move", choices=DIRECTIONS),
        Column(
            "size_percent",
            "number",
            "Change of the rate that was expected, against the areas compared with",
            unit="percent",
            minimum=0,
        ),
        *_WINDOWS,
        text("design", "How it was to be evaluated", choices=DESIGNS),
        text(
            "comparators",
            "Codes of the areas compared with, with spaces between; empty for all areas that have "
            "no part in it",
            pattern=f"({CODE}( {CODE})*)?",
            may_be_empty=True,
        ),
        _REGISTERED,
        _HASH,
    ),
    key=("expectation", "version"),
    checks=(_WINDOW_ORDER,),
)

DETECTABLE = Table(
    "detectable",
    "The smallest effect that would be seen with 80% power, by placebo areas: for each "
    "expectation, and for one area and four of every indicator that an expectation names",
    (
        _INDICATOR,
        Column("areas", "integer", "Areas with the initiative", unit="areas", minimum=1),
        *_WINDOWS,
        text("direction", "Which way the rate moves", choices=DIRECTIONS),
        text(
            "expectation",
            "Expectation that it is for; empty for any set of so many of all areas",
            pattern=f"({SLUG})?",
            may_be_empty=True,
        ),
        Column("version", "integer", "Version of the expectation; 0 for none", minimum=0),
        Column("areas_compared", "integer", "Areas compared with", unit="areas", minimum=0),
        Column("placebo_sets", "integer", "Sets of areas without it that were tried", minimum=0),
        text("placebos", "All sets, or a seeded draw of them", choices=PLACEBOS),
        Column(
            "placebo_sd_log",
            "number",
            "Standard deviation of the placebo effects, on the logarithm",
            unit="log ratio",
            nullable=True,
            minimum=0,
        ),
        Column(
            "count_a_year",
            "number",
            "Mean count a year in so many areas, in the second window",
            unit="counts a year",
            nullable=True,
            minimum=0,
        ),
        _percent("smallest_percent", "Smallest change of the rate seen with 80% power"),
        _percent("stated_percent", "Change that was stated; empty without an expectation"),
        share("power_of_stated", "Power to see the change that was stated"),
        text(
            "reason",
            "Code of the reason why it isn't given; empty when it is",
            may_be_empty=True,
        ),
    ),
    key=(
        "indicator",
        "areas",
        "before_start",
        "before_end",
        "after_start",
        "after_end",
        "direction",
        "expectation",
        "version",
    ),
    checks=(
        _WINDOW_ORDER,
        Check(
            "reason_when_missing",
            "(smallest_percent IS NULL) = (reason <> '')",
            "a missing figure has a reason, and only a missing figure",
        ),
    ),
)

EFFECT = Table(
    "effect",
    "What can be said of each initiative: a verdict, its level of evidence, and the figures behind",
    (
        _INITIATIVE,
        text(
            "expectation",
            "Expectation that it is judged by; empty where there is none",
            pattern=f"({SLUG})?",
            may_be_empty=True,
        ),
        Column("version", "integer", "Version that is judged; 0 for none", minimum=0),
        text("verdict", "What can be said", choices=OUTCOMES),
        text("reason", "Code of the reason, where it isn't evaluated", may_be_empty=True),
        text("flags", "Codes of what to bear in mind, with spaces between", may_be_empty=True),
        Column(
            "maryland_level",
            "integer",
            "Level of evidence on the Maryland Scientific Methods Scale, 1 to 5; 0 where nothing "
            "is compared",
            minimum=0,
            maximum=5,
        ),
        Column("areas", "integer", "Areas with it", unit="areas", minimum=0),
        Column("areas_compared", "integer", "Areas compared with", unit="areas", minimum=0),
        _percent("effect_percent", "Change of the rate against the areas compared with"),
        _percent("effect_lower95_percent", "Lower 95% limit, by placebo areas"),
        _percent("effect_upper95_percent", "Upper 95% limit, by placebo areas"),
        share("p_expected", "Share of all sets of areas that moved as far the expected way"),
        share("p_either", "Share of all sets of areas that moved as far either way"),
        Column("sets", "integer", "Sets of areas that were tried, its own among them", minimum=0),
        text("placebos", "All sets, or a seeded draw of them", choices=PLACEBOS),
        _percent("lead_percent", "The same before it started, where it can have had no effect"),
        share("lead_p", "Share of all sets of areas that moved as far before it started"),
        _percent(
            "regression_percent",
            "Change to be expected from chance alone, if its areas were chosen for their figures; "
            "empty where they were drawn by lot",
        ),
        share(
            "p_beyond_regression",
            "Share of all sets that moved the expected way as far as its areas did beyond that",
        ),
    ),
    key=("initiative", "expectation"),
    checks=(
        Check(
            "effect_interval_order",
            "effect_lower95_percent <= effect_upper95_percent",
            "the interval is in order",
        ),
        Check(
            "judged_with_figures",
            "verdict NOT IN ('no sign', 'sign as expected', 'sign opposite') "
            "OR (effect_percent IS NOT NULL AND p_expected IS NOT NULL)",
            "a verdict on a sign has its figures",
        ),
    ),
)

INITIATIVE_OVERLAP = Table(
    "initiative_overlap",
    "Initiatives that serve one priority in one area at one time",
    (
        _INITIATIVE,
        text("other", "Identifier of the other initiative", pattern=IDENTIFIER),
        text("theme", "Priority that both serve", pattern=SLUG),
        text("area_code", "Area that both work in", pattern=CODE),
        text(
            "time_known",
            "Whether both are known to run at one time, or a start isn't stated",
            choices=("yes", "not-stated"),
        ),
    ),
    key=("initiative", "other", "theme", "area_code"),
)

INITIATIVE_CELL = Table(
    "initiative_cell",
    "Each priority in each area: what is done there, and what is measured to be needed",
    (
        text("theme", "Priority", pattern=SLUG),
        text("area_code", "Area", pattern=CODE),
        Column("initiatives", "integer", "Initiatives that name the area", minimum=0),
        Column(
            "running",
            "integer",
            "Of these, initiatives that run in the year of the release, as stated",
            minimum=0,
        ),
        Column("indicators", "integer", "Indicators of the priority that have an order", minimum=0),
        Column(
            "indicators_worst_quarter",
            "integer",
            "Of these, indicators that have the area among the worst quarter; empty without any",
            nullable=True,
            minimum=0,
        ),
        Column(
            "need_without_initiative",
            "boolean",
            "Whether at least half of the indicators have the area among the worst quarter, and no "
            "initiative names it",
        ),
    ),
    key=("theme", "area_code"),
)

REGISTRATION = Table(
    "registration",
    "Which release was the first to hold each version of an expectation",
    (
        _EXPECTATION,
        _VERSION,
        _REGISTERED,
        _HASH,
        text("first_release", "First release that holds it; empty for this one", may_be_empty=True),
        text("first_known_at", "Date of the snapshot of that release", pattern=DAY),
        text(
            "proof",
            "Whether a release from before the start holds it, or the study alone says that it was "
            "written down before; late where it says otherwise, unknown without a start",
            choices=("release", "statement", "late", "unknown"),
        ),
    ),
    key=("expectation", "version"),
)
