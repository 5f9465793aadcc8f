"""One contract for deprivation scores, wherever they are read: 0 to 100, higher is more deprived.

So are the average scores of the English indices. Ranks and deciles run the other way, 1 being the
most deprived, and would turn the sign of every gap.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapwatch.errors import ValidationError

LOWEST, HIGHEST = 0.0, 100.0
DECILES, VIGINTILES = 10, 20
LEAST_RANKED = 4
_REMEDY = (
    "take the average score of the index, 0 to 100, where a higher score is more deprived; ranks "
    "and deciles run the other way (1 is the most deprived), and can't stand in for it"
)


def require_scores(where: str, scores: pd.Series) -> None:
    """Refuse what can't be deprivation scores; `scores` has one value an area, none missing.

    Refused are values below 0 or above 100, ranks (whole numbers from 1 on, each once) of four
    areas or more, and deciles or twentieths (the whole numbers from 1 to 10 or 20, most of them
    there, for more areas than that). Raises ValidationError.
    """
    values = scores.dropna().to_numpy(dtype=np.float64)
    if not len(values):
        return
    found = ""
    if values.min() < LOWEST or values.max() > HIGHEST:
        found = f"{values.min():g} to {values.max():g}"
    elif is_ranked(values):
        found = f"the ranks 1 to {len(values)}"
    elif is_grouped(values):
        found = f"whole numbers from 1 to {values.max():g} alone, as deciles are"
    if found:
        raise ValidationError(
            where,
            expected="deprivation scores from 0 to 100, the most deprived highest",
            found=found,
            remedy=_REMEDY,
        )


def is_ranked(values: np.ndarray) -> bool:
    """Whether values are 1, 2, 3, ... each once, in some order, of four or more."""
    return len(values) >= LEAST_RANKED and bool(
        (np.sort(values) == np.arange(1, len(values) + 1)).all()
    )


def is_grouped(values: np.ndarray) -> bool:
    """Whether values are tenths or twentieths: whole, from 1 to 10 or 20, most of them used."""
    whole = np.unique(values)
    for groups in (DECILES, VIGINTILES):
        if len(values) > groups and whole.min() >= 1 and whole.max() <= groups:
            return bool((whole == np.rint(whole)).all()) and len(whole) > groups / 2
    return False
