"""How far the verdict can be trusted: every branch says what its row holds, and no more."""

from __future__ import annotations

from gapwatch.reporting.doubts import (
    Choice,
    Flip,
    Score,
    Selection,
    chance_in_the_choice,
    smallest_change,
    track_record,
    what_flips,
)


def flat(*texts: str) -> str:
    return " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def choice(name: str, numbers: str, *, verdict: str | None = None, flips: bool = False) -> Choice:
    return Choice(name, verdict or numbers, numbers, 0.5, 0.6, 7.0, 3.0, flips)


def score(method: str, crps: float, forecasts: int = 21) -> Score:
    return Score(method, forecasts, 0.5, 0.8, 0.95, crps, 0.25)


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
    ]
    text = flat(*what_flips(rows))
    assert "As calculated the numbers say “on track”" in text
    assert "1 choice out of 2" in text
    assert "without 2002 to 2006: “too early to tell”" in text
    assert "2003" not in text


def test_where_no_verdict_is_possible_the_numbers_are_called_no_verdict() -> None:
    rows = [
        choice("as calculated", "on track", verdict="cannot calculate"),
        choice("without 2002 to 2006", "on track", verdict="cannot calculate"),
    ]
    text = flat(*what_flips(rows))
    assert "The verdict is “cannot calculate” whichever choice is made." in text
    assert "is no verdict" in text


def test_a_single_choice_is_said_to_be_the_only_one() -> None:
    assert "no other choice" in flat(*what_flips([choice("as calculated", "on track")]))


def test_the_smallest_change_says_its_direction() -> None:
    bigger = flat(smallest_change(Flip("newest gap", 2.4, "off track", 5.0)))
    assert bigger == "If the newest gap were 2.4 years bigger, the numbers would say “off track”."
    assert "0.5 years smaller" in flat(smallest_change(Flip("target", -0.5, "on track", 5.0)))


def test_no_change_that_flips_is_said_with_the_limit_that_was_tried() -> None:
    text = flat(smallest_change(Flip("target", None, "on track", 5.0)))
    assert text == (
        "No change of the target by up to 5 years would make the numbers say anything else."
    )


def test_skill_is_claimed_only_for_the_method_that_was_best() -> None:
    every = [score("projection", 1.57), score("no change", 1.69), score("straight line", 4.43)]
    apart = [score("projection", 3.19, 3), score("no change", 3.04, 3)]
    text = flat(*track_record(every, apart))
    assert "Over 21 past forecasts, this report's projection had the smallest mean error: 1.57" in (
        text
    )
    assert "Over the 3 forecasts that share no year, repeating the newest figure had" in text
    assert "nothing here shows that the gap can be foretold five years ahead" in text


def test_a_projection_that_is_best_far_ahead_is_not_belittled() -> None:
    every = [score("projection", 1.57), score("no change", 1.69)]
    assert "nothing here shows" not in flat(*track_record(every, every))


def test_a_tie_goes_to_the_simpler_method() -> None:
    tied = [score("projection", 1.5), score("no change", 1.5)]
    assert "repeating the newest figure had the smallest" in flat(*track_record(tied, []))


def test_too_short_a_history_is_said() -> None:
    assert "too few windows" in flat(*track_record([], []))
    assert "None is far enough ahead" in flat(*track_record([score("no change", 1.0)], []))


def test_the_part_of_chance_in_a_picked_gap_is_conditional_on_the_picking() -> None:
    found = Selection(2005, 2009, 14.1, 11.3, 7.0, 15.7, 2.8)
    text = flat(chance_in_the_choice(found, "the north", "Knightsbridge", "2005 to 2009"))
    assert text.startswith("If the north and Knightsbridge had been picked because")
    assert "The measured gap was 14.1 years" in text
    assert "expected at 11.3 years" in text
    assert "fall by about 2.8 years with no change in anyone's health" in text


def test_a_gap_that_chance_does_not_shrink_is_said_to_be_so() -> None:
    found = Selection(2005, 2009, 3.0, 3.2, 1.0, 5.0, -0.2)
    text = flat(chance_in_the_choice(found, "the north", "Knightsbridge", "2005 to 2009"))
    assert "chance alone would not make their gap smaller later" in text
