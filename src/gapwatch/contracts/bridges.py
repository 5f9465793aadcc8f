"""How areas that figures are published on meet the study's own areas and zones."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts.schema import (
    AREA,
    AREA_NAME,
    CODE,
    GEOGRAPHY,
    MEASURE,
    PERIOD,
    PERIOD_ORDER,
    SEX,
    Check,
    Column,
    Table,
    interval,
    text,
    words,
    years,
)

BRIDGE = Table(
    "bridge",
    "Where the residents of each published area live, in the study's own areas and zones",
    (
        GEOGRAPHY,
        AREA,
        text("study_area_code", "Study area that holds most of its residents", pattern=CODE),
        Column(
            "share_in_best_fit",
            "number",
            "Share of its residents who live in that study area",
            unit="share",
            minimum=0,
            maximum=1,
        ),
        text(
            "zone",
            "Zone that holds most of its residents; empty when it is in none",
            may_be_empty=True,
        ),
        Column(
            "share_in_zone",
            "number",
            "Share of its residents who live in that zone",
            unit="share",
            minimum=0,
            maximum=1,
        ),
        Column(
            "residents_persons",
            "number",
            "Residents; empty when no population is pinned",
            unit="persons",
            nullable=True,
            minimum=0,
        ),
        text("basis", "What the shares count", choices=("residents", "blocks")),
    ),
    key=("geography", "area_code"),
)

BRIDGE_SIDE = Table(
    "bridge_side",
    "The published areas in which residents of each side live, and which of them count for it",
    (
        GEOGRAPHY,
        text("side", "Zone of the study, or code of the one area, that is the side"),
        AREA,
        AREA_NAME,
        Column(
            "share_in_side",
            "number",
            "Share of the area's residents who live in the side",
            unit="share",
            minimum=0,
            maximum=1,
        ),
        Column(
            "counts",
            "boolean",
            "Whether the area counts for the side: more than half of its residents live there",
        ),
    ),
    key=("geography", "side", "area_code"),
)

_SIDES = ("worse", "better")


def _shares(side: str) -> tuple[Column, Column]:
    return (
        Column(
            f"{side}_share_elsewhere",
            "number",
            f"Share of the residents of the {side}-off "
            "side who live in areas that don't count for it",
            unit="share",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        Column(
            f"{side}_share_outside",
            "number",
            "Share of the residents of the areas that count "
            f"for the {side}-off side who live outside it",
            unit="share",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
    )


BRIDGED_GAP = Table(
    "bridged_gap",
    "Later gaps, from figures on other areas that best fit the sides; never part of the trend",
    (
        GEOGRAPHY,
        MEASURE,
        SEX,
        *PERIOD,
        *(
            column
            for side in _SIDES
            for column in (
                years(
                    f"{side}_years",
                    f"Life expectancy on the {side}-off side",
                    minimum=40,
                    maximum=110,
                ),
                years(f"{side}_lower95_years", f"Lower 95% limit of the {side}-off side"),
                years(f"{side}_upper95_years", f"Upper 95% limit of the {side}-off side"),
                Column(
                    f"{side}_areas",
                    "integer",
                    f"Areas that stand for the {side}-off side",
                    unit="areas",
                    minimum=0,
                ),
                *_shares(side),
            )
        ),
        years("gap_years", "Better-off side minus worse-off side"),
        years("se_years", "Standard error of the gap", minimum=0),
        years("lower95_years", "Lower 95% limit of the gap"),
        years("upper95_years", "Upper 95% limit of the gap"),
        text("basis_code", "Code of what the figure is made from", choices=codes.BRIDGED_BASES),
        Column(
            "assumed_share",
            "number",
            "Share of residents in small areas that were shared out equally, since no lookup says "
            "how; empty where there are none",
            unit="share",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        words("basis", "What the figure is made from", of="basis_code"),
        text(
            "reason",
            "Code of the reason why a figure is withheld; empty when it is given",
            may_be_empty=True,
        ),
        text("flags", "Quality codes, separated by spaces; the figure is kept", may_be_empty=True),
    ),
    key=("geography", "measure", "sex", "period_start", "period_end"),
    checks=(
        PERIOD_ORDER,
        interval(),
        interval("worse_"),
        interval("better_"),
        Check(
            "reason_when_missing",
            "(gap_years IS NULL) = (reason <> '')",
            "a missing gap has a reason, and only a missing gap",
        ),
    ),
)
