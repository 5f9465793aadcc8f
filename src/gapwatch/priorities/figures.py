"""Published figures by area, ready to be added up: one array a figure, areas in order of code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.geography.bridge import chain
from gapwatch.study import Study

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PublishedFigure:
    """One published figure in its newest period, by area of the study; NaN where it is missing.

    `elsewhere` are the geographies of other rows of the figure; `period` is as published.
    `apportioned`: published for smaller areas and added up by lookups, which only counts may be.
    """

    name: str
    period: str
    first: dt.date
    last: dt.date
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    elsewhere: tuple[str, ...]
    apportioned: bool = False

    @property
    def is_held(self) -> bool:
        """Whether any area of the study has a figure."""
        return bool(np.isfinite(self.value).any())


def areas_of(study: Study) -> tuple[str, ...]:
    """Codes of the study's areas, in their order."""
    return tuple(sorted(study.area_names))


def figures(
    study: Study, published: pd.DataFrame, lookups: pd.DataFrame | None = None
) -> dict[str, PublishedFigure]:
    """Every figure of the table `area_figure` by its name, in the newest period that it has.

    What is published for smaller areas alone is added up by `lookups`, the table of that name,
    where a level of the study's own life tables says by which; an area with a part that is missing
    is missing itself.
    """
    codes = areas_of(study)
    at_home = published["geography"] == study.geography.vintage
    own = published[at_home & published["area_code"].isin(codes)]
    others = published[~at_home].groupby("figure")["geography"].unique()
    of_own = dict(iter(own.groupby("figure")))
    found: dict[str, PublishedFigure] = {}
    for name in sorted(published["figure"].unique()):
        mine = of_own.get(name)
        carried = None
        if mine is None:
            rows = published[published["figure"] == name]
            carried = _added_up(study, rows, lookups)
            mine = rows.iloc[:0] if carried is None else carried
            newest = _newest(rows if carried is None else carried)
        else:
            newest = _newest(mine)
            mine = mine[
                (mine["last_day"] == newest["last_day"])
                & (mine["first_day"] == newest["first_day"])
            ]
        place = {code: at for at, code in enumerate(mine["area_code"])}
        rows_of = [place.get(code, -1) for code in codes]
        value, lower, upper = (
            np.append(mine[column].to_numpy(dtype=np.float64), np.nan)[rows_of]
            for column in ("value", "lower95", "upper95")
        )
        found[str(name)] = PublishedFigure(
            name=str(name),
            period=str(newest["period"]),
            first=dt.date.fromisoformat(str(newest["first_day"])),
            last=dt.date.fromisoformat(str(newest["last_day"])),
            value=value,
            lower=lower,
            upper=upper,
            elsewhere=tuple(sorted(others.get(name, ()))),
            apportioned=carried is not None,
        )
    return found


def _newest(rows: pd.DataFrame) -> pd.Series:
    """A row of the newest period, the shorter of two that end on one day."""
    return rows.sort_values(["last_day", "first_day"]).iloc[-1]


def _added_up(
    study: Study, rows: pd.DataFrame, lookups: pd.DataFrame | None
) -> pd.DataFrame | None:
    """A figure of smaller areas by area of the study, in its newest period; None without a way.

    Each smaller area counts for the areas that the lookups lead to, by their weights.
    """
    newest = _newest(rows)
    kind = str(newest["geography"])
    paths = {
        level.geography: level.paths for level in (study.computed.levels if study.computed else ())
    }.get(study.geography.vintage, {})
    if lookups is None or kind not in paths:
        return None
    by_source = {str(name): part for name, part in lookups.groupby("source", sort=True)}
    if not set(paths[kind]) <= set(by_source):
        return None
    way = chain(
        by_source,
        f"{kind} to {study.geography.vintage}",
        kind,
        paths[kind],
        study.geography.vintage,
        {},
    )
    of_time = rows[
        (rows["geography"] == kind)
        & (rows["last_day"] == newest["last_day"])
        & (rows["first_day"] == newest["first_day"])
    ]
    values = of_time.set_index("area_code")["value"]
    if not set(values.index) <= way.from_codes:
        return None
    parts = way.pairs.assign(value=way.pairs["from_code"].map(values) * way.pairs["weight"])
    total = parts.groupby("to_code")["value"].sum(min_count=1)
    short = parts.groupby("to_code")["value"].apply(lambda part: part.isna().any())
    return pd.DataFrame(
        {
            "area_code": total.index,
            "period": newest["period"],
            "first_day": newest["first_day"],
            "last_day": newest["last_day"],
            "value": total.mask(short).to_numpy(),
            "lower95": np.nan,
            "upper95": np.nan,
        }
    )
