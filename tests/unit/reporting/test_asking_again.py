"""When it could be known that the promise is kept: a release year, with its power, or why none."""

from __future__ import annotations

import dataclasses

import pytest
from tests.unit.reporting import samples
from tests.unit.reporting.test_words import VERDICT

from gapwatch.codes import NOTHING, Coded
from gapwatch.reporting.evidence import next_data as asking_again
from gapwatch.reporting.evidence.goal import Goal


def first(year: int | None, reason: Coded = NOTHING, power: float = 0.8) -> str:
    found = dataclasses.replace(
        VERDICT,
        first_answerable_year=year,
        first_answerable_code=reason.code,
        first_answerable_arguments=reason.written,
    )
    return " ".join(asking_again.first_report(found, power))


@pytest.mark.parametrize("year", [2031, 2035])
def test_a_year_up_to_the_deadline_is_that_of_a_report_with_its_power(year: int) -> None:
    assert first(year) == (
        f"If the promise is being kept, the report of {year} would be the first with a chance of "
        "80% or more of saying so. That takes one more window of figures every year, each as "
        "precise as the newest."
    )
    assert "a chance of 92.5% or more" in first(year, power=0.925)


def test_a_year_after_the_deadline_is_said_to_be_too_late() -> None:
    text = first(2037, Coded.of("after_deadline", deadline=2035))
    assert "the report of 2037 would be the first with" in text
    assert text.endswith("It is after the deadline. So it cannot be known that surely by 2035.")


def test_no_year_is_said_with_its_reason() -> None:
    assert first(None, Coded.of("never_sure", deadline=2035)) == (
        "If the promise is being kept, no report can be named that would have a chance of 80% "
        "or more of saying so: not even with the window centred on 2035."
    )


def test_nothing_known_is_said_to_be_unknown() -> None:
    assert first(None) == (
        "It is not known when a report could first say that the promise is being kept."
    )


def test_no_data_are_promised_to_settle_the_question() -> None:
    case = samples.case(samples.study(), samples.old_facts(), samples.tables("cannot calculate"))
    told = [*asking_again.in_short(case), *asking_again.in_full(case, Goal(0.5, 2030))]
    text = " ".join(told)
    assert "settle" not in text
    assert text.count("The answer may still be “too early to tell”") == 2
    assert "With 3 windows or more that are comparable with the baseline, the newest" in text
