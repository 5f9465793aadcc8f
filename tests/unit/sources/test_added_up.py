"""Rows that are added up: over what, without totals, copies, or ages in another unit."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from gapwatch.errors import StudyError
from tests.unit.sources import books
from tests.unit.sources.described import DEATHS, ONE_A_ROW, RESIDENTS, TOTALS, read, refused

EVERYDAY = Path(__file__).parent / "everyday"
PEOPLE = (EVERYDAY / "people.csv").read_bytes()
ADDED: dict[str, Any] = {"add_up": True}


def test_columns_that_nobody_named_are_not_added_up_over() -> None:
    error = refused(TOTALS, PEOPLE, **ADDED)
    assert error.found == "nothing of 'Sex', 'Age'"
    for word in ("over", "totals", "keep", "unique", "ignored"):
        assert f"{word} = " in error.remedy


def test_totals_agree_in_columns_of_the_file_that_the_table_lacks() -> None:
    totals = {"Sex": "Persons", "Age": "All ages"}
    frame = read(TOTALS, PEOPLE, **ADDED, totals=totals)
    assert frame["population_persons"].tolist() == [400]
    wrong = PEOPLE.replace(b"Male,All ages,200", b"Male,All ages,201")
    assert refused(TOTALS, wrong, **ADDED, totals=totals).where == "totals, file, row 4"
    moved = PEOPLE.replace(b"Male,0-64,100", b"Male,0-64,101").replace(
        b"Male,All ages,200", b"Male,All ages,201"
    )
    assert refused(TOTALS, moved, **ADDED, totals=totals).where.endswith("row 8")


@pytest.mark.parametrize(
    "said",
    [
        {"over": ["Sex", "Age"]},
        {"totals": {"Sex": "Persons"}, "over": ["Age"]},
        {"totals": {"Age": "All ages"}, "ignored": ["Sex"]},
        {"drop": {"Sex": ["Persons"]}, "over": ["Age"]},
        {"keep": {"Sex": ["Male", "Female"], "Age": ["0-64", "All ages"]}},
    ],
)
def test_a_word_for_all_is_never_added_to_its_parts(said: dict[str, Any]) -> None:
    assert ", a total" in refused(TOTALS, PEOPLE, **ADDED, **said).found


@pytest.mark.parametrize(
    "said",
    [
        {"totals": {"Age": "All ages"}, "keep": {"Sex": ["Persons"]}},
        {"keep": {"Sex": ["Persons"], "Age": ["All ages"]}},
        {"drop": {"Sex": ["Persons"], "Age": ["All ages"]}},
        {"drop": {"Sex": ["Persons"]}, "totals": {"Age": "All ages"}},
    ],
)
def test_each_way_of_saying_what_is_added_up_gives_the_same_sum(said: dict[str, Any]) -> None:
    assert read(TOTALS, PEOPLE, **ADDED, **said)["population_persons"].tolist() == [400]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_residents_of_a_workbook_are_added_up_over_named_columns_alone(kind: str) -> None:
    rows: list[list[str | float]] = [
        ["Ward", "Sex", "Year", "Age", "Tenure", "Pop"],
        *(
            ["E05099001", sex, 2020.0, "1", tenure, n]
            for sex in ("male", "female")
            for tenure, n in (("Own", 5.0), ("Rent", 6.0), ("Total", 11.0))
        ),
    ]
    about: dict[str, Any] = {"format": kind, "sheets": {"P": {}}, "add_up": True}
    content = getattr(books, kind)("P", rows)
    assert refused(RESIDENTS, content, **about).found == "nothing of 'Tenure'"
    assert "a total" in refused(RESIDENTS, content, **about, over=["Tenure"]).found
    frame = read(RESIDENTS, content, **about, totals={"Tenure": "Total"})
    assert frame["population_persons"].tolist() == [11, 11]


def test_a_total_in_a_word_of_its_own_is_found_by_its_counts() -> None:
    rows = ["Code Name Year Group Pop"]
    for year in range(2016, 2021):
        one, other = 310 + 7 * (year % 4), 295 + 11 * (year % 3)
        rows += [
            f"E05099001 A {year} {word} {n}"
            for word, n in (("N1", one), ("N2", other), ("N9", one + other))
        ]
    error = refused(TOTALS, "\n".join(rows), **ADDED, over=["Group"])
    assert error.found == "'N9', whose counts are the sum of all others"
    frame = read(TOTALS, "\n".join(rows), **ADDED, totals={"Group": "N9"})
    assert frame["population_persons"].sum() < 4000


def test_bands_of_ages_that_overlap_are_not_added_up() -> None:
    rows = "Code Name Year Age Pop\n" + "\n".join(
        f"E05099001 A 2020 {age} {n}" for age, n in (("0-64", 70), ("65+", 30), ("75+", 9))
    )
    assert refused(TOTALS, rows, **ADDED, over=["Age"]).found == "'65+' and '75+'"
    frame = read(TOTALS, rows, **ADDED, drop={"Age": ["75+"]})
    assert frame["population_persons"].tolist() == [100]


def test_a_column_without_a_name_is_named_by_its_number() -> None:
    rows = [
        ["Code", "Name", "Year", "Pop", ""],
        ["E05099001", "A", "2020", "5", "17"],
        ["E05099001", "A", "2020", "6", "18"],
    ]
    assert refused(TOTALS, rows, **ADDED).found == "nothing of 'column 5'"
    assert read(TOTALS, rows, **ADDED, ignored=["column 5"])["population_persons"].sum() == 11
    blank = [[*row[:4], ""] for row in rows]
    assert read(TOTALS, blank, **ADDED)["population_persons"].sum() == 11


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"over": ["Sex"], "ignored": ["Sex"]}, "each column described once"),
        ({"over": ["Year"]}, "each column described once"),
        ({"totals": {"Sex": "Persons"}, "ignored": ["Sex"]}, "each column described once"),
    ],
)
def test_a_column_is_said_to_be_one_thing(changes: dict[str, Any], told: str) -> None:
    error = refused(TOTALS, PEOPLE, **ADDED, **changes)
    assert isinstance(error, StudyError)
    assert error.expected == told


def test_over_without_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="over only beside add_up"):
        read(TOTALS, PEOPLE, over=["Sex"])


def test_a_total_of_causes_is_no_cause() -> None:
    columns = DEATHS["columns"] | {"cause": "Cause"}
    rows = (
        "Ward Sex Year Age Cause Deaths\nE05099001 male 2020 1 I21 3\nE05099001 male 2020 1 All 5\n"
    )
    assert refused(DEATHS, rows, columns=columns).found == "'All', a total"
    assert len(read(DEATHS, rows, columns=columns, drop={"Cause": ["All"]})) == 1


UNITS = (EVERYDAY / "units.csv").read_bytes()
AGED = ONE_A_ROW["columns"] | {"age_unit": "Age unit"}


def test_an_age_under_one_year_is_of_the_first_year_of_life() -> None:
    frame = read(ONE_A_ROW, UNITS, columns=AGED)
    assert frame["age_start_years"].tolist() == [0, 81]
    assert frame["deaths_persons"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("age", "unit", "years"),
    [
        ("11", "months", 0),
        ("12", "Months", 1),
        ("23", "mths", 1),
        ("51", "weeks", 0),
        ("60", "wks", 1),
        ("364", "Days", 0),
        ("366", "d", 1),
        ("5", "hours", 0),
        ("84", "yrs", 84),
        ("3", "M", 0),
        ("90+", "years", 90),
    ],
)
def test_units_of_age_are_turned_into_completed_years(age: str, unit: str, years: int) -> None:
    rows = f"Ward Sex Age U Year\nE05099001 Male {age} {unit} 2020\n"
    columns = ONE_A_ROW["columns"] | {"age_unit": "U"}
    assert read(ONE_A_ROW, rows, columns=columns)["age_start_years"].tolist() == [years]


@pytest.mark.parametrize("how", [{}, {"ignored": ["Age unit"]}, {"over": ["Age unit"]}])
def test_units_of_age_that_nobody_described_are_noticed(how: dict[str, Any]) -> None:
    error = refused(ONE_A_ROW, UNITS, **how)
    assert error.found == "'months', 'weeks', 'years'"
    assert 'age_unit = "Age unit"' in error.remedy


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Measured in", ("years", "days")),
        ("Unit", ("yrs", "mths")),
        ("U", ("Y", "D")),
        ("AGECUNIT", ("1", "4")),
        ("Age-Unit", ("Y", "")),
        ("age_unit", ("2", "2")),
    ],
)
def test_columns_of_units_are_noticed_in_files_of_counts_too(
    name: str, words: tuple[str, str]
) -> None:
    rows = [
        ["Ward", "Sex", "Year", "Age", name, "Deaths", "Pop"],
        ["E05099001", "male", "2020", "81", words[0], "3", "3"],
        ["E05099001", "male", "2020", "6", words[1], "1", "1"],
    ]
    if words == ("Y", ""):
        assert len(read(DEATHS, rows)) == 2
        return
    for about in (DEATHS, RESIDENTS):
        assert f'age_unit = "{name}"' in refused(about, rows).remedy


def test_codes_of_units_are_mapped_and_others_are_refused_at_their_cell() -> None:
    rows = "Ward Sex Age AGECUNIT Year\nE05099001 male 81 1 2020\nE05099001 male 6 4 2020\n"
    columns = ONE_A_ROW["columns"] | {"age_unit": "AGECUNIT"}
    error = refused(ONE_A_ROW, rows, columns=columns)
    assert error.where.endswith("row 2, column 'AGECUNIT'")
    words = {"age_unit": {"1": "years", "4": "days"}}
    frame = read(ONE_A_ROW, rows, columns=columns, values=words)
    assert frame["age_start_years"].tolist() == [0, 81]


def test_rows_are_not_chosen_by_a_unit_of_age_that_is_not_described() -> None:
    error = refused(ONE_A_ROW, UNITS, keep={"Age unit": ["years"]})
    assert "age_unit" in error.remedy


@pytest.mark.parametrize("name", ["Age (months)", "Age in days", "age_weeks", "AgeMonths"])
def test_a_unit_in_the_name_of_the_ages_is_noticed_and_can_be_said(name: str) -> None:
    rows = [["Ward", "Sex", "Year", name], ["E05099001", "male", "2020", "30"]]
    columns = ONE_A_ROW["columns"] | {"age": name}
    error = refused(ONE_A_ROW, rows, columns=columns)
    unit = error.remedy.split('"')[1]
    constants = ONE_A_ROW["constants"] | {"age_unit": unit}
    frame = read(ONE_A_ROW, rows, columns=columns, constants=constants)
    assert frame["age_start_years"].tolist() == [2 if unit == "months" else 0]


def test_columns_that_only_look_like_units_are_no_matter() -> None:
    rows = (
        "Ward Sex Year Age Kind Note Deaths\nE05099001 male 2020 81 M years 3\n"
        "E05099001 male 2020 6 M day 1\n"
    )
    assert "'day', 'years'" in refused(DEATHS, rows).found
    assert len(read(DEATHS, rows.replace(" day ", " checked "))) == 2
    assert len(read(DEATHS, rows.replace(" day ", " years "))) == 2


def extract(rows: int, *, seed: int = 1) -> list[list[str]]:
    """Deaths of four wards as they come in, one a row, without an id."""
    some = random.Random(seed)
    return [
        [
            f"E0509900{some.randint(1, 4)}",
            some.choice(["male", "female"]),
            str(min(100, int(some.gauss(78, 11)))),
            f"{2016 + 5 * at // rows}",
        ]
        for at in range(rows)
    ]


ONE_HEAD = ["Ward", "Sex", "Age", "Year"]


@pytest.mark.parametrize("length", [6, 40, 300])
@pytest.mark.parametrize("at", ["end", "after", "start"])
def test_a_block_of_rows_that_stands_again_is_named(length: int, at: str) -> None:
    rows = extract(1500)
    block = rows[700 : 700 + length]
    place = {"end": len(rows), "after": 700 + length, "start": 0}[at]
    rows[place:place] = block
    error = refused(ONE_A_ROW, [ONE_HEAD, *rows])
    assert error.expected == "each block of rows once"
    assert int(error.found.split()[0]) in (length, length + 1, length + 2)


def test_a_block_that_stands_three_times_is_named_in_a_workbook_too() -> None:
    rows = extract(400)
    rows = [*rows, *rows[:20], *rows[:20]]
    content = books.xlsx("D", [ONE_HEAD, *rows])
    error = refused(ONE_A_ROW, content, format="xlsx", sheets={"D": {}})
    assert "rows one after another that stand from" in error.found


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_are_alike_by_chance_are_no_block(seed: int) -> None:
    rows = extract(3000, seed=seed)
    assert read(ONE_A_ROW, [ONE_HEAD, *rows])["deaths_persons"].sum() == 3000
    few = [[row[0], row[1], "80", "2020"] for row in rows]
    assert read(ONE_A_ROW, [ONE_HEAD, *few])["deaths_persons"].sum() == 3000
    assert read(ONE_A_ROW, [ONE_HEAD, *sorted(rows)])["deaths_persons"].sum() == 3000


def test_a_block_of_counts_that_are_added_up_is_named_and_an_id_says_that_it_is_none() -> None:
    rows = [
        ["E05099001", "male", str(age), "2020", cause, "2"]
        for age in range(60, 90)
        for cause in ("I21", "C34")
    ]
    head = ["Ward", "Sex", "Age", "Year", "Cause", "Deaths"]
    again = [head, *rows, *rows[10:30]]
    assert "20 rows one after another" in refused(DEATHS, again, **ADDED, over=["Cause"]).found
    numbered = [[*row, str(at)] for at, row in enumerate(again[1:])]
    frame = read(DEATHS, [[*head, "Id"], *numbered], **ADDED, over=["Cause"], unique="Id")
    assert frame["deaths_persons"].sum() == 160
