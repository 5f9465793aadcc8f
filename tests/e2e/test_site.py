"""The site and the board kit by the command line, and the site in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.e2e.conftest import Once, Undisturbed, copied, project_in
from tests.e2e.test_report_accessibility import ARGUMENTS, CHROMIUM
from tests.printed import Held, texts, tokens, values
from tests.unit.site.walking import walk

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def equipped(undisturbed: Undisturbed, once: Once) -> Project:
    """A project whose release has been made again with a board kit."""

    def work(folder: Path) -> None:
        project = copied(undisturbed.project, folder / "project")
        done = gapwatch(project, "run", "--kit", "--json")
        assert done.returncode == 0, done.stderr

    return project_in(once("equipped", work) / "project")


def test_a_run_lays_the_site_out_and_verify_holds_it(released: Project) -> None:
    pages, broken = walk(released.reports)
    assert broken == []
    assert len(pages) == 4, "all, latest, the year, the release"
    assert gapwatch(released, "verify").returncode == 0
    page = released.reports / "index.html"
    page.write_bytes(page.read_bytes() + b" ")
    (released.reports / "pages" / "mine.html").touch()
    done = gapwatch(released, "verify")
    assert done.returncode == 5
    assert "index.html" in done.stderr
    assert "mine.html" in done.stderr
    (released.reports / "pages" / "mine.html").unlink()
    assert gapwatch(released, "site").returncode == 0
    assert gapwatch(released, "verify").returncode == 0


def test_retiring_the_release_takes_it_off_the_site(released: Project) -> None:
    (name,) = (path.parent.name for path in released.reports.glob("*/manifest.json"))
    done = gapwatch(released, "releases", "retire", name, "--reason", "A wrong lookup.")
    assert done.returncode == 0, done.stderr
    assert "No release stands." in (released.reports / "index.html").read_text(encoding="utf-8")
    pages, broken = walk(released.reports)
    assert broken == []
    links = [link for page in pages.values() for link in page.links]
    assert [link for link in links if name in link and "pages/" not in link] == []
    assert gapwatch(released, "verify").returncode == 0
    made = gapwatch(released, "site", "--out", str(released.root / "public"), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["retired"] == [name]
    assert not (released.root / "public" / name).exists()


def test_the_kit_stands_on_the_page_and_every_number_in_it_is_one_of_the_data(
    equipped: Project,
) -> None:
    (folder,) = equipped.reports.glob("pages/*/kit")
    assert {path.name for path in folder.iterdir()} == {
        "summary.docx",
        "slides.pptx",
        "figures.xlsx",
    }
    assert walk(equipped.reports)[1] == []
    assert "kit/summary.docx" in (folder.parent / "index.html").read_text(encoding="utf-8")
    release = equipped.reports / folder.parent.name
    names = ("gap", "verdict", "life_expectancy", "trajectory")
    files = {name: (release / "data" / f"{name}.csv").read_bytes() for name in names}
    held = Held(values(files))
    day = json.loads((release / "manifest.json").read_bytes())["as_known_at"]
    # The publisher's number of an indicator, in its licence; years since 2014; the study's rule;
    # the ways to measure it; the release's day.
    stated = {"93283", "12", "6", "5", day[-2:].lstrip("0")}
    number = 0
    for name in ("summary.docx", "slides.pptx"):
        for text in texts((folder / name).read_bytes(), name[-4:]):
            for token in tokens(text):
                number += 1
                assert token in held or token in stated, (name, token, text)
    assert number > 100
    assert gapwatch(equipped, "verify").returncode == 0


def test_a_later_build_keeps_the_kit_and_the_export_has_it(
    equipped: Project, tmp_path: Path
) -> None:
    before = contents(equipped.reports)
    assert gapwatch(equipped, "site").returncode == 0
    assert contents(equipped.reports) == before
    done = gapwatch(equipped, "site", "--out", str(tmp_path / "public"))
    assert done.returncode == 0, done.stderr
    made = contents(tmp_path / "public")
    kit = {name for name in before if "/kit/" in name}
    assert len(kit) == 3
    assert {name: made[name] for name in kit} == {name: before[name] for name in kit}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@in_a_browser
@pytest.mark.parametrize("width", [320, pytest.param(390, marks=pytest.mark.long), 1280])
def test_a_browser_finds_every_page_and_picture_and_no_violation(
    equipped: Project, browser: Any, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    pages, _ = walk(equipped.reports)
    opened = browser.new_page(viewport={"width": width, "height": 800})
    told: list[str] = []
    opened.on("console", lambda message: told.append(message.text))
    opened.on("requestfailed", lambda asked: told.append(asked.url))
    here = ("file:", "data:")
    opened.on("request", lambda asked: asked.url.startswith(here) or told.append(asked.url))
    for path in pages:
        opened.goto(path.as_uri())
        lost = "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"
        assert opened.evaluate(lost) == []
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert axe.run(opened).response["violations"] == []
    opened.close()
    assert told == []


@in_a_browser
def test_a_reader_who_clicks_arrives_at_the_report(equipped: Project, browser: Any) -> None:
    opened = browser.new_page()
    opened.goto((equipped.reports / "index.html").as_uri())
    opened.click("h2 a")
    opened.click("text=The whole report (web page)")
    assert opened.url.endswith("/report.html")
    assert "life-expectancy gap in Westminster" in opened.title()
    opened.close()
