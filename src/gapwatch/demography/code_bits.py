"""Several codes of one figure as bits of a small integer, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gapwatch.codes import FLAGS, GROUP_MISSING, REASONS
from gapwatch.demography.checks import StrArray

REASON_BIT = {code: 1 << position for position, code in enumerate(REASONS)}
FLAG_BIT = {code: 1 << position for position, code in enumerate(FLAGS)}


def first_code(bits: NDArray[np.uint8], names: Sequence[str]) -> StrArray:
    """The first code of ``names`` that is set in each entry, "" when none is."""
    table = [""] + [names[(b & -b).bit_length() - 1] for b in range(1, 1 << len(names))]
    return _look_up(table, bits)


def every_code(bits: NDArray[np.uint8], names: Sequence[str]) -> StrArray:
    """Every code of ``names`` that is set in each entry, separated by spaces, "" when none is."""
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
