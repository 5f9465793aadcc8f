"""The board kit: a Word summary, three slides and a workbook, from the report's own model."""

from __future__ import annotations

from importlib.util import find_spec

from gapwatch.errors import UsageError
from gapwatch.reporting.document import Report
from gapwatch.reporting.drawing.canvas import Charts
from gapwatch.reporting.language.speech import Speech, speaking

_NEEDED = {"docx": "python-docx", "pptx": "python-pptx", "xlsxwriter": "xlsxwriter"}


def require() -> None:
    """Refuse where a library that the kit needs isn't installed; UsageError says which."""
    missing = [package for module, package in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise UsageError(
            "--kit",
            expected=f"{', '.join(_NEEDED.values())}, which make the board kit",
            found=f"no {', no '.join(missing)}",
            remedy="install the extra `kit`: python -m pip install 'gapwatch[kit]'",
        )


def make(report: Report, charts: Charts) -> dict[str, bytes]:
    """The three documents by name. Raises UsageError where a library is missing."""
    require()
    from gapwatch.reporting.formats.html import size  # noqa: PLC0415 - heavy, and seldom wanted
    from gapwatch.reporting.formats.share import png  # noqa: PLC0415
    from gapwatch.reporting.kit import content  # noqa: PLC0415
    from gapwatch.reporting.kit.slides import pptx  # noqa: PLC0415
    from gapwatch.reporting.kit.summary import docx  # noqa: PLC0415
    from gapwatch.reporting.kit.workbook import xlsx  # noqa: PLC0415

    chart = charts[content.figure(report).id].wide
    picture = png(chart)
    width, height = size(chart)
    with speaking(Speech(report.tongue)):
        return {
            "summary.docx": docx(report, picture),
            "slides.pptx": pptx(report, picture, width / height),
            "figures.xlsx": xlsx(report),
        }
