"""A known surface of mortality and residents in continuous time, and deaths drawn from it.

Mortality rises with age as Gompertz had it, falls by 1.5% a year, and has a spike of the pandemic
in the spring of 2020 and the winter of 2021. Residents grow, faster at young ages, with a bend.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from tests.unit.counting.worlds import typed

from gapwatch.contracts import DEATHS, POPULATION
from gapwatch.counting.blocks import BlockSeries, read_blocks
from gapwatch.demography.life_table import life_table

Floats = npt.NDArray[np.float64]
STARTS = np.array([0, 1, *range(5, 95, 5)])
MIDDLES = np.append(STARTS[:-1] + np.diff(STARTS) / 2, 94.0)
BLOCK = "E01000001"
STEPS = 400  # of a year, for the integrals


def mortality(t: Floats) -> Floats:
    """Deaths a person and year, (times, bands); `t` counts from 1 January of year 0 of our era."""
    shape = 4.5e-5 * np.exp(0.095 * MIDDLES) + 4e-4
    shape[0] = 4e-3
    trend = np.exp(-0.015 * (t - 2015.0))
    waves = 1.1 * np.exp(-0.5 * ((t - 2020.3) / 0.05) ** 2)
    waves = waves + 0.7 * np.exp(-0.5 * ((t - 2021.05) / 0.06) ** 2)
    return trend[:, None] * (1.0 + waves)[:, None] * shape[None, :]


def residents(t: Floats) -> Floats:
    """Residents of one sex, (times, bands): 6% a year at 20, 3% at 80, bent in 2018."""
    weights = np.exp(-0.5 * ((MIDDLES - 35.0) / 30.0) ** 2)
    size = 90_000 * weights / weights.sum()
    growth = 0.07 - 0.0005 * MIDDLES
    since = t - 2018.0
    return size[None, :] * np.exp(growth[None, :] * (since + 0.04 * since**2)[:, None])


def year_to_june(year: int) -> tuple[Floats, Floats]:
    """Expected deaths and true person-years of the year from 1 July to 30 June, (bands,)."""
    t = year - 0.5 + (np.arange(STEPS) + 0.5) / STEPS
    people = residents(t)
    return (mortality(t) * people).mean(axis=0), people.mean(axis=0)


def counted(year: int) -> Floats:
    """The person-years that the engine takes for the year to June, from the mid-year estimates."""
    return blocks(year).years[0].residents.counts[0, 0]


def blocks(year: int) -> BlockSeries:
    """Deaths of one year to June and the estimates of both mid-years, read as the engine does."""
    ends = [*(int(start) - 1 for start in STARTS[1:]), None]
    cells = [
        {
            "geography": "lsoa2021",
            "area_code": BLOCK,
            "area_name": BLOCK,
            "sex": sex,
            "age_start_years": int(start),
            "age_end_years": end,
        }
        for sex in ("female", "male")
        for start, end in zip(STARTS, ends, strict=True)
    ]
    dead = [
        cell | {"year": year, "year_ends": "06-30", "month": "", "cause": "", "deaths_persons": 1.0}
        for cell in cells
    ]
    alive = [
        cell | {"year": mid, "base": "census2021", "population_persons": count}
        for mid in (year - 1, year)
        for cell, count in zip(cells, np.tile(residents(np.array([mid + 0.5]))[0], 2), strict=True)
    ]
    return read_blocks(
        typed(DEATHS, dead),
        typed(POPULATION, alive),
        wanted=STARTS.tolist(),
        bases=("census2021",),
    )


def coverage(year: int, people: Floats, draws: int, seed: int) -> tuple[float, float]:
    """Share of 95% intervals that hold the true e0, and the mean error of e0 in years."""
    expected, exposed = year_to_june(year)
    exact = life_table(expected, exposed, STARTS)
    truth = float(np.asarray(exact.e)[0])
    deaths = np.random.default_rng(seed).poisson(expected, (draws, len(STARTS))).astype(float)
    made = life_table(deaths, np.broadcast_to(people, deaths.shape), STARTS)
    held = (made.lower[:, 0] <= truth) & (truth <= made.upper[:, 0])
    return float(held.mean()), float(made.e[:, 0].mean() - truth)
