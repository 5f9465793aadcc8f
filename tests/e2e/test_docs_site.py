"""The documentation as a site: it builds with every link checked, and asks nobody for anything."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
# What a page fetches by itself; a link that a reader may follow isn't among them.
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=["']?([^"'\s>]+)"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|preload|prefetch|preconnect|icon))"""
    r"""[^>]*\bhref=["']?([^"'\s>]+)"""
)
IN_STYLES = re.compile(r"""(?:url\(|@import\s)\s*["']?([^"')\s;]+)""")


def build(root: Path, into: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
    ]  # with --quiet no link is checked
    return subprocess.run(
        [*command, "--config-file", str(root / "mkdocs.yml"), "--site-dir", str(into)],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("docs") / "site"
    done = build(ROOT, into)
    assert done.returncode == 0, done.stderr
    return into


def test_every_document_is_a_page_that_the_navigation_leads_to(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    for path in (ROOT / "docs").rglob("*.md"):
        name = path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert (site / name).is_file()
        assert name == "index.html" or f'href="{name}"' in home, name


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[Methods](methods.md)", "[Methods](method.md)"), "method.md"),
        (("[Methods](methods.md)", "[Methods](methods.md#no-such-part)"), "no-such-part"),
    ],
    ids=["a page", "a part of a page"],
)
def test_a_link_that_leads_nowhere_stops_the_build(
    change: tuple[str, str], told: str, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    shutil.copytree(ROOT / "docs", root / "docs")
    (root / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "site.py", root / ".ci")
    shutil.copy(ROOT / "mkdocs.yml", root)
    page = root / "docs" / "index.md"
    text = page.read_text(encoding="utf-8")
    assert change[0] in text
    page.write_text(text.replace(*change), encoding="utf-8")
    done = build(root, tmp_path / "site")
    assert done.returncode != 0
    assert told in done.stderr + done.stdout


def test_no_page_and_no_style_names_a_file_of_another_host(site: Path) -> None:
    seen = 0
    for path in (*site.rglob("*.html"), *site.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        form = FETCHED if path.suffix == ".html" else IN_STYLES
        for match in form.finditer(text):
            address = next(part for part in match.groups() if part)
            seen += 1
            assert not re.match(r"(?:[a-z]+:)?//", address), f"{path.name}: {address}"
        # What the theme would fetch a script of its own for.
        assert 'class="mermaid"' not in text
    assert seen > 50


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_pages_in_a_browser_ask_this_site_alone_and_search_finds_a_page(address: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    asked: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        for name in ("reference/study.html", "methods.html", "index.html"):
            page.goto(address + name, wait_until="networkidle")
        page.locator("input[name=query]").click()
        page.keyboard.type("accept-revisions")
        page.wait_for_selector(".md-search-result__item", state="attached")
        browser.close()
    assert len(asked) > 10
    ours = ("data:", "blob:", address)
    assert [url for url in asked if not url.startswith(ours)] == []
