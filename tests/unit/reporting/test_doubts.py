"""How far the verdict can be trusted: every branch says what its row holds, and no more."""

from __future__ import annotations

import re

import pytest

from gapwatch import codes
from gapwatch.codes import CANNOT, Coded
from gapwatch.reporting.chapters.robustness.words import (
    BacktestRow,
    FlipRow,
    calibration,
    smallest_change,
    track_record,
    what_flips,
    winner,
    without_verdict,
)
from gapwatch.reporting.chapters.trajectory.selection import SelectionRow, if_picked
from gapwatch.reporting.evidence.choices import Choice


def flat(*texts: str) -> str:
    return " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def coded(name: str) -> Coded:
    """The code of a choice by its words."""
    window = re.fullmatch(r"without (\d+)(?: to (\d+))?", name)
    if window:
        first, last = window[1], window[2] or window[1]
        return Coded.of(codes.WITHOUT_WINDOW, first=int(first), last=int(last), year_ends="12-31")
    residents = re.fullmatch(
        r"with (\d+)% (more|fewer) residents aged (\d+) .* on both sides", name
    )
    if residents:
        share = int(residents[1]) / 100 * (1 if residents[2] == "more" else -1)
        return Coded.of(codes.RESIDENTS_BOTH, factor=1 + share, from_age=int(residents[3]))
    return {
        "as calculated": Coded(codes.AS_CALCULATED),
        "without windows that include 2020 or 2021": Coded.of(
            codes.WITHOUT_YEARS, years="2020,2021"
        ),
        "measured as: slope": Coded.of(codes.OTHER_MEASURE, measure="slope"),
        "with two windows": Coded.of(codes.LONGER_WINDOWS, years=5, made=1),
        "with the stated baseline": Coded.of(codes.STATED_BASELINE, gap=14.0),
    }[name]


def choice(
    name: str, numbers: str, *, verdict: str | None = None, code: str = "", flips: bool = False
) -> Choice:
    what = coded(name)
    return Choice(what, name, verdict or numbers, code, numbers, 0.5, 0.6, 7.0, 3.0, flips)


def refused(name: str, numbers: str = "on track", code: str = "V03") -> Choice:
    return choice(name, numbers, verdict=CANNOT, code=code)


def score(method: str, crps: float, forecasts: int = 21) -> BacktestRow:
    return BacktestRow(method, forecasts, 0.5, 0.8, 0.95, crps, 0.25)


def test_choices_that_all_agree_are_said_to() -> None:
    rows = [choice("as calculated", "on track"), choice("without 2002 to 2006", "on track")]
    assert flat(*what_flips(rows)) == (
        "1 other choice tried, and the numbers say “on track” each time."
    )


def test_choices_that_differ_are_named_with_what_they_say() -> None:
    rows = [
        choice("as calculated", "on track"),
        choice("without 2002 to 2006", "too early to tell", flips=True),
        choice("without 2003 to 2007", "on track"),
        choice("with two windows", CANNOT, verdict="on track", flips=True),
    ]
    text = flat(*what_flips(rows))
    assert "As calculated the numbers say “on track”. 2 choices out of 3" in text
    assert "Without 2002 to 2006: “too early to tell” and with two windows: nothing." in text
    assert "2003" not in text


def test_without_a_verdict_no_number_is_told_and_no_verdict_by_numbers() -> None:
    text = flat(*without_verdict([refused("as calculated"), refused("without 2002 to 2006")]))
    assert text == (
        "There is no verdict as calculated, because the newest figures are too old. So it is with "
        "1 other choice of target, windows or measure that could be made: see "
        "data/sensitivity.csv."
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [("V02", "a side of the newest window is withheld"), ("V07", "now lives longer")],
)
def test_another_reason_is_given_in_words(code: str, words: str) -> None:
    rows = [refused("as calculated", code=code), refused("without 2002", code=code)]
    assert words in flat(*without_verdict(rows))


def test_choices_that_would_allow_a_verdict_are_named() -> None:
    rows = [
        refused("as calculated", code="V06"),
        refused("without 2002", code="V06"),
        choice("with the stated baseline", "on track"),
    ]
    text = flat(*without_verdict(rows))
    assert "So it is" not in text
    assert "because the target is not below the baseline." in text
    assert "Some choices would allow one: with the stated baseline: “on track”." in text


def test_choices_that_take_the_verdict_away_are_named() -> None:
    rows = [choice("as calculated", "on track"), refused("with the stated baseline", code="V06")]
    assert "Some choices would allow no verdict: with the stated baseline." in flat(
        *what_flips(rows)
    )


def test_a_single_choice_is_said_to_be_the_only_one() -> None:
    assert flat(*what_flips([choice("as calculated", "on track")])) == (
        "There is no other choice to try."
    )
    text = flat(*without_verdict([refused("as calculated")]))
    assert text == "There is no verdict as calculated, because the newest figures are too old."


def test_the_smallest_change_says_its_direction() -> None:
    higher = flat(smallest_change(FlipRow("newest gap", 2.4, "off track", 5.0, 5.0)))
    assert higher == "If the newest gap were 2.4 years higher, the numbers would say “off track”."
    assert "0.5 years lower" in smallest_change(
        FlipRow("target", -0.5, "on track", 5.0, 3.4)
    ).replace("\N{NO-BREAK SPACE}", " ")


def test_no_change_that_flips_is_said_with_what_was_tried_in_each_direction() -> None:
    assert flat(smallest_change(FlipRow("target", None, "on track", 2.0, 3.4))) == (
        "No target down to 2.0 years lower or up to 3.4 years higher would make the numbers say "
        "anything else."
    )


def test_a_direction_that_was_not_tried_is_said_to_be_untried() -> None:
    assert flat(smallest_change(FlipRow("target", None, "on track", 2.0, 0.0))) == (
        "No target down to 2.0 years lower would make the numbers say anything else. No higher one "
        "was tried."
    )
    assert flat(smallest_change(FlipRow("target", None, "on track", 0.0, 3.4))).endswith(
        "up to 3.4 years higher would make the numbers say anything else. No lower one was tried."
    )


def test_nothing_is_said_when_nothing_was_tried() -> None:
    assert smallest_change(FlipRow("target", None, CANNOT, 0.0, 0.0)) == ""


def test_a_clear_difference_over_enough_forecasts_names_the_best_score() -> None:
    scores = [score("projection", 1.2), score("no change", 1.69), score("straight line", 4.43)]
    text = flat(*track_record(scores, scores))
    assert (
        "Over 21 past forecasts, this report's projection had the best score (CRPS, in years; "
        "lower is better): 1.20 (repeating the newest figure 1.69 and a straight line through the "
        "figures 4.43)."
    ) in text
    assert "mean error" not in text
    assert "othing here shows" not in text


def test_a_small_difference_names_no_winner() -> None:
    scores = [score("projection", 1.57), score("no change", 1.69), score("straight line", 4.43)]
    text = flat(*track_record(scores, []))
    assert "had the best" not in text
    assert "these were the scores (CRPS, in years; lower is better)" in text
    assert "The difference between the first two is too small to decide anything." in text


@pytest.mark.parametrize(("second", "best"), [(1.1, ""), (1.2, "projection")])
def test_a_tenth_is_the_line_for_a_difference(second: float, best: str) -> None:
    assert winner([score("projection", 1.0), score("no change", second)]) == best


@pytest.mark.parametrize(("forecasts", "best"), [(9, ""), (10, "projection")])
def test_ten_forecasts_are_the_fewest(forecasts: int, best: str) -> None:
    scores = [score("projection", 1.0, forecasts), score("no change", 3.0, forecasts)]
    assert winner(scores) == best


def test_few_forecasts_name_no_winner_and_show_no_skill() -> None:
    every = [score("projection", 1.0), score("no change", 1.7)]
    apart = [score("projection", 1.0, 3), score("no change", 3.04, 3)]
    text = flat(*track_record(every, apart))
    assert "Over the 3 forecasts that share no year, these were the scores" in text
    assert "So few forecasts decide nothing." in text
    assert "Nothing here shows that this projection can foretell the gap that far ahead." in text


def test_a_tie_and_a_single_method_have_no_winner() -> None:
    assert winner([score("projection", 0.0), score("no change", 0.0)]) == ""
    alone = flat(*track_record([score("projection", 1.0)], []))
    assert "these were the scores" in alone
    assert "decide" not in alone


def test_too_short_a_history_is_said() -> None:
    assert "too few windows" in flat(*track_record([], []))
    assert "None is far enough ahead" in flat(*track_record([score("no change", 1.0)], []))


def test_the_fall_to_expect_is_conditional_on_the_picking_and_has_its_limits() -> None:
    found = SelectionRow(2005, 2009, 14.1, 11.3, 7.0, 15.7, 2.8)
    assert flat(if_picked(found, "wards", "2005 to 2009")) == (
        "If a side was picked because its figure of 2005 to 2009 was extreme, part of a later fall "
        "is to be expected. The gap measured then was 14.1 years. Given all wards, the true one "
        "would be expected at 11.3 years (plausibly 7.0 to 15.7). Later figures would then be "
        "about 2.8 years lower with no change in anyone's health."
    )


def test_a_gap_that_chance_does_not_shrink_is_said_to_be_so() -> None:
    for fall in (0.0, -0.2):
        text = if_picked(
            SelectionRow(2005, 2009, 3.0, 3.2, 1.0, 5.0, fall), "wards", "2005 to 2009"
        )
        assert text.endswith("that alone would not make the gap smaller later.")


def test_a_baseline_that_prints_otherwise_says_why() -> None:
    found = SelectionRow(2005, 2009, 13.8, 11.3, 7.0, 15.7, 2.8)
    assert (
        "was 13.8 years (not 13.9, as it takes the mean of the wards’ own figures on each side)."
    ) in flat(if_picked(found, "wards", "2005 to 2009", 13.9))
    assert "(not" not in if_picked(found, "wards", "2005 to 2009", 13.81)


@pytest.mark.parametrize(
    ("within", "text"),
    [
        (0.94, "But its ranges were too wide: the 80% range held 94% of what came later."),
        (0.5, "But its ranges were too narrow: the 80% range held 50% of what came later."),
        (0.86, "Its 80% range held 86% of what came later, about as it should."),
        (0.73, "Its 80% range held 73% of what came later, about as it should."),
        (1.0, "But its ranges were too wide: the 80% range held 100% of what came later."),
    ],
)
def test_a_range_that_held_too_much_or_too_little_is_said_to(within: float, text: str) -> None:
    assert calibration(BacktestRow("projection", 100, 0.5, within, 1.0, 1.0, 0.2)) == text


def test_no_best_score_is_named_without_what_its_range_held() -> None:
    scores = [score("projection", 1.2), score("no change", 1.69)]
    assert flat(*track_record(scores, [])).count("80% range held 80%") == 1
