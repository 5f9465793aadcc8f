"""Many rows at once are the same rows, and the same refusals, as one by one."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from gapwatch.errors import GapwatchError
from gapwatch.sources import files
from gapwatch.sources.declared import quick
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource

LONG = FileSource(
    id="deaths",
    kind="file",
    table="deaths",
    next_expected="Never.",
    title="Deaths",
    publisher="Nobody",
    attribution="Nobody",
    address="https://example.org/deaths.csv",
    header=["Area", "Year", "Sex", "Age", "Deaths"],
    constants={"geography": "lsoa2011"},
    columns={
        "area_code": "Area",
        "area_name": "Area",
        "year": "Year",
        "sex": "Sex",
        "age": "Age",
        "deaths_persons": "Deaths",
    },
    units={"deaths_persons": "persons"},
    missing=("", ".."),
)
WIDE = LONG.model_copy(
    update={
        "header": ("Area", "Year", "Sex"),
        "wide": "Aged (?P<age>.+)",
        "constants": {"geography": "lsoa2011", "measure": "deaths_persons"},
        "columns": {"area_code": "Area", "area_name": "Area", "year": "Year", "sex": "Sex"},
    }
)
BOTH = FileSource(
    id="totals",
    kind="file",
    table="population_deaths",
    next_expected="Never.",
    title="Totals",
    publisher="Nobody",
    attribution="Nobody",
    address="https://example.org/totals.csv",
    header=["Area"],
    columns={"area_code": "Area", "area_name": "Area"},
    wide="(?P<measure>Deaths|People) (?P<year>[0-9]{4})",
    constants={"geography": "ward2011"},
    values={"measure": {"Deaths": "deaths_persons", "People": "population_persons"}},
    units={"deaths_persons": "persons", "population_persons": "persons"},
)
ADDED = WIDE.model_copy(
    update={
        "header": ("Area", "Authority", "Year", "Sex"),
        "columns": {**WIDE.columns, "area_name": "Name"},
        "add_up": True,
        "over": ("Authority",),
        "years": (2001, 2002),
    }
)
LONG_ROWS = [
    f"E0100000{area},{year},{sex},{age},{area + year % 7}"
    for area in range(1, 5)
    for year in (2001, 2002)
    for sex in ("Males", "Females")
    for age in ("under 1", "01 to 84", "85 and over")
]
WIDE_ROWS = [
    f"E0100000{area},{year},{sex},{area},{year % 9},7"
    for area in range(1, 5)
    for year in (2001, 2002)
    for sex in ("M", "F")
]
LONG_HEAD, WIDE_HEAD = "Area,Year,Sex,Age,Deaths", "Area,Year,Sex,Aged under 1,Aged 1-84,Aged 85+"
ADDED_HEAD = "Area,Name,Authority,Year,Sex,Aged under 1,Aged 1-84,Aged 85+"
# Each area stands under two authorities, which follow each other.
ADDED_ROWS = [
    f"E0100000{area},Area {area},{authority},{year},{sex},{area},{year % 9 + len(authority)},7"
    for authority in ("North", "West")
    for area in range(1, 5)
    for year in (2001, 2002)
    for sex in ("M", "F")
]
BOTH_HEAD = "Area,Deaths 2001,People 2001,Deaths 2002,People 2002"
BOTH_ROWS = ["E05000001,1,200,2,300", "E05000002,3,400,4,500"]


def read(source: FileSource, head: str, lines: list[str]) -> pd.DataFrame:
    content = "\n".join([head, *lines, ""]).encode()
    payload = Payload("data", "https://example.org/file.csv", "csv", content)
    return files.parse(source, (payload,))[source.table]


def told(source: FileSource, head: str, lines: list[str]) -> object:
    """The table as CSV, or the whole text of the refusal."""
    try:
        return read(source, head, lines).to_csv()
    except GapwatchError as error:
        return type(error).__name__, str(error)


def spoilt(lines: list[str], at: int, text: str) -> list[str]:
    return [*lines[:at], text, *lines[at + 1 :]]


CASES = {
    "long": (LONG, LONG_HEAD, LONG_ROWS),
    "wide": (WIDE, WIDE_HEAD, WIDE_ROWS),
    "two quantities a key": (BOTH, BOTH_HEAD, BOTH_ROWS),
    "a blank count": (LONG, LONG_HEAD, spoilt(LONG_ROWS, 9, "E01000001,2002,Females,under 1,..")),
    "a blank in a wide file": (WIDE, WIDE_HEAD, spoilt(WIDE_ROWS, 5, "E01000002,2001,F,1,,2")),
    "no number": (LONG, LONG_HEAD, spoilt(LONG_ROWS, 30, "E01000003,2002,Males,under 1,few")),
    "a sex in other words": (WIDE, WIDE_HEAD, spoilt(WIDE_ROWS, 6, "E01000002,2002,boys,1,2,3")),
    "two faults, the first counts": (
        LONG,
        LONG_HEAD,
        spoilt(spoilt(LONG_ROWS, 8, "E0100000,2002,Males,01 to 84,1"), 4, "E01000001,20,Males,9,1"),
    ),
    "a fault before a short row": (
        LONG,
        LONG_HEAD,
        spoilt(spoilt(LONG_ROWS, 40, "E01"), 39, "E01000004,2001,x,9,1"),
    ),
    "a short row": (LONG, LONG_HEAD, spoilt(LONG_ROWS, 40, "E01000004,2002")),
    "a row again": (LONG, LONG_HEAD, [*LONG_ROWS, LONG_ROWS[3]]),
    "a row again in a wide file": (WIDE, WIDE_HEAD, [*WIDE_ROWS, WIDE_ROWS[0]]),
    "a row again of two quantities": (BOTH, BOTH_HEAD, [*BOTH_ROWS, BOTH_ROWS[0]]),
    "an error": (LONG, LONG_HEAD, spoilt(LONG_ROWS, 9, "E01000001,2002,Females,under 1,#REF!")),
    "a fraction": (LONG, LONG_HEAD, spoilt(LONG_ROWS, 9, "E01000001,2002,Females,under 1,2.5")),
    "a zero that is flagged": (
        LONG,
        f"{LONG_HEAD},Flag",
        spoilt([f"{row}," for row in LONG_ROWS], 9, "E01000001,2002,Females,under 1,0,suppressed"),
    ),
    "a unit of age beside it": (
        LONG,
        f"{LONG_HEAD},Unit",
        spoilt([f"{row},years" for row in LONG_ROWS], 9, "E01000001,2002,Females,under 1,0,days"),
    ),
    "rows left out": (
        LONG.model_copy(update={"drop_missing": True}),
        LONG_HEAD,
        spoilt(LONG_ROWS, 2, "E01000001,2001,Males,85 and over,"),
    ),
    "a year of no interest": (
        LONG.model_copy(update={"years": (2001, 2001)}),
        LONG_HEAD,
        LONG_ROWS,
    ),
    "added up": (ADDED, ADDED_HEAD, ADDED_ROWS),
    "added up, a blank": (
        ADDED,
        ADDED_HEAD,
        spoilt(ADDED_ROWS, 3, "E01000001,Area 1,North,2002,F,1,,7"),
    ),
    "added up, missing where it may be": (
        ADDED.model_copy(update={"drop_missing": True}),
        ADDED_HEAD,
        spoilt(ADDED_ROWS, 19, "E01000001,Area 1,West,2002,F,1,,7"),
    ),
    "added up, under two names": (
        ADDED,
        ADDED_HEAD,
        spoilt(ADDED_ROWS, 19, "E01000001,Area One,West,2002,F,1,9,7"),
    ),
    "added up, a year of no interest": (
        ADDED,
        ADDED_HEAD,
        spoilt(ADDED_ROWS, 19, "E01000001,Area 1,West,2003,F,1,9,7"),
    ),
    "added up, a row again": (ADDED, ADDED_HEAD, [*ADDED_ROWS, ADDED_ROWS[17]]),
    "added up, a total among parts": (
        ADDED,
        ADDED_HEAD,
        spoilt(ADDED_ROWS, 19, "E01000001,Area 1,All,2002,F,1,9,7"),
    ),
    "added up, a total by its number": (
        ADDED,
        ADDED_HEAD,
        [
            f"E0100000{area},Area {area},{authority},2001,M,{n * area},{n * 90},{n * 70}"
            for authority, n in (("North", 1), ("West", 2), ("Bloc", 3))
            for area in range(1, 5)
        ],
    ),
    "added up, a column without a word": (
        ADDED,
        f"{ADDED_HEAD},Place of death",
        [f"{row},home" for row in ADDED_ROWS],
    ),
}


@pytest.mark.parametrize("most", [1, 3, 20_000])
@pytest.mark.parametrize("case", CASES)
def test_rows_read_at_once_are_those_read_one_by_one(
    case: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "MOST_ROWS", most)
    at_once = told(*CASES[case])
    monkeypatch.setattr(quick, "read", lambda *_: None)
    assert at_once == told(*CASES[case])


@pytest.mark.parametrize(("case", "rows"), [("long", 48), ("wide", 48), ("added up", 48)])
def test_a_file_in_order_is_never_read_row_by_row(
    case: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a row of its own")

    monkeypatch.setattr("gapwatch.sources.declared.build.Build._one_by_one", refuse)
    assert len(read(*CASES[case])) == rows


def test_rows_added_up_at_once_are_the_sums_of_the_file() -> None:
    frame = read(*CASES["added up"]).set_index(["area_code", "year", "sex", "age_start_years"])
    counts = frame["deaths_persons"]
    assert counts.sum() == sum(int(cell) for row in ADDED_ROWS for cell in row.split(",")[-3:])
    # 2002 leaves 4 when divided by 9; North has five letters, West four.
    assert counts["E01000003", 2002, "female", 1] == (4 + 5) + (4 + 4)
    assert counts["E01000003", 2002, "female", 0] == 3 + 3


@pytest.mark.parametrize("most", [1, 20_000])
def test_a_time_that_the_snapshot_cannot_know_is_refused_by_its_row(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "MOST_ROWS", most)
    content = "\n".join([LONG_HEAD, *LONG_ROWS, ""]).encode()
    payload = Payload("data", "https://example.org/file.csv", "csv", content)
    with pytest.raises(GapwatchError, match=r"row 8\n.*a time up to 2001-06-30"):
        files.parse(LONG, (payload,), dt.date(2001, 6, 30))
