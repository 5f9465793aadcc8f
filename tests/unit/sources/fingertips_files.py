"""Answers of Fingertips made by hand for tests: three small areas, their borough, England."""

from __future__ import annotations

import csv
import io
import json

from gapwatch.sources.payload import Payload
from gapwatch.study import FingertipsSource

HEADER = [
    "Indicator ID",
    "Indicator Name",
    "Parent Code",
    "Parent Name",
    "Area Code",
    "Area Name",
    "Area Type",
    "Sex",
    "Age",
    "Category Type",
    "Category",
    "Time period",
    "Value",
    "Lower CI 95.0 limit",
    "Upper CI 95.0 limit",
    "Lower CI 99.8 limit",
    "Upper CI 99.8 limit",
    "Count",
    "Denominator",
    "Value note",
    "Recent Trend",
    "Compared to England value or percentiles",
    "Compared to Lower tier LAs value or percentiles",
    "Time period Sortable",
    "New data",
    "Compared to goal",
    "Time period range",
]
ADDRESS = (
    "https://fingertips.example/api/all_data/csv/by_indicator_id"
    "?indicator_ids=93283&child_area_type_id=3&parent_area_type_id=101&parent_area_code=E09000033"
)
AREAS = ("E02000960", "E02000961", "E02000962")
NAME = "Life expectancy at birth, (upper age band 90 and over)"
LEVELS = {"Female": 84.5, "Male": 80.25, "Persons": 82.0}


def source(**changes: object) -> FingertipsSource:
    return FingertipsSource.model_validate(
        {
            "id": "life",
            "kind": "fingertips",
            "table": "life_expectancy",
            "next_expected": "-",
            "title": "Life expectancy",
            "publisher": "OHID",
            "attribution": "-",
            "indicator": 93283,
            "area_types": [{"id": 3, "geography": "msoa2021", "expected_areas": len(AREAS)}],
            "parent_code": "E09000033",
            **changes,
        }
    )


def row(code: str, sex: str, *, parent: str = "E09000033", **cells: str) -> dict[str, str]:
    """One row of HEADER's columns; `cells` by name with underscores for blanks."""
    kinds = {"E92000001": "England", "E09000033": "Lower tier LAs"}
    value = LEVELS[sex] + int(code[-2:]) / 10
    made = dict.fromkeys(HEADER, "") | {
        "Indicator ID": "93283",
        "Indicator Name": NAME,
        "Parent Code": parent,
        "Area Code": code,
        "Area Name": "Westminster" if code[:3] == "E02" else kinds[code],
        "Area Type": kinds.get(code, "MSOA"),
        "Sex": sex,
        "Age": "All ages",
        "Time period": "2016 - 20",
        "Value": repr(value),
        "Lower CI 95.0 limit": repr(value - 2),
        "Upper CI 95.0 limit": repr(value + 2),
        "Time period Sortable": "20160000",
        "Time period range": "5y",
    }
    return made | {name.replace("_", " "): text for name, text in cells.items()}


def rows() -> list[dict[str, str]]:
    """England twice, a split of it, the borough, the small areas; each sex and both together."""
    found = []
    for sex in LEVELS:
        found += [
            row("E92000001", sex, parent=""),
            row("E92000001", sex, parent="E92000001"),
            row("E92000001", sex, parent="E92000001", Category_Type="Deciles", Category="Most"),
            row("E09000033", sex, parent="E92000001"),
            *(row(code, sex) for code in AREAS),
        ]
    return found


def at(table: list[dict[str, str]], code: str, sex: str) -> dict[str, str]:
    """The first row of an area and sex, to be changed in place."""
    return next(item for item in table if (item["Area Code"], item["Sex"]) == (code, sex))


def written(
    table: list[dict[str, str]], header: list[str] | None = None, line_end: str = "\r\n"
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header or HEADER, extrasaction="ignore", lineterminator=line_end)
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()


def metadata(**changes: object) -> dict[str, object]:
    return {
        "Descriptive": {"Name": NAME},
        "Unit": {"Label": "Years"},
        "Polarity": {"Id": 1, "Name": "RAG - High is good"},
        **changes,
    }


def payloads(
    data: bytes, *, about: object = None, changed: object = None, address: str = ADDRESS
) -> tuple[Payload, ...]:
    told = {"93283": metadata()} if about is None else about
    uploaded = {"IndicatorId": 93283, "LastUploadedAt": "2025-10-07T10:30:00"}
    return (
        Payload("available", "-", "json", b"[]"),
        Payload("metadata", "-", "json", json.dumps(told).encode()),
        Payload("changes", "-", "json", json.dumps(changed or uploaded).encode()),
        Payload("data", address, "csv", data),
    )
