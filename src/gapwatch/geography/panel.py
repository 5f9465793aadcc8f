"""The areas of a study as arrays: one row a window, one column an area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.intervals import WIDTH_SE
from gapwatch.study import Study

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """Published life expectancy of one sex: W windows by A areas, NaN where none is published.

    `population` is the mean of each area's available mid-year populations, (A,), persons;
    `deprivation` its score, (A,); higher is more deprived, NaN where nothing ranks the areas. `se`
    comes from the 95% interval.
    """

    sex: str
    area_codes: tuple[str, ...]
    start: IntArray
    end: IntArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    population: FloatArray
    deprivation: FloatArray

    @property
    def se(self) -> FloatArray:
        """Standard errors, (W, A), from the published intervals, taken as normal."""
        return (self.upper - self.lower) / WIDTH_SE

    def columns(self, codes: tuple[str, ...]) -> IntArray:
        """Positions of areas."""
        return np.array([self.area_codes.index(code) for code in codes], dtype=np.int64)


def build_panel(study: Study, inputs: dict[str, pd.DataFrame], sex: str) -> Panel:
    """Arrange the study's areas for one sex; every window in which any area has a row is kept."""
    vintage = study.geography.vintage
    codes = tuple(area.code for area in study.geography.areas)
    return panel_of(
        inputs["life_expectancy"],
        vintage,
        codes,
        sex,
        population=_per_area(inputs["population_deaths"], vintage, codes, "population_persons"),
        deprivation=_deprivation(study, inputs["area_reference"], codes),
    )


def panel_of(
    published: pd.DataFrame,
    vintage: str,
    codes: tuple[str, ...],
    sex: str,
    *,
    population: FloatArray,
    deprivation: FloatArray,
) -> Panel:
    """Arrange areas of one vintage for one sex; `population` and `deprivation` are (A,)."""
    mine = published["area_code"].isin(codes) & (published["geography"] == vintage)
    # The windows are those of both sexes, so one missing for a sex shows as missing.
    windows = (
        published[mine][["period_start", "period_end"]]
        .drop_duplicates()
        .sort_values(["period_start", "period_end"])
    )
    rows = published[mine & (published["sex"] == sex)]
    window = pd.MultiIndex.from_frame(windows).get_indexer(
        pd.MultiIndex.from_frame(rows[["period_start", "period_end"]])
    )
    area = pd.Index(codes).get_indexer(pd.Index(rows["area_code"]))

    def grid(column: str) -> FloatArray:
        wide = np.full((len(windows), len(codes)), np.nan)
        wide[window, area] = rows[column].to_numpy(dtype=np.float64)
        return wide

    return Panel(
        sex=sex,
        area_codes=codes,
        start=windows["period_start"].to_numpy(dtype=np.int64),
        end=windows["period_end"].to_numpy(dtype=np.int64),
        value=grid("life_expectancy_years"),
        lower=grid("lower95_years"),
        upper=grid("upper95_years"),
        population=population,
        deprivation=deprivation,
    )


def _deprivation(study: Study, reference: pd.DataFrame, codes: tuple[str, ...]) -> FloatArray:
    by = study.geography.ranked_by
    if by is None:
        return np.full(len(codes), np.nan)
    return by.sign * _per_area(reference, study.geography.vintage, codes, by.column)


def _per_area(frame: pd.DataFrame, vintage: str, codes: tuple[str, ...], column: str) -> FloatArray:
    """Mean of the available values of each area; NaN where an area has none."""
    mine = frame[frame["geography"] == vintage]
    means = mine.groupby("area_code")[column].mean()
    return means.reindex(list(codes)).to_numpy(dtype=np.float64, na_value=np.nan)
