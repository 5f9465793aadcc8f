"""An invented borough of 18 wards, with deaths and residents by year and age, and its windows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY, SEXES
from gapwatch.counting.counts import Counts, windows
from gapwatch.counting.disclosure.protect import Steps
from gapwatch.counting.life_tables import steps_of, tabled
from gapwatch.demography.life_table import life_table
from gapwatch.tables import canonical

AGES = np.array([0, 1, *range(5, 95, 5)], dtype=np.int64)
YEARS = np.arange(2016, 2026, dtype=np.int64)
WARDS = tuple(f"E0599{number:04}" for number in range(18))
NORTH, SOUTH = WARDS[:8], WARDS[8:17]  # the last ward, a small one, is on neither side
BOROUGH = ("borough", "E09000099")
SIDES = {"north": NORTH, "south": SOUTH}


def borough(seed: int, *, residents: float = 11_500.0, smallest: float = 2_100.0) -> Counts:
    """Wards of about as many residents; deaths are Poisson with mortality that rises by age.

    The last ward is small and healthy: it has about four deaths a year of either sex.
    """
    chance = np.random.default_rng(seed)
    shares = np.array(
        [1.1, 4.0, *[5.5] * 2, 5.8, *[9.0] * 4, *[7.0] * 4, 5.5, 4.5, 3.8, 3.2, 2.4, 1.5, 0.9]
    )
    size = residents * chance.uniform(0.8, 1.2, len(WARDS))
    size[-1] = smallest
    people = size[:, None, None, None] / 2 * (shares / shares.sum())
    people = np.round(np.broadcast_to(people, (len(WARDS), 2, len(YEARS), len(AGES)))).copy()
    middle = AGES + 2.5
    rate = 1.7e-5 * np.exp(0.1 * middle)
    rate[0], rate[1] = 0.0035, 0.0002
    level = chance.uniform(0.8, 1.3, (len(WARDS), 1, 1, 1)) * np.array([0.85, 1.15])[:, None, None]
    level = np.broadcast_to(level, (len(WARDS), 2, 1, 1)).copy()
    level[-1] *= 0.45
    return Counts(
        geography="ward2022",
        areas=WARDS,
        years=YEARS,
        bases=("census2021",) * len(YEARS),
        age_starts=AGES,
        deaths=chance.poisson(people * rate * level).astype(float),
        person_years=people,
        provisional=np.zeros(len(YEARS), dtype=bool),
        reassigned=np.zeros(len(WARDS)),
        restricted=True,
    )


def steps(own: Counts) -> Steps:
    """The step of every window that a release tells, as a release takes it."""
    return steps_of(tabled(each, windows(each, n)) for each, n in told(own))


def whole(own: Counts) -> Counts:
    return own.groups({BOROUGH[1]: own.areas}, BOROUGH[0])


def told(own: Counts) -> list[tuple[Counts, int]]:
    """What a release tells, with the years of its windows."""
    wider = [(each, n) for each in (own.groups(SIDES), whole(own)) for n in (1, 3, 5)]
    return [(own, 5), *wider]


def release(own: Counts) -> pd.DataFrame:
    """All that a release tells: wards in five years, sides and the borough in one, three and five.

    Deaths, life expectancies and standard errors are the true ones.
    """
    joined = pd.concat([table(each, n) for each, n in told(own)], ignore_index=True)
    return canonical(COMPUTED_LIFE_EXPECTANCY, joined, "invented")


def table(counts: Counts, length: int) -> pd.DataFrame:
    found = windows(counts, length)
    made = life_table(found.deaths, found.person_years, counts.age_starts)
    rows = []
    for at, area in enumerate(counts.areas):
        for s, sex in enumerate(SEXES):
            for w, (start, end) in enumerate(zip(found.start, found.end, strict=True)):
                cell = at, s, w
                reason = str(np.asarray(made.reason)[cell])
                figures = [
                    made.e[cell][0],
                    made.se[cell][0],
                    made.lower[cell][0],
                    made.upper[cell][0],
                ]
                rows.append(
                    (
                        counts.geography,
                        area,
                        area,
                        sex,
                        start,
                        end,
                        "12-31",
                        1,
                        "census2021",
                        AGES[-1],
                        *(np.nan if reason else float(figure) for figure in figures),
                        found.deaths[cell].sum(),
                        found.person_years[cell].sum(),
                        0.0,
                        False,
                        reason,
                        str(np.asarray(made.flags)[cell]),
                    )
                )
    return pd.DataFrame(rows, columns=list(COMPUTED_LIFE_EXPECTANCY.names))
