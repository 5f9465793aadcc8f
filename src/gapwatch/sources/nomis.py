"""Nomis: residents by area, sex and single year of age, with the proof that nobody is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import POPULATION, POPULATION_DEATHS
from gapwatch.sources import nomis_api
from gapwatch.sources.nomis_api import Known, nothing_known
from gapwatch.sources.payload import Payload
from gapwatch.study.source_base import Publishers
from gapwatch.study.sources import NomisSource

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

FIELDS = (
    "date",
    "geography_code",
    "geography_name",
    "gender",
    "c_age",
    "obs_value",
    "record_count",
)
TEXTS = ("geography_code", "geography_name")
OF = "areas, years, sexes and ages"
SEXES = {1: "male", 2: "female"}
FIRST_AGE, LAST_AGE = 101, 191  # Nomis's numbers for 0 and for 90 and over
_AGES = LAST_AGE - FIRST_AGE + 1
_OLDEST = _AGES - 1


def fetch(
    source: NomisSource, client: Client, publishers: Publishers, known: Known = nothing_known
) -> tuple[Payload, ...]:
    """Answers of the roles types, areas and data-0001 and on, as they were sent.

    Raises SourceError when not all rows come. Where the definition of the geography can't be had,
    areas are asked for by their codes, which `known` gives for a geography and its number of
    areas; then the first two answers are lacking.
    """
    base = nomis_api.base_of(source, publishers)
    sent, within, number = nomis_api.ask_areas(source, client, base, known)
    asked = {
        "geography": within,
        "date": ",".join(map(str, sorted(source.years))),
        "gender": "1,2",
        "c_age": f"{FIRST_AGE}...{LAST_AGE}",
    }
    rows = number * _cells(source)
    data = nomis_api.ask_data(source, client, base, asked, FIELDS, rows, texts=TEXTS, of=OF)
    return (*sent, *data)


def parse(source: NomisSource, payloads: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """Tables population, by single year of age to 90 and over, and population_deaths.

    The second holds all residents by area and year; its deaths are missing. Raises SourceError
    unless there is one row for every area, year, sex and age, and ValidationError for areas that
    aren't the ones the study expects.
    """
    frame, areas = nomis_api.read_data(source, payloads, FIELDS, _cells(source), texts=TEXTS, of=OF)
    asked: dict[str, set[Any]] = {
        "geography_code": areas,
        "date": set(source.years),
        "gender": set(SEXES),
        "c_age": set(range(FIRST_AGE, LAST_AGE + 1)),
    }
    where = f"{source.id}, all pages"
    nomis_api.require_complete(where, frame, asked, of="area, year, sex and age")
    return _tables(source, frame)


def _cells(source: NomisSource) -> int:
    return len(set(source.years)) * len(SEXES) * _AGES


def _tables(source: NomisSource, frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    names = frame["geography_name"].where(frame["geography_name"] != "", frame["geography_code"])
    age = frame["c_age"] - FIRST_AGE
    people = pd.DataFrame(
        {
            "geography": source.geography,
            "area_code": frame["geography_code"],
            "area_name": names,
            "sex": frame["gender"].map(SEXES),
            "year": frame["date"],
            "base": source.base,
            "age_start_years": age,
            "age_end_years": age.astype("Int64").mask(age == _OLDEST),
            "population_persons": frame["obs_value"],
        }
    )
    every = people.groupby(["geography", "area_code", "year"], as_index=False, sort=True).agg(
        area_name=("area_name", "first"), population_persons=("population_persons", "sum")
    )
    every["deaths_persons"] = pd.Series(pd.NA, index=every.index, dtype="Int64")
    return {
        POPULATION.name: tables.canonical(POPULATION, people, source.id),
        POPULATION_DEATHS.name: tables.canonical(POPULATION_DEATHS, every, source.id),
    }
