"""The study: one file says what is measured, against which promise, from which sources."""

from gapwatch.study.loading import load
from gapwatch.study.model import Area, Measure, Period, Source, Study, Zone

__all__ = ["Area", "Measure", "Period", "Source", "Study", "Zone", "load"]
