"""An attack on a release: what somebody who has it, and public residents, finds out of deaths.

A cell is the deaths of one ward, sex and year. The attacker holds every figure that the release
tells, knows by which rules it was made, and asks for the least and the most of each cell in any
whole numbers that agree with all of them. A cell below 5 is found out when even its most is below
5; no such cell may be. Of a life table by age, a band of fewer than 5 deaths is found out when only
one number is possible in it, by the figures that are told of the window and the public residents.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from tests.unit.counting.invented import (
    BOROUGH,
    NORTH,
    SIDES,
    SOUTH,
    WARDS,
    borough,
    release,
    steps,
)
from tests.unit.gap.restricted_cases import study

from gapwatch.contracts import SEXES
from gapwatch.counting.counts import Counts, period
from gapwatch.counting.disclosure.broad_ages import withheld_bands
from gapwatch.counting.disclosure.protect import parts_of, protect_life_expectancy
from gapwatch.counting.disclosure.reconstruction import error_steps
from gapwatch.counting.protected_ages import told_gaps
from gapwatch.demography.decomposition import arriaga
from gapwatch.demography.life_table import life_table

SMALL = 5
MEMBERS = {
    **{ward: {ward} for ward in WARDS},
    "north": set(NORTH),
    "south": set(SOUTH),
    BOROUGH[1]: set(WARDS),
}
Told = Callable[[float, bool], tuple[float, float]]


def exactly(count: float, _: bool) -> tuple[float, float]:
    """What a count tells that is published as it is."""
    return count, count


def rounded_to_five(count: float, figure: bool) -> tuple[float, float]:
    """What a count tells by the rules of disclosure control, beside a figure or none.

    Counts below 5 aren't told, nor figures of fewer than 10 deaths.
    """
    low, high = (0.0, np.inf) if np.isnan(count) else (max(count - 2, 5), count + 2)
    return max(low, 10.0 if figure else 0.0), high


def protected(own: Counts, frame: pd.DataFrame) -> pd.DataFrame:
    return protect_life_expectancy(frame, parts_of(own, SIDES, BOROUGH), steps(own))


def found_out(own: Counts, frame: pd.DataFrame, means: Told) -> list[tuple[str, str, int]]:
    """Cells below 5 that the attacker knows to be below 5."""
    lost = []
    for s, sex in enumerate(SEXES):
        rows, lows, highs = equations(own, frame[frame["sex"] == sex], means)
        true = own.deaths[:, s].sum(axis=-1)
        # The truth agrees with what is told of it.
        stands = rows @ true.ravel()
        assert ((stands >= lows - 1e-6) & (stands <= highs + 1e-6)).all()
        reached = np.zeros(true.size, dtype=bool)
        for ward, year in np.argwhere(true < SMALL):
            cell = ward * len(own.years) + year
            if not reached[cell]:
                # Numbers that agree with all that is told clear every cell that they give 5.
                numbers = highest(rows, lows, highs, cell)
                reached |= numbers >= SMALL - 1e-6
            if not reached[cell]:
                lost.append((own.areas[ward], sex, int(own.years[year])))
    return lost


def equations(
    own: Counts, frame: pd.DataFrame, means: Told
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, lows, highs = [], [], []
    for row in frame.itertuples():
        area = np.array([ward in MEMBERS[row.area] for ward in own.areas])
        within = (own.years >= row.period_start) & (own.years <= row.period_end)
        low, high = means(row.deaths_persons, not np.isnan(row.life_expectancy_years))
        rows.append(np.outer(area, within).ravel().astype(float))
        lows.append(low)
        highs.append(high)
    return np.array(rows), np.array(lows), np.array(highs)


def highest(rows: np.ndarray, lows: np.ndarray, highs: np.ndarray, cell: int) -> np.ndarray:
    """Numbers of every cell that agree with all that is told, with the most in one."""
    aim = np.zeros(rows.shape[1])
    aim[cell] = -1.0
    # Nothing is lost where more than this is possible, and a bound keeps the search short.
    bound = np.full(rows.shape[1], np.inf)
    bound[cell] = 20.0
    found = milp(
        aim,
        integrality=np.ones(len(aim)),
        bounds=Bounds(0, bound),
        constraints=LinearConstraint(rows, lows, highs),
    )
    assert found.status == 0
    return np.asarray(found.x)


@pytest.mark.parametrize(
    "seed",
    [pytest.param(0, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long), 5],
)
def test_totals_parts_and_overlapping_windows_do_not_give_a_small_cell_away(seed: int) -> None:
    own = borough(seed)
    frame = release(own)
    safe = protected(own, frame)
    small = int((own.deaths.sum(axis=-1) < SMALL).sum())
    assert small >= 10
    # The same attack on the figures as they are: the ward on neither side is the borough less two.
    assert len(found_out(own, frame, exactly)) == small
    assert found_out(own, safe, rounded_to_five) == []
    # Most is still told: control that withheld everything would pass as well.
    assert safe["deaths_persons"].notna().mean() > 0.9
    assert safe["life_expectancy_years"].notna().mean() > 0.9


@pytest.mark.long
@pytest.mark.parametrize("seed", [0, 5])
def test_rounding_alone_would_give_small_cells_away(seed: int) -> None:
    own = borough(seed)
    frame = release(own)
    safe = protected(own, frame)
    rounding = np.floor(frame["deaths_persons"] / 5 + 0.5) * 5
    alone = safe.assign(deaths_persons=rounding.where(frame["deaths_persons"] >= SMALL))
    assert found_out(own, alone, rounded_to_five) != []


# Exhaustive: a small ward in six bands of ages, and every table of 8 to 27 deaths in it.
BANDS = np.array([0.0, 1, 15, 45, 65, 80])
PEOPLE = np.array([150.0, 1500.0, 5000.0, 2500.0, 600.0, 90.0])
RATE = np.array([0.0035, 0.0002, 0.0004, 0.002, 0.009, 0.09])
LEAST, MOST = 8, 27


@dataclass(frozen=True)
class Possible:
    """Every table of so many deaths, with its life expectancy and standard error."""

    tables: np.ndarray
    value: np.ndarray
    se: np.ndarray

    def agreeing(self, value: float, se: float) -> np.ndarray:
        """Tables of which the same is told, where both are told to six decimals."""
        return self.tables[
            (self.value.round(6) == round(value, 6)) & (self.se.round(6) == round(se, 6))
        ]

    def allowing(self, value: float, se: float, step: float) -> np.ndarray:
        """Tables whose figures are told as these rounded ones."""
        same = np.abs(self.value - value) <= 0.05 + 1e-9
        return self.tables[same & (self.se <= se + 1e-3) & (self.se >= se - step - 1e-3)]


@pytest.fixture(scope="module")
def possible() -> dict[int, Possible]:
    found = {}
    for total in range(LEAST, MOST + 1):
        places = total + len(BANDS) - 1
        flat = itertools.chain.from_iterable(itertools.combinations(range(places), len(BANDS) - 1))
        bars = np.fromiter(flat, dtype=np.int16).reshape(-1, len(BANDS) - 1)
        ends = np.full((len(bars), 1), places), np.full((len(bars), 1), -1)
        tables = (np.diff(np.hstack([ends[1], bars, ends[0]]), axis=1) - 1).astype(np.int8)
        made = life_table(tables.astype(float), np.broadcast_to(PEOPLE, tables.shape), BANDS)
        found[total] = Possible(tables, made.e[:, 0].copy(), made.se[:, 0].copy())
    return found


def windows_of_a_small_ward(number: int) -> np.ndarray:
    chance = np.random.default_rng(7)
    expected = PEOPLE * RATE / (PEOPLE * RATE).sum()
    drawn = chance.poisson(expected * chance.integers(10, 25, (number, 1)))
    total = drawn.sum(axis=1)
    return drawn[(total >= 10) & (total <= MOST - 2)].astype(float)


def solved(deaths: np.ndarray, step: float, possible: dict[int, Possible]) -> list[int]:
    """Bands of fewer than 5 deaths of which the rounded figures leave one number possible.

    Or only numbers from 1 to 4.
    """
    made = life_table(deaths, PEOPLE, BANDS)
    value, se = float(made.e[0]), float(made.se[0])
    shown = round(value, 1), np.ceil(se / step - 1e-6) * step
    count = int(np.floor(deaths.sum() / 5 + 0.5)) * 5
    # Whoever sees the figure knows of ten deaths.
    totals = range(max(count - 2, 10), count + 3)
    left = np.concatenate([possible[total].allowing(*shown, step) for total in totals])
    assert (left == deaths).all(axis=1).any()
    return [band for band, n in enumerate(deaths) if n < SMALL and given_away(left[:, band])]


def given_away(numbers: np.ndarray) -> bool:
    """Whether a band is known to have a certain number of deaths, or 1 to 4."""
    return bool(len(set(numbers)) == 1 or (numbers.min() >= 1 and numbers.max() < SMALL))


def test_what_is_told_of_a_small_ward_does_not_give_its_deaths_by_age_away(
    possible: dict[int, Possible],
) -> None:
    tables = windows_of_a_small_ward(300)
    people = np.broadcast_to(PEOPLE, tables.shape)
    stand = np.asarray(life_table(tables, people, BANDS).reason) == ""
    tables = tables[stand]
    found = error_steps(tables, people[stand], BANDS)
    told_of = ~np.isnan(found)
    assert told_of.sum() >= 20
    for deaths, step in zip(tables[told_of], found[told_of], strict=True):
        assert solved(deaths, step, possible) == []
    # Published as they are, they give every band of every one away.
    for deaths in tables:
        made = life_table(deaths, PEOPLE, BANDS)
        left = possible[int(deaths.sum())].agreeing(float(made.e[0]), float(made.se[0]))
        assert np.unique(left, axis=0).tolist() == [deaths.tolist()]
    # Rounding to 0.1 and the floor of ten deaths alone would not do.
    assert sum(bool(solved(deaths, 0.1, possible)) for deaths in tables) >= 20


# The other side of the gap is a large one, whose deaths by age the attacker knows.
OTHERS = PEOPLE * 40
OTHER_DEATHS = np.round(OTHERS * RATE * 0.6)
NO_WINDOW = 0


def against_the_other(deaths: np.ndarray) -> Counts:
    """The small ward and the other side in one year, alike for both sexes."""
    dead, people = (
        [np.stack([side, side])[:, np.newaxis] for side in sides]
        for sides in ((deaths, OTHER_DEATHS), (PEOPLE, OTHERS))
    )
    return Counts(
        "side",
        ("worse", "better"),
        np.array([2025]),
        ("census2021",),
        BANDS.astype(np.int64),
        np.stack(dead),
        np.stack(people),
        np.zeros(1, dtype=bool),
        np.zeros(2),
        restricted=True,
    )


def solved_by_ages(deaths: np.ndarray, step: float, possible: dict[int, Possible]) -> list[int]:
    """As `solved`, where the years that broad bands add to the gap are told as well."""
    made = life_table(deaths, PEOPLE, BANDS)
    value, se = float(made.e[0]), float(made.se[0])
    count = int(np.floor(deaths.sum() / 5 + 0.5)) * 5
    shown = round(value, 1), np.ceil(se / step - 1e-6) * step
    left = np.concatenate(
        [possible[total].allowing(*shown, step) for total in range(max(count - 2, 10), count + 3)]
    )
    left = left.astype(float)
    # Broad bands are the six of this world, of which the two youngest are one.
    firsts = [0, 2, 3, 4, 5]
    better = life_table(OTHER_DEATHS, OTHERS, BANDS)
    everyone = life_table(left, np.broadcast_to(PEOPLE, left.shape), BANDS)
    true, theirs = (
        np.add.reduceat(arriaga(table, better), firsts, axis=-1) for table in (made, everyone)
    )
    told_of = ~withheld_bands(np.add.reduceat(deaths, firsts)[:, np.newaxis])
    agree = (np.abs(theirs - true.round(1)) <= 0.05 + 1e-9)[:, told_of].all(axis=1)
    agree &= (np.add.reduceat(left, firsts, axis=1)[:, told_of] >= SMALL).all(axis=1)
    assert (left[agree] == deaths).all(axis=1).any()
    return [band for band, n in enumerate(deaths) if n < SMALL and given_away(left[agree][:, band])]


@pytest.mark.long
def test_the_ages_of_a_gap_do_not_give_a_small_wards_deaths_away(
    possible: dict[int, Possible],
) -> None:
    tables = windows_of_a_small_ward(250)
    people = np.broadcast_to(PEOPLE, tables.shape)
    tables = tables[np.asarray(life_table(tables, people, BANDS).reason) == ""]
    found = error_steps(tables, np.broadcast_to(PEOPLE, tables.shape), BANDS)
    one, measure = study(), study().measures[1]
    lost, told_of = 0, 0
    for deaths, step in zip(tables, found, strict=True):
        counts = against_the_other(deaths)
        told = told_gaps(
            one, measure, counts, period(counts, NO_WINDOW, NO_WINDOW), period(counts, 2025, 2025)
        )
        assert told.newest["gap_years"].isna().all() == np.isnan(step)
        if np.isnan(step):
            assert set(told.newest["reason"]) == {"D01"}
            continue
        known = solved_by_ages(deaths, step, possible)
        lost += bool(known)
        assert told.shut[0] == told.shut[1]
        if not told.shut[0]:
            told_of += 1
            assert known == []
    # Told wherever the gap is, they would give many away; and they are not always withheld.
    assert lost >= 20
    assert told_of >= 10
