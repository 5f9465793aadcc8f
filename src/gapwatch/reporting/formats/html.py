"""The report as one HTML file that needs nothing else: no request, no script, no other file."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gapwatch.reporting.document import Report
from gapwatch.reporting.drawing.canvas import FONT_FOLDER, Charts
from gapwatch.reporting.drawing.further import Typefaces, further_style
from gapwatch.reporting.formats.inline import Drawings
from gapwatch.reporting.language.glossary import Glossary

TEMPLATES = Path(__file__).parent.parent / "templates"
_BREAKS = re.compile("(?<=[/&%,=?])")
FACES = (("400", "GapwatchSans-Regular.woff2"), ("600", "GapwatchSans-SemiBold.woff2"))


def data_uri(kind: str, content: bytes) -> str:
    """`content` inside the page."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def pictures(charts: Charts) -> tuple[dict[str, dict[str, Markup]], Markup]:
    """Both versions of every chart as elements of the page, and what they are drawn with."""
    drawings = Drawings()
    shown = {
        name: {
            "wide": drawings.add(chart.wide, "wide"),
            "narrow": drawings.add(chart.narrow, "narrow"),
        }
        for name, chart in charts.items()
    }
    return shown, drawings.definitions


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG of ours, in points."""
    view = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(view[2]), float(view[3])


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


def to_html(report: Report, charts: Charts, fonts: Typefaces = ()) -> bytes:
    """The whole page, escaped by the template engine, as UTF-8 with line feeds."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\n",
    )
    environment.filters["breakable"] = breakable
    glossary = Glossary()
    environment.filters["linked"] = partial(linked, glossary)
    faces = [
        (weight, data_uri("font/woff2", (FONT_FOLDER / name).read_bytes()))
        for weight, name in FACES
    ]
    shown, drawn_with = pictures(charts)
    text = environment.get_template("report.html.j2").render(
        report=report,
        pictures=shown,
        drawn_with=drawn_with,
        # Our own stylesheet: the only text that goes in unescaped.
        style=Markup(_style(report, fonts)),  # noqa: S704
        faces=faces,
        glossary=glossary,
    )
    return text.encode("utf-8")


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
    style += further_style(json.dumps(asdict(report), ensure_ascii=False), fonts)
    if not report.demonstration:
        return style
    more = (TEMPLATES / "demonstration.css").read_text(encoding="utf-8")
    return style + more.replace("BANNER", css_text(report.demonstration))
