"""What any table must say, whatever brought it; and that a study has every area of its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.sources.unlisted import unlisted
from tests.little import NAMES, Little

Row = dict[str, object]
ALL = ("pooled", "slope", "extremes")
FOUR = tuple(NAMES)[:4]
FIFTH = "E05098005"
AS_LOOKUP = """
[[sources]]
id = "of-place"
kind = "file"
next_expected = "none"
title = "Invented lookup"
publisher = "nobody"
attribution = "invented"
table = "lookup"
path = "lookup.csv"
header = ["Code"]
columns = { from_code = "Code", to_code = "District" }

[sources.constants]
source = "of-place"
from_geography = "ward2021"
to_geography = "district2021"
weight = "1"

[sources.units]
weight = "share"
"""


def refused(place: Little, folder: Path) -> GapwatchError:
    with pytest.raises(GapwatchError) as caught:
        place.read(folder)
    return caught.value


def with_more(table: str, *codes: str, kinds: tuple[str, ...] = ALL) -> Little:
    """A study of four areas, and a file that holds more."""
    place = Little(kinds=kinds, codes=FOUR)
    model = [row for row in place.tables[table] if row["Code"] == FOUR[0]]
    for code in codes:
        place.tables[table] += [
            {**row, "Code": code, "Area": NAMES.get(code, code)} for row in model
        ]
    return place


@pytest.mark.parametrize("table", ["published.csv", "totals.csv", "reference.csv"])
def test_slope_and_extremes_are_refused_without_an_area_that_the_data_hold(
    tmp_path: Path, table: str
) -> None:
    error = refused(with_more(table, FIFTH), tmp_path)
    assert isinstance(error, StudyError)
    assert error.where == "the study, geography.areas"
    assert f"{FIFTH} (St Mary's)" in error.found
    assert "slope and extremes" in error.expected


def test_an_area_between_the_study_s_codes_is_the_place_s_even_in_a_national_table(
    tmp_path: Path,
) -> None:
    codes = (FOUR[0], FOUR[1], FOUR[3], FIFTH)
    place = Little(kinds=ALL, codes=codes)
    model = [row for row in place.tables["published.csv"] if row["Code"] == FOUR[0]]
    for code in (FOUR[2], *(f"E0507{n:04d}" for n in range(40))):
        place.tables["published.csv"] += [{**row, "Code": code, "Area": code} for row in model]
    place.kinds = ("pooled",)
    study, inputs = place.read(tmp_path)
    assert [area.code for area in unlisted(study, inputs)] == [FOUR[2]]


def test_areas_of_other_places_in_a_national_table_are_no_concern(tmp_path: Path) -> None:
    with_more("published.csv", *(f"E0507{n:04d}" for n in range(40))).read(tmp_path)


def test_a_lookup_says_which_areas_are_the_place_s(tmp_path: Path) -> None:
    elsewhere = "E05077001"
    place = with_more("published.csv", FIFTH, elsewhere)
    place.more_sources = AS_LOOKUP
    place.tables["lookup.csv"] = [
        {"Code": code, "District": "E09098002" if code == elsewhere else "E09098001"}
        for code in (*NAMES, elsewhere)
    ]
    error = refused(place, tmp_path)
    assert FIFTH in error.found
    assert elsewhere not in error.found


def test_an_area_left_out_with_a_reason_is_let_pass_and_told(tmp_path: Path) -> None:
    place = with_more("published.csv", FIFTH)
    told = 'left_out = [{ code = "E05098005", reason = "..." }]'
    assert told in refused(place, tmp_path / "silent").remedy
    place.extra = told.replace("...", "an airfield without residents")
    study, inputs = place.read(tmp_path / "said")
    (area,) = unlisted(study, inputs)
    assert area.reason == "an airfield without residents"
    assert area.tables == ("life_expectancy",)


def test_a_measure_between_two_sides_goes_on_and_the_area_is_named(tmp_path: Path) -> None:
    study, inputs = with_more("totals.csv", FIFTH, kinds=("pooled",)).read(tmp_path)
    assert [str(area) for area in unlisted(study, inputs)] == [f"{FIFTH} (St Mary's)"]


def other_sex(row: Row) -> None:
    row["Sex"] = {"female": "male", "male": "female"}[str(row["Sex"])]


def in_one_window(row: Row) -> None:
    if row["Years"] == "2005-2009":
        other_sex(row)


@pytest.mark.parametrize("change", [other_sex, in_one_window])
def test_published_figures_with_exchanged_sexes_are_refused(
    tmp_path: Path, change: Callable[[Row], None]
) -> None:
    error = refused(Little().change("published.csv", change), tmp_path)
    assert isinstance(error, ValidationError)
    assert error.expected == "women who live longer than men"
    assert "as a mean of 5 areas" in error.found


def of_country(female: float, male: float) -> Little:
    place = Little()
    place.tables["published.csv"] += [
        {
            "Code": "E92000001",
            "Area": "England",
            "Sex": sex,
            "Years": "2006-2010",
            "Life": value,
            "Low": value,
            "High": value,
        }
        for sex, value in (("female", female), ("male", male))
    ]
    return place


def test_a_country_in_which_men_outlive_women_is_refused(tmp_path: Path) -> None:
    assert "E92000001" in refused(of_country(78.1, 82.2), tmp_path).where


@pytest.mark.parametrize(("female", "male"), [(63.9, 63.2), (98.0, 96.0)])
def test_a_country_s_figures_of_another_indicator_are_refused(
    tmp_path: Path, female: float, male: float
) -> None:
    assert "healthy life expectancy" in refused(of_country(female, male), tmp_path).remedy


def test_a_country_s_figures_as_they_are_pass(tmp_path: Path) -> None:
    of_country(82.2, 78.1).read(tmp_path)


def test_residents_with_more_old_men_than_women_are_refused(tmp_path: Path) -> None:
    def older(row: Row) -> None:
        if row["Age"] in ("85-89", "90+"):
            row["Residents"] = 160 if row["Sex"] == "male" else 90

    error = refused(Little(decides=True).change("people.csv", older), tmp_path)
    assert error.where == "population, ward2021, 2016 (census2021)"


@pytest.mark.parametrize(
    ("table", "code"), [("totals.csv", "E02001234"), ("published.csv", "E01004736")]
)
def test_a_code_of_another_kind_than_the_geography_names_is_refused(
    tmp_path: Path, table: str, code: str
) -> None:
    error = refused(with_more(table, code), tmp_path)
    assert "codes of wards" in error.expected
    assert error.found == code


def test_every_lacking_table_is_told_at_once(tmp_path: Path) -> None:
    place = Little(decides=True)
    text = place.text()
    head, *sources = text.split("[[sources]]")
    kept = [part for part in sources if 'table = "area_reference"' in part]
    text = "[[sources]]".join([head, *kept])
    place.text = lambda: text  # type: ignore[method-assign]
    error = refused(place, tmp_path)
    for table in ("population_deaths", "deaths", "population"):
        assert f'table = "{table}"' in error.remedy
    # Where own life tables decide, published ones may stand beside them, and needn't.
    for table in ("area_reference", "life_expectancy"):
        assert f'table = "{table}"' not in error.remedy
