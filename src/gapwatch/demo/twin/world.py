"""The twin as the replica serves it: places, figures and files in the publishers' formats."""

from __future__ import annotations

import numpy as np

from gapwatch.demo.replica.world import World
from gapwatch.demo.twin import names
from gapwatch.demo.twin.borough import borough
from gapwatch.demo.twin.counted import Twin
from gapwatch.demo.twin.files import files
from gapwatch.demo.twin.published import MSOA_WINDOWS, Published
from gapwatch.demo.twin.residents import YEARS

# Years of which Nomis has residents by single year of age, on the small areas of 2021.
NOMIS_YEARS = (2025,)


def world(twin: Twin, seed: int) -> World:
    """Everything that is published of the twin for one draw of deaths."""
    published = Published(twin, seed)
    at = [int(np.flatnonzero(year == YEARS)[0]) for year in NOMIS_YEARS]
    # The replica has males first, and years before sexes.
    people = published.people_2021[:, ::-1][:, :, at].swapaxes(1, 2)
    return World(
        borough(),
        names.BOROUGH,
        names.BOROUGH_CODE,
        published.later(),
        people,
        deaths=np.empty(0, dtype=np.int64),
        country="",
        windows=MSOA_WINDOWS,
        years=NOMIS_YEARS,
        files=files(published),
    )
