"""The page in a real browser: no accessibility violation, on a phone, on a desk and on paper."""

import pathlib
import shutil

import pytest

from gapwatch.reporting.build import build_report
from gapwatch.reporting.render import draw, render
from tests.unit.reporting import later_samples, samples

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
STAGES = [(1280, "screen"), (320, "screen"), (794, "print")]

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


@pytest.fixture(params=STAGES, ids=lambda stage: f"{stage[0]} px, {stage[1]}")
def page(request, browser, address):
    width, medium = request.param
    opened = browser.new_page(viewport={"width": width, "height": 800})
    opened.emulate_media(media=medium)
    opened.asked = []
    opened.on("request", lambda asked: opened.asked.append(asked.url))
    opened.goto(address)
    yield opened
    opened.close()


def test_axe_finds_no_violation(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_page_never_scrolls_sideways(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


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


def test_the_keyboard_reaches_the_skip_link_first(page):
    page.emulate_media(media="screen")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
