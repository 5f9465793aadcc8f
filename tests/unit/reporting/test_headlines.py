"""The first words name the sex that they are about, and both where both have one verdict."""

import dataclasses

import pytest
from tests.unit.reporting import samples
from tests.unit.reporting.test_words import HALVE, RULES, verdict

from gapwatch.contracts import VERDICTS
from gapwatch.reporting.chapters.verdict import headline as headlines
from gapwatch.reporting.chapters.verdict.message import message
from gapwatch.reporting.chapters.verdict.section import answers, banner, one_sentence
from gapwatch.reporting.evidence.goal import Goal

MALE = verdict(p_target=0.9)
FEMALE = verdict(sex="female", verdict="too early to tell", p_target=0.72)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "target met",
            "For males the newest figures show the gap in life expectancy already halved.",
        ),
        ("on track", "For males the gap in life expectancy is on track to be halved by 2035."),
        ("off track", "For males the gap in life expectancy is not on track to be halved by 2035."),
        (
            "wrong direction",
            (
                "For males the gap in life expectancy is not on track to be halved by 2035, and is "
                "probably getting bigger."
            ),
        ),
        (
            "too early to tell",
            (
                "For males it is too early to tell whether the gap in life expectancy will be "
                "halved by 2035."
            ),
        ),
        (
            "cannot calculate",
            ("For males we cannot say whether the gap in life expectancy will be halved by 2035."),
        ),
    ],
)
def test_each_verdict_has_its_headline(name, text):
    assert headlines.alone(name, HALVE, "For males") == text


def test_another_share_is_said_in_percent():
    assert headlines.alone("on track", Goal(0.6, 2030), "For males") == (
        "For males the gap in life expectancy is on track to be cut by 40% by 2030."
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("target met", "For females it is halved already."),
        ("on track", "For females it is on track (chance of the target: 72%)."),
        ("off track", "For females it is not on track (chance of the target: 72%)."),
        (
            "wrong direction",
            (
                "For females it is not on track (chance of the target: 72%), and is probably "
                "getting bigger."
            ),
        ),
        ("too early to tell", "For females it is too early to tell (chance of the target: 72%)."),
        ("cannot calculate", "For females we cannot say."),
    ],
)
def test_the_other_sex_follows_in_short_with_its_chance(name, text):
    assert headlines.beside(dataclasses.replace(FEMALE, label=name), HALVE, RULES) == text


def test_a_chance_that_is_missing_is_left_out():
    found = dataclasses.replace(FEMALE, p_target=None)
    assert headlines.beside(found, HALVE, RULES) == "For females it is too early to tell."


def test_verdicts_that_differ_are_told_apart():
    assert headlines.headline([MALE, FEMALE], HALVE, RULES) == (
        "For males the gap in life expectancy is on track to be halved by 2035. For females it is "
        "too early to tell (chance of the target: 72%)."
    )


@pytest.mark.parametrize("name", VERDICTS)
def test_one_verdict_of_both_is_one_sentence(name):
    both = [dataclasses.replace(row, label=name) for row in (MALE, FEMALE)]
    text = headlines.headline(both, HALVE, RULES)
    assert text.startswith("For males and females alike ")
    assert text == headlines.alone(name, HALVE, "For males and females alike")


def test_a_sex_alone_is_named():
    assert headlines.headline([MALE], HALVE, RULES).startswith("For males the gap")


def test_levelling_down_is_said_of_those_that_it_is_true_of():
    male, female = (dataclasses.replace(row, label="levelling down") for row in (MALE, FEMALE))
    clean = dataclasses.replace(FEMALE, label="on track")
    made = headlines.headline
    fell = (
        "the gap in life expectancy gets smaller mainly because lives got shorter in Castle: that "
        "is levelling "
    )
    assert made([male, female], HALVE, RULES, None, "in Castle") == (
        f"For males and females alike {fell}down, and no success."
    )
    assert made([male, clean], HALVE, RULES, None, "in Castle") == (
        f"For males {fell}down, and no success. For females it is on track (chance of the "
        "target: 72%)."
    )
    assert made([MALE, female], HALVE, RULES, None, "in Castle") == (
        "For males the gap in life expectancy is on track to be halved by 2035. For females it "
        "gets smaller mainly because lives got shorter in Castle, which is levelling down."
    )


def case(female, male="on track"):
    tables = samples.tables(male)
    verdicts = tables["verdict"]
    mine = verdicts["sex"] == "female"
    said = verdicts["verdict"].mask(mine, female)
    tables["verdict"] = verdicts.assign(verdict=said, label=said)
    return samples.case(samples.study(), samples.facts(), tables)


def test_the_chance_of_the_other_sex_is_told_below_that_of_the_promises_own():
    same, apart = case("on track"), case("off track")
    for one in (same, apart):
        assert answers(one)[2].more[0].startswith("For females it is about 35%, for a target of")
    assert "For females it is not on track (chance of the target: 35%)." in banner(apart).headline
    assert banner(apart).headline in one_sentence(apart)


def test_a_ground_names_the_sex_that_cannot_be_judged():
    found = message(case("on track", "cannot calculate"))
    assert found.caveat.startswith("There is no verdict for males in Riverton: ")
    assert found.verdict.endswith("For females it is on track (chance of the target: 35%).")


def test_every_answer_on_the_gap_names_the_sex():
    for answer in answers(case("off track"))[:3]:
        assert "male" in answer.short
