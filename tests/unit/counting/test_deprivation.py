"""Scores of deprivation are 0 to 100, the most deprived highest; ranks are no scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gapwatch.counting.deprivation import require_scores
from gapwatch.counting.national.boroughs import require_direction
from gapwatch.errors import ValidationError

SCORES = [44.0, 40.76, 15.2, 8.31, 22.0, 30.5, 12.0, 5.0, 61.2, 9.9]


@pytest.mark.parametrize(
    "scores",
    [
        [900, 2400, 21000, 29000],
        list(range(1, 21)),
        [3, 1, 4, 2],
        [-1.2, 0.4, 0.9],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 3,
        [0, 101],
    ],
)
def test_ranks_deciles_and_other_scales_are_refused(scores: list[float]) -> None:
    with pytest.raises(ValidationError) as caught:
        require_scores("lookup.csv", pd.Series(scores, dtype=float))
    assert "1 is the most deprived" in caught.value.remedy


@pytest.mark.parametrize("scores", [SCORES, [45, 38, 15, 8], [0, 100], [20.0] * 12, [1, 2]])
def test_scores_pass(scores: list[float]) -> None:
    require_scores("lookup.csv", pd.Series(scores, dtype=float))


def league(gaps: list[float], se: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"period_end": 2025, "gap_years": np.array(gaps), "se_years": se})


def test_a_league_of_gaps_below_zero_stops() -> None:
    with pytest.raises(ValidationError, match="higher score is more deprived"):
        require_direction(league([-13.8, -14.9]))
    with pytest.raises(ValidationError, match="95% of 20"):
        require_direction(league([-3.0] * 19 + [0.4]))


def test_a_league_may_hold_boroughs_without_a_gap() -> None:
    require_direction(league([-0.6, -0.4, -1.1, -0.2]))
    require_direction(league([6.0] * 8 + [-7.0] * 2))
    require_direction(league([np.nan]))
