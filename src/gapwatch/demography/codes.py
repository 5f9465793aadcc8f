"""Reasons to refuse a figure and flags on its quality, as data that travels with each figure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gapwatch.demography.checks import StrArray

REASONS = {
    "S07": "bands missing: at least one band has no deaths or no population figure",
    "S06": "a negative count of deaths or population",
    "S02": "a band with a population of zero or less",
    "S03": "more deaths than population in a band",
    "S01": "fewer than 5,000 person-years",
    "S04": "no deaths in the open band",
    "S05": "the 95% interval of life expectancy at birth is wider than 20 years",
}
"""Why a life table is refused, most fundamental first: the first that applies is its ``reason``.

Faults of the data (S07, S06, S02, S03) come before shortage of data (S01, S04, S05), so that a
reader is sent to the fault that has to be mended first.
"""

FLAGS = {
    "Q01": "fewer than 10 deaths in the open band",
    "Q02": "a band without deaths",
    "Q03": "the 95% interval of life expectancy at birth is wider than 4 years",
    "Q04": "a pandemic year in the window",
}
"""What a reader should know about a table that is published."""

PANDEMIC_YEARS = (2020, 2021)
PROVISIONAL = "Q05"  # deaths of the window are still coming in

GROUP_MISSING = "G01"
INDEX_UNDEFINED = "G02"
GROUP_EMPTY = "G03"
GROUP_SINGLE = "G04"
DEATHS_ABSENT = "G05"
GROUP_REASONS = {
    GROUP_MISSING: "a value of the group is withheld or missing",
    INDEX_UNDEFINED: "the relative index is undefined: the line's worse-off end is not above zero",
    GROUP_EMPTY: "no area holds mostly residents of one of the sides",
    GROUP_SINGLE: "a single area: there is no gap between areas",
    DEATHS_ABSENT: "in a year of the window an area has no death where its residents make five or "
    "more to be expected",
}
"""Why a figure over several areas is refused."""

INVERSE_REASONS = {
    "C01": "unreachable: not even zero deaths at these ages would bring the gap to the target",
}
SMOOTHING_REASONS = {
    "T01": "no deaths at any age: the level of mortality can't be estimated",
    "T02": "the fit did not converge",
}
ALL_REASONS = REASONS | GROUP_REASONS | INVERSE_REASONS | SMOOTHING_REASONS

REASON_BIT = {code: 1 << position for position, code in enumerate(REASONS)}
FLAG_BIT = {code: 1 << position for position, code in enumerate(FLAGS)}


def first_code(bits: NDArray[np.uint8], codes: dict[str, str]) -> StrArray:
    """The first code of ``codes`` that is set in each entry, "" when none is."""
    names = list(codes)
    table = [""] + [names[(b & -b).bit_length() - 1] for b in range(1, 1 << len(names))]
    return _look_up(table, bits)


def every_code(bits: NDArray[np.uint8], codes: dict[str, str]) -> StrArray:
    """Every code of ``codes`` that is set in each entry, separated by spaces, "" when none is."""
    names = list(codes)
    table = [
        " ".join(sorted(name for position, name in enumerate(names) if b >> position & 1))
        for b in range(1 << len(names))
    ]
    return _look_up(table, bits)


def _look_up(table: list[str], bits: NDArray[Any]) -> StrArray:
    found: StrArray = np.asarray(np.array(table)[bits])
    found.flags.writeable = False
    return found


def missing_reason(missing: NDArray[np.bool_]) -> StrArray:
    """G01 where a group is missing, "" elsewhere."""
    return np.where(missing, GROUP_MISSING, "").astype("<U3")
