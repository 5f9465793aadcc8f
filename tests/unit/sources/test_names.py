"""Codes are believed only while the names beside them don't contradict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.sources.spelling import same
from tests.little import NAMES, Little, source

BROOK, DENE = "E05098002", "E05098004"


def refused(place: Little, folder: Path) -> GapwatchError:
    with pytest.raises(GapwatchError) as caught:
        place.read(folder)
    return caught.value


def exchanged(row: dict[str, object]) -> None:
    row["Code"] = {BROOK: DENE, DENE: BROOK}.get(str(row["Code"]), row["Code"])


def renamed(code: str, name: str) -> Callable[[dict[str, object]], None]:
    def change(row: dict[str, object]) -> None:
        if row["Code"] == code:
            row["Area"] = name

    return change


@pytest.mark.parametrize(
    "table", ["published.csv", "totals.csv", "reference.csv", "people.csv", "deaths.csv"]
)
def test_exchanged_codes_are_refused_with_code_names_and_files(tmp_path: Path, table: str) -> None:
    place = Little(decides=table in ("people.csv", "deaths.csv")).change(table, exchanged)
    error = refused(place, tmp_path)
    assert isinstance(error, ValidationError)
    assert error.where == f"the name of {BROOK}"
    assert "'Brook End'" in error.expected
    assert "the study" in error.expected
    assert f"'Dene & Fell' in {table}" in error.found
    assert f"{DENE} has the name 'Brook End': the two codes are exchanged" in error.found


def test_every_file_that_says_otherwise_is_named(tmp_path: Path) -> None:
    error = refused(Little().change("published.csv", exchanged), tmp_path)
    assert "reference.csv" in error.expected
    assert "totals.csv" in error.expected


def test_a_name_of_another_area_under_one_code_is_refused(tmp_path: Path) -> None:
    """One code for two wards, as a national map once had it."""
    place = Little()
    for row in place.tables["totals.csv"]:
        if row["Code"] == DENE and int(str(row["Year"])) > 2008:
            row["Area"] = NAMES[BROOK]
    error = refused(place, tmp_path)
    assert error.where == f"the name of {DENE}"
    assert f"which is the name of {BROOK}" in error.found


def test_a_name_filled_down_over_other_codes_is_refused(tmp_path: Path) -> None:
    place = Little()
    for row in place.tables["reference.csv"][1:]:
        row["Area"] = NAMES[BROOK]
    assert "Brook End" in refused(place, tmp_path).found


def test_a_code_in_the_name_of_another_is_refused(tmp_path: Path) -> None:
    place = Little().change("totals.csv", renamed(BROOK, DENE))
    assert refused(place, tmp_path).where == f"the name of {BROOK}"


def test_two_areas_of_the_study_by_one_name_are_refused(tmp_path: Path) -> None:
    place = Little()
    path = place.write(tmp_path)
    text = path.read_text(encoding="utf-8").replace('name = "Dene & Fell"', 'name = "Brook-End"')
    place.text = lambda: text  # type: ignore[method-assign]
    error = refused(place, tmp_path)
    assert isinstance(error, StudyError)
    assert BROOK in error.found


def test_codes_in_place_of_names_say_nothing(tmp_path: Path) -> None:
    def as_code(row: dict[str, object]) -> None:
        row["Area"] = row["Code"]

    Little().change("totals.csv", as_code).change("published.csv", as_code).read(tmp_path)


def test_small_areas_told_by_their_district_say_nothing(tmp_path: Path) -> None:
    place = Little()
    place.tables["small.csv"] = [
        {
            "Code": f"E0201234{n}",
            "Area": "Little Vale" if n < 4 else "Brook End",
            "Year": 2010,
            "People": 8000,
            "Died": 80,
        }
        for n in range(8)
    ]
    place.more_sources = source(
        "small",
        "population_deaths",
        "small.csv",
        'area_code = "Code", area_name = "Area", year = "Year", population_persons = "People", '
        'deaths_persons = "Died"',
        'population_persons = "persons", deaths_persons = "persons"',
    ).replace('geography = "ward2021"', 'geography = "msoa2021"')
    place.read(tmp_path)


def test_a_second_name_is_accepted_once_the_study_gives_it(tmp_path: Path) -> None:
    place = Little().change("published.csv", renamed(BROOK, "Newbridge"))
    error = refused(place, tmp_path / "refused")
    told = '{ code = "E05098002", name = "Newbridge", reason = ... }'
    assert told in error.remedy
    assert "geography.other_names" in error.remedy
    accepted = told.replace("...", '"renamed in 2014"')
    place.extra = f"other_names = [{accepted}]"
    place.read(tmp_path / "accepted")


def test_what_a_restricted_file_calls_an_area_is_not_told(tmp_path: Path) -> None:
    place = Little(decides=True).change("deaths.csv", exchanged)
    text = place.text().replace('path = "deaths.csv"', 'path = "deaths.csv"\nrestricted = true')
    place.text = lambda: text  # type: ignore[method-assign]
    error = refused(place, tmp_path)
    assert BROOK in error.where
    assert "Dene" not in str(error)
    assert "restricted" in error.found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Queen's Park", "Queens Park"),
        ("St James's", "St Jamess"),
        ("St James's", "St. James"),
        ("Bryanston and Dorset Square", "Bryanston & Dorset Sq"),
        ("ABBEY ROAD", "Abbey Road Ward"),
        ("Stoke-on-Trent", "Stoke on Trent"),
        ("Bristol, City of", "Bristol"),
        ("City of Westminster", "Westminster"),
        ("Cardiff", "Cardiff / Caerdydd"),
        ("Swansea - Abertawe", "Abertawe"),
        ("Abbey Road (Westminster)", "Abbey Road"),
        ("Maida Hill", "Westminster 003"),
        ("Knightsbridge", "Knightsbrige"),
        ("Kingston upon Hull, City of", "Kingston upon Hull"),
        ("Ynys Môn", "Ynys Mon"),
        ("Church Street", "Church St"),
        ("The Vale of Glamorgan", "Vale of Glamorgan"),
    ],
)
def test_spellings_are_one_name(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harrow East", "Harrow West"),
        ("Ward 1", "Ward 2"),
        ("Norton", "Morton"),
        ("Westminster 003", "Westminster 004"),
        ("Kilnby North", "Kilnby South"),
        ("St Mary's", "St Mark's"),
        ("Easton", "Weston"),
        ("Upper Town", "Lower Town"),
        ("Hyde Park", "Regent's Park"),
        ("Great Venice", "Little Venice"),
        ("Park", "Parkside"),
    ],
)
def test_different_places_are_two_names(one: str, other: str) -> None:
    assert not same(one, other)


def test_spellings_in_files_are_let_pass(tmp_path: Path) -> None:
    spelt = {
        "Alder Green": "ALDER GREEN",
        "Brook End": "Brook-End Ward",
        "Dene & Fell": "Dene and Fell",
        "St Mary's": "St. Marys",
    }

    def respell(row: dict[str, object]) -> None:
        row["Area"] = spelt.get(str(row["Area"]), row["Area"])

    study, inputs = Little().change("published.csv", respell).read(tmp_path)
    assert set(inputs["life_expectancy"]["area_code"]) == set(study.area_names)


def test_a_lookup_s_own_names_are_held_against_the_study(tmp_path: Path) -> None:
    place = Little()
    place.more_sources = """
[[sources]]
id = "of-blocks"
kind = "file"
next_expected = "none"
title = "Invented lookup"
publisher = "nobody"
attribution = "invented"
table = "lookup"
path = "lookup.csv"
header = ["LSOA21CD"]
columns = { from_code = "LSOA21CD", to_code = "WD21CD", to_name = "WD21NM" }
units = { weight = "share" }

[sources.constants]
source = "of-blocks"
weight = "1"
from_geography = "lsoa2021"
to_geography = "ward2021"
"""
    place.tables["lookup.csv"] = [
        {"LSOA21CD": f"E0109800{at}", "WD21CD": code, "WD21NM": name}
        for at, (code, name) in enumerate(NAMES.items())
    ]
    place.read(tmp_path / "right")
    for row in place.tables["lookup.csv"]:
        row["WD21CD"] = {BROOK: DENE, DENE: BROOK}.get(str(row["WD21CD"]), row["WD21CD"])
    error = refused(place, tmp_path / "wrong")
    assert "lookup.csv (source of-blocks, lookup)" in error.found
    assert "exchanged" in error.found
