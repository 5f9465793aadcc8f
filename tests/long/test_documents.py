"""The documents of the shipped release and of every invented place, held to what they promise.

Two minutes for a summary, eight pages for a report, no page that is a quarter empty, a first screen
of 120 words, answers to ten questions: on paper, and in a browser where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gapwatch.demo.twin.scenarios import SCENARIOS
from gapwatch.reporting.formats.fitting import MOST_EMPTY, empty
from tests.e2e.conftest import Once, Undisturbed
from tests.e2e.scenarios import shown
from tests.e2e.test_report_accessibility import ARGUMENTS, CHROMIUM, WORDS
from tests.unit.reporting.director import answers
from tests.unit.reporting.papers import opened, pictures
from tests.unit.reporting.screen import first_words

pytestmark = pytest.mark.long

SHIPPED = "as shipped"
PLACES = (SHIPPED, *SCENARIOS)
PAPERS = ("summary.pdf", "report.pdf", "annex.pdf")
SCREENS = [
    (width, medium, scheme)
    for width in (320, 390, 768, 1280)
    for medium, scheme in (("screen", "light"), ("screen", "dark"), ("print", "light"))
]
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.fixture(params=PLACES)
def release(request: pytest.FixtureRequest, once: Once, undisturbed: Undisturbed) -> Path:
    if request.param == SHIPPED:
        return undisturbed.release
    return Path(shown(request.param, once)[1]["path"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


def test_the_documents_are_as_short_and_as_small_as_promised(release: Path) -> None:
    made = {name: (release / name).read_bytes() for name in PAPERS}
    pages = {name: opened(content).pages for name, content in made.items()}
    assert len(pages["summary.pdf"]) == 2
    assert len(pages["report.pdf"]) <= 8
    assert sum(len(page.extract_text().split()) for page in pages["summary.pdf"]) <= 350
    assert len(made["summary.pdf"]) < 200_000
    assert sum(map(len, made.values())) < 2_000_000
    assert (release / "report.html").stat().st_size < 1_150_000


@pytest.mark.parametrize("name", PAPERS)
def test_no_page_is_more_than_a_quarter_empty(release: Path, name: str) -> None:
    gaps = [empty(page) for page in pictures((release / name).read_bytes())]
    assert max(gaps) <= MOST_EMPTY, gaps


def test_a_browser_prints_few_pages_that_are_more_than_a_quarter_empty(
    release: Path, browser: Any
) -> None:
    """Of the shipped study none. What follows a chart doesn't fill the page before it there."""
    page = browser.new_page()
    page.goto((release / "report.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    gaps = [empty(picture) for picture in pictures(printed)]
    mostly = [gap for gap in gaps[:-1] if gap > MOST_EMPTY]
    assert not mostly or "westminster" not in release.name, gaps
    assert len(mostly) <= len(gaps) / 10, gaps
    assert max(gaps[:-1]) < 0.6, gaps


def test_the_summary_answers_ten_questions_by_rule(release: Path) -> None:
    pages = opened((release / "summary.pdf").read_bytes()).pages
    told = answers("\n".join(page.extract_text() for page in pages))
    assert len(told) == 10
    assert [question for question, answer in told.items() if not answer] == []


def test_the_first_screen_has_at_most_120_words(release: Path) -> None:
    page = (release / "report.html").read_text(encoding="utf-8")
    assert 40 < len(first_words(page)) <= 120


@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_screen_of_a_browser_has_too(release: Path, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((release / "report.html").as_uri())
    assert page.evaluate(WORDS) <= 120
    page.close()


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one[0]} px, {one[1]}, {one[2]}")
def test_axe_finds_no_violation(release: Path, browser: Any, screen: tuple[int, str, str]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    width, medium, scheme = screen
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.emulate_media(media=medium, color_scheme=scheme)
    page.goto((release / "report.html").as_uri())
    page.evaluate(OPEN)
    found = axe.Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()
    # Nor is anything left for a person to judge.
    assert [one["id"] for one in found.response["incomplete"]] == []


def test_the_keyboard_goes_through_the_page_in_its_order(release: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((release / "report.html").as_uri())
    reached = "[...document.querySelectorAll('*')].indexOf(document.activeElement)"
    places = []
    for _ in range(40):
        page.keyboard.press("Tab")
        places.append(page.evaluate(reached))
    page.close()
    assert places == sorted(set(places))


@pytest.mark.parametrize("width", [320, 390, 601, 657, 700, 768, 1280])
def test_nothing_lies_off_the_screen(release: Path, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((release / "report.html").as_uri())
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wide = (
        "[...document.querySelectorAll('.scroll')]"
        ".filter(one => one.scrollWidth > one.clientWidth + 1)"
        ".map(one => one.querySelector('caption').textContent.trim())"
    )
    assert page.evaluate(wide) == []
    page.close()
