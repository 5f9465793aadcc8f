"""Figures from described files: named columns among many, and counts of smaller areas."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError as PydanticError
from tests.realdata import folder

from gapwatch.errors import ValidationError
from gapwatch.priorities.figures import figures
from gapwatch.priorities.tables import priorities
from gapwatch.sources import registry
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, Study

Frames = dict[str, pd.DataFrame]
SAID = {
    "kind": "file",
    "table": "area_figure",
    "next_expected": "Not before the next census.",
    "title": "Households",
    "publisher": "Office for National Statistics",
    "attribution": "Source: Office for National Statistics.",
}
# The layout of the Census 2021 tables that Nomis gives as zipped CSV, here TS054.
HEADER = (
    "date,geography,geography code,Tenure of household: Total: All households,"
    "Tenure of household: Owned,Tenure of household: Social rented"
)


def census(**changes: object) -> FileSource:
    described = {
        "id": "census-tenure",
        "address": "https://www.nomisweb.co.uk/output/census/2021/census2021-ts054.zip",
        "member": "census2021-ts054-lsoa.csv",
        "header": ["geography code"],
        "columns": {"area_code": "geography code", "area_name": "geography", "period": "date"},
        "keep_pattern": {"geography code": "E0100474[67]"},
        "constants": {"geography": "lsoa2021"},
        "figures": {
            "households-2021": {"column": "Tenure of household: Total: All households"},
            "social-rented-2021": {"column": "Tenure of household: Social rented"},
        },
    }
    return FileSource.model_validate({**SAID, **described, **changes})


def zipped(*rows: str) -> tuple[Payload, ...]:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("census2021-ts054-lsoa.csv", "\n".join((HEADER, *rows)) + "\n")
    return (Payload("data", "https://example.org/ts054.zip", "zip", made.getvalue()),)


ROWS = (
    "2021,Westminster 001A,E01004746,700,200,300",
    "2021,Westminster 001B,E01004747,600,250,100",
    "2021,Camden 001A,E01000835,500,100,100",
)


def test_named_columns_become_figures_with_their_time() -> None:
    table = registry.parse(census(), zipped(*ROWS))["area_figure"]
    assert list(table["figure"]) == ["households-2021", "social-rented-2021"] * 2
    assert list(table["value"]) == [700, 300, 600, 100]
    assert set(table["first_day"] + table["last_day"]) == {"2021-01-012021-12-31"}
    assert set(table["heading"]) == {
        "Tenure of household: Total: All households",
        "Tenure of household: Social rented",
    }


def test_a_mark_is_missing_where_it_is_named_and_refused_where_it_is_not() -> None:
    rows = ("2021,Westminster 001A,E01004746,700,200,c", ROWS[1])
    with pytest.raises(ValidationError) as caught:
        registry.parse(census(), zipped(*rows))
    assert "row 2, column 'Tenure of household: Social rented'" in caught.value.where
    assert "missing" in caught.value.remedy
    table = registry.parse(census(missing=["", "c"]), zipped(*rows))["area_figure"]
    assert np.isnan(table["value"].iloc[1])


def test_a_time_that_cannot_be_read_is_refused_with_its_row() -> None:
    with pytest.raises(ValidationError) as caught:
        registry.parse(census(), zipped("lately" + ROWS[0][4:]))
    assert "row 2, period" in caught.value.where
    assert "'lately'" in caught.value.found


def test_an_area_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="once"):
        registry.parse(census(), zipped(ROWS[0], ROWS[0]))


def test_a_column_that_is_gone_is_named_with_the_nearest() -> None:
    source = census(figures={"a": {"column": "Tenure of household: Social renting"}})
    with pytest.raises(ValidationError, match="Social rented"):
        registry.parse(source, zipped(*ROWS))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"figures": {}}, "figures, or columns.figure for a file with a figure in each row"),
        ({"columns": {"period": "date"}}, "columns.area_code"),
        ({"constants": {}}, "constants.geography"),
        ({"columns": {"area_code": "geography code"}}, "a period for each figure"),
        ({"columns": {"area_code": "geography code", "sex": "x", "period": "date"}}, "alone"),
    ],
)
def test_a_description_that_is_not_whole_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(PydanticError, match=words):
        census(**changes)


def test_ten_columns_of_the_ward_atlas_are_read_from_its_946(inputs: Frames) -> None:
    content = (folder("gla") / "ward-atlas-data.csv").read_bytes()
    shipped = inputs["area_figure"]
    wanted = shipped.drop_duplicates("figure").set_index("figure").sort_index().iloc[::9]
    header = content.decode("cp1252").splitlines()[0]
    assert header.count(",") > 900
    source = FileSource.model_validate(
        {
            **SAID,
            "id": "ward-atlas",
            "path": "ward-atlas-data.csv",
            "encoding": "cp1252",
            "header": ["New Code"],
            "columns": {"area_code": "New Code", "area_name": "Names"},
            "keep_pattern": {"New Code": "E050006(3[0-9]|4[0-9])"},
            "constants": {"geography": "ward2011"},
            "missing": ["", "n/a"],
            "figures": {
                name: {"column": _full(content, row.heading), "period": "2011"}
                for name, row in wanted.iterrows()
            },
        }
    )
    read = registry.parse(source, (Payload("data", "ward-atlas-data.csv", "csv", content),))
    found = read["area_figure"].set_index(["figure", "area_code"])["value"]
    mine = shipped[shipped["figure"].isin(wanted.index)].set_index(["figure", "area_code"])
    assert len(found) == 20 * len(wanted)
    assert found.sort_index().equals(mine["value"].sort_index())


def _full(content: bytes, heading: str) -> str:
    """The heading as the file has it, with the separator that some end on."""
    names = pd.read_csv(io.BytesIO(content), encoding="cp1252", nrows=1, header=None).iloc[0]
    plain = [" ".join(str(name).split()) for name in names]
    return next(name for name in plain if name.rstrip(";").strip() == heading)


LOOKUP = pd.DataFrame(
    {
        "source": ["lsoa2011-to-lsoa2021"] * 3 + ["lsoa2011-to-ward2011"] * 3,
        "from_geography": "lsoa2011",
        "from_code": ["E01000001", "E01000002", "E01000003"] * 2,
        "to_geography": ["lsoa2021"] * 3 + ["ward2011"] * 3,
        "to_code": ["E01000001", "E01000002", "E01000002", "E05000630", "E05000630", "E05000631"],
        "weight": 1.0,
        "from_name": None,
        "to_name": None,
    }
)


def small(values: dict[str, float], figure: str = "people") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "geography": "lsoa2021",
            "area_code": list(values),
            "area_name": list(values),
            "figure": figure,
            "period": "2021",
            "first_day": "2021-01-01",
            "last_day": "2021-12-31",
            "value": list(values.values()),
            "lower95": np.nan,
            "upper95": np.nan,
        }
    )


def test_counts_of_smaller_areas_are_added_up_by_the_lookups_of_the_study(study: Study) -> None:
    found = figures(study, small({"E01000001": 30.0, "E01000002": 10.0}), LOOKUP)["people"]
    assert found.apportioned
    assert found.value[:2].tolist() == [35.0, 5.0]
    assert np.isnan(found.value[2:]).all()


def test_a_part_that_is_missing_makes_its_area_missing(study: Study) -> None:
    found = figures(study, small({"E01000001": np.nan, "E01000002": 10.0}), LOOKUP)["people"]
    assert np.isnan(found.value[0])
    assert found.value[1] == 5.0


def test_without_a_way_smaller_areas_are_of_another_vintage(study: Study) -> None:
    rows = small({"E01000001": 30.0, "E01000002": 10.0})
    assert not figures(study, rows, None)["people"].apportioned
    assert not figures(study, rows.assign(geography="oa2021"), LOOKUP)["people"].apportioned
    strange = small({"E01009999": 30.0})
    assert not figures(study, strange, LOOKUP)["people"].apportioned


def test_percentages_of_smaller_areas_are_never_added_up(study: Study, inputs: Frames) -> None:
    one = next(each for each in study.indicators if each.id == "bad-health")
    changed = type(one).model_validate(
        {**one.model_dump(), "numerator": ("share",), "combine": "weight:people"}
    )
    rows = pd.concat(
        [
            small({"E01000001": 30.0, "E01000002": 10.0}),
            small({"E01000001": 3.0, "E01000002": 1.0}, "share"),
        ]
    )
    only = study.model_copy(update={"indicators": (changed,), "localities": None})
    found = priorities(only, {**inputs, "area_figure": rows, "lookup": LOOKUP}, None)
    assert found["priority_comparison"]["reason"].tolist() == ["P08"]


def test_a_wide_file_and_a_long_one_make_the_same_rows() -> None:
    """The two roads: figures in columns of their own, and a row for each figure and time."""
    wide = registry.parse(census(), zipped(*ROWS))["area_figure"]
    names = ["households-2021", "social-rented-2021"]
    rows = [
        ",".join((code, name, figure, "2021", "2021-01-01", "2021-12-31", value))
        for text in ROWS[:2]
        for _, name, code, *values in [text.split(",")]
        for figure, value in zip(names, [values[0], values[2]], strict=True)
    ]
    header = "Code,Name,Figure,Time,From,To,Value"
    long = FileSource.model_validate(
        {
            **SAID,
            "id": "census-tenure",
            "path": "long.csv",
            "header": ["Code"],
            "columns": {
                "area_code": "Code",
                "area_name": "Name",
                "figure": "Figure",
                "period": "Time",
                "first_day": "From",
                "last_day": "To",
                "value": "Value",
            },
            "constants": {"geography": "lsoa2021"},
        }
    )
    content = "\n".join((header, *rows)) + "\n"
    found = registry.parse(long, (Payload("data", "long.csv", "csv", content.encode()),))
    told = wide.drop(columns="heading")
    assert found["area_figure"].drop(columns="heading").equals(told)
