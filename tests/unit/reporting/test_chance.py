"""A printed chance is no finer than a projection of this kind has earned, in words and figures."""

import re

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import doubtful, samples

from gapwatch.reporting.build import build_report
from gapwatch.reporting.language.chance import CERTAIN, NEARLY_NEVER, about, chance, in_words


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "over 95%"),
        (0.9501, "over 95%"),
        (0.95, "95%"),
        (0.594, "59%"),
        (0.05, "5%"),
        (0.0499, "under 5%"),
        (0.0, "under 5%"),
    ],
)
def test_a_chance_ends_at_95_and_at_5_per_cent(probability, text):
    assert chance(probability) == text


def test_between_them_it_is_as_near_to_a_line_as_it_needs():
    assert chance(0.796, 0.8, 0.2) == "79.6%"
    assert chance(0.80001, 0.8, 0.2) == "just over 80%"


def test_in_a_sentence_it_is_about():
    assert about(0.594) == "about 59%"
    assert about(0.999) == "over 95%"
    assert about(0.004) == "under 5%"


def test_the_cap_is_what_no_series_of_a_place_can_earn():
    # Without a miss the 95% range is shown to miss in under 5% from 59 windows on, no sooner.
    assert CERTAIN**58 > NEARLY_NEVER >= CERTAIN**59


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.96, "very likely"),
        (0.9, "very likely"),
        (0.89, "likely"),
        (0.66, "likely"),
        (0.65, "about as likely as not"),
        (0.33, "about as likely as not"),
        (0.32, "unlikely"),
        (0.1, "unlikely"),
        (0.09, "very unlikely"),
        (0.0, "very unlikely"),
    ],
)
def test_the_words_are_those_of_the_scale(probability, words):
    assert in_words(probability) == words


@pytest.mark.parametrize("probability", [0.999, 0.001])
def test_no_page_prints_more_certainty(probability):
    changes = {"p_target": probability, "p_narrowing": probability}
    tables = computed.tables(verdict="on track" if probability > 0.5 else "off track", **changes)
    others = doubtful.sensitivity().assign(**changes)
    tables = samples.case(
        computed.study(), computed.facts(), {**tables, "sensitivity": others}
    ).tables
    report = build_report(computed.study(), computed.facts(), tables)
    text = str(report)
    assert not re.search(r"(more|less) than (1|99)%|\b(0|1|99|100)%", text)
    assert "over 95%" in text or "under 5%" in text
