"""The answer to what has changed since the last release: every case in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from tests.unit.reporting import samples

from gapwatch.audit.revisions.figures import NEWEST, Key
from gapwatch.audit.revisions.ledger import chain
from gapwatch.audit.revisions.since import Since
from gapwatch.reporting.chapters.verdict.changed import changed, kinds

DAY = dt.date(2016, 11, 23)
NOW = Key("gap", "", "west-v-castle", "male", NEWEST, "gap_years")
WINDOW = NOW._replace(period="2011 to 2015")
OTHER = WINDOW._replace(sex="female")
VERDICT = Key("verdict", "", "west-v-castle", "male", "", "label")
REASON = VERDICT._replace(sex="female", figure="reason")
EACH = "Each change is in data/revision.csv."
Figures = Mapping[Key, str]


def said(
    before: Figures, after: Figures, *mixes: tuple[str, Figures | None], same: bool = True
) -> str:
    moved = chain(before, after, mixes)
    return changed(samples.study(), Since("riverton-1", DAY, same, moved))


def test_the_first_release_is_called_the_first_and_not_compared() -> None:
    assert changed(samples.study(), None) == "This is the first release of this study."


@pytest.mark.parametrize(("same", "ending"), [(True, " It rests on the same data."), (False, "")])
def test_where_no_figure_moved_that_is_said(same: bool, ending: str) -> None:
    found = said({NOW: "9.5"}, {NOW: "9.5"}, same=same)
    assert found == (
        f"No published figure has changed since the release of 23 November 2016.{ending}"
    )


def test_one_cause_is_named() -> None:
    both = {NOW: "9.5", WINDOW: "9.5"}, {NOW: "9.25", WINDOW: "9.25"}
    assert said(*both, ("revised", both[1])) == (
        "The newest gap for males became 0.25 years smaller since the release of 23 November 2016. "
        f"It comes from revised data. In all, 1 figure by revised data changed. {EACH}"
    )


def test_several_causes_are_split_and_add_up() -> None:
    steps: Sequence[tuple[str, Figures]] = (
        ("study", {NOW: "9.5"}),
        ("vintage", {NOW: "9.625"}),
        ("revised", {NOW: "9"}),
        ("period", {NOW: "10"}),
    )
    assert said({NOW: "9.5"}, {NOW: "10"}, *steps) == (
        "The newest gap for males became 0.50 years bigger since the release of 23 November 2016. "
        "That is 0.13 years bigger from other populations, boundaries or reference data, 0.63 "
        "years smaller from revised data and 1.00 years bigger from periods that came or went, or "
        "the passing of time. "
        f"{EACH}"
    )


def test_a_change_that_two_decimals_do_not_show_is_not_called_none() -> None:
    found = said({NOW: "9.5"}, {NOW: "9.501"}, ("code", {NOW: "9.501"}))
    assert "became less than 0.01 years bigger since" in found
    assert "It comes from the method or the code." in found


def test_causes_that_cannot_be_told_apart_are_named_together() -> None:
    found = said({NOW: "9.5"}, {NOW: "9"}, ("study", None), ("vintage", {NOW: "9"}))
    assert "It comes from the study's own definitions together with other populations" in found
    assert kinds("revised, period and code") == (
        "revised data together with periods that came or went, or the passing of time together "
        "with the method or the code"
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "9.5", "is given now, and was not in the release of 23 November 2016."),
        ("9.5", "", "was given in the release of 23 November 2016, and is not now."),
    ],
)
def test_a_gap_that_came_or_went_is_no_change_by_a_number(
    before: str, after: str, told: str
) -> None:
    found = said({NOW: before}, {NOW: after}, ("period", {NOW: after}))
    assert found.startswith(f"The newest gap for males {told}")
    assert "became" not in found


def test_other_figures_are_counted_where_the_newest_gap_is_the_same() -> None:
    before = {NOW: "9.5", WINDOW: "9.5", OTHER: "4", OTHER._replace(figure="se_years"): "1"}
    after = before | {OTHER: "5", OTHER._replace(figure="se_years"): "", REASON: "V01"}
    assert said(before, after, ("revised", after)) == (
        "The newest gap for males is the same as in the release of 23 November 2016. "
        "In all, 1 figure by revised data changed. 1 figure came, 1 went. "
        f"{EACH}"
    )


def test_a_verdict_that_changed_is_told_in_words_though_no_number_moved() -> None:
    before = {NOW: "9.5", VERDICT: "on track", REASON: "V01"}
    after = {NOW: "9.5", VERDICT: "off track", REASON: "V02"}
    assert said(before, after, ("study", after)) == (
        "The newest gap for males is the same as in the release of 23 November 2016. "
        "The verdict was “on track” and is “off track” now. 2 entries in words changed. "
        f"{EACH}"
    )


def test_a_verdict_goes_by_its_label_and_one_that_had_none_is_not_told() -> None:
    before, after = {NOW: "9.5", VERDICT: "on track"}, {NOW: "9.5", VERDICT: "levelling down"}
    told = "The verdict was “on track” and is “levelling down” now."
    assert told in said(before, after, ("study", after))
    assert "The verdict was" not in said({NOW: "9.5"}, after, ("study", after))


def test_no_sentence_speaks_of_women_where_the_promise_is_about_men() -> None:
    before = {NOW._replace(sex="female"): "4", VERDICT._replace(sex="female"): "on track"}
    after = {NOW._replace(sex="female"): "5", VERDICT._replace(sex="female"): "off track"}
    found = said(before, after, ("study", after))
    assert found.startswith("The newest gap for males is the same")
    assert "The verdict was" not in found
