"""TOPALS smoothing of small areas."""

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.unit.demography.cases import AGES, MALE_AGES, MALE_RATES

from gapwatch.demography.life_table import life_table
from gapwatch.demography.smoothing import linear_splines, topals

POPULATION = MALE_AGES * 25_000


def draw(seed, factor=1.2, count=None):
    rng = np.random.Generator(np.random.PCG64(seed))
    shape = (20,) if count is None else (count, 20)
    return rng.poisson(MALE_RATES * factor * POPULATION, shape).astype(float)


def test_an_area_that_is_a_multiple_of_the_standard_gets_that_multiple_back():
    found = topals(MALE_RATES * 1.3 * POPULATION, POPULATION, AGES, MALE_RATES)
    assert np.allclose(found.alpha, np.log(1.3), atol=1e-9)
    assert np.allclose(found.m, MALE_RATES * 1.3, rtol=1e-9)
    direct = life_table(MALE_RATES * 1.3 * POPULATION, POPULATION, AGES)
    assert np.allclose(found.e, direct.e, rtol=1e-9)


def test_the_fit_is_the_maximum_of_the_penalised_likelihood():
    D = draw(1)
    found = topals(D, POPULATION, AGES, MALE_RATES, penalty=2.0)
    at = np.append((np.array(AGES[:-1]) + AGES[1:]) / 2, AGES[-1])
    B = linear_splines(at, found.knots)

    def loss(alpha):
        eta = np.log(MALE_RATES) + B @ alpha
        return -(D * eta - POPULATION * np.exp(eta)).sum() + 2.0 * (np.diff(alpha) ** 2).sum()

    best = minimize(loss, np.zeros(B.shape[1]), method="BFGS", options={"gtol": 1e-8})
    assert loss(found.alpha) <= best.fun + 1e-9
    assert np.allclose(found.alpha, best.x, atol=1e-4)


def test_splines_are_one_at_their_knot_and_sum_to_one_everywhere():
    knots = np.array([0.0, 1, 10, 90])
    assert np.array_equal(linear_splines(knots, knots), np.eye(4))
    assert np.allclose(linear_splines(np.linspace(0, 120, 50), knots).sum(axis=1), 1)


def test_empty_bands_and_an_empty_open_band_are_what_it_is_for():
    D, P = draw(2), POPULATION.copy()
    D[3], P[3], D[-1] = 0, 0, 0
    assert life_table(D, P, AGES).all_reasons == "S02 S04"
    found = topals(D, P, AGES, MALE_RATES)
    assert found.reason == ""
    assert np.isfinite(found.e).all()
    assert 0.3 < found.se[0] < 2


def test_refusals_are_per_table_and_leave_the_others_alone():
    D = np.stack([draw(3)] * 6)
    P = np.stack([POPULATION] * 6)
    D[1] = 0
    D[2, 4] = np.nan
    D[3, 4] = -1
    D[4, 4] = P[4, 4] + 1
    P[5] = MALE_AGES * 4000
    D[5] = np.minimum(D[5], P[5])
    found = topals(D, P, AGES, MALE_RATES, level=[0.8, 0.95])
    assert found.reason.tolist() == ["", "T01", "S07", "S06", "S03", "S01"]
    assert np.isnan(found.e[1:]).all()
    assert np.isnan(found.upper[:, 1:]).all()
    alone = topals(D[0], P[0], AGES, MALE_RATES)
    assert np.allclose(found.e[0], alone.e, rtol=1e-12)
    assert found.lower.shape == (2, 6, 20)


def test_the_delta_method_error_is_that_of_a_parametric_bootstrap():
    D = draw(4, count=1500)
    found = topals(D, np.broadcast_to(POPULATION, D.shape), AGES, MALE_RATES)
    assert (found.reason == "").all()
    assert found.se[:, 0].mean() == pytest.approx(found.e[:, 0].std(), rel=0.06)
    truth = life_table(MALE_RATES * 1.2 * 1e6, np.full(20, 1e6), AGES).e[0]
    assert found.e[:, 0].mean() == pytest.approx(truth, abs=0.1)
    covered = (found.lower[:, 0] < truth) & (truth < found.upper[:, 0])
    assert 0.93 < covered.mean() < 0.97


def test_a_heavier_penalty_pulls_the_area_towards_a_parallel_of_the_standard():
    D = draw(5) * np.linspace(0.5, 1.5, 20)
    light, heavy = (topals(D, POPULATION, AGES, MALE_RATES, penalty=k) for k in (0.1, 1e6))
    assert np.ptp(heavy.alpha) < 0.01 < np.ptp(light.alpha)
    assert heavy.alpha.mean() == pytest.approx(
        np.log(D.sum() / (MALE_RATES * POPULATION).sum()), abs=1e-3
    )


def test_the_knots_follow_the_bands_and_may_be_chosen():
    assert topals(draw(6), POPULATION, AGES, MALE_RATES).knots.tolist() == [
        0,
        1,
        10,
        20,
        40,
        70,
        90,
    ]
    chosen = topals(draw(6), POPULATION, AGES, MALE_RATES, knots=[0, 50, 90])
    assert chosen.alpha.shape == (3,)
