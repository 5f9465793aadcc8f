"""The report as one HTML file that needs nothing else: no request, no script, no other file."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gapwatch.reporting.charts import FONT_FOLDER, Chart, Charts
from gapwatch.reporting.parts import Report

TEMPLATES = Path(__file__).parent / "templates"
_BREAKS = re.compile("(?<=[/&%,=?])")
FACES = (("400", "GapwatchSans-Regular.woff2"), ("600", "GapwatchSans-SemiBold.woff2"))


def data_uri(kind: str, content: bytes) -> str:
    """`content` inside the page."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def picture(chart: Chart) -> dict[str, str]:
    """Both versions of a chart as addresses for a picture element, with the wide one's size."""
    width, height = size(chart.wide)
    return {
        "wide": data_uri("image/svg+xml", chart.wide.encode()),
        "narrow": data_uri("image/svg+xml", chart.narrow.encode()),
        "width": f"{width:.0f}",
        "height": f"{height:.0f}",
    }


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG of ours, in points."""
    view = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(view[2]), float(view[3])


def breakable(text: str) -> Markup:
    """An address, escaped, that may break after its punctuation."""
    parts = _BREAKS.split(text)
    return Markup("<wbr>").join(escape(part) for part in parts if part)


def to_html(report: Report, charts: Charts) -> bytes:
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
    faces = [
        (weight, data_uri("font/woff2", (FONT_FOLDER / name).read_bytes()))
        for weight, name in FACES
    ]
    text = environment.get_template("report.html.j2").render(
        report=report,
        pictures={name: picture(chart) for name, chart in charts.items()},
        # Our own stylesheet: the only text that goes in unescaped.
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704
        faces=faces,
    )
    return text.encode("utf-8")
