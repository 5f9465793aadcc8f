"""Descriptions of small files, one a table, and what becomes of a file that they describe."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from gapwatch.errors import GapwatchError
from gapwatch.sources import registry as kinds
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource

DAY = dt.date(2026, 11, 29)
_ABOUT: dict[str, Any] = {
    "kind": "file",
    "next_expected": "none",
    "title": "invented",
    "publisher": "nobody",
    "attribution": "invented",
}
DEATHS: dict[str, Any] = _ABOUT | {
    "id": "deaths",
    "table": "deaths",
    "path": "deaths.csv",
    "header": ["Ward", "Sex"],
    "columns": {
        "area_code": "Ward",
        "area_name": "Ward",
        "sex": "Sex",
        "year": "Year",
        "age": "Age",
        "deaths_persons": "Deaths",
    },
    "constants": {"geography": "ward2011"},
    "units": {"deaths_persons": "persons"},
}
RESIDENTS: dict[str, Any] = _ABOUT | {
    "id": "residents",
    "table": "population",
    "path": "pop.csv",
    "header": ["Ward", "Sex"],
    "columns": {
        "area_code": "Ward",
        "area_name": "Ward",
        "sex": "Sex",
        "year": "Year",
        "age": "Age",
        "population_persons": "Pop",
    },
    "constants": {"geography": "ward2011", "base": "census2021"},
    "units": {"population_persons": "persons"},
}
TOTALS: dict[str, Any] = _ABOUT | {
    "id": "totals",
    "table": "population_deaths",
    "path": "people.csv",
    "header": ["Code", "Year"],
    "columns": {
        "area_code": "Code",
        "area_name": "Name",
        "year": "Year",
        "population_persons": "Pop",
    },
    "constants": {"geography": "ward2011"},
    "units": {"population_persons": "persons"},
}
PUBLISHED: dict[str, Any] = _ABOUT | {
    "id": "le",
    "table": "life_expectancy",
    "path": "le.csv",
    "header": ["Code", "Name"],
    "columns": {
        "area_code": "Code",
        "area_name": "Name",
        "sex": "Sex",
        "period": "Period",
        "life_expectancy_years": "LE",
        "lower95_years": "Lo",
        "upper95_years": "Hi",
    },
    "constants": {"geography": "ward2011"},
    "units": dict.fromkeys(("life_expectancy_years", "lower95_years", "upper95_years"), "years"),
}
ONE_A_ROW: dict[str, Any] = DEATHS | {
    "columns": {k: v for k, v in DEATHS["columns"].items() if k != "deaths_persons"},
    "constants": {"geography": "ward2011", "deaths_persons": "1"},
    "add_up": True,
}


def text(rows: str | Sequence[Sequence[str]]) -> bytes:
    """A CSV; a line of words is split at its blanks."""
    if isinstance(rows, str):
        rows = [line.split() for line in rows.strip().splitlines()]
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def read(
    about: dict[str, Any], content: bytes | str | Sequence[Sequence[str]], **changes: Any
) -> pd.DataFrame:
    sent = content if isinstance(content, bytes) else text(content)
    source = FileSource.model_validate(about | changes)
    return kinds.parse(source, (Payload("data", "file", source.format, sent),), DAY)[source.table]


def refused(
    about: dict[str, Any], content: bytes | str | Sequence[Sequence[str]], **changes: Any
) -> GapwatchError:
    with pytest.raises(GapwatchError) as caught:
        read(about, content, **changes)
    return caught.value
