"""Decomposition by age, cause and side, its intervals, and the inverse question."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.demography.cases import AGES, DEATHS, MALE_AGES, MALE_RATES, POPULATION, near

from gapwatch.demography.decomposition import arriaga, arriaga_by_cause, gap_change
from gapwatch.demography.inverse import cut_to_target
from gapwatch.demography.life_table import life_table
from gapwatch.demography.pooling import pool_counts
from gapwatch.demography.resampling import arriaga_interval

SEEDS = st.integers(0, 2**32 - 1)


def two_sides(seed, causes=3):
    """Deaths by cause and populations of two sides, with some equal rates and empty bands."""
    rng = np.random.Generator(np.random.PCG64(seed))
    population = MALE_AGES * 10 ** rng.uniform(4.2, 6)
    sides = []
    for _ in range(2):
        rate = MALE_RATES * rng.uniform(0.3, 2.5, 20)
        share = rng.dirichlet(np.ones(causes), size=20).T
        sides.append(rng.poisson(rate * population * share).astype(float))
    sides[0][0, -1] += 30
    sides[1][0, -1] += 30
    same = rng.random(20) < 0.2
    sides[1][:, same] = sides[0][:, same]
    return sides[0], sides[1], population


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_contributions_sum_to_the_gap_and_change_sign_when_the_sides_swap(seed):
    a, b, P = two_sides(seed)
    first, second = life_table(a.sum(0), P, AGES), life_table(b.sum(0), P, AGES)
    found = arriaga(first, second)
    if first.reason == second.reason == "":
        assert abs(found.sum() - (second.e[0] - first.e[0])) < 1e-9
    assert np.array_equal(arriaga(second, first), -found, equal_nan=True)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_causes_sum_to_the_ages_and_splitting_a_cause_changes_no_total(seed):
    a, b, P = two_sides(seed)
    found = arriaga_by_cause(a, P, b, P, AGES)
    by_age = arriaga(life_table(a.sum(0), P, AGES), life_table(b.sum(0), P, AGES))
    assert np.allclose(found.by_age, by_age, rtol=0, atol=1e-9, equal_nan=True)
    rng = np.random.Generator(np.random.PCG64(seed + 1))
    part_a, part_b = np.floor(a[0] * rng.random(20)), np.floor(b[0] * rng.random(20))
    split = [np.vstack([one[1:], part, one[0] - part]) for one, part in ((a, part_a), (b, part_b))]
    again = arriaga_by_cause(split[0], P, split[1], P, AGES)
    assert np.allclose(again.by_cause[:2], found.by_cause[1:], rtol=0, atol=1e-9, equal_nan=True)
    whole = again.contribution[2:].sum(axis=0)
    assert np.allclose(whole, found.contribution[0], rtol=0, atol=1e-9, equal_nan=True)


def test_equal_tables_give_zeros_that_are_not_even_negative():
    table = life_table(DEATHS, POPULATION, AGES)
    found = arriaga(table, table)
    assert (found == 0).all()
    assert not np.signbit(found).any()
    causes = np.stack([DEATHS * 0.25, DEATHS * 0.75])
    assert (arriaga_by_cause(causes, POPULATION, causes, POPULATION, AGES).contribution == 0).all()


def test_causes_that_cancel_in_a_band_of_equal_rates_keep_their_own_contributions():
    a, b = np.stack([DEATHS * 0.25, DEATHS * 0.75]), np.stack([DEATHS * 0.75, DEATHS * 0.25])
    found = arriaga_by_cause(a, POPULATION, b, POPULATION, AGES)
    assert np.abs(found.by_age).max() < 1e-12
    assert (found.contribution[0] < 0).all()
    assert near(found.contribution[0], -found.contribution[1])


def test_the_nearly_equal_rates_of_a_band_are_as_stable_as_equal_ones():
    a = np.stack([DEATHS * 0.25, DEATHS * 0.75])
    b = np.stack([DEATHS * 0.75, DEATHS * 0.25])
    nearly = b.copy()
    nearly[0, 10] *= 1 + 1e-14
    exact = arriaga_by_cause(a, POPULATION, b, POPULATION, AGES).contribution
    found = arriaga_by_cause(a, POPULATION, nearly, POPULATION, AGES).contribution
    assert np.abs(found - exact).max() < 1e-12


def test_a_difference_in_the_open_band_alone_falls_wholly_on_it():
    more = DEATHS.copy()
    more[-1] *= 1.2
    a, b = life_table(more, POPULATION, AGES), life_table(DEATHS, POPULATION, AGES)
    found = arriaga(a, b)
    assert (found[:-1] == 0).all()
    # Both sides share l, so the open band makes l_w (e_w(b) - e_w(a)) exactly.
    assert near(found[-1], b.l[-1] * (b.e[-1] - a.e[-1]), 1e-12)


def test_a_band_in_which_everyone_dies_is_decomposed_exactly_by_age_and_cause():
    deaths, population = DEATHS.copy(), POPULATION.copy()
    deaths[9], population[9] = 500, 1000
    a, b = life_table(deaths, population, AGES), life_table(DEATHS, POPULATION, AGES)
    found = arriaga(a, b)
    assert abs(found.sum() - (b.e[0] - a.e[0])) < 1e-9
    causes = [np.stack([one * 0.25, one * 0.75]) for one in (deaths, DEATHS)]
    split = arriaga_by_cause(causes[0], population, causes[1], POPULATION, AGES)
    assert np.abs(split.by_age - found).max() < 1e-9


def test_a_refused_side_is_nan_with_its_reason():
    small = POPULATION * 4000 / POPULATION.sum()
    a, b = life_table(DEATHS, POPULATION, AGES), life_table(small / 50, small, AGES)
    assert np.isnan(arriaga(a, b)).all()
    causes = np.stack([small / 100] * 2)
    found = arriaga_by_cause(causes, small, causes, small, AGES)
    assert found.reason == "S01"
    assert np.isnan(found.contribution).all()


def test_many_pairs_at_once_are_each_as_alone():
    pairs = [two_sides(seed) for seed in range(4)]
    a = life_table([p[0].sum(0) for p in pairs], [p[2] for p in pairs], AGES)
    b = life_table([p[1].sum(0) for p in pairs], [p[2] for p in pairs], AGES)
    one = life_table(pairs[2][0].sum(0), pairs[2][2], AGES)
    other = life_table(pairs[2][1].sum(0), pairs[2][2], AGES)
    assert np.array_equal(arriaga(a, b)[2], arriaga(one, other))
    assert np.array_equal(arriaga(one, b)[2], arriaga(one, other))


def test_the_change_of_a_gap_is_split_into_the_parts_of_its_two_sides():
    rates = [1.5, 1.3, 1.0, 1.05]
    tables = [life_table(DEATHS * k, POPULATION, AGES) for k in rates]
    worse_before, _, better_before, _ = tables
    found = gap_change(*tables)
    e = [float(t.e[0]) for t in tables]
    assert found.total == pytest.approx((e[3] - e[1]) - (e[2] - e[0]), abs=1e-9)
    assert found.worse_side.sum() == pytest.approx(-(e[1] - e[0]), abs=1e-9)
    assert found.better_side.sum() == pytest.approx(e[3] - e[2], abs=1e-9)
    assert np.array_equal(found.by_age, found.worse_side + found.better_side)
    # The worse-off side improved and the better-off side worsened: both narrow the gap.
    assert (found.worse_side <= 0).all()
    assert (found.better_side <= 0).all()
    still = gap_change(worse_before, worse_before, better_before, better_before)
    assert (still.by_age == 0).all()


def test_a_gap_change_with_a_refused_table_is_refused_whole():
    good = life_table(DEATHS, POPULATION, AGES)
    bad = life_table(DEATHS * np.nan, POPULATION, AGES)
    found = gap_change(good, good, good, bad)
    assert found.reason == "S07"
    assert np.isnan(found.worse_side).all()
    assert np.isnan(found.total)


def test_resampled_errors_of_the_gap_are_those_of_the_two_life_tables():
    a, b, P = two_sides(5)
    Da, Db = a.sum(0), b.sum(0)
    found = arriaga_interval(Da, P, Db, P, AGES, seed=1, draws=4_000)
    tables = life_table(Da, P, AGES), life_table(Db, P, AGES)
    assert np.array_equal(found.contribution, arriaga(*tables))
    analytic = np.hypot(tables[0].se[0], tables[1].se[0])
    assert found.total_se == pytest.approx(analytic, rel=0.04)
    assert found.total_upper - found.total_lower == pytest.approx(3.92 * analytic, rel=0.06)
    assert ((found.lower <= found.contribution) & (found.contribution <= found.upper)).mean() > 0.9


def test_resampling_depends_on_its_seed_alone_and_refuses_with_a_reason():
    a, b, P = two_sides(6)
    Da, Db = np.stack([a.sum(0), a.sum(0)]), np.stack([b.sum(0), b.sum(0) * np.nan])
    PP = np.stack([P, P])
    found = arriaga_interval(Da, PP, Db, PP, AGES, seed=3, draws=300, level=[0.5, 0.95])
    alone = arriaga_interval(Da[0], P, Db[0], P, AGES, seed=3, draws=300, level=[0.5, 0.95])
    assert np.array_equal(found.lower[:, 0], alone.lower)
    assert np.array_equal(found.total_se[0], alone.total_se)
    other = arriaga_interval(Da[0], P, Db[0], P, AGES, seed=4, draws=300)
    assert not np.array_equal(alone.se, other.se)
    assert found.reason.tolist() == ["", "S07"]
    assert np.isnan(found.se[1]).all()
    assert np.isnan(found.total_upper[:, 1]).all()


def test_a_band_without_deaths_has_no_error_and_one_death_in_the_open_band_no_infinity():
    deaths, population = DEATHS.copy(), POPULATION.copy()
    deaths[3], deaths[-1], population[-1] = 0, 1, 8
    found = arriaga_interval(deaths, population, deaths, population, AGES, seed=1, draws=500)
    assert found.reason == ""
    assert found.se[3] == 0
    assert np.isfinite(found.upper).all()


def test_the_cut_brings_the_gap_to_its_target_and_means_so_many_deaths_a_year():
    better = 84.0
    found = cut_to_target(
        DEATHS, POPULATION, AGES, better_e0=better, target_gap=2.5, ages=(40, 75), years=5
    )
    kept = DEATHS.copy()
    kept[9:16] *= 1 - found.cut
    assert better - life_table(kept, POPULATION, AGES).e[0] == pytest.approx(2.5, abs=1e-9)
    assert found.gap_after == pytest.approx(2.5, abs=1e-9)
    assert found.deaths_a_year == pytest.approx((DEATHS - kept).sum() / 5, rel=1e-12)
    assert found.reason == ""


def test_a_target_beyond_zero_deaths_at_these_ages_is_unreachable():
    found = cut_to_target(
        DEATHS, POPULATION, AGES, better_e0=90.0, target_gap=5.0, ages=(1, 20), years=5
    )
    assert found.reason == "C01"
    assert np.isnan([found.cut, found.deaths_a_year, found.gap_after]).all()
    assert found.gap_before == pytest.approx(90 - 80.16960813194841, abs=1e-9)


def test_the_last_target_within_reach_is_a_cut_of_one():
    none = DEATHS.copy()
    none[1:5] = 0
    best = 90.0 - float(life_table(none, POPULATION, AGES).e[0])
    ask = {"better_e0": 90.0, "ages": (1, 20)}
    inside = cut_to_target(DEATHS, POPULATION, AGES, target_gap=best + 1e-9, **ask)
    assert inside.cut == pytest.approx(1, abs=1e-6)
    assert cut_to_target(DEATHS, POPULATION, AGES, target_gap=best - 1e-9, **ask).reason == "C01"


def test_a_gap_already_at_its_target_needs_no_cut():
    found = cut_to_target(DEATHS, POPULATION, AGES, better_e0=81.0, target_gap=2.0, ages=(0, 75))
    assert (found.cut, found.deaths_a_year, found.reason) == (0, 0, "")
    assert found.gap_after == found.gap_before


def test_cuts_that_include_the_open_band_have_no_ceiling():
    found = cut_to_target(DEATHS, POPULATION, AGES, better_e0=120.0, target_gap=0.0, ages=(0, None))
    assert found.reason == ""
    assert found.gap_after == pytest.approx(0, abs=1e-9)


def test_refused_and_withheld_sides_leave_their_neighbours_answered():
    D, P = np.stack([DEATHS, DEATHS * np.nan, DEATHS]), np.stack([POPULATION] * 3)
    found = cut_to_target(D, P, AGES, better_e0=[84, 84, np.nan], target_gap=2.5, ages=(40, 75))
    assert found.reason.tolist() == ["", "S07", "G01"]
    assert np.isnan(found.cut).tolist() == [False, True, True]


def test_the_gap_of_pooled_sides_is_decomposed_like_any_other():
    pooled = pool_counts(np.stack([DEATHS] * 3), np.stack([POPULATION] * 3), axis=0)
    a = life_table(pooled.deaths, pooled.population, AGES)
    assert np.abs(arriaga(a, life_table(DEATHS, POPULATION, AGES))).max() < 1e-12
