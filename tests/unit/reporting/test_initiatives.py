"""Words on what is done: a test each branch, and nothing that claims more than its verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gapwatch.contracts import OUTCOMES
from gapwatch.initiatives import codes
from gapwatch.listening import codes as withheld
from gapwatch.reporting.chapters.initiatives import words
from gapwatch.reporting.chapters.initiatives.rows import DetectableRow, Effect, Expected, Proof
from gapwatch.reporting.chapters.listening import words as said
from gapwatch.reporting.chapters.listening.words import Share

FOUND = Effect(
    initiative="clubs",
    expectation="fewer",
    version=1,
    verdict="sign as expected",
    reason="",
    flags="",
    maryland_level=3,
    areas=2,
    areas_compared=18,
    effect_percent=-31.85,
    effect_lower95_percent=-34.5,
    effect_upper95_percent=-29.1,
    p_expected=0.0053,
    p_either=0.0053,
    sets=190,
    placebos="exact",
    lead_percent=1.0,
    lead_p=0.7,
    regression_percent=-2.3,
)
YEARS = (2013, 2017, 2019, 2023)
TOLD = Expected("fewer", 1, "clubs", "claimants", "lower", 25.0, *YEARS, "2017-11-01")
SEEN = DetectableRow(
    "claimants",
    2,
    2013,
    2017,
    2019,
    2023,
    "lower",
    "fewer",
    1,
    18,
    190,
    "exact",
    600.0,
    -14.6,
    -25.0,
    0.977,
    "",
)


def told(effect: Effect, seen: DetectableRow | None = SEEN) -> str:
    return " ".join(words.found("Work clubs", effect, TOLD, seen, "Claimants"))


def without_figures(verdict: str, reason: str) -> Effect:
    return replace(
        FOUND,
        verdict=verdict,
        reason=reason,
        maryland_level=0,
        effect_percent=None,
        effect_lower95_percent=None,
        effect_upper95_percent=None,
        p_expected=None,
    )


def test_every_code_has_words_and_no_words_are_left_over() -> None:
    assert set(words.REASONS) == set(codes.REASONS)
    assert set(words.FLAGS) == set(codes.FLAGS)
    assert set(words.ORDER) == set(OUTCOMES)
    assert set(said.REASONS) == set(withheld.REASONS)
    assert words.reason("X99") == "reason X99"


def test_a_sign_as_expected_is_told_with_its_figures_and_level() -> None:
    assert told(FOUND) == (
        "Work clubs: written down on 1 November 2017 was a change of −25.0% in “Claimants”, from "
        "2013 to 2017 to 2019 to 2023, against the other areas. The rate in its 2 areas changed by "
        "−31.9% against the 18 areas compared with (plausibly −34.5 to −29.1%). Of all 190 sets of "
        "as many areas, less than 1% moved as far the expected way. That is a sign as expected. "
        "This is evidence of level 3."
    )


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (replace(FOUND, verdict="sign opposite"), "That is a sign of the opposite."),
        (replace(FOUND, verdict="no sign"), "which doesn’t show that nothing changed."),
        (
            replace(FOUND, flags="F01"),
            (
                "If its areas were chosen for their figures, a change of −2.3% was to be expected "
                "from chance alone."
            ),
        ),
        (
            replace(FOUND, verdict="could not have been seen"),
            (
                "A change of that size could not have been seen. The smallest that would be seen "
                "in 80% of cases is −14.6%. The stated one would be seen in 98% of cases. So no "
                "figure of it is a sign."
            ),
        ),
        (
            replace(FOUND, verdict="could not have been seen", reason="C02"),
            (
                "A change could not have been seen, because with so few areas, chance can never be "
                "ruled out."
            ),
        ),
        (
            without_figures("too early", "T01"),
            "It is too early to say, because the years after aren't all known yet.",
        ),
        (
            without_figures("described, not evaluated", "E02"),
            (
                "It isn’t evaluated, because no expected effect is known to have been written down "
                "before it started."
            ),
        ),
        (replace(FOUND, placebos="seeded"), "Of a seeded draw of 190 sets"),
    ],
)
def test_each_verdict_has_its_sentence(effect: Effect, says: str) -> None:
    assert says in told(effect)


@pytest.mark.parametrize("verdict", [v for v in OUTCOMES if v != "sign as expected"])
def test_nothing_but_a_sign_as_expected_is_called_one(verdict: str) -> None:
    text = told(replace(FOUND, verdict=verdict, reason="L01" if "described" in verdict else ""))
    assert "sign as expected" not in text
    assert not {"worked", "works", "because of", "drives"} & set(text.split())


def test_what_could_be_seen_may_be_unknown() -> None:
    early = without_figures("too early", "T01")
    assert told(early, None).endswith("because the years after aren't all known yet.")
    assert "The stated one" not in told(early, replace(SEEN, power_of_stated=None))


@pytest.mark.parametrize(
    ("starts", "ends", "text"),
    [
        ("2021-04-01", "2024", "1 April 2021 to 2024"),
        ("2021-04", "", "from April 2021"),
        ("", "2024", "start not stated, until 2024"),
        ("", "", "not stated"),
    ],
)
def test_times_are_told_as_precisely_as_they_are_stated(starts: str, ends: str, text: str) -> None:
    assert words.when(starts, ends) == text


def test_the_tally_counts_initiatives_and_findings() -> None:
    bare = replace(FOUND, initiative="fair", expectation="", verdict="described, not evaluated")
    assert words.tally([FOUND]) == (
        "1 initiative is registered. What can be said: one “sign as expected”."
    )
    assert words.tally([bare, FOUND]) == (
        "2 initiatives are registered. What can be said: one “sign as expected” and one "
        "“described, not evaluated”."
    )
    twice = replace(FOUND, expectation="more", verdict="no sign")
    assert words.tally([FOUND, twice]).startswith("1 initiative is registered, with 2 findings.")


def test_who_says_that_an_expectation_came_first() -> None:
    proofs = [
        Proof("a", 1, "2017-01-01", "2017-06-01", kind)
        for kind in ("release", "statement", "late", "unknown")
    ]
    assert words.proven(proofs) == (
        "Of 4 versions of expectations, one stood in a release before the start; for one the study "
        "alone states a day before the start, and no release from before it holds it; two came "
        "after the start, or the start isn't stated. From now on none can be changed or left out "
        "without being refused."
    )


SHARE = Share(
    "doorstep",
    "2024",
    "prompted",
    "money",
    "place",
    "E09000033",
    "representative",
    1328,
    700,
    52.7,
    49.9,
    55.2,
    1,
    3,
    2,
    "",
)


def test_shares_are_told_with_limits_without_or_not_at_all() -> None:
    assert said.share(SHARE) == "52.7% (49.9 to 55.2)"
    alone = replace(SHARE, share_lower95_percent=None, share_upper95_percent=None)
    assert said.share(alone) == "52.7%"
    hidden = replace(SHARE, share_percent=None, reason="H01")
    assert said.share(hidden) == "withheld: fewer than 10 people answered"


def test_who_answered_and_what_it_is_worth() -> None:
    assert said.asked(SHARE, "Town") == (
        "1,328 people of Town answered. People chose from a list, which brings up what is on it. "
        f"{said.REPRESENTATIVE}"
    )
    chose = replace(SHARE, sample="self-selected", question="open", respondents_persons=None)
    assert said.asked(chose, "Town") == f"{said.OPEN} {said.SELF_SELECTED}"


def test_measured_need_is_a_count_of_indicators() -> None:
    assert said.need(SHARE) == "2 of 3"
    assert said.need(replace(SHARE, indicators_compared=None)) == "no indicator"
