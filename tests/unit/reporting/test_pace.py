"""Pace: what is needed and seen are kept apart, and no year is named that the data don't give."""

from __future__ import annotations

import dataclasses

from tests.unit.reporting.test_words import VERDICT

from gapwatch.reporting import pace


def told(**changes: object) -> str:
    found = pace.sentences(dataclasses.replace(VERDICT, **changes), 2012)  # type: ignore[arg-type]
    return " ".join(found).replace("\N{NO-BREAK SPACE}", " ")


def test_needed_and_seen_pace_stand_side_by_side() -> None:
    text = told()
    assert "would have to fall by 0.20 years each year to reach the target in 2035" in text
    assert "it changed by −0.40 years a year, plausibly anywhere from −0.70 to −0.10" in text


def test_paces_that_differ_never_print_alike() -> None:
    text = told(required_change_years_per_year=-0.4004)
    assert "fall by 0.4004 years" in text
    assert "changed by −0.4000 years" in text


def test_a_pace_that_is_sure_to_narrow_gets_years_with_an_interval() -> None:
    assert "about 7 years after 2012, plausibly 3 to 21 years." in told()


def test_a_pace_that_may_be_none_says_never_is_possible() -> None:
    text = told(slope_upper95_years_per_year=0.1, years_to_target_upper95=None)
    assert "about 7 years after 2012, but the pace may as well be none" in text


def test_a_gap_that_does_not_narrow_never_reaches_the_target() -> None:
    assert "At that pace the target would never be reached." in told(
        pace="never", years_to_target=None
    )


def test_a_gap_at_or_below_the_target_needs_no_fall() -> None:
    text = told(pace="already", required_change_years_per_year=0.1)
    assert "is at or below the target already" in text
    assert "At that pace" not in text


def test_nothing_is_said_without_figures() -> None:
    assert told(slope_years_per_year=None) == ""
    assert told(required_change_years_per_year=None) == ""
    assert "reached" not in told(pace="", years_to_target=None)
