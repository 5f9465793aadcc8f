"""Times as publishers write them."""

from __future__ import annotations

import datetime as dt

import pytest

from gapwatch.study.periods import PeriodError, fits, read_span


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2011", "2011-01-01", "2011-12-31"),
        ("2016 - 20", "2016-01-01", "2020-12-31"),
        ("1999-00", "1999-01-01", "2000-12-31"),
        ("2002-06", "2002-01-01", "2006-12-31"),
        ("2016 to 2020", "2016-01-01", "2020-12-31"),
        ("2014/15", "2014-04-01", "2015-03-31"),
        ("1999/00", "1999-04-01", "2000-03-31"),
        ("2011/2012", "2011-04-01", "2012-03-31"),
        ("2010/11 to 2012/13", "2010-04-01", "2013-03-31"),
        ("2015/16 - 19/20", "2015-04-01", "2020-03-31"),
        ("FYE 2025", "2024-04-01", "2025-03-31"),
        ("FYE 2024-2025", "2023-04-01", "2025-03-31"),
        ("year ending March 2025", "2024-04-01", "2025-03-31"),
        ("2026-06", "2026-06-01", "2026-06-30"),
        ("June 2026", "2026-06-01", "2026-06-30"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("2026-06-30", "2026-06-30", "2026-06-30"),
        ("30 June 2026", "2026-06-30", "2026-06-30"),
        ("mid-2022", "2022-06-30", "2022-06-30"),
    ],
)
def test_a_time_has_a_first_and_a_last_day(text: str, first: str, last: str) -> None:
    assert read_span(text) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_school_years_begin_in_september() -> None:
    assert read_span("2011/12 to 2013/14", "school") == (dt.date(2011, 9, 1), dt.date(2014, 8, 31))


def test_two_digits_after_a_hyphen_are_a_year_unless_said_to_be_a_month() -> None:
    assert read_span("2010-11") == (dt.date(2010, 1, 1), dt.date(2011, 12, 31))
    assert read_span("2010-11", monthly=True) == (dt.date(2010, 11, 1), dt.date(2010, 11, 30))


@pytest.mark.parametrize(
    "text", ["2011/13", "2013 to 2011", "2012/13 to 2010/11", "2010/11 to 2012/14"]
)
def test_a_time_that_contradicts_itself_is_mislabelled(text: str) -> None:
    with pytest.raises(PeriodError) as caught:
        read_span(text)
    assert caught.value.mislabelled


@pytest.mark.parametrize(
    "text", ["", "sometime", "2011?", "31 Feb 2020", "0000", "20/21", "spring 2020"]
)
def test_a_time_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(PeriodError) as caught:
        read_span(text)
    assert not caught.value.mislabelled
    assert repr(text) in str(caught.value)


def test_days_fit_a_split_year_of_either_kind() -> None:
    assert fits("2014/15", dt.date(2014, 4, 1), dt.date(2015, 3, 31))
    assert fits("2014/15", dt.date(2014, 9, 1), dt.date(2015, 8, 31))
    assert not fits("2014/15", dt.date(2014, 1, 1), dt.date(2014, 12, 31))
