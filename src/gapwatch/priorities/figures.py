"""Published figures by area, ready to be added up: one array a figure, areas in order of code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.study import Study

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Figure:
    """One published figure in its newest period, by area of the study; NaN where it is missing.

    `elsewhere` are the geographies of other rows of the figure; `period` is as published.
    """

    name: str
    period: str
    first: dt.date
    last: dt.date
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    elsewhere: tuple[str, ...]

    @property
    def is_held(self) -> bool:
        """Whether any area of the study has a figure."""
        return bool(np.isfinite(self.value).any())


def areas_of(study: Study) -> tuple[str, ...]:
    """Codes of the study's areas, in their order."""
    return tuple(sorted(study.area_names))


def figures(study: Study, published: pd.DataFrame) -> dict[str, Figure]:
    """Every figure of the table `area_figure` by its name, in the newest period that it has."""
    codes = areas_of(study)
    found: dict[str, Figure] = {}
    for name, rows in published.groupby("figure", sort=True):
        mine = rows[(rows["geography"] == study.geography.vintage) & rows["area_code"].isin(codes)]
        others = rows.loc[rows["geography"] != study.geography.vintage, "geography"]
        dated = mine if len(mine) else rows
        newest = dated.sort_values(["last_day", "first_day"]).iloc[-1]
        if len(mine):
            at = (mine["last_day"] == newest["last_day"]) & (
                mine["first_day"] == newest["first_day"]
            )
            mine = mine[at]
        by_code = mine.set_index("area_code").reindex(codes)
        found[str(name)] = Figure(
            name=str(name),
            period=str(newest["period"]),
            first=dt.date.fromisoformat(str(newest["first_day"])),
            last=dt.date.fromisoformat(str(newest["last_day"])),
            value=by_code["value"].to_numpy(dtype=np.float64),
            lower=by_code["lower95"].to_numpy(dtype=np.float64),
            upper=by_code["upper95"].to_numpy(dtype=np.float64),
            elsewhere=tuple(sorted(set(others))),
        )
    return found
