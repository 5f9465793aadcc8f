"""Any Fingertips indicator as figures by area: limits, parts, years, and named refusals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError as PydanticError

from gapwatch.demo.replica import Replica
from gapwatch.errors import GapwatchError, SourceError, ValidationError
from gapwatch.sources import fingertips_figures, registry
from gapwatch.sources.payload import Payload
from gapwatch.study import FingertipsFigures
from tests.realdata import folder
from tests.unit.sources.fingertips_files import AREAS, HEADER
from tests.unit.sources.served import SAID, WORLD, client, publishers

NAME = "Reception: Prevalence of obesity (including severe obesity), 3-years data combined"
ADDRESS = (
    "https://fingertips.example/api/all_data/csv/by_indicator_id?indicator_ids=93105"
    "&child_area_type_id=3&parent_area_type_id=101&parent_area_code=E09000033"
)


def source(**changed: Any) -> FingertipsFigures:
    return FingertipsFigures.model_validate(
        {
            **SAID,
            "id": "reception-obesity",
            "kind": "fingertips",
            "table": "area_figure",
            "indicator": 93105,
            "parent_code": "E09000033",
            "area_types": [{"id": 3, "geography": "msoa2021", "expected_areas": len(AREAS)}],
            "age": "4-5 yrs",
            "of_two": "school",
            "figures": {"obesity": "value", "obese": "count", "measured": "denominator"},
            **changed,
        }
    )


def row(area: str, period: str = "2022/23 - 24/25", **changed: str) -> list[str]:
    told = dict.fromkeys(HEADER, "")
    told |= {
        "Indicator ID": "93105",
        "Indicator Name": NAME,
        "Parent Code": "E09000033",
        "Parent Name": "Westminster",
        "Area Code": area,
        "Area Name": "Westminster",
        "Area Type": "MSOA",
        "Sex": "Persons",
        "Age": "4-5 yrs",
        "Time period": period,
        "Value": "12.5",
        "Lower CI 95.0 limit": "9.1",
        "Upper CI 95.0 limit": "17",
        "Count": "25",
        "Denominator": "200",
        "Time period Sortable": f"{period[:4]}0000",
        "Time period range": "3y",
    }
    return list((told | changed).values())


def whole(**last: str) -> list[list[str]]:
    """Each area once; the last one with other cells."""
    return [*(row(area) for area in AREAS[:-1]), row(AREAS[-1], **last)]


def answers(
    rows: Sequence[Sequence[str]], unit: str = "%", year: str = "Academic"
) -> tuple[Payload, ...]:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    about = {
        "93105": {
            "Descriptive": {"Name": NAME},
            "Unit": {"Label": unit},
            "YearType": {"Name": year},
            "Polarity": {"Name": "RAG - Low is good"},
        }
    }
    changed = {"IndicatorId": 93105, "LastUploadedAt": "2026-02-03T10:00:00"}
    listed = [{"IndicatorId": 93105, "AreaTypeId": 3}]
    base = "https://fingertips.example/api"
    return (
        Payload("available", base, "json", json.dumps(listed).encode()),
        Payload("metadata", base, "json", json.dumps(about).encode()),
        Payload("changes", base, "json", json.dumps(changed).encode()),
        Payload("data", ADDRESS, "csv", text.getvalue().encode()),
    )


def test_value_limits_count_and_denominator_become_figures() -> None:
    table = registry.parse(source(), answers(whole()))["area_figure"]
    first = table[table["area_code"] == AREAS[0]].set_index("figure")
    assert first["value"].to_dict() == {"obesity": 12.5, "obese": 25, "measured": 200}
    assert first["lower95"].dropna().to_dict() == {"obesity": 9.1}
    assert first["upper95"].dropna().to_dict() == {"obesity": 17}
    assert set(table["geography"]) == {"msoa2021"}
    # Small areas bear their district's name in the publisher's file.
    assert set(table["area_name"]) == set(AREAS)
    assert set(table["first_day"] + table["last_day"]) == {"2022-09-012025-08-31"}
    assert set(table["heading"]) == {NAME, f"{NAME}; count", f"{NAME}; denominator"}


def test_each_period_is_kept_and_splits_and_other_sexes_are_not() -> None:
    rows = whole() + [row(area, "2021/22 - 23/24", Value="11.5") for area in AREAS]
    rows += [row(area, Sex="Male") for area in AREAS]
    split = {"Category Type": "Deprivation", "Category": "Most deprived"}
    rows += [row(area, **split) for area in AREAS]
    table = registry.parse(source(figures={"obesity": "value"}), answers(rows))["area_figure"]
    assert table.groupby("period")["value"].agg(["size", "max"]).to_dict("index") == {
        "2021/22 - 23/24": {"size": len(AREAS), "max": 11.5},
        "2022/23 - 24/25": {"size": len(AREAS), "max": 12.5},
    }


def test_what_is_withheld_is_missing_with_the_publishers_note() -> None:
    blank = dict.fromkeys(
        ("Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit", "Count", "Denominator"), ""
    )
    note = {"Value note": "Value suppressed for disclosure control due to small count"}
    table = registry.parse(source(), answers(whole(**blank, **note)))["area_figure"]
    last = table[table["area_code"] == AREAS[-1]]
    assert np.isnan(last["value"]).all()
    assert set(last["value_note"]) == set(note.values())


@pytest.mark.parametrize(
    ("last", "column", "expected", "found"),
    [
        ({"Value": "18"}, "Value", "a value inside its limits", "18"),
        ({"Value": ""}, "Value", "together with its limits", "limits alone"),
        ({"Upper CI 95.0 limit": ""}, "Value", "both limits or neither", "one of them"),
        (
            {"Value": "120", "Upper CI 95.0 limit": "130"},
            "Value",
            "a percentage from 0 to 100",
            "120",
        ),
        ({"Denominator": "0"}, "Denominator", "a denominator above 0", "0"),
        ({"Denominator": ""}, "Denominator", "a denominator above 0", "a blank"),
        ({"Count": "-1"}, "Count", "a count of at least 0", "-1"),
        ({"Area Code": "E02999999X"}, "Area Code", "E02", "E02999999X"),
        ({"Area Code": "E05000630"}, "Area Code", "E02", "E05000630"),
    ],
)
def test_a_figure_that_cannot_be_right_is_refused_with_its_row(
    last: dict[str, str], column: str, expected: str, found: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        registry.parse(source(), answers(whole(**last)))
    assert f"row {len(AREAS) + 1}, column {column}" in caught.value.where
    assert expected in caught.value.expected
    assert found in caught.value.found


def test_a_ratio_may_be_above_100() -> None:
    above = {"Value": "120", "Upper CI 95.0 limit": "130"}
    table = registry.parse(source(), answers(whole(**above), unit="Ratio"))["area_figure"]
    assert table["value"].max() == 200  # the denominator; 120 beside it
    assert 120 in table["value"].tolist()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sex": "Female"}, "Female"),
        ({"age": "10-11 yrs"}, "10-11 yrs"),
        ({"span": "1y"}, "1y"),
    ],
)
def test_rows_that_there_are_none_of_are_named_with_those_that_there_are(
    changed: dict[str, str], words: str
) -> None:
    with pytest.raises(SourceError) as caught:
        registry.parse(source(**changed), answers(whole()))
    assert caught.value.expected == words
    assert caught.value.found in ("Persons", "4-5 yrs", "3y")


@pytest.mark.parametrize(("year", "wanted"), [("Academic", "school"), ("Financial", "financial")])
def test_a_kind_of_year_that_is_not_the_publishers_is_refused(year: str, wanted: str) -> None:
    other = "financial" if wanted == "school" else "school"
    with pytest.raises(ValidationError, match=f'of_two = "{wanted}"'):
        registry.parse(source(of_two=other), answers(whole(), year=year))
    registry.parse(source(of_two=wanted), answers(whole(), year=year))


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ({"Time period Sortable": "20190000"}, "begins with 2022"),
        ({"Value": "12,5"}, "a number, or nothing"),
        ({"Indicator ID": "93107"}, "93107"),
        ({"Area Code": AREAS[0]}, "once"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(last: dict[str, str], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        registry.parse(source(), answers(whole(**last)))


@pytest.mark.parametrize("period", ["2022/25", "2022/23 Q1"])
def test_a_period_of_another_kind_is_refused_with_its_row(period: str) -> None:
    with pytest.raises(SourceError) as caught:
        registry.parse(source(), answers([row(area, period) for area in AREAS]))
    assert "row 2, column Time period" in caught.value.where
    assert period in caught.value.found


def test_an_area_that_lacks_is_refused() -> None:
    with pytest.raises(ValidationError, match="3 areas, as the study says"):
        registry.parse(source(), answers(whole()[:-1]))


def test_one_part_is_in_one_figure() -> None:
    with pytest.raises(PydanticError, match="one in two"):
        source(figures={"a": "value", "b": "value"})


def test_a_real_file_of_another_area_type_is_read_and_refused_for_its_areas() -> None:
    """Dementia, QOF, as published in today's 27 columns: no middle-layer areas are in it."""
    content = (folder("fingertips") / "all_data_csv_27_columns_indicator_247.csv").read_bytes()
    sent = {payload.role: payload for payload in answers(whole())}
    about = json.loads(sent["metadata"].content)["93105"]
    metadata = json.dumps({"247": about | {"YearType": {"Name": "Financial"}}}).encode()
    changed = json.dumps({"IndicatorId": 247}).encode()
    payloads = (
        Payload("metadata", "m", "json", metadata),
        Payload("changes", "c", "json", changed),
        Payload("data", ADDRESS.replace("93105", "247"), "csv", content),
    )
    asked = source(indicator=247, age="All ages", of_two="financial")
    with pytest.raises((SourceError, ValidationError)) as caught:
        registry.parse(asked, payloads)
    assert caught.value.found


def served_source(**changed: Any) -> FingertipsFigures:
    msoas = {"id": 3, "geography": "msoa2021", "expected_areas": len(WORLD.places.msoas)}
    return source(**{"parent_code": WORLD.code, "area_types": [msoas], **changed})


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(WORLD) as served:
        yield served


def pulled(replica: Replica) -> Any:
    with client() as asking:
        sent = fingertips_figures.fetch(served_source(), asking, publishers(replica))
    return fingertips_figures.parse(served_source(), sent)["area_figure"]


def test_figures_come_over_http_with_limits_around_each_value(replica: Replica) -> None:
    table = pulled(replica)
    value = table[table["figure"] == "obesity"]
    assert len(value) == len(WORLD.places.msoas) * 2
    assert value["value"].isna().sum() == 1
    known = value.dropna(subset=["value"])
    assert (known["lower95"] <= known["value"]).all()
    assert (known["value"] <= known["upper95"]).all()


@pytest.mark.parametrize(
    "fault", ["above-100", "denominator-zero", "outside-interval", "withdrawn", "column-renamed"]
)
def test_every_fault_of_fingertips_is_a_named_error(replica: Replica, fault: str) -> None:
    replica.fault(fault, on="fingertips")
    with pytest.raises(GapwatchError) as caught:
        pulled(replica)
    assert caught.value.found
