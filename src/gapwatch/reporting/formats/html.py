"""The report as one HTML file that needs nothing else: no request, no script, no other file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TypeVar

from markupsafe import Markup, escape

from gapwatch.reporting.document import Report, ReportFigure, ReportTable
from gapwatch.reporting.drawing.canvas import Charts
from gapwatch.reporting.drawing.further import Typefaces, further_style
from gapwatch.reporting.formats.engine import engine
from gapwatch.reporting.formats.inline import Drawings
from gapwatch.reporting.language.glossary import Glossary

TEMPLATES = Path(__file__).parent.parent / "templates"
# Columns that come first in a card.
FIRST = ("Verdict", "By the numbers", "What can be said")
_PAGE = re.compile(r"\bdocs/((?:[a-z0-9-]+/)*[a-z0-9-]+)\.md\b")
_FILE = re.compile(r"\bdata/[a-z][a-z0-9_]*\.(?:csv|json)\b")
# Both versions of every chart by its name, and what they are drawn with.
Pictures = tuple[dict[str, dict[str, Markup]], Markup]
_BREAKS = re.compile("(?<=[/&%,=?])")


def pictures(charts: Charts) -> Pictures:
    """Both versions of every chart as elements of the page, and what they are drawn with."""
    drawings = Drawings()
    versions = [(name, version) for name in charts for version in ("wide", "narrow")]
    drawn = [drawings.add(getattr(charts[name], version), version) for name, version in versions]
    shown: dict[str, dict[str, Markup]] = {name: {} for name in charts}
    for (name, version), chart in zip(versions, drawings.together(drawn), strict=True):
        shown[name][version] = chart
    return shown, drawings.definitions


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG of ours, in points."""
    view = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(view[2]), float(view[3])


def _tall(svg: str) -> str:
    """The height of an SVG of ours as a part of its width."""
    wide, high = size(svg)
    return f"{high / wide:.4f}"


def breakable(text: str) -> Markup:
    """An address, escaped, that may break after its punctuation."""
    parts = _BREAKS.split(text)
    return Markup("<wbr>").join(escape(part) for part in parts if part)


def linked(glossary: Glossary, text: str) -> Markup:
    """A text, escaped, in which the first use of each term leads to what it means."""
    return Markup("").join(
        escape(piece)
        if term is None
        else Markup('<a class="term" href="#term-{}">{}</a>').format(term.id, piece)
        for piece, term in glossary.pieces(text)
    )


def to_html(
    report: Report, charts: Charts, fonts: Typefaces = (), shown: Pictures | None = None
) -> bytes:
    """The whole page, escaped by the template engine, as UTF-8 with line feeds.

    `shown` is what `pictures` made of the same charts.
    """
    glossary = Glossary(report.tongue)
    environment = engine(
        TEMPLATES,
        {
            "breakable": breakable,
            "linked": partial(linked, glossary),
            "filed": partial(filed, report.docs),
            "contact": contact,
        },
    )
    drawings, drawn_with = shown or pictures(charts)
    text = environment.get_template("report.html.j2").render(
        report=report,
        pictures=drawings,
        tall={name: _tall(chart.wide) for name, chart in charts.items()},
        drawn_with=drawn_with,
        firsts=[block for block in every(report, ReportFigure) if block.number == 1],
        # Our own stylesheet: the only text that goes in unescaped.
        style=Markup(_style(report, fonts)),  # noqa: S704
        glossary=glossary,
    )
    return text.encode("utf-8")


def filed(docs: str, text: Markup) -> Markup:
    """A text, escaped, in which each file of the release is a link to it.

    So is each page of the documentation, where `docs` says that this is on the web.
    """
    made = _FILE.sub(r'<a href="\g<0>">\g<0></a>', str(text))
    if docs:
        made = _PAGE.sub(rf'<a href="{escape(docs)}\1.html">\g<0></a>', made)
    return Markup(made)  # noqa: S704 - plain names


def contact(text: str) -> Markup:
    """Whom to ask, escaped; an address that can be written to or opened is a link."""
    told = escape(text)
    if re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}", text):
        return Markup('<a href="mailto:{0}">{0}</a>').format(told)
    if text.startswith("https://") and not re.search(r"\s", text):
        return Markup('<a href="{0}">{0}</a>').format(told)
    return told


Kind = TypeVar("Kind", ReportFigure, ReportTable)


def every(report: Report, kind: type[Kind]) -> list[Kind]:
    """Every block of a kind, in reading order."""
    held = (block for section in report.sections for block in section.blocks)
    return [block for block in held if isinstance(block, kind)]


def tables(report: Report) -> list[ReportTable]:
    """Every table of the page, those of figures among them."""
    own = (table for figure in every(report, ReportFigure) for table in figure.tables)
    return [*every(report, ReportTable), *own]


def cards(report: Report) -> str:
    """How a narrow screen shows each table: a card a row, each cell under its column's name.

    The verdict comes first in its card, after the row's name.
    """
    rules = []
    for table in tables(report):
        for place, column in enumerate(table.columns[1:], 2):
            cell = f'[aria-labelledby="{table.id}"] td:nth-child({place})'
            rules.append(f"{cell}::before{{content:{css_text(column.label)}}}")
            if column.label in FIRST:
                rules.append(f"{cell}{{order:-1}}")
    return f"@media (max-width: 37.5rem) {{\n{chr(10).join(rules)}\n}}\n"


def css_text(text: str) -> str:
    """`text` as a string of CSS in which nothing can end it: all but letters, digits and blanks
    are written by their number."""
    plain = (sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):06X}" for sign in text)
    return f'"{"".join(plain)}"'


def _style(report: Report, fonts: Typefaces) -> str:
    """Our stylesheet, with that of a demonstration where the report is one.

    With it come letters of the report that our typeface lacks.
    """
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    style += cards(report)
    style += further_style(json.dumps(asdict(report), ensure_ascii=False), fonts)
    if not report.demonstration:
        return style
    more = (TEMPLATES / "demonstration.css").read_text(encoding="utf-8")
    return style + more.replace("BANNER", css_text(report.demonstration))
