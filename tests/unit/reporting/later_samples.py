"""The small invented place with later figures on three other areas."""

from __future__ import annotations

from typing import Any

import pandas as pd
from shapely.geometry import box
from tests.unit.reporting import samples

from gapwatch.reporting.evidence.case import Case
from gapwatch.study import Bridge, Study

BRIDGE = Bridge(
    geography="msoa2021",
    blocks="lsoa2021",
    up=("a",),
    across=("b",),
    reason="Figures after 2015 are for MSOAs",
)
MSOAS = ("E02000001", "E02000002", "E02000003")
CASTLE = samples.CODES[4]


def row(**changes: Any) -> dict[str, Any]:
    """One later gap of the headline."""
    return {
        "geography": "msoa2021",
        "measure": "west-v-castle",
        "sex": "male",
        "period_start": 2019,
        "period_end": 2023,
        "worse_years": 78.0,
        "worse_lower95_years": 77.0,
        "worse_upper95_years": 79.0,
        "worse_areas": 2,
        "worse_share_elsewhere": 0.1,
        "worse_share_outside": 0.0,
        "better_years": 83.0,
        "better_lower95_years": 82.0,
        "better_upper95_years": 84.0,
        "better_areas": 1,
        "better_share_elsewhere": 0.0,
        "better_share_outside": 0.4,
        "gap_years": 5.0,
        "se_years": 0.7,
        "lower95_years": 3.6,
        "upper95_years": 6.4,
        "basis_code": "best_fit_residents",
        "assumed_share": None,
        "reason": "",
        "flags": "Q04",
    } | changes


def study(bridge: Bridge = BRIDGE) -> Study:
    """The study with a bridge."""
    plain = samples.study()
    return plain.model_copy(
        update={"geography": plain.geography.model_copy(update={"bridges": (bridge,)})}
    )


def tables(*rows: dict[str, Any], outlines: bool = True) -> dict[str, pd.DataFrame]:
    """The tables with later figures; with the outlines of their areas or without."""
    found = samples.tables()
    life = found["life_expectancy"]
    extra = [
        life.iloc[0].to_dict()
        | {
            "geography": "msoa2021",
            "area_code": code,
            "area_name": f"Riverton 00{n}",
            "sex": sex,
            "period_start": 2019,
            "period_end": 2023,
            "life_expectancy_years": 80.0 + n,
            "lower95_years": 79.0 + n,
            "upper95_years": 81.0 + n,
        }
        for n, code in enumerate(MSOAS, 1)
        for sex in ("male", "female")
    ]
    found["life_expectancy"] = pd.concat([life, pd.DataFrame(extra)], ignore_index=True)
    found["bridge"] = pd.DataFrame(
        [
            {"geography": "msoa2021", "area_code": code, "zone": "west", "share_in_zone": 1.0}
            for code in MSOAS
        ]
    )
    found["bridge_side"] = pd.DataFrame(
        [
            {
                "geography": "msoa2021",
                "side": side,
                "area_code": MSOAS[n - 1],
                "area_name": f"Riverton 00{n}",
                "share_in_side": share,
                "counts": share > 0.5,
            }
            for n, side, share in (
                (1, "west", 1.0),
                (2, "west", 0.6),
                (3, CASTLE, 0.6),
                (3, "west", 0.4),
            )
        ]
    )
    found["bridged_gap"] = pd.DataFrame(list(rows) or [row()])
    if outlines:
        found["boundary"] = pd.DataFrame(
            [
                {
                    "geography": "msoa2021",
                    "area_code": code,
                    "area_name": code,
                    "area_km2": 1.0,
                    "outline_wkt": box(1000 * n, 0, 1000 * n + 1000, 1000).wkt,
                }
                for n, code in enumerate(MSOAS)
            ]
        )
    return samples.with_findings(study(), samples.facts(), found)


def case(*rows: dict[str, Any], outlines: bool = True) -> Case:
    """All of it together."""
    return samples.case(study(), samples.facts(), tables(*rows, outlines=outlines))
