"""The tables that are made of other tables, so that the report only reads."""

from __future__ import annotations

import pandas as pd

from gapwatch.contracts import (
    AREA_STANDING,
    BRIDGE,
    COMPUTED_LIFE_EXPECTANCY,
    DECIDING_WINDOW,
    GAP,
    GAP_CHANGE,
    LEVELLING_DOWN,
    LIFE_EXPECTANCY,
    SPREAD,
    VERDICT,
)
from gapwatch.gap.area_standing import area_standings
from gapwatch.gap.bridged import names_of
from gapwatch.gap.deciding_windows import deciding_windows
from gapwatch.gap.levelling_down import levelling_down
from gapwatch.gap.spread import spreads
from gapwatch.study import Study

Frames = dict[str, pd.DataFrame]


def findings(study: Study, inputs: Frames, made: Frames, year: int) -> Frames:
    """What is said of other tables: standings and spreads of areas, windows of a deadline,
    levelling down.

    `inputs` has the figures that decide, and `made` the tables of the release; `year` is its own.
    """
    carried: dict[str, dict[str, str]] = {}
    if BRIDGE.name in made:
        areas = made[BRIDGE.name]
        for geography, mine in areas.groupby("geography", sort=True):
            names = names_of(inputs, str(geography))
            carried[str(geography)] = {c: names.get(c, c) for c in map(str, mine["area_code"])}
    tables = {
        AREA_STANDING.name: area_standings(
            study,
            inputs[LIFE_EXPECTANCY.name],
            carried,
            made.get(COMPUTED_LIFE_EXPECTANCY.name),
        ),
        SPREAD.name: spreads(inputs[LIFE_EXPECTANCY.name]),
        DECIDING_WINDOW.name: deciding_windows(study, made[VERDICT.name], made[GAP.name], year),
    }
    if GAP_CHANGE.name in made:
        tables[LEVELLING_DOWN.name] = levelling_down(made[GAP_CHANGE.name], made[GAP.name])
    return {name: frame for name, frame in tables.items() if len(frame)}
