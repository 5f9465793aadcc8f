"""Pace: what is needed and seen are kept apart, and no year is named that the data don't give."""

from __future__ import annotations

import dataclasses

from tests.unit.reporting.test_words import VERDICT

from gapwatch.reporting.chapters.trajectory import pace


def told(*, old: bool = False, **changes: object) -> str:
    verdict = dataclasses.replace(VERDICT, **changes)  # type: ignore[arg-type]
    return " ".join(pace.sentences(verdict, 2012, old=old)).replace("\N{NO-BREAK SPACE}", " ")


def test_needed_and_seen_pace_stand_side_by_side_with_their_intervals() -> None:
    text = told()
    assert "would have to fall by 0.20 years each year to reach the target in 2035" in text
    assert "what is needed is plausibly a gap 0.05 to 0.35 years smaller each year." in text
    assert (
        "the gap becomes 0.40 years smaller a year, plausibly 0.10 to 0.70 years smaller." in text
    )
    assert "may have been at the target already" not in text


def test_a_change_that_may_be_none_is_told_by_its_line_and_both_ways() -> None:
    text = told(slope_upper95_years_per_year=0.1)
    assert (
        "By the line fitted through the comparable windows the gap becomes 0.40 years smaller a "
        "year, plausibly 0.7 years smaller to 0.1 years bigger."
    ) in text.replace("0.70", "0.7").replace("0.10", "0.1")
    assert "it changed" not in text


def test_a_needed_change_that_may_be_none_says_that_the_target_may_be_reached() -> None:
    text = told(required_change_upper95_years_per_year=0.08)
    assert "0.35 years smaller to 0.08 years bigger each year. The gap may have been" in text


def test_a_needed_change_without_interval_stands_alone() -> None:
    assert "what is needed" not in told(required_change_lower95_years_per_year=None)
    assert "what is needed" not in told(required_change_upper95_years_per_year=None)


def test_paces_that_differ_never_print_alike() -> None:
    text = told(required_change_years_per_year=-0.4004)
    assert "fall by 0.4004 years" in text
    assert "becomes 0.4000 years smaller" in text


def test_a_pace_that_is_sure_to_narrow_gets_years_with_an_interval() -> None:
    assert "about 7 years after 2012, plausibly 3 to 21 years." in told()
    assert "narrowing" not in told()


def test_an_arrival_by_levelling_down_says_so_in_its_own_sentence() -> None:
    assert (
        "At that pace, by levelling down, the target would be reached about 7 years after 2012, "
        "plausibly 3 to 21 years."
    ) in told(levels_down=True)
    for other in (False, None):
        assert "levelling down" not in told(levels_down=other)


def test_years_without_both_limits_have_no_interval() -> None:
    assert "about 7 years after 2012." in told(years_to_target_upper95=None)


def test_less_than_a_year_and_one_year_are_said_as_such() -> None:
    assert "about 0.4 years after 2012" in told(years_to_target=0.4)
    assert "about 1 year after 2012" in told(years_to_target=1.2)


def test_a_pace_that_may_be_none_says_never_is_possible() -> None:
    for high in (0.0, 0.1):
        text = told(slope_upper95_years_per_year=high, years_to_target_upper95=None)
        assert (
            "about 7 years after 2012. But the figures also fit a gap that is not narrowing."
            in text
        )
        assert "Then the target would never be reached." in text


def test_no_arrival_is_named_from_old_figures_as_if_it_were_a_forecast() -> None:
    text = told(old=True, verdict="cannot calculate", reason_code="V03")
    assert (
        "At that pace the target would be reached about 7 years after 2012, plausibly 3 to 21 "
        "years. That is what the old figures alone imply, and no forecast."
    ) in text
    assert "forecast" not in told()


def test_without_a_verdict_figures_that_are_not_old_are_not_called_old() -> None:
    text = told(verdict="cannot calculate", reason_code="V02")
    assert "That is what the figures alone imply, and no forecast." in text


def test_a_line_that_does_not_narrow_never_reaches_the_target() -> None:
    never = {"pace": "never", "years_to_target": None, "slope_years_per_year": 0.2}
    unsure = told(slope_upper95_years_per_year=0.5, **never)
    assert (
        "the target would never be reached. But the figures also fit a gap that is narrowing."
        in unsure
    )
    sure = told(slope_lower95_years_per_year=0.1, slope_upper95_years_per_year=0.5, **never)
    assert sure.endswith("At that pace the target would never be reached.")


def test_a_gap_at_or_below_the_target_needs_no_fall() -> None:
    at = {"pace": "already", "required_change_years_per_year": 0.1}
    text = told(required_change_upper95_years_per_year=0.2, **at)
    assert "is at or below the target already" in text
    assert "smaller to 0.20 years bigger each year. A fall may still be needed." in text
    assert "At that pace" not in text
    sure = told(
        required_change_lower95_years_per_year=0.05,
        required_change_upper95_years_per_year=0.2,
        **at,
    )
    assert "still be needed" not in sure


def test_nothing_is_said_without_figures() -> None:
    assert told(slope_years_per_year=None) == ""
    assert told(required_change_years_per_year=None) == ""
    assert "reached" not in told(pace="", years_to_target=None)


def test_the_line_starts_where_it_stands_and_not_at_the_newest_figure() -> None:
    texts = pace.sentences(VERDICT, 2012, old=False, level=9.3)
    assert (
        texts[-1]
        .replace("\N{NO-BREAK SPACE}", " ")
        .startswith(
            "The fitted line stands at 9.3 years in 2012. At that pace the target would be reached "
            "about 7 years from there"
        )
    )
    assert "7 years after 2012" in told()
