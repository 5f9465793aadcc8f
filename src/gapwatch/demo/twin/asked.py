"""What the invented borough's residents asked for, and the figures of it by ward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gapwatch.demo.twin import names
from gapwatch.demo.twin.borough import borough
from gapwatch.demography.seeded import normals, uniforms

YEAR = 2024
SEED = 7
HEADER = (
    "Ward code",
    "Ward name",
    "Households",
    "Overcrowded households",
    "Residents of 16 and over",
    "Unemployed residents",
    "Burglaries in a dwelling",
    "All offences",
    "Nitrogen dioxide",
)
FIGURES = dict(
    zip(
        (
            "households",
            "overcrowded",
            "adults",
            "unemployed",
            "burglaries",
            "offences",
            "no2",
        ),
        HEADER[2:],
        strict=True,
    )
)
# Level in the middle of the borough, and what a step of deprivation by 1 multiplies it by.
_OVERCROWDED = (0.11, 1.9)
_UNEMPLOYED = (0.052, 1.6)
_BURGLARY = (0.012, 1.05)
_OFFENCES = (900.0, 0.8)
_NO2 = (24.0, 0.93)


def rows() -> Iterator[tuple[object, ...]]:
    """A row a ward: counts drawn about what its deprivation makes likely, always the same ones."""
    wards = len(names.WARDS)
    deprivation = np.array([ward.deprivation for ward in names.WARDS])
    households = np.rint(3800 + 1400 * uniforms(SEED, (wards,)))
    adults = np.rint(households * 1.9)
    noise = normals(SEED + 1, (4, wards))

    def counted(level: tuple[float, float], base: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        mean = level[0] * level[1] ** deprivation * base
        found: np.ndarray = np.maximum(np.rint(mean + np.sqrt(mean) * drawn), 0)
        return found

    overcrowded = counted(_OVERCROWDED, households, noise[0])
    unemployed = counted(_UNEMPLOYED, adults, noise[1])
    burglaries = counted(_BURGLARY, households, noise[2])
    offences = counted(_OFFENCES, np.ones(wards), noise[3])
    no2 = np.round(_NO2[0] * _NO2[1] ** deprivation, 1)
    columns = (households, overcrowded, adults, unemployed, burglaries, offences)
    for at, ward in enumerate(borough().wards):
        yield (ward.code, ward.name, *(int(part[at]) for part in columns), float(no2[at]))


STUDY = f"""
[[priorities]]
id = "housing"
name = "Housing"
asked_by = "Residents of Ravensholt"
source = "Invented for this demonstration"

[[priorities]]
id = "money"
name = "Money, local economy, jobs and training"
asked_by = "Residents of Ravensholt"
source = "Invented for this demonstration"

[[priorities]]
id = "safety"
name = "Crime and safety"
asked_by = "Residents of Ravensholt"
source = "Invented for this demonstration"

[[priorities]]
id = "air"
name = "Clean air"
asked_by = "Residents of Ravensholt"
source = "Invented for this demonstration"

[[indicators]]
id = "overcrowded"
priority = "housing"
title = "Overcrowded households"
source = "ward-priorities"
numerator = ["overcrowded-{YEAR}"]
denominator = ["households-{YEAR}"]
per = 100
unit = "%"
better = "lower"
exposure = "households"
interval = "newcombe"

[[indicators]]
id = "unemployed"
priority = "money"
title = "Unemployed residents of 16 and over"
short = "Unemployed"
source = "ward-priorities"
numerator = ["unemployed-{YEAR}"]
denominator = ["adults-{YEAR}"]
per = 100
unit = "%"
better = "lower"
exposure = "residents"
interval = "newcombe"
age_standardised = false

[[indicators]]
id = "burglary"
priority = "safety"
title = "Burglary in a dwelling"
short = "Burglary"
source = "ward-priorities"
numerator = ["burglaries-{YEAR}"]
denominator = ["households-{YEAR}"]
per = 1000
unit = "per 1,000 households"
better = "lower"
exposure = "households"
interval = "poisson"

[[indicators]]
id = "all-offences"
priority = "safety"
title = "All recorded offences"
source = "ward-priorities"
numerator = ["offences-{YEAR}"]
denominator = ["adults-{YEAR}"]
per = 1000
unit = "per 1,000 residents of 16 and over"
better = "lower"
exposure = "place_of_event"
interval = "poisson"

[[indicators]]
id = "no2"
priority = "air"
title = "Nitrogen dioxide, annual mean"
short = "Nitrogen dioxide"
source = "ward-priorities"
numerator = ["no2-{YEAR}"]
combine = "weight:adults-{YEAR}"
unit = "µg/m³"
better = "lower"
exposure = "residents"
interval = "none"
modelled = true

[[evidence_gaps]]
priority = "housing"
missing = "People sleeping rough"
finest_available = "the borough, a year"
wanted_from = "the invented council of Ravensholt"

[localities]
"""
