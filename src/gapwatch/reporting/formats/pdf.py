"""The report as three tagged, archival PDFs: the same words, numbers and charts as the HTML.

The one date in them is the release's.
"""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, Literal

import typst

from gapwatch.reporting.document import Report, ReportFigure
from gapwatch.reporting.drawing.canvas import Charts
from gapwatch.reporting.drawing.further import Typefaces
from gapwatch.reporting.formats.compiler import Compiler, prepare
from gapwatch.reporting.formats.fitting import Fit, best, fullest
from gapwatch.reporting.formats.html import size
from gapwatch.reporting.formats.row_headers import with_row_headers
from gapwatch.reporting.language.speech import Speech, respelled, speaking
from gapwatch.reporting.papers import sections_of, table_numbers

# Archival with full structure, and accessible: each refuses what the other lets through.
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
Document = Literal["summary", "report", "annex"]
DOCUMENTS: tuple[Document, ...] = ("summary", "report", "annex")
MOST_PAGES = {"summary": 2, "report": 8}
SUMMARIES = tuple(
    Fit(spaces=spaces, text=text)
    for text, spaces in ((1.0, 1.0), (1.0, 1.1), (1.0, 0.9), (1.0, 1.3), (1.06, 1.3), (1.1, 1.5))
)
# How many points stand on a summary's first page.
FIRST = (3, 2, 1, 4, 0)


def to_pdfs(
    report: Report, charts: Charts, fonts: Typefaces = (), *, side_by_side: bool = True
) -> dict[str, bytes]:
    """summary.pdf, report.pdf and annex.pdf by name; each laid out on its own, at once or in turn.

    The compiler's threads wait for each other, so where no processor is idle, in turn costs less.
    """
    prepare(fonts)
    with ThreadPoolExecutor(len(DOCUMENTS) if side_by_side else 1) as pool:
        made = {name: pool.submit(to_pdf, report, charts, name, fonts) for name in DOCUMENTS}
        return {f"{name}.pdf": made[name].result() for name in DOCUMENTS}


def to_pdf(
    report: Report, charts: Charts, document: Document = "report", fonts: Typefaces = ()
) -> bytes:
    """Compile one document, in the sizes that leave its pages fullest.

    Raises OutputError when the compiler refuses, for instance a figure without alt text.
    """
    given = _content(report, document)
    shown = _figures(given)
    inputs = {
        "report": json.dumps(given, ensure_ascii=False, sort_keys=True),
        "sizes": json.dumps({name: size(charts[name].wide) for name in shown}, sort_keys=True),
    }
    pictures = json.dumps({name: charts[name].wide for name in shown}, sort_keys=True)
    compiler = Compiler(f"{document}.typ", f"{document}.pdf", fonts)

    def pages(fit: Fit) -> list[bytes]:
        return compiler.pages(_fitted(inputs, fit), format="png", ppi=Fit.PPI)

    day = dt.date.fromisoformat(report.date)
    chosen = (
        fullest(pages, SUMMARIES, FIRST, MOST_PAGES[document])
        if document == "summary"
        else best(pages, MOST_PAGES.get(document))
    )
    made = compiler.one(
        _fitted(inputs, chosen) | ({"charts": pictures} if shown else {}),
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC),
    )
    return with_row_headers(made)


def _fitted(inputs: dict[str, str], fit: Fit) -> dict[str, str]:
    return {**inputs, "fit": json.dumps(asdict(fit), sort_keys=True)}


def _content(report: Report, document: Document) -> dict[str, Any]:
    """What a document prints."""
    told = asdict(report)
    told["numbers"] = table_numbers(report)
    with speaking(Speech(report.tongue)):
        told["headings"] = respelled({"licences": "Licences"})
    if document == "summary":
        told["figures"] = [
            asdict(block)
            for name in report.summary.figures
            for section in report.sections
            for block in section.blocks
            if isinstance(block, ReportFigure) and block.id == name
        ]
        told["sections"] = []
    else:
        told["sections"] = [asdict(section) for section in sections_of(report, document)]
    return told


def _figures(given: dict[str, Any]) -> list[str]:
    """Ids of the charts that are printed."""
    blocks = [block for section in given["sections"] for block in section["blocks"]]
    held = [block for block in blocks if block["kind"] == "figure"] + given.get("figures", [])
    return [str(block["id"]) for block in held]
