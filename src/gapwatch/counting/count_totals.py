"""Deaths and residents summed to areas beside those of the blocks, and the publisher's totals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gapwatch.contracts import CALENDAR_YEAR, COUNT_TOTAL, SEXES
from gapwatch.counting.blocks import BlockSeries
from gapwatch.counting.counts import Counts
from gapwatch.errors import ValidationError
from gapwatch.study import Study
from gapwatch.tables import canonical


def count_totals(
    study: Study,
    series: BlockSeries,
    levels: Mapping[str, Counts],
    inputs: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """The table `count_total`: a row for each kind of area, year and sex, differences in persons.

    Raises ValidationError where the publisher's totals of the place are two that differ.
    """
    published = inputs["population_deaths"]
    # The publisher may tell of the place twice, as two kinds of area, and leave out years.
    told_twice = published[published["area_code"] == study.study.area_code].groupby("year")[
        ["deaths_persons", "population_persons"]
    ]
    if not (told_twice.min().eq(told_twice.max()) | told_twice.min().isna()).all(axis=None):
        raise ValidationError(
            "population_deaths",
            expected=f"one total of {study.study.area_code} a year",
            found="two that differ",
            remedy="leave one of the two sources out",
        )
    mine = told_twice.first().astype("float64")
    # Published totals are of calendar years and their middles.
    comparable = series.year_ends == CALENDAR_YEAR
    rows = []
    for geography, counts in levels.items():
        for at, year in enumerate(series.years):
            dead, people = year.deaths.counts.sum(), year.residents.counts.sum()
            told = {
                name: float(mine[name].get(year.year, np.nan)) if comparable else np.nan
                for name in ("deaths_persons", "population_persons")
            }
            whole = year.deaths.part == 1.0
            for place, sex in enumerate(SEXES):
                summed = counts.person_years[:, place, at].sum() / year.deaths.part
                rows.append(
                    {
                        "geography": geography,
                        "sex": sex,
                        "year": year.year,
                        "year_ends": series.year_ends,
                        "base": year.base,
                        "deaths_difference_persons": counts.deaths[:, place, at].sum()
                        - year.deaths.counts[:, place].sum(),
                        "population_difference_persons": summed
                        - year.residents.counts[:, place].sum(),
                        "publisher_deaths_difference_persons": dead - told["deaths_persons"]
                        if whole
                        else np.nan,
                        "publisher_population_difference_share": people / told["population_persons"]
                        - 1.0,
                    }
                )
    return canonical(COUNT_TOTAL, pd.DataFrame(rows), COUNT_TOTAL.name)
