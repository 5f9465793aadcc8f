"""What is known of each window: the comparable run that it belongs to, and its quality."""

from __future__ import annotations

from gapwatch.codes import INTERVAL_WIDE, PANDEMIC, PANDEMIC_YEARS
from gapwatch.contracts import CALENDAR_YEAR, YEAR_LEADS
from gapwatch.demography.life_table import WIDE_INTERVAL_YEARS
from gapwatch.geography.panel import FloatArray, Panel
from gapwatch.study import Study


def segments(study: Study, panel: Panel) -> list[int]:
    """Number of the comparable run that each window belongs to; a break starts the next."""
    return [
        1 + sum(start >= rupture.first_period[0] for rupture in study.geography.breaks)
        for start in panel.start
    ]


def quality_flags(panel: Panel, widths: FloatArray, year_ends: str = CALENDAR_YEAR) -> list[str]:
    """Q03 where the wider side's interval is wider than 4 years, Q04 for a pandemic year; (W,)."""
    flags = []
    for start, end, width in zip(panel.start, panel.end, widths, strict=True):
        codes = [INTERVAL_WIDE] if width > WIDE_INTERVAL_YEARS else []
        begins = start - int(YEAR_LEADS[year_ends] > 0)
        if any(begins <= year <= end for year in PANDEMIC_YEARS):
            codes.append(PANDEMIC)
        flags.append(" ".join(codes))
    return flags
