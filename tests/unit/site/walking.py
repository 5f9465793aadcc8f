"""A site as a plain reader of HTML sees it: every link, every picture, and what is behind them."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """Links, pictures, names of anchors and meta properties of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.tags: list[str] = []
        self.meta: dict[str, str] = {}
        self.alts: list[str | None] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in given:
            self.anchors.add(given["id"])
        for name in ("href", "src", "srcset"):
            if name in given and not given[name].startswith("data:"):
                self.links.append(given[name])
        if tag == "meta":
            key = given.get("property") or given.get("name", "")
            self.meta[key] = given.get("content", "")
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def walk(
    root: Path, start: str = "index.html", base: str = ""
) -> tuple[dict[Path, Page], list[str]]:
    """Every page that can be reached, and every link that leads nowhere or out of `root`."""
    pages: dict[Path, Page] = {}
    broken: list[str] = []
    waiting = [root / start]
    while waiting:
        path = waiting.pop()
        if path in pages:
            continue
        page = pages[path] = Page(path)
        for link in page.links:
            local = link.removeprefix(base) if base else link
            parts = urlsplit(local)
            if parts.scheme or parts.netloc or local.startswith("/"):
                broken.append(f"{path.name}: {link}")
                continue
            whole = (root if base and link.startswith(base) else path.parent) / unquote(parts.path)
            target = path if not parts.path else whole.resolve()
            if not target.is_file() or not target.is_relative_to(root.resolve()):
                broken.append(f"{path.name}: {link}")
            elif target.suffix == ".html" and target.name == "index.html":
                waiting.append(target)
                if parts.fragment and parts.fragment not in Page(target).anchors:
                    broken.append(f"{path.name}: {link}")
    return pages, broken
