"""The tables on how far the invented place's verdict can be trusted."""

from __future__ import annotations

import pandas as pd

from gapwatch.codes import Coded


def selection(fall: float = 2.0) -> pd.DataFrame:
    """The headline's gap as it would be expected if a side was picked for its figure."""
    row = {
        "measure": "west-v-castle",
        "sex": "male",
        "period_start": 2004,
        "period_end": 2008,
        "observed_gap_years": 10.0,
        "expected_gap_years": 10.0 - fall,
        "expected_lower95_years": 5.0,
        "expected_upper95_years": 11.0,
        "expected_fall_years": fall,
        "between_sd_years": 2.0,
    }
    return pd.DataFrame([row])


def sensitivity() -> pd.DataFrame:
    """The choice as made and one other, too old for a verdict either way."""
    row = {
        "measure": "west-v-castle",
        "sex": "male",
        "verdict": "cannot calculate",
        "reason_code": "V03",
        "by_numbers": "too early to tell",
        "p_target": 0.35,
        "p_narrowing": 0.91,
        "projected_gap_years": 6.2,
        "projected_sd_years": 3.0,
        "flips": False,
    }
    choices = (
        Coded("as_calculated"),
        Coded.of("without_window", first=2004, last=2008, year_ends="12-31"),
    )
    return pd.DataFrame(
        [
            {**row, "position": n, "choice_code": c.code, "choice_arguments": c.written}
            for n, c in enumerate(choices, 1)
        ]
    )


def flip() -> pd.DataFrame:
    """Nothing tried for the gap; a target that flips."""
    both = {"measure": "west-v-castle", "sex": "male"}
    return pd.DataFrame(
        [
            {
                **both,
                "changed": "newest gap",
                "change_years": None,
                "by_numbers": "on track",
                "limit_down_years": 0.0,
                "limit_up_years": 0.0,
            },
            {
                **both,
                "changed": "target",
                "change_years": 2.0,
                "by_numbers": "on track",
                "limit_down_years": 5.0,
                "limit_up_years": 4.9,
            },
        ]
    )
