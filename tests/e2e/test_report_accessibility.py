"""The page in a real browser: no accessibility violation, on a phone, on a desk and on paper."""

import contextlib
import pathlib
import shutil

import pytest

from gapwatch.reporting.build import build_report
from gapwatch.reporting.render import draw, render
from tests.unit.reporting import later_samples, samples

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
# The long suite looks at every width, light and dark (tests/long/test_documents.py).
STAGES = [
    pytest.param((1280, "screen", "light"), marks=pytest.mark.long),
    (1280, "screen", "dark"),
    pytest.param((768, "screen", "light"), marks=pytest.mark.long),
    pytest.param((390, "screen", "dark"), marks=pytest.mark.long),
    (320, "screen", "light"),
    (794, "print", "light"),
]
# Words of the texts that lie in the window, those of charts and hidden ones apart.
WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), told = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, range = document.createRange();
    if (node.parentElement.closest('svg, .hidden, .skip')) continue;
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width > 1 && box.top < innerHeight && box.bottom > 0) told.push(node.textContent);
  }
  return told.join(' ').split(/\\s+/).filter(word => word).length;
}"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    study, facts = later_samples.study(), samples.old_facts()
    found = samples.verdicts("cannot calculate", reason_code="V03", reason="too old")
    tables = later_samples.tables() | {"verdict": found}
    files = render(build_report(study, facts, tables), draw(study, tables, facts))
    path = pathlib.Path(tmp_path_factory.mktemp("release"), "report.html")
    path.write_bytes(files["report.html"])
    return path.as_uri()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(
    scope="module",
    params=STAGES,
    ids=lambda stage: f"{stage[0]} px, {stage[1]}, {stage[2]}",
)
def stage(request):
    return request.param


@contextlib.contextmanager
def opened(browser, address, stage):
    width, medium, scheme = stage
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.emulate_media(media=medium, color_scheme=scheme)
    page.asked = []
    page.on("request", lambda asked: page.asked.append(asked.url))
    try:
        page.goto(address)
        yield page
    finally:
        page.close()


@pytest.fixture(scope="module")
def page(browser, address, stage):
    """The page as it comes; tests that only look share it."""
    with opened(browser, address, stage) as as_it_comes:
        yield as_it_comes


@pytest.fixture(scope="module")
def unfolded(browser, address, stage):
    """The page with all that a reader may open."""
    with opened(browser, address, stage) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        yield page


def test_axe_finds_no_violation(unfolded):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(unfolded)
    assert found.violations_count == 0, found.generate_report()


def test_the_page_never_scrolls_sideways(unfolded):
    assert unfolded.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_page_asks_for_nothing_but_itself(page, address):
    assert [url for url in page.asked if not url.startswith("data:")] == [address]


def test_every_picture_is_shown(page):
    """One of its two versions, and every letter of that with an outline to be drawn by."""
    shown = page.evaluate(
        "[...document.querySelectorAll('.chart')].map("
        "one => [...one.children].filter(svg => svg.getBoundingClientRect().height > 50).length)"
    )
    assert set(shown) == {1}
    assert len(shown) > 3
    lost = page.evaluate(
        "[...document.querySelectorAll('.chart use')].filter("
        "one => !document.querySelector(one.getAttribute('href'))).length"
    )
    assert lost == 0


def test_the_verdict_is_on_the_first_screen(page):
    bottom = page.locator(".banner").evaluate("one => one.getBoundingClientRect().bottom")
    assert bottom <= 800


def test_the_first_screen_has_few_words(page):
    if page.evaluate("matchMedia('screen').matches"):
        assert page.evaluate(WORDS) <= 120


def test_a_row_of_a_table_is_a_card_on_a_phone_with_its_verdict_first(unfolded):
    if unfolded.evaluate("innerWidth") > 600:
        pytest.skip("a table is a table where there is room")
    cards = unfolded.evaluate(
        "[...document.querySelectorAll('[aria-labelledby=table-measures-male] tbody tr')].map(row "
        "=> [...row.children].sort((a, b) => a.getBoundingClientRect().top - "
        "b.getBoundingClientRect().top).map(cell => getComputedStyle(cell, '::before').content))"
    )
    assert cards
    assert {card[1] for card in cards} == {'"Verdict"'}
    over = "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > innerWidth)"
    assert unfolded.evaluate(f"{over}.length") == 0


def test_the_table_of_checks_stays_closed_on_paper(page):
    if not page.evaluate("matchMedia('print').matches"):
        pytest.skip("on screen the reader opens it")
    found = page.evaluate(
        "[...document.querySelectorAll('details')].map(one => "
        "[one.className, one.querySelector('table').checkVisibility()])"
    )
    assert {name for name, shown in found if not shown} == {"closed"}
    assert {name for name, shown in found if shown} == {""}


def test_the_keyboard_reaches_the_skip_link_first(browser, address, stage):
    with opened(browser, address, stage) as page:
        page.emulate_media(media="screen")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
