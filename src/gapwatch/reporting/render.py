"""From tables to charts, and from report and charts to files. The heavy imports happen inside."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gapwatch.reporting.document import ReleaseFacts, Report
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.speech import speaking, speech_of
from gapwatch.study import Study
from gapwatch.study.fonts import Typeface

if TYPE_CHECKING:
    import pandas as pd

    from gapwatch.reporting.drawing.canvas import Charts
    from gapwatch.reporting.formats.html import Pictures


def draw(study: Study, tables: Mapping[str, pd.DataFrame], facts: ReleaseFacts) -> Charts:
    """Every chart, as SVG, by the id of its figure; needs no validation results."""
    from gapwatch.reporting.charts import draw_all  # noqa: PLC0415 - matplotlib takes a second

    case = Case.told(study, facts, tables)
    with speaking(speech_of(case.study, case.tables, case.facts)):
        return draw_all(case)


def set_out(charts: Charts, fonts: tuple[Typeface, ...] = ()) -> Pictures:
    """What `render` needs that no report is needed for: typefaces, and the page's pictures."""
    from gapwatch.reporting.formats.compiler import prepare  # noqa: PLC0415
    from gapwatch.reporting.formats.html import pictures  # noqa: PLC0415

    prepare(fonts)
    return pictures(charts)


def render(
    report: Report,
    charts: Charts,
    fonts: tuple[Typeface, ...] = (),
    pictures: Pictures | None = None,
    side_by_side: bool = True,
) -> dict[str, bytes]:
    """report.html, summary.pdf, report.pdf and annex.pdf, from the same words and charts.

    `fonts` are those that the study declares, for what our own typefaces lack; `pictures` is what
    `set_out` made of the same charts. Page and papers are made side by side, or one after another
    where other processes want the processors too; the bytes are the same.
    """
    from gapwatch.reporting.formats.html import to_html  # noqa: PLC0415
    from gapwatch.reporting.formats.pdf import to_pdfs  # noqa: PLC0415

    pictures = pictures or set_out(charts, fonts)
    if not side_by_side:
        page = to_html(report, charts, fonts, pictures)
        return {"report.html": page, **to_pdfs(report, charts, fonts, side_by_side=False)}
    # The papers' compiler works outside Python, so the page costs no time of its own.
    with ThreadPoolExecutor(1) as pool:
        papers = pool.submit(to_pdfs, report, charts, fonts)
        page = to_html(report, charts, fonts, pictures)
        return {"report.html": page, **papers.result()}
