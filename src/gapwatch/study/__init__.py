"""The study: one file says what is measured, against which promise, from which sources."""

from gapwatch.study.areas import Area, Break, Bridge, ComputedBreak, Zone
from gapwatch.study.base import Period
from gapwatch.study.computed import Computed, Level
from gapwatch.study.extracts import is_restricted, restricted_tables, rounding_steps, sparse_years
from gapwatch.study.live_figures import FingertipsFigures, NomisFigures
from gapwatch.study.loading import load
from gapwatch.study.model import (
    NOBODY,
    Measure,
    Study,
    Thresholds,
)
from gapwatch.study.priorities import EvidenceGap, Indicator, Localities, Priority
from gapwatch.study.required import is_required, rests_on
from gapwatch.study.source_base import AreaType, FingertipsBase, NomisBase, Publishers
from gapwatch.study.sources import (
    Accepted,
    Correction,
    FileSource,
    FingertipsSource,
    LiveSource,
    NomisSource,
    PinnedSource,
    PortalSource,
    Source,
)

__all__ = [
    "NOBODY",
    "Accepted",
    "Area",
    "AreaType",
    "Break",
    "Bridge",
    "Computed",
    "ComputedBreak",
    "Correction",
    "EvidenceGap",
    "FileSource",
    "FingertipsBase",
    "FingertipsFigures",
    "FingertipsSource",
    "Indicator",
    "Level",
    "LiveSource",
    "Localities",
    "Measure",
    "NomisBase",
    "NomisFigures",
    "NomisSource",
    "Period",
    "PinnedSource",
    "PortalSource",
    "Priority",
    "Publishers",
    "Source",
    "Study",
    "Thresholds",
    "Zone",
    "is_required",
    "is_restricted",
    "load",
    "restricted_tables",
    "rests_on",
    "rounding_steps",
    "sparse_years",
]
