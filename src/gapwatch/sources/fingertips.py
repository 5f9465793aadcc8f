"""OHID Fingertips: life expectancy by small area, and what is said of the indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapwatch import tables
from gapwatch.contracts import INDICATOR, LIFE_EXPECTANCY
from gapwatch.sources import fingertips_csv
from gapwatch.sources.fingertips_api import (
    csv_name,
    fetch,
    indicator,
    names,
    published_on,
    read_rows,
    require_areas,
)
from gapwatch.sources.fingertips_csv import COUNTRY
from gapwatch.sources.parsing import break_contract, words
from gapwatch.sources.payload import Payload
from gapwatch.study.source_base import AreaType
from gapwatch.study.sources import FingertipsSource

__all__ = ["fetch", "parse", "published_on"]
_SEXES = 2


def parse(source: FingertipsSource, payloads: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """Tables life_expectancy and indicator, from the pinned answers alone.

    Deaths and person-years stay missing: Fingertips doesn't say that its count and denominator
    are those. Raises SourceError for answers that make no sense, ValidationError for figures that
    break the contract, and for areas that aren't the ones the study expects.
    """
    where = csv_name(source)
    about = indicator(source, payloads)
    read, area_type = read_rows(source, payloads)
    frame = read.drop(columns="small")
    found = fingertips_csv.headline(frame, source.age, source.period_years, where)
    geography = _geographies(source, area_type, found, where)
    _require_in_bounds(found, where)
    _require_sexes(found, where)
    life = pd.DataFrame(
        {
            "geography": geography,
            "area_code": found["area_code"],
            "area_name": names(found, geography == area_type.geography),
            "best_fit_ward_code": None,
            "sex": found["sex"],
            "period_start": found["period_start"],
            "period_end": found["period_end"],
            "life_expectancy_years": found["value"],
            "lower95_years": found["lower"],
            "upper95_years": found["upper"],
            "deaths_persons": np.nan,
            "person_years": np.nan,
            "value_note": found["value_note"].map(lambda text: words(text) or None),
        }
    )
    return {
        LIFE_EXPECTANCY.name: tables.canonical(LIFE_EXPECTANCY, life, where),
        INDICATOR.name: about,
    }


def _geographies(
    source: FingertipsSource, area_type: AreaType, found: pd.DataFrame, where: str
) -> pd.Series:
    """The geography of every row; refuses areas that aren't the expected ones."""
    above = {COUNTRY: source.country_geography, source.parent_code: source.parent_geography}
    child = ~found["area_code"].isin(list(above))
    require_areas(area_type, found[child], where, each=_SEXES)
    return found["area_code"].map(above).fillna(area_type.geography)


def _require_in_bounds(found: pd.DataFrame, where: str) -> None:
    """Hold figures against the contract here, where the row of the publisher's file is known."""
    bounds = {column.name: column for column in LIFE_EXPECTANCY.columns}
    for name, column in (
        ("value", "life_expectancy_years"),
        ("lower", "lower95_years"),
        ("upper", "upper95_years"),
    ):
        low, high = bounds[column].minimum, bounds[column].maximum
        bad = ((found[name] < low) | (found[name] > high)).to_numpy(dtype=bool)
        if bad.any():
            at = found.iloc[int(np.flatnonzero(bad)[0])]
            break_contract(
                f"{where}, row {at['row']}, column {name.capitalize()}",
                f"{low:g} to {high:g} years",
                f"{at[name]:g}",
            )


def _require_sexes(found: pd.DataFrame, where: str) -> None:
    """In the whole country women live longer than men: else the sexes stand in each other's place.

    Small areas may differ by chance, so they aren't asked.
    """
    country = found[found["area_code"] == COUNTRY]
    for window, rows in country.groupby("period", sort=True):
        by_sex = rows.set_index("sex")["value"]
        if {"female", "male"} <= set(by_sex.index) and by_sex["female"] < by_sex["male"]:
            break_contract(
                f"{where}, {COUNTRY}, {window}",
                "females who live longer than males",
                f"{by_sex['female']:g} and {by_sex['male']:g} years",
            )
