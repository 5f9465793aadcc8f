"""What own figures are judged against, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples

from gapwatch.reporting.chapters import methods as section_making
from gapwatch.reporting.chapters.trajectory import words as trajectory_words
from gapwatch.reporting.chapters.trajectory.section import section
from gapwatch.reporting.chapters.verdict import section as answers
from gapwatch.reporting.chapters.verdict.message import verdict_line
from gapwatch.reporting.evidence import targets as both_targets
from gapwatch.reporting.evidence.case import Case

FIRST = (2006, 2006)


def row(sex: str, target: str, **values: Any) -> dict[str, Any]:
    own = target == "baseline"
    return {
        "measure": computed.MEASURE,
        "sex": sex,
        "target": target,
        "heads": False,
        "baseline_start": FIRST[0] if own else None,
        "baseline_end": FIRST[1] if own else None,
        "year_ends": "12-31",
        "baseline_gap_years": 9.6 if own else 14.0,
        "baseline_se_years": 0.9 if own else None,
        "target_gap_years": 4.8 if own else 7.0,
        "target_year": 2030,
        "verdict": "off track",
        "label": "off track",
        "reason_code": "",
        "p_target": 0.12,
        **values,
    }


def case(heads: str, **of_other: Any) -> Case:
    plain = computed.case()
    study = plain.study
    promise = study.promise.model_copy(update={"stated_gap_years": 14.0})
    rows = [
        row("male", kind, **({"heads": True} if kind == heads else of_other))
        for kind in ("stated", "baseline")
    ]
    rows.append(row("female", "baseline", heads=True))
    tables = {**plain.tables, "target": pd.DataFrame(rows)}
    return samples.case(study.model_copy(update={"promise": promise}), plain.facts, tables)


def flat(texts: Any) -> str:
    return " ".join(str(text) for text in texts).replace("\u00a0", " ")


def test_the_headline_says_what_the_gap_is_to_be_halved_from() -> None:
    stated = verdict_line(case("stated"))
    assert "halved from the stated 14 years by 2030" in stated
    assert "For females, judged against its level in 2006," in stated
    own = verdict_line(case("baseline"))
    assert "halved from its level in 2006 by 2030" in own
    assert "judged against" not in own


def test_a_baseline_that_the_promise_names_needs_no_further_words() -> None:
    named = case("baseline")
    promise = named.study.promise.model_copy(update={"baseline_period": FIRST})
    told = verdict_line(
        samples.case(named.study.model_copy(update={"promise": promise}), named.facts, named.tables)
    )
    assert "halved by 2030" in told
    assert "from" not in told


OF_OWN = (
    "Judged against half of our own gap in 2006 (9.6 years), which is 4.8 years, the verdict for "
    "males would be “off track” (12%)."
)
OF_STATED = (
    "Judged against half of the stated gap of 14 years, which is 7.0 years, the verdict for males "
    "would be “on track” (12%)."
)


@pytest.mark.parametrize(("heads", "said"), [("stated", OF_OWN), ("baseline", OF_STATED)])
def test_one_sentence_says_what_the_other_target_would_say(heads: str, said: str) -> None:
    other = {"verdict": "on track", "label": "on track"} if heads == "baseline" else {}
    made = case(heads, **other)
    if heads == "stated":
        head = made.tables["target"]
        mine = head["heads"] & (head["sex"] == "male")
        head.loc[mine, ["verdict", "label"]] = "on track"
    found = both_targets.other(made).replace("\u00a0", " ")
    assert found == said
    assert found in flat(answers.answers(made)[2].more)


def test_a_target_that_says_the_same_is_said_to() -> None:
    found = both_targets.other(case("stated"))
    assert "the verdict for males would be the same, “off track” (12%)." in found


def test_a_target_that_cannot_be_judged_says_why() -> None:
    refused = case("stated", verdict="cannot calculate", reason_code="V06", p_target=None)
    assert both_targets.other(refused).endswith(
        "cannot be calculated: the target is not below the baseline."
    )
    missing = case("stated", baseline_gap_years=None, target_gap_years=None)
    assert "withheld or not comparable" in both_targets.other(missing)


def test_the_chance_is_said_to_allow_for_the_baselines_error_only_where_it_does() -> None:
    assert "allows for the error" in both_targets.carried(case("baseline"))
    assert both_targets.carried(case("stated")) == ""


def test_no_line_is_said_to_lead_to_a_stated_target() -> None:
    made = case("stated")
    assert "no line leads to it" in flat(trajectory_words.notes(made))
    assert "straight line falls" not in trajectory_words.alt(made)
    assert "straight line falls" in trajectory_words.alt(case("baseline"))
    assert "share of the gap as it was stated" in str(section_making.section(made))


def test_the_trajectory_says_that_nothing_is_put_before_own_figures() -> None:
    text = str(section(case("stated"))).replace("\u00a0", " ")
    assert "The promise was stated with a gap of 14 years, and the target is set from that" in text
    assert "No published figure is put before them." in text


def test_published_figures_that_decide_have_one_target_and_no_word_more() -> None:
    plain = computed.case()
    assert both_targets.other(plain) == both_targets.carried(plain) == ""
    assert both_targets.from_what(plain, "male") == both_targets.not_spliced(plain) == ""
