"""95% intervals under the normal distribution, and the difference of two sides with its own.

Everything that turns a standard error into an interval, or back, does it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z95 = 1.959963984540054
"""The 97.5% point of the normal distribution, to the last digit of a float64."""
WIDTH_SE = 2 * Z95
"""Width of a 95% interval in standard errors."""


@dataclass(frozen=True)
class Between:
    """Better-off side less worse-off side, and their ratio, each with its 95% limits.

    Arrays of the sides' shape; NaN where a side is.
    """

    gap: Floats
    se: Floats
    lower: Floats
    upper: Floats
    ratio: Floats
    ratio_lower: Floats
    ratio_upper: Floats


def between_sides(worse: Any, worse_se: Any, better: Any, better_se: Any) -> Between:
    """The gap between two sides whose errors are independent, as they share no death.

    Values and standard errors are in years, of one shape. The ratio's limits are by the delta
    method on its logarithm.
    """
    gap = better - worse
    se = np.hypot(better_se, worse_se)
    ratio = better / worse
    log_se = np.hypot(better_se / better, worse_se / worse)
    return Between(
        gap,
        se,
        gap - Z95 * se,
        gap + Z95 * se,
        ratio,
        ratio * np.exp(-Z95 * log_se),
        ratio * np.exp(Z95 * log_se),
    )
