"""Files of figures that are made, not given: rows that are counted, rates times their people.

Layouts are the publishers' own: the archives of data.police.uk, File 7 of the Indices of
Deprivation 2025, the ward tables of children in low-income families.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError as PydanticError

from gapwatch.errors import StudyError, ValidationError
from gapwatch.sources import registry
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource
from tests.realdata import folder
from tests.unit.sources.served import SAID

CRIME = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
NORTH, SOUTH, CAMDEN = "E01004718", "E01004761", "E01000835"


def crime(month: str, area: str, kind: str) -> str:
    name = {"": "", CAMDEN: "Camden 001A"}.get(area, f"Westminster {area[-3:]}")
    return (
        f"abc,{month},Metropolitan Police Service,Metropolitan Police Service,-0.2,51.5,"
        f"On or near High Street,{area},{name},{kind},Under investigation,"
    )


def archive(months: Mapping[str, Sequence[tuple[str, str]]]) -> tuple[Payload, ...]:
    """A custom download: a folder a month, and in it a file of each kind a force."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for month, crimes in months.items():
            text = "\n".join([CRIME, *(crime(month, *one) for one in crimes)]) + "\n"
            file.writestr(f"{month}/{month}-metropolitan-street.csv", text)
            file.writestr(f"{month}/{month}-metropolitan-outcomes.csv", "Crime ID,Month\n")
    return (Payload("data", "police.zip", "zip", made.getvalue()),)


def police(**changed: Any) -> FileSource:
    return FileSource.model_validate(
        {
            **SAID,
            "id": "street-crime",
            "kind": "file",
            "table": "area_figure",
            "path": "police.zip",
            "members": "[0-9-]{7}/[0-9-]{7}-metropolitan-street[.]csv",
            "header": ["Crime ID", "LSOA code"],
            "columns": {"area_code": "LSOA code", "area_name": "LSOA name", "period": "Month"},
            "keep_pattern": {"LSOA code": "E010047[0-9]{2}"},
            "constants": {"geography": "lsoa2021"},
            "figures": {"crimes": {}, "burglaries": {"rows": {"Crime type": ["Burglary"]}}},
            **changed,
        }
    )


TWO_MONTHS = {
    "2026-01": [(NORTH, "Burglary"), (NORTH, "Drugs"), (SOUTH, "Drugs"), ("", "Drugs")],
    "2026-02": [(NORTH, "Drugs"), (SOUTH, "Burglary"), (SOUTH, "Burglary"), (CAMDEN, "Burglary")],
}


def test_crimes_are_counted_by_area_month_and_kind_and_a_kind_that_is_absent_is_zero() -> None:
    table = registry.parse(police(), archive(TWO_MONTHS))["area_figure"]
    found = table.set_index(["figure", "period", "area_code"])["value"].to_dict()
    assert found == {
        ("crimes", "2026-01", NORTH): 2,
        ("crimes", "2026-01", SOUTH): 1,
        ("crimes", "2026-02", NORTH): 1,
        ("crimes", "2026-02", SOUTH): 2,
        ("burglaries", "2026-01", NORTH): 1,
        ("burglaries", "2026-01", SOUTH): 0,
        ("burglaries", "2026-02", NORTH): 0,
        ("burglaries", "2026-02", SOUTH): 2,
    }
    assert set(table["first_day"]) == {"2026-01-01", "2026-02-01"}


def test_months_are_added_up_where_the_figure_is_of_all_of_them() -> None:
    period = "Jan 2026 to Feb 2026"
    figures = {"burglaries": {"rows": {"Crime type": ["Burglary"]}, "period": period}}
    table = registry.parse(police(figures=figures), archive(TWO_MONTHS))["area_figure"]
    assert table.set_index("area_code")["value"].to_dict() == {NORTH: 1, SOUTH: 2}
    assert set(table["period"] + table["first_day"] + table["last_day"]) == {
        f"{period}2026-01-012026-02-28"
    }


@pytest.mark.parametrize(
    ("period", "expected", "found"),
    [
        ("Jan 2026 to Mar 2026", "every part of", "none from 2026-03-01"),
        ("Dec 2025 to Feb 2026", "every part of", "none from 2025-12-01"),
        ("2026-02", "rows of 2026-02 alone", "2026-01-01"),
    ],
)
def test_a_month_that_lacks_or_is_too_many_is_refused(
    period: str, expected: str, found: str
) -> None:
    figures = {"crimes": {"period": period}}
    with pytest.raises(ValidationError) as caught:
        registry.parse(police(figures=figures), archive(TWO_MONTHS))
    assert expected in caught.value.expected
    assert found in caught.value.found


def test_a_kind_of_crime_that_the_file_does_not_have_is_refused_and_never_zero() -> None:
    figures = {"burglaries": {"rows": {"Crime type": ["Burglaries"]}}}
    with pytest.raises(ValidationError, match="Burglaries"):
        registry.parse(police(figures=figures), archive(TWO_MONTHS))


def test_an_archive_without_the_files_is_refused_with_what_is_in_it() -> None:
    with pytest.raises(StudyError, match="2026-01-metropolitan-street"):
        registry.parse(police(members="[0-9-]{7}/city-of-london[.]csv"), archive(TWO_MONTHS))
    with pytest.raises(ValidationError, match="a zip"):
        registry.parse(police(), (Payload("data", "police.zip", "zip", b"<html></html>"),))


# The Indices of Deprivation: rates with the people that they are of.

DEPRIVATION = (
    "LSOA code (2021)",
    "LSOA name (2021)",
    "Local Authority District code (2024)",
    "Local Authority District name (2024)",
    "Index of Multiple Deprivation (IMD) Score",
    "Income Score (rate)",
    "Total population: mid 2022",
)


def deprivation(**changed: Any) -> FileSource:
    return FileSource.model_validate(
        {
            **SAID,
            "id": "iod-2025",
            "kind": "file",
            "table": "area_figure",
            "path": "File_7_IoD2025.csv",
            "header": ["LSOA code (2021)"],
            "columns": {"area_code": "LSOA code (2021)", "area_name": "LSOA name (2021)"},
            "keep": {"Local Authority District code (2024)": ["E09000033"]},
            "constants": {"geography": "lsoa2021"},
            "figures": {
                "income-deprived": {
                    "column": "Income Score (rate)",
                    "times": "Total population: mid 2022",
                    "period": "2022/23",
                },
                "residents-2022": {"column": "Total population: mid 2022", "period": "mid-2022"},
            },
            **changed,
        }
    )


def written(*rows: Sequence[object]) -> tuple[Payload, ...]:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([DEPRIVATION, *rows])
    return (Payload("data", "File_7_IoD2025.csv", "csv", text.getvalue().encode()),)


ROWS = (
    ("E01004718", "Westminster 004A", "E09000033", "Westminster", 40.1, 0.31, 1700),
    ("E01000001", "City of London 001A", "E09000001", "City of London", 8.7, 0.013, 1795),
)


def test_a_rate_times_its_people_is_a_count_of_them() -> None:
    table = registry.parse(deprivation(), written(*ROWS))["area_figure"]
    assert table.set_index("figure")["value"].to_dict() == {
        "income-deprived": pytest.approx(527),
        "residents-2022": 1700,
    }
    assert set(table["heading"]) == {"Income Score (rate)", "Total population: mid 2022"}


def test_a_count_without_its_people_is_missing() -> None:
    rows = ((*ROWS[0][:-1], ""), ROWS[1])
    table = registry.parse(deprivation(), written(*rows))["area_figure"]
    assert np.isnan(table["value"]).all()


def test_rates_as_published_for_westminster_make_as_many_people_as_can_be() -> None:
    """The file at hand has scores alone; its rates stay within 0 and 1 of any number of people."""
    content = (folder("deprivation") / "imd2025_england_lsoa21.csv").read_bytes()
    figures = {
        "income": {"column": "Income_score", "period": "2022/23"},
        "twice": {"column": "Income_score", "times": "Income_score", "period": "2022/23"},
    }
    source = deprivation(
        header=["lsoa21_code"],
        columns={"area_code": "lsoa21_code"},
        keep={},
        figures=figures,
    )
    table = registry.parse(source, (Payload("data", "a.csv", "csv", content),))["area_figure"]
    by_figure = table.pivot_table(index="area_code", columns="figure", values="value")
    assert by_figure["income"].between(0, 1).all()
    assert np.allclose(by_figure["income"] ** 2, by_figure["twice"])


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"a": {"times": "x", "period": "2021"}}, "a column beside times"),
        ({"a": {"column": "x", "rows": {"y": ["z"]}, "period": "2021"}}, "either a column or rows"),
        (
            {"a": {"column": "x", "times": "y", "lower95": "z", "period": "2021"}},
            "no limits of a figure that is multiplied",
        ),
        ({"a": {"column": "x", "period": "2021"}, "b": {"period": "2021"}}, "some of each"),
        ({"a": {"rows": {"y": []}, "period": "2021"}}, "at least 1"),
    ],
)
def test_a_figure_that_is_described_two_ways_is_refused(
    figures: dict[str, object], words: str
) -> None:
    with pytest.raises(PydanticError, match=words):
        deprivation(figures=figures)


def test_members_are_the_csv_files_of_a_zip_and_stand_alone() -> None:
    with pytest.raises(PydanticError, match="members alone"):
        police(member="a.csv")
    with pytest.raises(PydanticError, match="members alone"):
        police(format="xlsx")
