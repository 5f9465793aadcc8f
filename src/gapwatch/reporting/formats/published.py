"""The figures that a published report shows, read back from its report.html.

The page is our own and is held against its seal before it is read. So each picture of the site is
the one that the release shows, and nothing reaches the site that the release doesn't hold.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree.ElementTree import ParseError

from gapwatch.errors import IntegrityError
from gapwatch.reporting.formats.inline import Definitions, drawings

_SVG = "data:image/svg+xml,"
_DRAWING = re.compile(r"(<svg [^>]*>).*?(</svg>)", re.DOTALL)
_PARTS = ("title", "subtitle", "alt", "svg", "narrow")
_VERSIONS = {"wide": "svg", "narrow": "narrow"}


@dataclass(frozen=True)
class Shown:
    """One figure as the report shows it; `svg` and `narrow` are its two versions, text of ours."""

    id: str
    title: str
    subtitle: str
    alt: str
    svg: str
    narrow: str


def read(content: bytes, where: str) -> tuple[Shown, ...]:
    """The figures of a report in HTML. Raises IntegrityError where a figure lacks a part."""
    page = content.decode("utf-8")
    reader = _FigureReader()
    # Drawings are most of a page, and the reader takes nothing from inside one.
    reader.feed(_DRAWING.sub(r"\1\2", page))
    reader.close()
    found = []
    definitions: Definitions | None = None
    # Read as text: the parser has no ear for the case of a name, and drawings are particular.
    marked = (rest.partition("</figure>")[0] for rest in page.split("<figure ")[1:])
    for part, markup in zip(reader.figures, marked, strict=True):
        # A drawing that lacks what it was drawn with is told as missing.
        with suppress(KeyError, ParseError):
            for version, drawing in drawings(markup).items():
                definitions = definitions or Definitions(page)
                part[_VERSIONS[version]] = definitions.standalone(drawing)
        missing = [name for name in _PARTS if not part.get(name)]
        if missing:
            raise IntegrityError(
                f"{where}, figure {part['id']}",
                expected="a figure with title, subtitle, alternative text and picture",
                found=f"no {', no '.join(missing)}",
                remedy="use the gapwatch that made the release, or a newer one",
            )
        found.append(Shown(**part))
    return tuple(found)


class _FigureReader(HTMLParser):
    """Collects the parts of every `figure`; words of nested elements count as its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.figures: list[dict[str, str]] = []
        self._inside = False
        self._field, self._until = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "figure":
            self._inside = True
            self.figures.append({"id": given.get("id", "").removeprefix("figure-")})
        if not self._inside:
            return
        part = self.figures[-1]
        if tag == "h3" and "title" not in part:
            self._begin("title", tag)
        elif tag == "p" and "subtitle" in given.get("class", "").split():
            self._begin("subtitle", tag)
        elif given.get("role") == "img":
            part["alt"] = given.get("aria-label", "")
        # As pages were made until charts stood in them as elements.
        elif tag == "source" and given.get("srcset", "").startswith(_SVG):
            part.setdefault("narrow", unquote(given["srcset"].removeprefix(_SVG)))
        elif tag == "img" and "svg" not in part and given.get("src", "").startswith(_SVG):
            part["alt"] = given.get("alt", "")
            part["svg"] = unquote(given["src"].removeprefix(_SVG))

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._inside = False
        if tag == self._until and self._field:
            part = self.figures[-1]
            part[self._field] = part[self._field].strip()
            self._field = self._until = ""

    def handle_data(self, data: str) -> None:
        if self._field:
            self.figures[-1][self._field] += data

    def _begin(self, field: str, tag: str) -> None:
        self.figures[-1][field] = ""
        self._field, self._until = field, tag
