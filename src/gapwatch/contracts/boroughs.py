"""The tables of `gapwatch boroughs`, which stand outside a study and its releases."""

from __future__ import annotations

from gapwatch.contracts.computed import reason_when_missing
from gapwatch.contracts.schema import (
    ONS_CODE,
    PERIOD,
    PERIOD_ORDER,
    SEX_APART,
    SLUG,
    Column,
    Table,
    interval,
    text,
    years,
)

BLOCK_LOOKUP = Table(
    "block_lookup",
    "Which block belongs to which ward, and which ward to which borough",
    (
        text("block_code", "The publisher's code of the block, such as an LSOA", pattern=ONS_CODE),
        text(
            "ward_code",
            "Code of the ward that the block, or a part of it, lies in",
            pattern=ONS_CODE,
        ),
        text("borough_code", "Code of the borough that the ward lies in", pattern=ONS_CODE),
        Column(
            "weight",
            "number",
            "Share of the block's people in the ward; empty for all of them",
            unit="share",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        Column(
            "deprivation_score",
            "number",
            "Deprivation of the block, 0 to 100; a higher score is more deprived",
            unit="score",
        ),
        text("ward_name", "Name of the ward; never used to join", nullable=True),
        text("borough_name", "Name of the borough; never used to join", nullable=True),
    ),
    key=("block_code", "ward_code"),
)

BOROUGH_GAP = Table(
    "borough_gap",
    "The gap in life expectancy at birth inside each borough, from its wards' own life tables",
    (
        text("borough_code", "The publisher's code of the borough", pattern=ONS_CODE),
        SEX_APART,
        *PERIOD,
        text("base", "Base of the residents' estimates, such as census2021", pattern=SLUG),
        Column("wards", "integer", "Wards of the borough", minimum=1),
        Column("wards_withheld", "integer", "Wards whose life expectancy is withheld", minimum=0),
        years(
            "gap_years",
            "Slope index of inequality across wards by deprivation: life expectancy "
            "at the least deprived end minus that at the most deprived; empty when withheld",
        ),
        years("se_years", "Its standard error", minimum=0),
        years("lower95_years", "Lower 95% limit"),
        years("upper95_years", "Upper 95% limit"),
        text(
            "reason",
            "Code of the reason why the figures are withheld; empty when they are given",
            may_be_empty=True,
        ),
    ),
    key=("borough_code", "sex", "period_start", "period_end"),
    checks=(PERIOD_ORDER, interval(), reason_when_missing("gap_years")),
)
