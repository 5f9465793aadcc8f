"""Counts that several tests share."""

import json
from pathlib import Path

import numpy as np

PUBLISHED = json.loads(
    (Path(__file__).parents[2] / "golden" / "demography_published.json").read_text("utf-8")
)
GOLDEN = PUBLISHED["life_table"]
AGES = GOLDEN["age_starts"]
DEATHS = np.array(GOLDEN["deaths"], dtype=float)
POPULATION = np.array(GOLDEN["population"], dtype=float)

# Death rates and population of men by age, rounded by hand to look like England at the turn of the
# century and then scaled so that e0 is the 75.44 years of English men in 1998-2000 as published.
MALE_SHAPE = np.array(
    [
        *[6.4, 0.29, 0.14, 0.18, 0.57, 0.86, 0.92, 1.03, 1.28, 1.90],
        *[2.95, 4.75, 7.9, 13.4, 22.5, 38.0, 61.5, 97.0, 160.0, 245.0],
    ]
)
MALE_RATES = MALE_SHAPE * 1.026 / 1000
MALE_AGES = np.array(
    [
        *[0.32, 1.30, 1.74, 1.72, 1.64, 1.57, 1.85, 2.10, 2.07, 1.80],
        *[1.67, 1.81, 1.39, 1.24, 1.10, 0.95, 0.75, 0.39, 0.21, 0.075],
    ]
)
MALE_AGES /= MALE_AGES.sum()


def near(found, expected, relative=1e-9):
    """Whether every number agrees to a relative tolerance, NaN with NaN."""
    return np.allclose(found, expected, rtol=relative, atol=0, equal_nan=True)
