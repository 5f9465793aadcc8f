"""Fingertips' answers: what is read, what is dropped, what is refused and in which words."""

from __future__ import annotations

import pandas as pd
import pytest

from gapwatch.errors import SourceError, ValidationError
from gapwatch.sources import fingertips, fingertips_csv
from tests import realdata
from tests.unit.sources.fingertips_files import (
    ADDRESS,
    HEADER,
    at,
    metadata,
    payloads,
    row,
    rows,
    source,
    written,
)

REAL_CSV = "all_data_csv_27_columns_indicator_247.csv"


def real_bytes() -> bytes:
    return (realdata.folder("fingertips") / REAL_CSV).read_bytes()


def life(data: bytes, **changes: object) -> pd.DataFrame:
    return fingertips.parse(source(**changes), payloads(data))["life_expectancy"]


def figure(frame: pd.DataFrame, code: str, sex: str) -> pd.Series:
    return frame[(frame["area_code"] == code) & (frame["sex"] == sex)].squeeze()


def test_three_areas_their_borough_and_england_once_for_each_sex():
    frame = life(written(rows()))
    assert len(frame) == 2 * (3 + 1 + 1)
    assert frame.groupby("geography").size().to_dict() == {
        "borough": 2,
        "country": 2,
        "msoa2021": 6,
    }
    told = figure(frame, "E02000961", "male")
    # 80.25 for men, and a tenth of the code's last two digits, 61; two years either way.
    assert told["life_expectancy_years"] == 86.35
    assert (told["lower95_years"], told["upper95_years"]) == (84.35, 88.35)
    assert (told["period_start"], told["period_end"]) == (2016, 2020)
    assert frame[["deaths_persons", "person_years"]].isna().all(axis=None)


def test_the_indicator_is_described_by_its_metadata_and_changes():
    frame = fingertips.parse(source(), payloads(written(rows())))["indicator"]
    told = frame.squeeze()
    assert told["indicator_id"] == 93283
    assert told["unit"] == "Years"
    assert told["polarity"] == "RAG - High is good"
    assert told["last_uploaded"] == "2025-10-07T10:30:00"
    assert fingertips.published_on(payloads(b"")) == "2025-10-07T10:30:00"


def test_areas_that_share_their_districts_name_are_named_by_code():
    frame = life(written(rows()))
    small = frame[frame["geography"] == "msoa2021"]
    assert (small["area_name"] == small["area_code"]).all()
    assert figure(frame, "E09000033", "male")["area_name"] == "Lower tier LAs"


def test_a_blank_value_stays_missing_and_keeps_its_note():
    table = rows()
    at(table, "E02000960", "Female").update(
        {
            "Value": "",
            "Lower CI 95.0 limit": "",
            "Upper CI 95.0 limit": "",
            "Value note": "Withheld",
        }
    )
    told = figure(life(written(table)), "E02000960", "female")
    assert pd.isna(told["life_expectancy_years"])
    assert told["value_note"] == "Withheld"


OLDER = [name for name in HEADER if name != "Time period range"]


@pytest.mark.parametrize(
    "data",
    [
        written(rows(), line_end="\n"),
        b"\xef\xbb\xbf" + written(rows()),
        written(rows()).replace(b"\r\n", b"\n", 5),
        written(rows()).rstrip(b"\r\n"),
        written(rows(), HEADER[::-1]),
        written([r | {"Remark": "new"} for r in rows()], ["Remark", *HEADER]),
        written([r | {"Indicator Name": "Life\r\nexpectancy"} for r in rows()]),
        written(rows(), OLDER),
        written(rows(), OLDER).replace(b",\r\n", b"\r\n"),
        written(
            [
                *rows(),
                row("E02000960", "Male", Time_period="2016", Time_period_range="1y"),
                row("E02000960", "Male", Age="65"),
            ]
        ),
    ],
    ids=[
        "line feeds",
        "byte order mark",
        "mixed line ends",
        "no last line end",
        "moved columns",
        "a new column",
        "a name over two lines",
        "26 columns",
        "26 columns, one field short",
        "other ranges and ages",
    ],
)
def test_however_it_is_written_it_says_the_same(data):
    pd.testing.assert_frame_equal(life(data), life(written(rows())))


def test_without_a_range_the_length_of_the_period_chooses():
    extra = row("E02000960", "Male", Time_period="2016 - 18")
    pd.testing.assert_frame_equal(life(written([*rows(), extra], OLDER)), life(written(rows())))


def changed(code: str = "E02000960", sex: str = "Male", **cells: str) -> bytes:
    table = rows()
    at(table, code, sex).update({name.replace("_", " "): text for name, text in cells.items()})
    return written(table)


def renamed(old: str, new: str) -> bytes:
    return written(rows()).replace(old.encode(), new.encode(), 1)


def field_lost(position: int) -> bytes:
    """The first row, of 26 columns, without the field at a position."""
    lines = written(rows(), OLDER).decode().split("\r\n")
    # The name holds a comma in quotes, so its field is split in two here.
    cells = lines[1].split(",")
    del cells[position]
    return "\r\n".join([lines[0], ",".join(cells), *lines[2:]]).encode()


@pytest.mark.parametrize(
    ("data", "error", "told"),
    [
        (renamed("Value,", "Figure,"), SourceError, "the column 'Value' once"),
        (renamed("Area Code", "Area Codes"), SourceError, "the nearest is 'Area Codes'"),
        (renamed("Value note", "Value"), SourceError, "it stands twice"),
        (changed(Value="99.5"), ValidationError, "row 13, column Value"),
        (changed(Lower_CI_95="x", Value=""), ValidationError, "a part of them"),
        (changed("E02000962", Value="n/a"), SourceError, "a number, or nothing"),
        (changed(Sex="Man"), SourceError, "'Man'"),
        (changed(Indicator_ID="90366"), SourceError, "row 13, column Indicator ID"),
        (changed(Time_period_Sortable="20170000"), SourceError, "column Time period Sortable"),
        (changed(Time_period="2016 - 19"), SourceError, "a window of 5 years"),
        (changed(Time_period="2016/17 - 20/21"), SourceError, "the financial year"),
        (changed(Time_period_range=""), SourceError, "column Time period range"),
        (changed(Time_period_range="3y"), ValidationError, "5 rows"),
        (changed(Area_Code="E05000630"), ValidationError, "E02000000"),
        (changed(Area_Code="E02000961"), SourceError, "E02000961, Male, 2016 - 20 again"),
        (
            written([r for r in rows() if r["Area Code"] != "E02000962"]),
            ValidationError,
            "3 areas, as the study says",
        ),
        (written([*rows(), rows()[-1] | {"Sex": "Male"}]), SourceError, "again"),
        (changed("E92000001", Value="81"), SourceError, "nothing but their parent"),
        (written([*rows(), rows()[0]]), SourceError, "nothing but their parent"),
        (written([r | {"Age": "65+"} for r in rows()]), SourceError, "column Age"),
        (written([]), SourceError, "column Age"),
        (b"", SourceError, "an empty file"),
        (written(rows()) + b'"', SourceError, "CSV"),
        (written(rows()) + b"\xff", SourceError, "byte"),
        (written(rows()).replace(b",5y", b"", 1), SourceError, "27 fields"),
        *((field_lost(n), SourceError, "further left") for n in (0, 3, 5, 13, 20)),
        (field_lost(0).replace(b",20160000,", b",", 1), SourceError, "26 fields"),
    ],
)
def test_what_cannot_be_right_is_refused(data, error, told):
    with pytest.raises(error) as caught:
        fingertips.parse(source(), payloads(data.replace(b"Lower CI 95,", b"")))
    assert told in str(caught.value)


def test_a_life_expectancy_of_forty_years_less_is_named_by_the_files_own_row():
    data = changed(Value="8.6", **{"Lower_CI_95.0_limit": "8", "Upper_CI_95.0_limit": "9"})
    with pytest.raises(ValidationError, match="row 13, column Value"):
        life(data)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({}, "the indicator's name"),
        ({"93283": metadata(Descriptive={})}, "the indicator's name"),
        ({"93283": metadata(Unit=None)}, "the indicator's unit"),
        ({"90366": metadata()}, "the indicator's name"),
        ([1], "the indicator's name"),
    ],
)
def test_an_indicator_without_a_name_or_unit_is_refused(about, told):
    with pytest.raises(SourceError) as caught:
        fingertips.parse(source(), payloads(written(rows()), about=about))
    assert told in str(caught.value)


def test_what_may_be_absent_of_an_indicator_reads_as_not_stated():
    sent = payloads(
        written(rows()), about={"93283": metadata(Polarity=None)}, changed={"IndicatorId": 93283}
    )
    told = fingertips.parse(source(), sent)["indicator"].squeeze()
    assert (told["polarity"], told["last_uploaded"]) == ("not stated", "")


def test_changes_of_another_indicator_are_refused():
    with pytest.raises(SourceError, match="data_changes"):
        fingertips.parse(source(), payloads(written(rows()), changed={"IndicatorId": 90366}))


@pytest.mark.parametrize("kind", ["8", "", "3&child_area_type_id=8"])
def test_data_of_an_area_type_that_the_study_does_not_name_are_refused(kind):
    address = ADDRESS.replace("child_area_type_id=3", f"child_area_type_id={kind}")
    with pytest.raises(SourceError, match="its address"):
        fingertips.parse(source(), payloads(written(rows()), address=address))


def test_a_real_file_reads_with_england_twice_a_period_under_two_parents():
    frame = fingertips_csv.read(real_bytes(), "real")
    assert len(frame) == 224
    england = frame[(frame["area_code"] == "E92000001") & (frame["category_type"] == "")]
    assert (england.groupby("period").size() == 2).all()
    assert not england.duplicated(["period", "parent_code"]).any()
    # The first row of the file: 249,463 of 54,836,561 people, in the financial year 2009/10.
    first = frame.iloc[0]
    assert float(first["value"]) == pytest.approx(100 * 249463 / 54836561)
    assert (first["period"], first["span"], first["row"]) == ("2009/10", "1y", 2)


def test_a_real_file_gives_england_once_a_period():
    frame = fingertips_csv.read(real_bytes(), "real")
    whole = frame[frame["category_type"] == ""]
    found = fingertips_csv.once(frame, "real")
    england, twice = ((f["area_code"] == "E92000001").sum() for f in (found, whole))
    assert twice == 2 * england > 0
    assert not found.duplicated(["area_code", "sex", "age", "period", "span"]).any()
    assert set(found["period"]) == set(whole["period"])


def test_a_real_file_of_financial_years_is_no_life_expectancy():
    frame = fingertips_csv.read(real_bytes(), "real")
    both = frame.assign(sex="Male")
    with pytest.raises(SourceError, match="financial year"):
        fingertips_csv.headline(both, "All ages", 1, "real")
