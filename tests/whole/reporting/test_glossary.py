"""Words of the field are explained once, and linked where each first stands."""

from __future__ import annotations

import html
import re

import pytest
from tests.unit.reporting import doubtful, samples

from gapwatch.reporting.build import build_report
from gapwatch.reporting.formats.html import linked, to_html
from gapwatch.reporting.language.glossary import TERMS, Glossary
from gapwatch.reporting.render import draw

LINK = re.compile(r'<a class="term" href="#term-([a-z-]+)">([^<]+)</a>')


@pytest.fixture(scope="module")
def page() -> str:
    study, facts = samples.study(), samples.facts()
    found = samples.tables() | {"sensitivity": doubtful.sensitivity(), "flip": doubtful.flip()}
    return to_html(build_report(study, facts, found), draw(study, found, facts)).decode()


def test_there_are_at_most_fifteen_each_with_an_explanation_of_its_own() -> None:
    assert len(TERMS) <= 15
    assert len({term.id for term in TERMS}) == len(TERMS)
    assert len({form.lower() for term in TERMS for form in term.forms}) == sum(
        len(term.forms) for term in TERMS
    )
    for term in TERMS:
        assert term.meaning.endswith(".")
        assert 20 < len(term.meaning) < 220


def test_the_first_use_alone_is_linked_and_the_words_stay_as_they_are() -> None:
    glossary = Glossary()
    text = "The gap of a window & its windows; a gap, the stop-gap, gaps."
    told = linked(glossary, text)
    assert LINK.findall(told) == [("gap", "gap"), ("window", "window")]
    assert html.unescape(re.sub("<[^>]+>", "", told)) == text
    assert linked(glossary, "Another gap.") == "Another gap."
    assert [term.id for term in glossary.used] == ["gap", "window"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Life expectancy at birth rose.", ["life-expectancy"]),
        ("its 95%\N{NO-BREAK SPACE}interval", ["interval"]),
        ("the Relative gap", ["relative-gap"]),
        ("2011 MSOAs (middle layer)", ["msoa"]),
        ("unbreakable, breakfast, gapless", []),
        ("<b>gap</b>", ["gap"]),
    ],
)
def test_whole_words_in_any_form_are_found(text: str, ids: list[str]) -> None:
    told = linked(Glossary(), text)
    assert [found for found, _ in LINK.findall(told)] == ids
    assert "<b>" not in told


def test_each_link_of_a_page_arrives_and_each_explanation_has_one(page: str) -> None:
    linked_ids = [found for found, _ in LINK.findall(page)]
    explained = re.findall(r'<div id="term-([a-z-]+)">', page)
    assert sorted(linked_ids) == sorted(set(linked_ids)) == sorted(explained)
    assert {"gap", "window", "life-expectancy", "interval"} <= set(explained)


def test_no_term_is_used_before_its_link(page: str) -> None:
    body = page[page.index('<section id="answer"') : page.index('<section id="glossary"')]
    # Titles, captions and cells of tables aren't linked: a reader meets the first sentence.
    prose = re.findall(r"<(?:p|li)(?: class=\"note\")?>(.*?)</(?:p|li)>", body, re.DOTALL)
    for found, form in LINK.findall(page):
        first = next(text for text in prose if re.search(rf"(?<![\w-]){form}(?![\w-])", text))
        assert f'href="#term-{found}"' in first, (form, first)
