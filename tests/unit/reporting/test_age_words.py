"""Every branch of the sentences on ages and on both ends, and what they may not say."""

import dataclasses

import pandas as pd
import pytest
from tests.unit.reporting.test_ages import band

from gapwatch.contracts.findings import LevellingDown
from gapwatch.contracts.row_class import read_rows
from gapwatch.gap.levelling_down import levelling_down
from gapwatch.reporting.chapters.ages import words as age_words
from gapwatch.reporting.chapters.ages.rows import AgesChangeRow
from gapwatch.reporting.evidence.rows import LimitedValue
from gapwatch.reporting.evidence.sides import SideChanges

WORSE, BETTER = "the north", "Castle"


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def told(*bands):
    return [flat(text) for text in age_words.which_ages("male", bands, WORSE)]


def test_only_ages_beyond_chance_are_named_as_making_the_gap():
    bands = [
        band(0, 0, 0.1, 0.2),
        band(1, 44, 0.3, 0.1),
        band(45, 49, 0.9, 0.2),
        band(50, 54, 1.2, 0.3),
        band(55, 59, 0.4, 0.1),
        band(60, None, 2.0, 2.1),
    ]
    assert told(*bands) == [
        (
            "For males, mortality is clearly higher in the north at ages 1 to 59. That makes the "
            "gap bigger."
        ),
        (
            "The biggest figures are 1.2 years at 50 to 54 (0.9 to 1.5), 0.9 years at 45 to 49 "
            "(0.7 to 1.1) and 0.4 years at 55 to 59 (0.3 to 0.5)."
        ),
        "At all other ages the figures also fit no difference.",
    ]


def test_a_single_clear_age_and_one_that_narrows():
    bands = [band(0, 0, 0.1, 0.2), band(1, 44, 0.3, 0.1), band(45, None, -0.5, 0.2)]
    assert told(*bands) == [
        (
            "For males, mortality is clearly higher in the north at ages 1 to 44. That makes the "
            "gap bigger."
        ),
        "The figure there is 0.3 years at 1 to 44 (0.2 to 0.4).",
        (
            "For males, mortality is clearly lower in the north at ages 45 and over. That makes "
            "the gap smaller."
        ),
        "At all other ages the figures also fit no difference.",
    ]


def test_nothing_is_left_over_when_every_age_is_clear():
    assert told(band(0, 44, 0.3, 0.1), band(45, None, 0.5, 0.2))[-1].startswith("The biggest")


def test_without_a_clear_age_the_biggest_figure_is_not_called_a_finding():
    assert told(band(0, 44, 0.1, 0.2), band(45, None, -0.4, 0.5)) == [
        "For males, no single age can be named with certainty.",
        (
            "The biggest figure, −0.4 years at 45 and over (−0.9 to 0.1), also fits no difference "
            "at all."
        ),
    ]


def test_a_figure_on_few_deaths_is_never_said_to_fit_no_difference():
    few = band(0, 44, 0.9, 0.2, flags="Q06")
    assert told(few, band(45, 59, 0.1, 0.2), band(60, None, 0.5, 0.1))[2:] == [
        (
            "At ages under 45 one side has fewer than 5 deaths. Their intervals are too narrow, so "
            "none of them is called clear."
        ),
        "At all other ages the figures also fit no difference.",
    ]
    assert told(few, band(45, None, 0.1, 0.2))[:2] == [
        "For males, no single age can be named with certainty.",
        (
            "The biggest figure on enough deaths, 0.1 years at 45 and over (−0.1 to 0.3), also "
            "fits no difference at all."
        ),
    ]
    assert not any("fits no difference" in text for text in told(few))


def test_withheld_ages_are_named_with_their_reason():
    bands = [band(0, 44, 0.5, 0.1), band(45, None, None, reason="D01")]
    assert told(*bands)[-1] == (
        "Ages 45 and over are withheld: too few deaths to be told: a figure or a difference could "
        "reveal single people."
    )
    assert told(band(0, None, None, reason="S01")) == [
        "For males, the ages cannot be given: fewer than 5,000 person-years."
    ]
    assert told() == ["For males, the ages cannot be given: no window has them."]


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (
            [("male", [band(45, 64, 0.5)]), ("female", [band(50, 54, 0.5)])],
            "Ages 45 to 64 clearly widen the gap for males, and ages 50 to 54 for females",
        ),
        (
            [("male", [band(45, 64, 0.1)]), ("female", [band(50, 54, 0.5)])],
            "Ages 50 to 54 clearly widen the gap for females",
        ),
        (
            [("male", [band(45, 64, 0.1)]), ("female", [band(50, 54, -0.5)])],
            "No single age can be named as certainly widening the gap",
        ),
    ],
)
def test_the_title_names_only_what_is_certain(found, title):
    assert age_words.finding(found) == title


@pytest.mark.parametrize(("bands", "about"), [(40, "2"), (19, "1"), (30, "1.5"), (250, "13")])
def test_chance_alone_makes_some_ages_look_clear(bands, about):
    assert f"about {about} would look clear" in age_words.by_chance(bands)


CHANGE = AgesChangeRow(
    "worse", 2004, 2008, 2019, 2023, 0, None, 0.0, -0.1, 0.1, -1.2, -1.7, -0.7, "", ""
)


def down(rows, gap=None):
    """How much of the narrowing the better-off side is, as the analysis finds it."""
    frame = pd.DataFrame(
        [dataclasses.asdict(row) | {"measure": "west-v-castle", "sex": "male"} for row in rows]
    )
    last = rows[0]
    gaps = pd.DataFrame(
        [
            {
                "measure": "west-v-castle",
                "sex": "male",
                "period_start": last.to_start,
                "period_end": last.to_end,
                "gap_years": gap,
            }
        ]
    )
    table = levelling_down(frame, gaps)
    return next(iter(read_rows(LevellingDown, table.to_dict("records"))), None)


def moved(worse, better, half=0.5):
    return [
        dataclasses.replace(
            CHANGE,
            side=side,
            side_total_years=total,
            side_lower95_years=total - half,
            side_upper95_years=total + half,
        )
        for side, total in (("worse", worse), ("better", better))
    ]


WAYS = {
    1: LimitedValue(0.1, 0.05, 0.15),
    0: LimitedValue(0.1, -0.1, 0.3),
    -1: LimitedValue(-0.1, -0.2, -0.05),
}


def trends(worse, better):
    return SideChanges(WAYS[worse], WAYS[better])


@pytest.mark.parametrize(
    ("worse", "better", "down", "title"),
    [
        (
            1,
            -1,
            True,
            "mostly levelling down: life expectancy rose in the north and fell in Castle",
        ),
        (
            1,
            -1,
            False,
            "partly levelling down: life expectancy rose in the north and fell in Castle",
        ),
        (1, 0, False, "life expectancy rose in the north, with no clear change in Castle"),
        (1, 1, False, "life expectancy rose on both sides"),
        (
            0,
            -1,
            True,
            ("levelling down: life expectancy fell in Castle, with no clear change in the north"),
        ),
        (0, 0, False, "neither side’s change is clear"),
        (0, 1, False, "life expectancy rose in Castle, with no clear change in the north"),
        (-1, -1, True, "levelling down: life expectancy fell on both sides"),
        (-1, -1, False, "life expectancy fell on both sides"),
        (-1, 0, False, "life expectancy fell in the north, with no clear change in Castle"),
        (-1, 1, False, "life expectancy fell in the north and rose in Castle"),
    ],
)
def test_what_both_ends_come_to_names_only_what_is_beyond_chance(worse, better, down, title):
    found = age_words.moved_finding(trends(worse, better), WORSE, BETTER, levels_down=down)
    assert found == title


def test_a_side_without_a_trend_has_no_clear_change():
    found = age_words.moved_finding(SideChanges(), WORSE, BETTER, levels_down=None)
    assert found == "neither side’s change is clear"


ROSE = "Life expectancy rose in X, by the trend through all windows."
FELL = "Life expectancy fell in X, by the trend through all windows."
OPEN = "In X no change is clear by the trend through all windows."
OWN = "Between these two windows its own change"


@pytest.mark.parametrize(
    ("total", "sign", "text"),
    [
        (-1.2, 1, f"{ROSE} {OWN} took 1.2 years off the gap (plausibly 0.7 to 1.7)."),
        (1.2, -1, f"{FELL} {OWN} added 1.2 years to the gap (plausibly 0.7 to 1.7)."),
        (-1.2, 0, f"{OPEN} {OWN} took 1.2 years off the gap (plausibly 0.7 to 1.7)."),
        (
            0.4,
            1,
            (
                f"{ROSE} {OWN} may have taken up to 0.1 years off the gap or added up to 0.9 years "
                "to it."
            ),
        ),
        (-1.2, None, f"{OWN} took 1.2 years off the gap (plausibly 0.7 to 1.7)."),
    ],
)
def test_which_way_a_side_moved_is_its_trend_and_how_much_is_of_two_windows(total, sign, text):
    assert flat(age_words.side_moved(moved(total, total), "worse", "X", sign)) == text


def test_a_change_without_a_value_or_an_interval_is_told_as_such():
    row = dataclasses.replace(
        CHANGE,
        side_total_years=None,
        side_lower95_years=None,
        side_upper95_years=None,
        change_years=None,
        reason="S01",
    )
    assert age_words.side_moved([row], "worse", "X", None) == (
        "For X the change cannot be given: fewer than 5,000 person-years."
    )
    unsure = dataclasses.replace(CHANGE, side_lower95_years=None, side_upper95_years=None)
    assert "cannot be said how sure" in age_words.side_moved([unsure], "worse", "X", 0)
    assert age_words.side_moved([CHANGE], "better", "X", 1) == ""


SHORTER = (
    "Shorter lives in Castle make the gap smaller. Narrowing because the better-off side gets "
    "worse is levelling down, and no success."
)


@pytest.mark.parametrize(
    ("signs", "changes", "text"),
    [
        (
            (1, -1),
            (-2, -1),
            (
                "Part of the narrowing is Castle getting worse. That part is levelling down and "
                "no success."
            ),
        ),
        (
            (1, -1),
            (-1, -1),
            (
                "Most of the narrowing is Castle getting worse. That is levelling down and no "
                "success."
            ),
        ),
        ((1, -1), (1, -0.5), SHORTER),
        ((0, -1), (0, -1), SHORTER),
        ((-1, -1), (1, -1), SHORTER),
        ((1, 0), (-1, -1), ""),
        ((1, 1), (-1, 1), ""),
    ],
)
def test_narrowing_by_the_better_off_side_getting_worse_is_called_levelling_down(
    signs, changes, text
):
    rows = moved(*changes)
    assert age_words.levelling_down(trends(*signs), BETTER, down(rows)) == text


def test_the_change_is_the_sum_of_both_sides_in_words():
    assert flat(age_words.change_sum(moved(-1.2, 0.04))) == (
        "Between 2004 to 2008 and 2019 to 2023 the figure for the gap became 1.16 years smaller: "
        "the worse-off side took 1.20 years off it, and the better-off side added 0.04 years to it."
    )
    assert age_words.change_sum(moved(-1.2, 0.5)[:1]) == ""
    lost = dataclasses.replace(moved(-1.2, 0.5)[1], side_total_years=None)
    assert age_words.change_sum([moved(-1.2, 0.5)[0], lost]) == ""


def test_an_age_at_which_a_side_has_few_deaths_is_never_called_clear():
    bands = [
        band(0, 0, 0.4, 0.1, flags="Q06"),
        band(1, 44, 0.3, 0.1),
        band(45, None, 0.9, 0.2),
    ]
    found = told(*bands)
    assert "at ages 1 and over" in found[0]
    assert found[-1] == (
        "At ages under 1 one side has fewer than 5 deaths. Their intervals are too narrow, so none "
        "of them is called clear."
    )
    assert told(band(0, None, 0.9, 0.1, flags="Q06"))[0].startswith(
        "For males, no single age can be named with certainty."
    )


def test_many_clear_ages_are_counted_in_the_title_and_not_listed():
    bands = [band(5 * at, 5 * at + 4, 0.5, 0.1 if at % 2 else 0.9) for at in range(8)]
    assert age_words.finding([("male", bands), ("female", bands[:2])]) == (
        "Mortality clearly widens the gap in 4 of 8 age bands for males and in 1 of 2 age bands "
        "for females"
    )
