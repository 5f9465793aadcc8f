"""Effects by placebo areas, against the oracle and the published figures."""

from __future__ import annotations

import csv
import itertools
import math

import numpy as np
import pytest
from tests import realdata
from tests.oracles import initiatives as oracle

from gapwatch.initiatives.detection import of_counts
from gapwatch.initiatives.placebo import (
    MOST_EXACT,
    BeforeAndAfter,
    effects,
    power,
    sets_of,
    share_as_far,
    smallest,
    spread,
)


def counts(seed: int, areas: int = 9) -> BeforeAndAfter:
    rng = np.random.default_rng(seed)
    people = rng.integers(5_000, 15_000, size=(2, areas)).astype(float)
    found = rng.poisson(people * rng.uniform(0.004, 0.02, size=areas)).astype(float)
    return BeforeAndAfter(found[0], people[0], found[1], people[1])


@pytest.mark.parametrize("size", [1, 2, 4])
def test_effects_of_all_sets_are_the_oracles(size: int) -> None:
    made = counts(size)
    sets = sets_of(9, size, seed=1)
    wanted = oracle.every_effect(
        *map(list, (made.before, made.people_before, made.after, made.people_after)), size
    )
    assert sets.exact
    assert len(sets.members) == math.comb(9, size)
    assert effects(made, sets.members) == pytest.approx(wanted, abs=1e-12)


def test_an_effect_is_the_interaction_of_a_poisson_regression() -> None:
    made = counts(7)
    treated = np.array([True, False, False, True, False, False, False, False, False])
    # The regression over areas has one rate a group and time: the pooled rates.
    wanted = oracle.poisson_interaction(
        *map(list, (made.before, made.people_before, made.after, made.people_after)),
        treated.tolist(),
    )
    assert effects(made, treated[np.newaxis])[0] == pytest.approx(wanted, abs=1e-10)


def test_a_set_without_a_count_has_no_effect_and_speaks_for_nothing() -> None:
    made = BeforeAndAfter(
        np.array([0.0, 5.0, 6.0]), np.full(3, 100.0), np.array([4.0, 5.0, 6.0]), np.full(3, 100.0)
    )
    found = effects(made, sets_of(3, 1, 1).members)
    assert np.isnan(found).tolist() == [True, False, False]
    assert share_as_far(found, 10.0, 1) == pytest.approx(1 / 3)
    assert math.isnan(spread(np.array([np.nan, 0.1])))


def test_exact_up_to_sets_of_8_of_20_and_a_seeded_draw_beyond() -> None:
    assert MOST_EXACT == 125_970
    exact, drawn = sets_of(20, 8, 3), sets_of(20, 10, 3)
    assert (exact.exact, len(exact.members)) == (True, 125_970)
    assert (drawn.exact, len(drawn.members)) == (False, 125_970)
    assert set(drawn.members.sum(axis=1)) == {10}
    # Every area is in half of the sets, within five standard errors of a fair draw.
    assert np.abs(drawn.members.mean(axis=0) - 0.5).max() < 5 * 0.5 / math.sqrt(125_970)
    assert (sets_of(21, 10, 4).members == sets_of.__wrapped__(21, 10, 4).members).all()
    assert (sets_of(21, 10, 4).members != sets_of(21, 10, 5).members).any()


@pytest.mark.parametrize(("areas", "size"), [(5, 0), (5, 5), (1, 1)])
def test_a_set_leaves_something_to_compare_with(areas: int, size: int) -> None:
    with pytest.raises(ValueError, match="size: expected 1 to"):
        sets_of(areas, size, 1)


def test_shares_count_ties_and_the_set_itself() -> None:
    found = np.array([-0.3, -0.1, 0.1, 0.3, 0.2])
    assert share_as_far(found, -0.3, -1) == 0.2
    assert share_as_far(found, -0.3, 0) == 0.4
    assert share_as_far(found, 0.2, 1) == 0.4
    assert share_as_far(np.array([0.1 + 0.2, 0.3]), 0.3, 1) == 1.0


def test_power_at_the_smallest_change_is_80_percent() -> None:
    for sd, sign in itertools.product((0.05, 0.2), (-1, 1)):
        change = smallest(sd, sign)
        assert power(math.log1p(change), sd) == pytest.approx(0.8, abs=1e-4)
        assert power(0.0, sd) == pytest.approx(0.05)


# Columns of the London Ward Atlas: counts a year, and what they are counted in.
DEATHS, SMR, CHILDREN, UNDER_16 = 146, 158, 515, {2010: 21, 2011: 22, 2013: 24}


def atlas() -> dict[int, np.ndarray]:
    """Columns of Westminster's 20 wards of 2011."""
    path = realdata.folder("gla") / "ward-atlas-data.csv"
    rows = list(csv.reader(path.open(encoding="latin-1")))
    wards = sorted(
        (row for row in rows if len(row) > 1 and "E05000630" <= row[1] <= "E05000649"),
        key=lambda row: row[1],
    )
    assert len(wards) == 20
    wanted = {*range(DEATHS, DEATHS + 12), *range(SMR, SMR + 12), *range(CHILDREN, CHILDREN + 5)}
    wanted |= set(UNDER_16.values())
    return {at: np.array([float(row[at].replace(",", "")) for row in wards]) for at in wanted}


def deaths_and_expected(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    held = atlas()
    years = range(first - 2002, last - 2001)
    deaths = sum(held[DEATHS + at] for at in years)
    return deaths, sum(held[DEATHS + at] / held[SMR + at] * 100 for at in years)


def rows_of_the_published_table() -> dict[tuple[str, int], tuple[float, float, float]]:
    path = realdata.written_out().parent / "design" / "priorities"
    if not (path / "minimum_detectable_effects.csv").is_file():
        pytest.skip("the published table isn't at hand")
    with (path / "minimum_detectable_effects.csv").open(encoding="utf-8") as file:
        return {
            (row["outcome"], int(row["treated_wards"])): (
                float(row["sd_log_ratio_placebo"]),
                float(row["mde_percent_placebo_80pct_power"]),
                float(row["mean_count_a_year_in_treated"]),
            )
            for row in csv.DictReader(file)
        }


@pytest.mark.parametrize(("wards", "percent"), [(1, 30.7), (4, 18.6)])
def test_deaths_five_years_against_five_by_placebo_wards(wards: int, percent: float) -> None:
    before, after = deaths_and_expected(2002, 2006), deaths_and_expected(2009, 2013)
    made = BeforeAndAfter(before[0], before[1], after[0], after[1])
    seen = of_counts(made, wards, (2002, 2006), (2009, 2013), -1, 1, None, years=5)
    assert seen.smallest is not None
    assert round(-100 * seen.smallest, 1) == percent
    sd, published, a_year = rows_of_the_published_table()["Deaths against expected (SMR)", wards]
    assert (round(seen.sd or 0, 4), percent) == (sd, published)
    assert round(seen.count_a_year or 0, 1) == a_year


@pytest.mark.parametrize(("wards", "percent"), [(1, 32.7), (4, 18.5)])
def test_deaths_two_years_against_two(wards: int, percent: float) -> None:
    before, after = deaths_and_expected(2010, 2011), deaths_and_expected(2012, 2013)
    made = BeforeAndAfter(before[0], before[1], after[0], after[1])
    seen = of_counts(made, wards, (2010, 2011), (2012, 2013), -1, 1, None, years=2)
    assert seen.smallest is not None
    assert round(-100 * seen.smallest, 1) == percent


@pytest.mark.parametrize(("wards", "percent"), [(1, 48.4), (4, 21.9)])
def test_children_in_out_of_work_homes(wards: int, percent: float) -> None:
    held = atlas()
    before, after = held[CHILDREN] + held[CHILDREN + 1], held[CHILDREN + 3] + held[CHILDREN + 4]
    # Residents aged 0 to 15 of 2014 aren't in the file: those of 2013 stand for both years.
    made = BeforeAndAfter(
        before, held[UNDER_16[2010]] + held[UNDER_16[2011]], after, 2 * held[UNDER_16[2013]]
    )
    seen = of_counts(made, wards, (2010, 2011), (2013, 2014), -1, 1, None, years=2)
    assert seen.smallest is not None
    assert round(-100 * seen.smallest, 1) == percent
