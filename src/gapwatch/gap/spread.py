"""How far apart the areas of each kind are in the newest figures that are published for them.

It is what readers meet elsewhere: the lowest and the highest area, picked after the fact. A report
sets it beside its own gap only to say why the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pandas as pd

from gapwatch.contracts import SPREAD
from gapwatch.contracts.findings import Spread
from gapwatch.tables import canonical

LEAST_AREAS = 3


def spreads(life: pd.DataFrame) -> pd.DataFrame:
    """The table `spread`: a row a kind of area and sex, from published life expectancy.

    A kind with fewer than three areas that have a figure has no spread.
    """
    rows = [asdict(row) for row in _rows(life)]
    frame = pd.DataFrame(rows, columns=list(SPREAD.names))
    return canonical(SPREAD, frame, SPREAD.name)


def _rows(life: pd.DataFrame) -> Iterator[Spread]:
    given = life[life["life_expectancy_years"].notna()]
    for (geography, sex), mine in given.groupby(["geography", "sex"], sort=True):
        last = mine["period_end"].max()
        newest = mine[mine["period_end"] == last]
        newest = newest[newest["period_start"] == newest["period_start"].max()]
        if len(newest) < LEAST_AREAS:
            continue
        # Of equal figures the first by code, so that the same data name the same area.
        ordered = newest.sort_values(["life_expectancy_years", "area_code"], kind="stable")
        lowest, highest = ordered.iloc[0], ordered.iloc[-1]
        yield Spread(
            geography=str(geography),
            sex=str(sex),
            period_start=int(lowest["period_start"]),
            period_end=int(lowest["period_end"]),
            areas=len(newest),
            lowest_code=str(lowest["area_code"]),
            lowest_name=str(lowest["area_name"]),
            lowest_years=float(lowest["life_expectancy_years"]),
            highest_code=str(highest["area_code"]),
            highest_name=str(highest["area_name"]),
            highest_years=float(highest["life_expectancy_years"]),
            spread_years=float(highest["life_expectancy_years"] - lowest["life_expectancy_years"]),
        )
