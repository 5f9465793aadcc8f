"""The study: one file says what is measured, against which promise, from which sources."""

from gapwatch.study.base import Period
from gapwatch.study.loading import load
from gapwatch.study.model import Area, Bridge, Measure, Study, Zone
from gapwatch.study.sources import (
    AreaType,
    Correction,
    FileSource,
    FingertipsSource,
    LiveSource,
    NomisSource,
    PinnedSource,
    PortalSource,
    Publishers,
    Source,
)

__all__ = [
    "Area", "AreaType", "Bridge", "Correction", "FileSource", "FingertipsSource", "LiveSource",
    "Measure", "NomisSource", "Period", "PinnedSource", "PortalSource", "Publishers", "Source",
    "Study", "Zone", "load",
]  # fmt: skip
