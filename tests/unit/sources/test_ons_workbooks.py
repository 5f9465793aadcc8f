"""The ONS workbooks that the shipped study describes, and the ways in which they could be wrong."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from gapwatch.demo.replica.workbook import Row, write
from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.sources import files
from gapwatch.sources.declared import grid, named, sieve, weight
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource
from tests import realdata
from tests.conftest import ROOT

STUDY = tomllib.loads((ROOT / "gapwatch.toml").read_text(encoding="utf-8"))
BANDS = ["under 1", "01 to 04", *(f"{age:02d} to {age + 4:02d}" for age in range(5, 85, 5))]
OLD, NEW = [*BANDS, "over 85"], [*BANDS, "over 85", "over 90"]
OLD_HEAD = ["Mid-year", "Local Authority code", "Local Authority name", "LSOA code", "LSOA name"]
CROSSED = ["Mid-year", "LSOA21 code", "LSOA21 name", "Local Authority code", "Local Authority name"]
RIGHT = ["Mid-year", "Local Authority code", "Local Authority name", "LSOA21 code", "LSOA21 name"]
HOME = ["E09000033", "Westminster"]
AREA, OTHER = "E01004646", "E01008187"
Sheets = dict[str, list[Row]]


def source(name: str, **changes: Any) -> FileSource:
    """A source of the shipped study, with what a test changes."""
    raw = next(item for item in STUDY["sources"] if item["id"] == name)
    return FileSource.model_validate(raw | changes)


def row(year: int, code: str, counts: Sequence[int], where: Sequence[str] = HOME) -> Row:
    return [year, *where, code, f"{where[1]} 001A", *counts]


def book(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    buffer = io.BytesIO()
    write(buffer, sheets)
    return buffer.getvalue()


def table(
    sex: str,
    rows: list[Row],
    bands: Sequence[str] = OLD,
    *,
    old: bool = True,
    head: Sequence[str] = OLD_HEAD,
) -> list[Row]:
    above: list[Row] = [["Deaths by LSOA"], ["Office"], *([[]] if old else [])]
    return [*above, [*head, *(f"{sex} {band}" for band in bands)], *rows]


def counts(start: int, bands: Sequence[str] = OLD) -> list[int]:
    return [start + at for at in range(len(bands))]


def old_sheets(rows: Callable[[int], list[Row]]) -> Sheets:
    prose: Sheets = {name: [["Notes"]] for name in ("Cover", "Contents", "Notes", "Sources")}
    return prose | {
        name: table(sex, rows(start))
        for name, sex, start in (
            ("Table 1", "Persons", 300),
            ("Table 2", "Males", 100),
            ("Table 3", "Females", 200),
        )
    }


def every_year(start: int) -> list[Row]:
    """Every year for one area of the place, and an area elsewhere under two authorities."""
    return [
        line
        for year in range(2010, 2024)
        for line in (
            row(year, AREA, counts(start + year)),
            row(year, OTHER, counts(1), ["E08000012", "Elsewhere"]),
            row(year, OTHER, counts(2), ["E08000014", "Farther"]),
        )
    ]


def new_sheets(head: Sequence[str] = CROSSED, bands: Sequence[str] = NEW) -> Sheets:
    prose: Sheets = {name: [["Notes"]] for name in ("Cover", "Contents", "Notes")}
    return prose | {
        name: table(
            sex,
            [
                row(2024, AREA, counts(start, bands)),
                row(2024, OTHER, counts(1, bands), ["E08000012", "Elsewhere"]),
            ],
            bands,
            old=False,
            head=head,
        )
        for name, sex, start in (
            ("Table 1", "Persons", 300),
            ("Table 2", "Males", 100),
            ("Table 3", "Females", 200),
        )
    }


def read(of: FileSource, sheets: Mapping[str, Iterable[Row]]) -> pd.DataFrame:
    content = book(sheets)
    if of.member is not None:
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr(of.member, content)
        content = zipped.getvalue()
    return files.parse(of, (Payload("data", "deaths", "xlsx", content),))[of.table]


def told(frame: pd.DataFrame, year: int, sex: str) -> list[int]:
    mine = frame[(frame["year"] == year) & (frame["sex"] == sex)].sort_values("age_start_years")
    return [int(count) for count in mine["deaths_persons"]]


def refused(of: FileSource, sheets: Mapping[str, Iterable[Row]]) -> GapwatchError:
    with pytest.raises(GapwatchError) as caught:
        read(of, sheets)
    return caught.value


def test_the_old_workbook_is_read_by_the_places_of_its_sheets() -> None:
    found = read(source("lsoa2011-deaths"), old_sheets(every_year))
    assert set(found["area_code"]) == {AREA}
    assert set(found["year_ends"]) == {"06-30"}
    for year in (2010, 2023):
        assert told(found, year, "male") == counts(100 + year)
        assert told(found, year, "female") == counts(200 + year)
    last = found[found["age_start_years"] == 85]
    assert last["age_end_years"].isna().all()


def test_the_new_workbook_has_two_bands_where_the_old_one_has_one() -> None:
    found = read(source("lsoa2021-deaths"), new_sheets())
    assert set(found["area_code"]) == {AREA}
    mine = found[found["sex"] == "female"].set_index("age_start_years")
    assert mine.loc[85, "age_end_years"] == 89
    assert pd.isna(mine.loc[90, "age_end_years"])
    assert told(found, 2024, "female") == counts(200, NEW)


def test_a_crosswise_file_that_its_publisher_put_right_gives_the_same_figures() -> None:
    of = source("lsoa2021-deaths")
    assert read(of, new_sheets(RIGHT)).equals(read(of, new_sheets(CROSSED)))


def test_rows_of_which_some_stand_crosswise_are_refused_by_name() -> None:
    sheets = new_sheets(RIGHT)
    sheets["Table 2"][-1] = [
        2024,
        OTHER,
        "Elsewhere 001A",
        "E08000012",
        "Elsewhere",
        *counts(1, NEW),
    ]
    error = refused(source("lsoa2021-deaths"), sheets)
    assert "row 5" in error.where
    assert "told apart by their codes" in error.found


def test_codes_that_are_of_neither_kind_are_refused_by_name() -> None:
    sheets = new_sheets()
    for name in ("Table 2", "Table 3"):
        sheets[name][3:] = [[2024, "S01000001", "a", "S12000033", "b", *counts(1, NEW)]]
    error = refused(source("lsoa2021-deaths"), sheets)
    assert "'LSOA21 code'" in error.expected
    assert "'Local Authority code'" in error.expected


def test_sheets_in_another_order_are_read_alike() -> None:
    of, sheets = source("lsoa2011-deaths"), old_sheets(every_year)
    other = {
        name: sheets[name]
        for name in ("Cover", "Contents", "Notes", "Sources", "Table 1", "Table 3", "Table 2")
    }
    assert read(of, other).equals(read(of, sheets))


def test_a_sheet_of_persons_is_not_taken_for_a_sex() -> None:
    error = refused(source("lsoa2011-deaths", sheets={"#5": {}, "#6": {}}), old_sheets(every_year))
    assert "Table 1" in error.where
    assert "Males|Females" in error.expected


@pytest.mark.parametrize("key", ["#8", "Table 9"])
def test_a_sheet_that_is_not_there_is_named_with_those_that_are(key: str) -> None:
    with pytest.raises(StudyError, match="6 'Table 2'"):
        read(source("lsoa2011-deaths", sheets={key: {}}), old_sheets(every_year))


def test_one_sheet_by_its_name_and_its_place_is_refused() -> None:
    with pytest.raises(StudyError, match="each sheet named once"):
        read(source("lsoa2011-deaths", sheets={"#6": {}, "Table 2": {}}), old_sheets(every_year))


def test_an_area_under_two_authorities_is_added_up_where_the_study_says_so() -> None:
    of = source("lsoa2011-deaths", keep_pattern={"LSOA code": OTHER}, every={})
    assert told(read(of, old_sheets(every_year)), 2015, "male") == [
        3 + 2 * n for n in range(len(OLD))
    ]
    alone = source(
        "lsoa2011-deaths", keep_pattern={"LSOA code": OTHER}, every={}, add_up=False, over=[]
    )
    assert "once" in refused(alone, old_sheets(every_year)).expected


def test_a_year_that_stands_twice_is_refused() -> None:
    def twice(start: int) -> list[Row]:
        return [*every_year(start), row(2018, AREA, counts(start + 2018))]

    error = refused(source("lsoa2011-deaths"), old_sheets(twice))
    assert "each area, year and part once" in error.expected
    assert "2018" in error.found


def test_a_total_row_is_refused_or_left_out_and_never_an_area() -> None:
    def total(start: int) -> list[Row]:
        return [*every_year(start), row(2018, "K04000001", counts(9), ["K04000001", "All"])]

    of = source("lsoa2011-deaths")
    assert read(of, old_sheets(total)).equals(read(of, old_sheets(every_year)))
    kept = source("lsoa2011-deaths", keep_pattern={"LSOA code": "[EWK]0.*"}, every={})
    assert "a code of the form" in refused(kept, old_sheets(total)).expected


def test_an_area_of_neither_vintage_under_the_place_is_refused() -> None:
    def strange(start: int) -> list[Row]:
        return [*every_year(start), row(2018, "E01099999", counts(9))]

    error = refused(source("lsoa2011-deaths"), old_sheets(strange))
    assert "every row of 'E09000033'" in error.expected
    assert "E01099999" in error.found


def test_over_85_alone_in_the_new_workbook_is_refused_by_name() -> None:
    error = refused(source("lsoa2021-deaths"), new_sheets(bands=OLD))
    assert "an open last band" in error.expected
    assert "'Males over 85', read as 85 to 89" in error.found


def test_two_open_bands_in_one_file_are_refused_by_name() -> None:
    both = {"age": {"over 85": "85 and over", "over 90": "90 and over"}}
    error = refused(source("lsoa2021-deaths", values=both), new_sheets())
    assert "'Males over 85', read as 85 and over, and 'Males over 90'" in error.found
    assert '"over 85" = "85 to 89"' in error.remedy


def test_a_year_outside_the_edition_is_refused() -> None:
    def late(start: int) -> list[Row]:
        return [*every_year(start), row(2024, AREA, counts(start))]

    assert "2024" in str(refused(source("lsoa2011-deaths"), old_sheets(late)))


@pytest.fixture
def sieving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve, "LEAST_BYTES", 0)
    monkeypatch.setattr(sieve, "HEAD_ROWS", 6)


@pytest.mark.parametrize("name", ["lsoa2011-deaths", "lsoa2021-deaths"])
def test_a_sieved_workbook_is_read_as_a_whole_one_is(
    name: str, sieving: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets = old_sheets(every_year) if "2011" in name else new_sheets()
    sieved = read(source(name), sheets)
    held: list[bool] = []
    real = sieve.sieved
    monkeypatch.setattr(grid, "sieved", lambda *a: held.append(real(*a) is not None))
    assert sieved.equals(read(source(name), sheets))
    assert held == [True]


def test_errors_of_a_sieved_sheet_tell_the_rows_of_the_file(sieving: None) -> None:
    def wrong(start: int) -> list[Row]:
        rows = every_year(start)
        rows[-3] = row(2023, AREA, [*counts(1)[:-1], -4])
        return rows

    assert "row 44" in refused(source("lsoa2011-deaths"), old_sheets(wrong)).where


def test_what_no_row_of_the_study_needs_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sheets beside the named ones may be as large as they like; a named one may not."""
    sheets = old_sheets(every_year)
    sheets["Table 1"] += [row(2010, AREA, [8] * len(OLD))] * 3000
    monkeypatch.setattr(grid, "MOST_UNFOLDED", 400_000)
    monkeypatch.setattr(weight, "MOST_RATIO", 40)
    monkeypatch.setattr(weight, "_SMALL_PART", 100_000)
    found = read(source("lsoa2011-deaths"), sheets)
    assert len(found) == 14 * 2 * len(OLD)
    error = refused(source("lsoa2011-deaths", sheets={"#5": {}, "#7": {}}), sheets)
    assert "unfold" in error.expected


def test_the_part_of_a_sheet_that_is_not_named_is_never_opened() -> None:
    content = book(old_sheets(every_year))
    with named.NamedSheetsZip(content, ["#6", "Table 3"], "w", grid.refuse) as parts:
        names = parts.namelist()
    assert [n for n in names if "worksheets" in n] == [
        "xl/worksheets/sheet6.xml",
        "xl/worksheets/sheet7.xml",
    ]


AGES = [*(f"F{age}" for age in range(91)), *(f"M{age}" for age in range(91))]
PEOPLE: dict[str, Any] = {
    "id": "people",
    "kind": "file",
    "table": "population",
    "next_expected": "n",
    "title": "t",
    "publisher": "p",
    "attribution": "a",
    "path": "sapelsoasyoa20222024.xlsx",
    "format": "xlsx",
    "sheets": {f"Mid-{year} LSOA 2021": {"year": str(year)} for year in (2022, 2023, 2024)},
    "header": ["LSOA 2021 Code", "F0", "M90"],
    "columns": {"area_code": "LSOA 2021 Code", "area_name": "LSOA 2021 Name"},
    "wide": "(?P<sex>[FM])(?P<age>[0-9]{1,2})",
    "values": {"age": {"90": "90 and over"}},
    "keep": {"LAD 2023 Code": ["E09000033"]},
    "ignored": ["Total"],
    "constants": {"geography": "lsoa2021", "base": "census2021", "measure": "population_persons"},
    "units": {"population_persons": "persons"},
}


def people_book() -> Sheets:
    """Westminster's real rows, laid out as the publisher's workbook is."""
    rows = pd.read_csv(
        realdata.folder("population") / "lsoa2021_population_2022_24_westminster.csv", dtype=str
    )
    head = [name for name in rows.columns if re.fullmatch("L.*|Total|[FM][0-9]+", name)]
    return {"Cover": [["Notes"]]} | {
        f"Mid-{year} LSOA 2021": [
            ["Mid-year"],
            [],
            [],
            head,
            *(
                [*line[:4], *map(int, line[4:])]
                for line in rows[rows["mid_year"] == str(year)][head].to_numpy().tolist()
            ),
        ]
        for year in (2022, 2023, 2024)
    }


def test_real_residents_of_westminster_keep_their_totals_and_their_open_band() -> None:
    sheets = people_book()
    found = read(FileSource.model_validate(PEOPLE), sheets)
    assert found.groupby("year")["population_persons"].sum().to_dict() == {
        2022: 209_333,
        2023: 210_665,
        2024: 209_996,
    }
    assert found.groupby("year")["area_code"].nunique().to_dict() == dict.fromkeys(
        (2022, 2023, 2024), 123
    )
    oldest = found[found["age_start_years"] == 90]
    assert oldest["age_end_years"].isna().all()
    head = sheets["Mid-2024 LSOA 2021"][3]
    at = [list(head).index(name) for name in ("F90", "M90")]
    rows = sheets["Mid-2024 LSOA 2021"][4:]
    assert oldest[oldest["year"] == 2024]["population_persons"].sum() == sum(
        int(line[place]) for line in rows for place in at
    )


def test_a_last_age_that_is_not_said_to_be_open_is_refused_by_name() -> None:
    head = ["LAD 2023 Code", "LSOA 2021 Code", "LSOA 2021 Name", "Total", *AGES]
    line: Row = ["E09000033", AREA, "a", 182, *[1] * 182]
    sheets = {name: [[], [], [], head, line] for name in PEOPLE["sheets"]}
    error = refused(FileSource.model_validate(PEOPLE | {"values": {}}), sheets)
    assert "'F90', read as age 90 alone" in error.found
    assert '"90" = "90+"' in error.remedy


@pytest.mark.parametrize("where", ["sheet", "title", "row"])
def test_residents_of_a_projected_year_are_refused(where: str) -> None:
    head = ["LAD 2023 Code", "LSOA 2021 Code", "LSOA 2021 Name", "Total", *AGES, "Status"]
    line: Row = [
        "E09000033",
        AREA,
        "a",
        182,
        *[1] * 182,
        "Projected" if where == "row" else "Final",
    ]
    title = "Projected residents" if where == "title" else "Residents"
    name = "Mid-2024 projection" if where == "sheet" else "Mid-2024"
    of = FileSource.model_validate(PEOPLE | {"sheets": {name: {"year": "2024"}}})
    error = refused(of, {name: [[title], [], [], head, line]})
    assert isinstance(error, ValidationError)
    assert error.expected == "residents as they were estimated"


def test_ages_that_a_map_leaves_out_are_read_only_where_it_is_no_book_of_codes() -> None:
    head = ["LAD 2023 Code", "LSOA 2021 Code", "LSOA 2021 Name", "F1", "F2", "F3"]
    sheets = {"S": [head, ["E09000033", AREA, "a", 1, 1, 1]]}
    codes = {"age": {"1": "0 to 4", "2": "5 to 9"}}
    of = FileSource.model_validate(
        PEOPLE
        | {
            "sheets": {"S": {"year": "2024"}},
            "values": codes,
            "ignored": [],
            "header": ["LSOA 2021 Code"],
        }
    )
    assert re.search("values maps for age", refused(of, sheets).expected)
