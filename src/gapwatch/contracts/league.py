"""The table of `gapwatch fleet`, which stands over many studies and in no release of one."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts.schema import (
    SEXES,
    SLUG,
    YEAR_LEADS,
    Check,
    Column,
    Table,
    calendar,
    interval,
    text,
    truth,
    years,
)

STATUSES = ("released", "no figures", "failed")
PLACES = "places"


def _places(name: str, meaning: str, *, least: int | None = None) -> Column:
    return Column(name, "integer", meaning, unit=PLACES, nullable=True, minimum=least)


LEAGUE = Table(
    "league",
    "Every place of a fleet: its headline gap, trend and verdict, and the ranks that it may have",
    (
        text("study", "Id of the study; of one that can't be read, its folder or file"),
        text("place", "Name of the place; empty where the study can't be read", may_be_empty=True),
        text("area_code", "Code of the place; empty likewise", may_be_empty=True),
        truth("invented", "Whether the study says that its place doesn't exist"),
        text("status", "Whether the study has a release, and a gap in it", choices=STATUSES),
        text("release", "Name of its release; empty where it failed", may_be_empty=True),
        text("measure", "Measure of its headline, as named in the study", may_be_empty=True),
        text(
            "kind",
            "How the measure is made",
            choices=("", "pair", "pooled", "extremes", "slope"),
            may_be_empty=True,
        ),
        text("sex", "Sex of its headline", choices=("", *SEXES), may_be_empty=True),
        text("geography", "Areas that the gap is between", pattern=f"({SLUG})?", may_be_empty=True),
        text(
            "basis_code",
            "Code of what the gap is made from",
            choices=("", *codes.BASES),
            may_be_empty=True,
        ),
        calendar("period_start", "First year of the newest window", nullable=True),
        calendar("period_end", "Last year of the newest window", nullable=True),
        text(
            "year_ends",
            "Last day of each year, month and day",
            choices=("", *YEAR_LEADS),
            may_be_empty=True,
        ),
        years("gap_years", "Better-off side minus worse-off side in that window"),
        years("se_years", "Its standard error", minimum=0),
        years("lower95_years", "Lower 95% limit of this gap alone"),
        years("upper95_years", "Upper 95% limit of this gap alone"),
        text("reason", "Code of the reason why the gap is withheld", may_be_empty=True),
        years("slope_years_per_year", "Change of the gap a year over the comparable windows"),
        years("slope_lower95_years_per_year", "Lower 95% limit of that change"),
        years("slope_upper95_years_per_year", "Upper 95% limit of that change"),
        text(
            "verdict",
            "The verdict before levelling down is considered: quote label",
            choices=("", *codes.VERDICTS),
            may_be_empty=True,
        ),
        text("label", "What the verdict is called", choices=("", *codes.LABELS), may_be_empty=True),
        _places("group", "Number of the comparison that the place is in; empty for none", least=1),
        _places("group_places", "How many places are compared with each other there", least=1),
        _places("rank_first", "Best rank that can't be ruled out; 1 is the widest gap", least=1),
        _places("rank_last", "Last rank that can't be ruled out", least=1),
        years("group_mean_years", "Mean of the compared gaps, weighted by precision"),
        Column(
            "beyond95",
            "integer",
            "1 above the funnel's 95% limits, -1 below, 0 between; empty where not compared",
            unit="sign",
            nullable=True,
            minimum=-1,
            maximum=1,
        ),
        Column(
            "beyond998",
            "integer",
            "The same of its 99.8% limits",
            unit="sign",
            nullable=True,
            minimum=-1,
            maximum=1,
        ),
        text("fault", "Why it failed: what was expected, found, to do", may_be_empty=True),
    ),
    key=("study",),
    checks=(
        interval(),
        Check(
            "fault_when_failed",
            "(status = 'failed') = (fault <> '')",
            "a study that failed says why, and only such a one",
        ),
        Check("ranks_in_order", "rank_first <= rank_last", "the first rank comes first"),
    ),
)
