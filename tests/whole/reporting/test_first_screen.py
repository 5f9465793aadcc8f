"""The first screen has at most 120 words, whatever has to be said on it."""

from __future__ import annotations

import dataclasses

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples
from tests.unit.reporting.screen import first_words

from gapwatch.contracts import VERDICTS
from gapwatch.reporting.build import build_report
from gapwatch.reporting.chapters.verdict.first_screen import MOST_WORDS, fitted
from gapwatch.reporting.document import Banner, ReportFigure, Standing
from gapwatch.reporting.drawing.canvas import Chart
from gapwatch.reporting.formats.html import to_html

PLAIN = Chart(*['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'] * 2)
NOTE = "Riverton does not exist. Its people, deaths and figures are invented to show something."


def page(report):
    """The page, its pictures left white: they hold no word."""
    ids = [b.id for s in report.sections for b in s.blocks if isinstance(b, ReportFigure)]
    return to_html(report, dict.fromkeys(ids, PLAIN)).decode()


@pytest.mark.parametrize("note", ["", NOTE])
@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_verdict_needs_more_words(verdict, note):
    facts = samples.facts(demonstration=note)
    report = build_report(samples.study(), facts, samples.tables(verdict))
    assert 40 < len(first_words(page(report))) <= MOST_WORDS


def test_what_would_be_too_much_stands_below_the_figure_and_nothing_is_lost():
    report = build_report(computed.study(), computed.facts(), computed.tables(verdict="on track"))
    many = "One of many words. " * 20
    banner = dataclasses.replace(report.banner, because=(many.strip(), "And another reason."))
    around = (report.title, report.known_at)
    told = fitted(banner, report.sections, report.standing, around)
    assert (banner.above, told.above) == (1, 0)
    shown = page(dataclasses.replace(report, banner=told))
    assert len(first_words(shown)) <= MOST_WORDS
    above, below = shown.split('<figure id="figure-trajectory"')
    assert "One of many words." not in above.partition("<body>")[2]
    assert below.count("And another reason.") == 1
    assert below.count("One of many words.") == 20


def test_the_words_that_are_counted_are_those_of_the_page():
    """At the limit: one word more and the reason goes below."""
    nobody = Standing(contact="not stated", people=(), draft="")
    told = Banner("open", "Off track", "Head.", ("word " * 107,))
    assert fitted(told, (), nobody, ("Title",)).above == 1
    longer = dataclasses.replace(told, because=("word " * 110,))
    assert fitted(longer, (), nobody, ("Title",)).above == 0
