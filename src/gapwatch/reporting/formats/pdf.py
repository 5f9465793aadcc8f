"""The report as a tagged, archival PDF: the same words, numbers and charts as the HTML.

The content travels as JSON through an input of the compiler and is never spliced into markup, so
no text can become a command. Only our own fonts and those of the lock are seen; the one date is the
release's.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import typst

from gapwatch.errors import OutputError
from gapwatch.reporting.document import Report
from gapwatch.reporting.drawing.canvas import FONT_FOLDER, Charts
from gapwatch.reporting.drawing.further import Typefaces, further_folder, kept

TEMPLATE = Path(__file__).parent.parent / "templates" / "report.typ"
# Archival with full structure, and accessible: each refuses what the other lets through.
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


@cache
def typefaces(fonts: Typefaces = ()) -> typst.Fonts:
    """Our own fonts and those that a study declares, and none of the machine's."""
    return _only([FONT_FOLDER, further_folder(), *(kept(font).parent for font in fonts)])


@cache
def families(fonts: Typefaces) -> str:
    """What the compiler calls the declared fonts, in their order, as JSON for a template."""
    return json.dumps([name for font in fonts for name in _only([kept(font).parent]).families()])


def _only(folders: list[Path]) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )


def to_pdf(report: Report, charts: Charts, fonts: Typefaces = ()) -> bytes:
    """Compile the template over the report's data.

    Raises OutputError when the compiler refuses, for instance a figure without alt text.
    """
    day = dt.date.fromisoformat(report.date)
    inputs = {
        "report": json.dumps(asdict(report), ensure_ascii=False, sort_keys=True),
        "fonts": families(fonts),
        "charts": json.dumps({name: chart.wide for name, chart in charts.items()}, sort_keys=True),
    }
    try:
        made = typst.Compiler(TEMPLATE.read_bytes(), font_paths=typefaces(fonts)).compile(
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=STANDARDS,
            timestamp=dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC),
        )
    except typst.TypstError as error:
        raise OutputError(
            "report.pdf",
            expected="a report that the PDF compiler accepts",
            found=error.diagnostic,
            remedy="report this with the release's data folder: template and model disagree",
        ) from error
    if not isinstance(made, bytes):
        raise OutputError(
            "report.pdf",
            expected="one PDF",
            found=type(made).__name__,
            remedy="install the locked version of typst with make",
        )
    return made
