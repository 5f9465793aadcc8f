"""Every branch of the sentences on what it would take."""

import dataclasses

import pytest

from gapwatch.reporting.chapters.cut import words as taking
from gapwatch.reporting.chapters.cut.words import CutRow

CUT = CutRow(2019, 2023, 40, 74, 8.1, 5.0, 0.41, 45.2, "")


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("ages", "text"),
    [
        ((0, None), "at all ages"),
        ((0, 74), "at ages under 75"),
        ((40, 74), "at ages 40 to 74"),
        ((65, None), "at ages 65 and over"),
    ],
)
def test_ages_as_they_stand_in_a_sentence(ages, text):
    assert taking.at_ages(ages) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "100%"), (0.996, "more than 99%"), (0.41, "41%"), (0.004, "less than 1%")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(value, text):
    assert taking.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "a number of deaths that is withheld"),
        (0.4, "less than one death a year"),
        (1.2, "about 1 death a year"),
        (45.2, "about 45 deaths a year"),
        (1245.0, "about 1,245 deaths a year"),
    ],
)
def test_deaths_a_year(value, text):
    assert taking.deaths(value) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "About 41% fewer deaths of males at ages 40 to 74. That is about 45 deaths a year."),
        (
            {"cut_share": 0.004, "deaths_a_year": 0.4},
            (
                "Less than 1% fewer deaths of males at ages 40 to 74. That is less than one death "
                "a year."
            ),
        ),
        (
            {"cut_share": 1.0},
            "100% fewer deaths of males at ages 40 to 74. That is about 45 deaths a year.",
        ),
        (
            {"cut_share": 0.0, "deaths_a_year": 0.0},
            "No cut is needed at ages 40 to 74: the gap is at the target already.",
        ),
        (
            {"cut_share": None, "deaths_a_year": None, "reason": "C01"},
            (
                "Not reachable at ages 40 to 74 alone: even without any death of males at ages 40 "
                "to 74, the gap would stay above 5.0 years."
            ),
        ),
        (
            {"cut_share": None, "deaths_a_year": None, "reason": "S01"},
            "Not given at ages 40 to 74: fewer than 5,000 person-years.",
        ),
    ],
)
def test_what_is_needed(changes, text):
    assert flat(taking.needed(dataclasses.replace(CUT, **changes), "male")) == text


def test_a_cut_that_is_small_by_levelling_down_says_so_in_its_own_sentence():
    assert flat(taking.needed(CUT, "male", "Castle")) == (
        "About 41% fewer deaths of males at ages 40 to 74, enough only because lives got shorter "
        "in Castle. That is about 45 deaths a year."
    )
