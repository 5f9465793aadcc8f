"""Codes are what the study's geography says, and a code of another form is refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gapwatch.errors import StudyError, UnfitError, ValidationError
from gapwatch.quality.by_study import CODE, RANKING, resolved
from gapwatch.quality.suites import SuiteError, read_suite
from gapwatch.study.code_forms import CodeForms
from tests.elsewhere import CODES, WHOLE, Elsewhere
from tests.little import Little


def test_short_numbers_are_codes_where_the_study_says_so(tmp_path: Path) -> None:
    study, inputs = Elsewhere().read(tmp_path)
    assert [area.code for area in study.geography.areas] == list(CODES.values())
    assert set(inputs["life_expectancy"]["area_code"]) == set(CODES.values())
    assert study.study.area_code == "1714000"


def test_short_numbers_are_no_codes_where_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="nine characters, as the Office for National Statistics"):
        Elsewhere(patterns="").read(tmp_path)


@pytest.mark.parametrize("code", ["24 ", "2 4", "", "24a", "124", "=24", "2\t4"])
def test_a_code_with_a_blank_or_against_the_pattern_is_refused_in_the_study(
    tmp_path: Path, code: str
) -> None:
    place = Elsewhere()
    place.called = {**place.called, "E05098001": code}
    with pytest.raises(StudyError) as refused:
        place.read(tmp_path)
    assert "[0-9]{1,2}" in refused.value.expected or "TOML" in refused.value.expected


@pytest.mark.parametrize("code", ["2 4", "24a", "124", "E05098001"])
def test_a_code_against_the_pattern_is_refused_in_a_file_with_its_cell(
    tmp_path: Path, code: str
) -> None:
    place = Elsewhere()
    place.tables["published.csv"][3]["Code"] = code
    with pytest.raises(ValidationError) as refused:
        place.read(tmp_path)
    assert "row 5, column 'Code'" in refused.value.where
    assert "[0-9]{1,2}" in refused.value.expected
    assert repr(code) == refused.value.found


def test_a_code_of_another_kind_of_area_is_refused_by_name(tmp_path: Path) -> None:
    """The city's code has a form of the study, and none of the study's areas."""
    place = Elsewhere(changed={'code = "25"': 'code = "1714001"'})
    with pytest.raises(StudyError, match=r"geography\.areas\[2\]\.code") as refused:
        place.read(tmp_path)
    assert refused.value.found == "'1714001'"


def test_a_zone_may_not_be_called_as_an_area_is_coded(tmp_path: Path) -> None:
    place = Elsewhere(changed={"[zones.west]": "[zones.26]", 'worse = "west"': 'worse = "26"'})
    with pytest.raises(StudyError, match=r"zones\.26"):
        place.read(tmp_path)


def test_what_is_no_pattern_is_refused_as_one(tmp_path: Path) -> None:
    place = Elsewhere(patterns='code_pattern = "[0-9"', called={WHOLE: WHOLE})
    with pytest.raises(StudyError, match=r"geography\.code_pattern") as refused:
        place.read(tmp_path)
    assert refused.value.expected == "a regular expression"


def test_patterns_are_by_kind_of_area() -> None:
    forms = CodeForms("[0-9]{1,2}", {"tract2020": "[0-9]{11}"})
    assert forms.require("26") == "26"
    assert forms.require("17031260100", "tract2020") == "17031260100"
    with pytest.raises(UnfitError) as refused:
        forms.require("26", "tract2020")
    assert "[0-9]{11}" in refused.value.expected


def test_a_pattern_that_lets_blanks_in_lets_none_in() -> None:
    assert not CodeForms(".*").fits("2 6")
    assert not CodeForms(".*").fits("=1+1")
    assert CodeForms(".*").fits("1714000-26")


def test_a_suite_is_held_to_the_form_of_the_study() -> None:
    suite = [
        {
            "type": "expect_column_values_to_match_regex",
            "kwargs": {"column": "area_code", "regex": CODE},
            "severity": "critical",
            "says": "area codes are nine characters",
        },
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": RANKING},
            "severity": "critical",
            "says": "the ranking is never missing",
        },
    ]
    plain = resolved(suite)
    assert re.fullmatch(plain[0]["kwargs"]["regex"], "E05000630")
    assert plain[0]["says"] == "area codes are nine characters"
    other = resolved(suite, {CODE: "[0-9]{1,2}", RANKING: None})
    assert [one["kwargs"]["regex"] for one in other] == ["^(?:[0-9]{1,2})$"]
    assert other[0]["says"] == "area_code is of the form that the study gives: [0-9]{1,2}"


def test_a_suite_may_leave_nothing_else_open(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_text(
        '{"expectations": [{"type": "expect_column_values_to_match_regex", "kwargs": {"column": '
        '"area_code", "regex": "{codes}"}, "severity": "critical", "says": "so"}]}'
    )
    with pytest.raises(SuiteError) as refused:
        read_suite(path)
    assert "{code}" in refused.value.expected


def test_little_vale_is_as_it_was(tmp_path: Path) -> None:
    study, _ = Little().read(tmp_path)
    assert study.area_codes == CodeForms()
