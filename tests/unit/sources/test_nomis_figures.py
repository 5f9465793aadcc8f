"""Figures of Nomis: cells by the publisher's own words, whole over pages, and named refusals.

Answers are written here as Nomis lays them out, so that no test rests on what our replica makes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError as PydanticError

from gapwatch.contracts import SLUG
from gapwatch.demo.replica import Replica
from gapwatch.errors import GapwatchError, SourceError, ValidationError
from gapwatch.sources import nomis_figures, registry
from gapwatch.sources.payload import Payload
from gapwatch.study import NomisFigures
from tests.unit.sources.served import SAID, WORLD, client, publishers

LSOAS = WORLD.places.lsoas21
AREAS = ("E01004646", "E01004647")
HEALTH = {
    "0": "Total: All usual residents",
    "4": "Bad health",
    "5": "Very bad health",
}
HEADER = (
    "DATE",
    "GEOGRAPHY_CODE",
    "GEOGRAPHY_NAME",
    "C2021_HEALTH_6",
    "OBS_VALUE",
    "OBS_STATUS",
    "OBS_STATUS_NAME",
    "RECORD_COUNT",
)


def source(**changed: Any) -> NomisFigures:
    return NomisFigures.model_validate(
        {
            **SAID,
            "id": "census-health",
            "kind": "nomis",
            "table": "area_figure",
            "dataset": "NM_2055_1",
            "area_type": "2021 super output areas - lower layer",
            "parent_code": "E09000033",
            "geography": "lsoa2021",
            "expected_areas": len(AREAS),
            "dates": ["2021"],
            "figures": {
                "residents": {"c2021_health_6": "Total: All usual residents"},
                "bad-health": {"c2021_health_6": "Bad health"},
            },
            **changed,
        }
    )


def codes(told: Mapping[str, str], notes: str = "") -> bytes:
    """A list of codes as Nomis writes it in SDMX-JSON."""
    made = []
    for value, name in told.items():
        code: dict[str, Any] = {"value": value, "description": {"value": name, "lang": "en"}}
        if notes:
            note = {"annotationtitle": notes, "annotationtext": name}
            code["annotations"] = {"annotation": [note]}
        made.append(code)
    return json.dumps({"structure": {"codelists": {"codelist": [{"code": made}]}}}).encode()


def overview(*dimensions: str) -> bytes:
    parts = [{"conceptref": name} for name in ("GEOGRAPHY", *dimensions, "MEASURES")]
    families = {"keyfamily": [{"id": "NM_2055_1", "components": {"dimension": parts}}]}
    return json.dumps({"structure": {"keyfamilies": families}}).encode()


def answers(
    rows: Sequence[Sequence[object]],
    *,
    header: Sequence[str] = HEADER,
    cells: Mapping[str, str] = HEALTH,
    dates: Mapping[str, str] | None = None,
    dimensions: Sequence[str] = ("C2021_HEALTH_6",),
) -> tuple[Payload, ...]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    base = "https://www.nomisweb.co.uk/api/v01/dataset/NM_2055_1"
    return (
        Payload("types", base, "json", codes({"151": "2021 super output areas - lower layer"})),
        Payload(
            "areas",
            f"{base}/geography/E09000033TYPE151",
            "json",
            codes(dict(enumerate(AREAS)), "GeogCode"),  # type: ignore[arg-type]
        ),
        Payload("dataset", base, "json", overview(*dimensions)),
        Payload("dates", base, "json", codes(dates or {"2021": "2021"})),
        Payload("cells-c2021-health-6", base, "json", codes(cells)),
        Payload("data-0001", f"{base}.data.csv", "csv", text.getvalue().encode()),
    )


def row(area: str, cell: int, value: object, status: str = "A", **changed: object) -> list[object]:
    name = "Normal Value" if status == "A" else "These figures are missing."
    told = [2021, area, f"Westminster {area[-3:]}", cell, value, status, name, 4]
    for at, new in changed.items():
        told[HEADER.index(at.upper())] = new
    return told


ROWS = [
    row(AREAS[0], 0, 1700),
    row(AREAS[0], 4, 61),
    row(AREAS[1], 0, 1500),
    row(AREAS[1], 4, 48),
]


def test_each_cell_becomes_a_figure_with_nomis_own_words_for_it() -> None:
    table = registry.parse(source(), answers(ROWS))["area_figure"]
    found = table.set_index(["figure", "area_code"])["value"]
    assert found.to_dict() == {
        ("residents", AREAS[0]): 1700,
        ("residents", AREAS[1]): 1500,
        ("bad-health", AREAS[0]): 61,
        ("bad-health", AREAS[1]): 48,
    }
    assert set(table["heading"]) == {"Total: All usual residents", "Bad health"}
    assert set(table["period"] + table["first_day"] + table["last_day"]) == {
        "20212021-01-012021-12-31"
    }
    assert table["lower95"].isna().all()
    assert table["value_note"].isna().all()


def test_the_order_of_rows_and_of_columns_makes_no_difference() -> None:
    told = registry.parse(source(), answers(ROWS))["area_figure"]
    turned = [list(reversed(each)) for each in reversed(ROWS)]
    found = registry.parse(source(), answers(turned, header=HEADER[::-1]))["area_figure"]
    assert found.equals(told)


def test_words_differ_in_capitals_and_blanks_without_harm_and_numbers_do_as_well() -> None:
    told = registry.parse(source(), answers(ROWS))["area_figure"]
    for words in ("total:all  usual residents", "0"):
        figures = {"residents": {"c2021_health_6": words}, "bad-health": {"c2021_health_6": "4"}}
        found = registry.parse(source(figures=figures), answers(ROWS))["area_figure"]
        assert found.equals(told)


def test_a_value_that_nomis_says_is_missing_is_missing_and_never_zero() -> None:
    rows = [*ROWS[:3], row(AREAS[1], 4, "", "Q")]
    table = registry.parse(source(), answers(rows))["area_figure"]
    last = table[(table["figure"] == "bad-health") & (table["area_code"] == AREAS[1])].iloc[0]
    assert np.isnan(last["value"])
    assert last["value_note"] == "These figures are missing."


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*ROWS[:3], row(AREAS[1], 4, "")], "a blank, which is not zero"),
        ([*ROWS[:3], row(AREAS[1], 4, "n/a")], "'n/a'"),
        (ROWS[:3], "4 rows"),
        ([*ROWS[:3], ROWS[0]], "each area, date and cell once"),
        ([*ROWS[:3], row("E01009999", 4, 48)], "what was asked for and nothing else"),
        ([*ROWS[:3], row(AREAS[1], 5, 48)], "what was asked for and nothing else"),
        ([*ROWS[:3], row(AREAS[1], 4, 48, date=2011)], "what was asked for and nothing else"),
        ([*ROWS[:3], row(AREAS[1], 4, 48, record_count=8)], "4 rows in all"),
    ],
)
def test_figures_that_are_not_all_there_are_refused(rows: list[list[object]], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        registry.parse(source(), answers(rows))


@pytest.mark.parametrize(
    ("changed", "expected", "found", "remedy"),
    [
        (
            {"figures": {"a": {"c2021_heath_6": "Bad health"}}},
            "a dimension of NM_2055_1: c2021_health_6",
            "'c2021_heath_6'",
            "'c2021_health_6'",
        ),
        (
            {"figures": {"a": {"c2021_health_6": "Poor health"}}},
            "Very bad health",
            "'Poor health'",
            "health'",
        ),
        (
            {"figures": {"a": {"c2021_health_6": "17"}}},
            "a cell of it",
            "'17'",
            "figures.a.c2021_health_6",
        ),
        ({"dates": ["2031"]}, "the last of them 2021", "'2031'", "'2021'"),
    ],
)
def test_words_that_nomis_does_not_have_are_named_with_the_nearest(
    changed: dict[str, object], expected: str, found: str, remedy: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        registry.parse(source(**changed), answers(ROWS))
    assert expected in caught.value.expected
    assert found in caught.value.found
    assert remedy in caught.value.remedy
    assert caught.value.where.startswith("sources, census-health")


def test_a_dimension_that_the_study_leaves_out_is_refused_by_name() -> None:
    """Nomis would give every one of its cells."""
    sent = answers(ROWS, dimensions=("C2021_HEALTH_6", "RURAL_URBAN"))
    with pytest.raises(ValidationError, match="none of rural_urban"):
        registry.parse(source(), sent)


def test_two_cells_with_one_name_are_told_apart_by_number_alone() -> None:
    twice = {**HEALTH, "40": "bad health"}
    with pytest.raises(ValidationError, match="its number"):
        registry.parse(source(), answers(ROWS, cells=twice))


@pytest.mark.parametrize(
    ("dates", "asked", "span"),
    [
        ({"2026-05": "May 2026", "2026-06": "June 2026"}, "2026-06", ("2026-06-01", "2026-06-30")),
        (
            {"2024-12": "Jan 2024-Dec 2024", "2025-12": "Jan 2025-Dec 2025"},
            "2025-12",
            ("2025-01-01", "2025-12-31"),
        ),
        ({"2026-06": "June 2026", "2011-12": "December 2011"}, "2026-06", ("2026-06-01",)),
    ],
)
def test_the_latest_date_is_the_one_that_ends_last(
    dates: dict[str, str], asked: str, span: tuple[str, ...]
) -> None:
    rows = [[asked, *each[1:]] for each in ROWS]
    table = registry.parse(source(dates=["latest"]), answers(rows, dates=dates))["area_figure"]
    assert set(table["period"]) == {dates[asked]}
    first = table.iloc[0]
    assert (first["first_day"], first["last_day"])[: len(span)] == span


def test_a_date_of_another_kind_is_refused_with_what_can_be_read() -> None:
    with pytest.raises(SourceError, match="Spring quarter"):
        registry.parse(source(), answers(ROWS, dates={"2021": "Spring quarter 2021"}))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"figures": {}}, "at least 1"),
        ({"figures": {"a": {"geography": "x"}}}, "dimensions of the dataset beside area"),
        ({"figures": {"a": {"sex": "x"}, "b": {"age": "y"}}}, "the same dimensions for each"),
        ({"figures": {"a": {"sex": "x"}, "b": {"sex": "x"}}}, "another cell for each"),
        ({"figures": {"a": {}}}, "a cell of each dimension"),
        ({"dates": ["2021", "2021"]}, "each of dates once"),
        ({"dataset": "TS054"}, "NM_"),
    ],
)
def test_a_description_that_is_not_whole_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(PydanticError, match=words):
        source(**changed)


# Over HTTP, from the replica.

CELLS = 150


def served_source(**changed: Any) -> NomisFigures:
    told = {
        "parent_code": WORLD.code,
        "expected_areas": len(LSOAS),
        "dataset": "NM_162_1",
        "dates": ["latest"],
        "cells": {"gender": "Total", "age": "All categories: Age 16+"},
        "figures": {"claimants": {"measure": "Claimant count"}},
    }
    return source(**{**told, **changed})


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(WORLD, cells=CELLS) as served:
        yield served


def fetched(replica: Replica, asked: NomisFigures) -> tuple[Payload, ...]:
    with client() as asking:
        return nomis_figures.fetch(asked, asking, publishers(replica))


def test_the_latest_month_is_asked_for_by_its_date_and_named_by_its_words(
    replica: Replica,
) -> None:
    sent = fetched(replica, served_source())
    (data,) = [payload for payload in sent if payload.role == "data-0001"]
    assert "date=2026-10" in data.address
    assert all(re.fullmatch(SLUG, payload.role) for payload in sent), "a pin takes no other role"
    table = nomis_figures.parse(served_source(), sent)["area_figure"]
    assert len(table) == len(LSOAS)
    assert set(table["period"]) == {"October 2026"}
    assert (table["value"] % 5 == 0).all()


def test_more_cells_than_one_answer_holds_come_on_pages(replica: Replica) -> None:
    """One cell over the limit of guests is one page more, cut off without a word otherwise."""
    tenure = served_source(
        dataset="NM_2072_1",
        dates=["2021"],
        cells={},
        figures={"a": {"c2021_tenure_9": "Social rented"}, "b": {"c2021_tenure_9": "Owned"}},
    )
    whole = nomis_figures.parse(tenure, fetched(replica, tenure))["area_figure"]
    assert len(whole) == len(LSOAS) * 2
    replica.cells = len(LSOAS) * 2 - 1
    sent = fetched(replica, tenure)
    assert [p.role for p in sent if p.role.startswith("data-")] == ["data-0001", "data-0002"]
    assert nomis_figures.parse(tenure, sent)["area_figure"].equals(whole)
    replica.fault("page-missing", on="nomis")
    with pytest.raises(GapwatchError):
        fetched(replica, tenure)


@pytest.mark.parametrize(
    "fault",
    ["empty", "html", "400-text", "header-only", "cell-renamed", "dimension-new", "row-repeated"],
)
def test_every_fault_of_nomis_is_a_named_error(replica: Replica, fault: str) -> None:
    replica.fault(fault, on="nomis")
    with pytest.raises(GapwatchError) as caught:
        nomis_figures.parse(served_source(), fetched(replica, served_source()))
    assert caught.value.found


def test_residents_of_working_age_are_those_of_the_single_years(replica: Replica) -> None:
    people = served_source(
        dataset="NM_2014_1",
        dates=["2022"],
        cells={"gender": "Total"},
        figures={"residents-16-64": {"c_age": "Aged 16 to 64"}},
    )
    table = nomis_figures.parse(people, fetched(replica, people))["area_figure"]
    year = WORLD.years.index(2022)
    told = [int(WORLD.population[at, year, :, 16:65].sum()) for at in range(len(LSOAS))]
    by_code = table.set_index("area_code")["value"]
    assert [by_code[lsoa.code] for lsoa in LSOAS] == told


def test_a_cell_that_nomis_withholds_is_missing_in_one_area_alone(replica: Replica) -> None:
    replica.cells = 25_000
    replica.fault("cell-missing", on="nomis")
    table = nomis_figures.parse(served_source(), fetched(replica, served_source()))["area_figure"]
    assert table["value"].isna().sum() == 1
    assert table.loc[table["value"].isna(), "value_note"].tolist() == ["These figures are missing."]
