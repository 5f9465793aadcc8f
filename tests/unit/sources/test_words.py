"""The words of publishers: what each reads as, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwatch.errors import UnfitError
from gapwatch.sources.vocabulary import parse_age, parse_period, parse_sex


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2019", (2019, 2019)),
        ("2016 - 20", (2016, 2020)),
        ("2016 to 2020", (2016, 2020)),
        ("1999-2003", (1999, 2003)),
        ("2002-06", (2002, 2006)),
        ("1999-00", (1999, 2000)),
        ("2016 \u2013 20", (2016, 2020)),
        (" 2019 [note 3]", (2019, 2019)),
    ],
)
def test_a_period_reads_as_its_first_and_last_calendar_year(text, years):
    assert parse_period(text) == years


@pytest.mark.parametrize(
    "text",
    [
        "2019/20",
        "2015/16 - 19/20",
        "2020-2016",
        "",
        "20190000",
        "2016 - 2",
        "2016 to 20",
        "199-203",
        "\u0662\u0660\u0661\u0669",
        "2016 - 15",
        "1700",
    ],
)
def test_a_financial_year_or_any_other_text_is_no_calendar_window(text):
    with pytest.raises(ValueError, match=r"expected .*, found"):
        parse_period(text)


def test_a_financial_year_is_named_as_one():
    with pytest.raises(ValueError, match="financial year '2019/20'"):
        parse_period("2019/20")


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("Male", "male"),
        ("Males", "male"),
        ("M", "male"),
        ("Female", "female"),
        ("Females", "female"),
        ("F", "female"),
        ("Persons", None),
        ("Not applicable", None),
    ],
)
def test_a_sex_reads_as_the_contract_writes_it(text, sex):
    assert parse_sex(text) == sex


@pytest.mark.parametrize("text", ["", "Woman", "Fe male", "2"])
def test_an_unknown_sex_is_refused(text):
    with pytest.raises(ValueError, match=r"a sex.*, found"):
        parse_sex(text)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("under 1", (0, 0)),
        ("<1", (0, 0)),
        ("01 to 04", (1, 4)),
        ("85 to 89", (85, 89)),
        ("90 and over", (90, None)),
        ("90+", (90, None)),
        ("0-4", (0, 4)),
        ("Aged 5", (5, 5)),
        ("Age 0", (0, 0)),
        ("All ages", None),
        ("5 yrs", (5, 5)),
        ("65+ yrs", (65, None)),
        ("Aged 90 years and over", (90, None)),
        ("16-64 yrs", (16, 64)),
        ("85+ [note 1]", (85, None)),
    ],
)
def test_an_age_reads_as_a_band_of_completed_years(text, ages):
    assert parse_age(text) == ages


@pytest.mark.parametrize("text", ["", "4-0", "130", "under 5", "5 months", "90 or so", "1 to 200"])
def test_an_unknown_age_is_refused(text):
    with pytest.raises(ValueError, match=r"expected .*, found"):
        parse_age(text)


@given(st.integers(1801, 2150), st.integers(1, 50), st.sampled_from(["-", " - ", "\u2013"]))
def test_every_window_survives_being_written_short_and_long(first, length, dash):
    last = first + length
    assert parse_period(f"{first}{dash}{last}") == (first, last)
    assert parse_period(f"{first}{dash}{last % 100:02d}") == (first, last)


@given(st.integers(0, 120), st.integers(0, 120))
def test_every_band_survives_being_written(one, other):
    first, last = sorted((one, other))
    assert parse_age(f"{first:02d} to {last:02d}") == (first, last)
    assert parse_age(f"{first}-{last} yrs") == (first, last)
    assert parse_age(f"{first} and over") == (first, None)


@given(st.text(max_size=20))
def test_any_text_reads_or_is_refused_with_what_was_expected(text):
    for read in (parse_period, parse_sex, parse_age):
        try:
            read(text)
        except UnfitError as error:
            assert error.expected  # noqa: PT017
            assert error.found  # noqa: PT017
