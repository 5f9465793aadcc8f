"""How numbers are printed: rounding must never flip a statement."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwatch.reporting.language.numbers import (
    MISSING,
    SPACE,
    apart,
    capital,
    count,
    date,
    estimate,
    explained,
    interval,
    line,
    listing,
    listing_of,
    names_in_short,
    noun_of,
    number,
    percent,
    period,
    plain,
    sentence,
    size,
    spelled,
    vintage,
    years,
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (8.9178, 1, "8.9"),
        (0.25, 1, "0.3"),
        (-0.25, 1, "−0.3"),
        (-5.6, 1, "−5.6"),
        (-0.04, 1, "0.0"),
        (1234.5, 0, "1,235"),
    ],
)
def test_numbers_round_halves_away_from_zero_and_take_a_true_minus(value, decimals, text):
    assert number(value, decimals) == text


def test_a_change_can_carry_its_plus():
    assert number(0.4, plus=True) == "+0.4"
    assert number(-0.4, plus=True) == "−0.4"
    assert number(0.0, plus=True) == "0.0"


def test_unequal_values_side_by_side_never_print_alike():
    assert apart(6.04, 6.0) == ("6.04", "6.00")
    assert apart(7.0, 7.0) == ("7.0", "7.0")


@given(st.floats(-200, 200), st.floats(-200, 200))
def test_values_printed_apart_keep_their_order(first, second):
    if abs(first - second) < 1e-5 or min(abs(first), abs(second)) < 1e-5:
        return
    shown = [float(text.replace("−", "-")) for text in apart(first, second)]
    assert (shown[0] < shown[1]) == (first < second)


def test_a_limit_that_is_not_zero_never_prints_as_zero():
    assert interval(0.04, 2.0) == "just above 0 to 2.0"
    assert interval(-0.003, 0.4) == "just below 0 to 0.4"
    assert interval(-6.0, -0.03) == "−6.0 to just below 0"
    assert interval(0.0, 0.4) == "0.0 to 0.4"


def test_a_value_beside_its_interval_keeps_the_precision_of_its_column():
    assert estimate(0.00004, -0.47, 0.29, 2) == "0.00 (−0.47 to 0.29)"
    assert estimate(0.004, 0.001, 0.02, 2) == "0.00 (just above 0 to 0.02)"


def test_missing_values_are_named_and_never_zero():
    assert years(None) == plain(None) == estimate(None, None, None) == MISSING
    assert interval(None, 1.0) == MISSING
    assert estimate(8.9, None, 12.5) == "8.9"


def test_years_carry_their_unit():
    assert years(8.92) == f"8.9{SPACE}years"
    assert years(1, 0) == f"1{SPACE}year"
    assert estimate(8.9178, 5.3409, 12.4947) == "8.9 (5.3 to 12.5)"


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "less than 1%"), (0.004, "less than 1%"), (0.999, "more than 99%"), (0.594, "59%")],
)
def test_no_probability_prints_as_certain(probability, text):
    assert percent(probability) == text


def test_a_probability_never_rounds_onto_its_threshold():
    assert percent(0.796, 0.8, 0.2) == "79.6%"
    assert percent(0.204, 0.8, 0.2) == "20.4%"
    assert percent(0.8, 0.8, 0.2) == "80%"
    assert percent(0.80001, 0.8, 0.2) == "just over 80%"
    assert percent(0.19999, 0.8, 0.2) == "just under 20%"
    assert percent(0.33331, 1 / 3) == "just under 33.3%"


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.8, "80%"), (0.29, "29%"), (0.995, "99.5%"), (0.0125, "1.25%"), (1 / 3, "33.333333%")],
)
def test_a_line_that_a_study_draws_is_printed_exactly(probability, text):
    assert line(probability) == text


def test_a_capital_leaves_the_rest_alone():
    assert capital("this report's CRPS") == "This report's CRPS"
    assert capital("") == ""


def test_periods_dates_and_counts():
    assert period(2010, 2014) == "2010 to 2014"
    assert period(2014, 2014) == "2014"
    assert date(dt.date(2026, 3, 1)) == "1 March 2026"
    assert [count(n, "ward") for n in (0, 1, 1200)] == ["no wards", "1 ward", "1,200 wards"]
    assert count(2, "check", "checks") == "2 checks"
    assert [size(n) for n in (12, 12_345)] == ["12 bytes", "12.3 kB"]


def test_lists_and_sentences():
    assert [listing(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert sentence("no news") == "No news."
    assert sentence("Is it? ") == "Is it?"
    assert sentence("imd_score is given") == "imd_score is given."
    assert sentence(" ") == ""


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (["a", "b", "c"], "a, b and c"),
        (["income, modelled"], "income, modelled"),
        (["points, capped", "absence"], "points, capped; and absence"),
        (["a", "bands A and B", "c"], "a; bands A and B; and c"),
        (["1,000 m", "sand"], "1,000 m and sand"),
    ],
)
def test_items_with_marks_of_their_own_are_parted_by_semicolons(items, text):
    assert listing_of(items) == text


def test_vintages_are_said_in_words():
    assert vintage("ward2011") == "2011 wards"
    assert vintage("msoa2021") == "2021 MSOAs"
    assert vintage("borough") == "borough"


def test_letters_are_explained_where_they_are_known():
    assert explained("msoa2021").startswith("2021 MSOAs (middle layer super output areas: ")
    assert explained("lsoa2011").startswith("2011 LSOAs (lower layer super output areas: ")
    assert explained("ward2011") == "2011 wards"
    assert noun_of("msoa2021") == "MSOA"
    assert noun_of("borough") == "area"


def test_small_numbers_are_spelled_and_large_ones_are_not():
    assert [spelled(n) for n in (1, 10, 11, 1200)] == ["one", "ten", "11", "1,200"]


def test_a_listing_says_a_shared_beginning_once():
    assert names_in_short(("Mill 001", "Mill 004", "Mill 010")) == "Mill 001, 004 and 010"
    assert names_in_short(("Mill 001", "Dale 004")) == "Mill 001 and Dale 004"
    assert names_in_short(("Mill 001", "Dale")) == "Mill 001 and Dale"
    assert names_in_short(("Mill 001",)) == "Mill 001"
