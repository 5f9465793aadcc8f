"""Slope and relative index, ranges and the corrected range."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import inequality as oracle
from tests.unit.demography.cases import PUBLISHED, near

from gapwatch.demography.extremes import corrected_range
from gapwatch.demography.inequality import naive_range, slope_index
from gapwatch.demography.seeded import normals, uniforms

SLOPE = PUBLISHED["slope_index"]


def test_the_published_deciles_give_the_published_slope_and_relative_index():
    found = slope_index(SLOPE["population"], SLOPE["value"], [1.0] * 10)
    assert near(found.sii, SLOPE["sii"], 1e-12)
    assert near(found.rii, SLOPE["rii"], 1e-12)
    assert (found.reason, found.rii_reason) == ("", "")


def test_values_on_a_line_give_its_slope_and_end_points_without_error():
    population = np.array([1.0, 2.0, 5.0])
    x = np.array([0.5, 2.0, 5.5]) / 8
    found = slope_index(population, 70 + 6 * x, [0.0] * 3)
    assert near([found.sii, found.intercept, found.rii], [6, 70, 76 / 70], 1e-12)
    assert (found.se, found.rii_se) == (0, 0)


def test_the_analytic_intervals_are_those_of_simulation():
    rng = np.random.Generator(np.random.PCG64(3))
    value, se = np.array(SLOPE["value"]), np.linspace(0.5, 2, 10)
    found = slope_index(SLOPE["population"], value, se)
    drawn = value + se * rng.normal(size=(40_000, 10))
    many = slope_index(np.tile(SLOPE["population"], (40_000, 1)), drawn, np.tile(se, (40_000, 1)))
    assert found.se == pytest.approx(many.sii.std(), rel=0.02)
    assert found.rii_se == pytest.approx(many.rii.std(), rel=0.03)
    assert near(found.upper - found.sii, 1.959963984540054 * found.se, 1e-12)
    assert near(found.rii - found.rii_lower, 1.959963984540054 * found.rii_se, 1e-12)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_missing_group_refuses_its_set_and_no_other(which):
    sets = [np.tile(SLOPE["population"], (2, 1)).astype(float), np.tile(SLOPE["value"], (2, 1))]
    sets.append(np.ones((2, 10)))
    sets[which][1, 4] = np.nan
    found = slope_index(*sets, level=[0.9, 0.95])
    assert found.reason.tolist() == ["", "G01"]
    assert found.rii_reason.tolist() == ["", "G01"]
    for name in ("sii", "se", "intercept", "rii", "rii_se", "lower", "upper", "rii_lower"):
        values = getattr(found, name)
        assert np.isnan(values[..., 1]).all(), name
        assert np.isfinite(values[..., 0]).all(), name
    assert found.lower.shape == (2, 2)


def test_a_relative_index_without_a_base_above_zero_is_refused_alone():
    found = slope_index([1, 1], [-1.0, 1.0], [0.1, 0.1])
    assert (found.reason, found.rii_reason) == ("", "G02")
    assert near(found.sii, 4, 1e-12)
    assert np.isnan(found.rii)
    assert np.isnan(found.rii_lower)


def test_the_naive_range_says_how_wide_how_many_times_and_where():
    found = naive_range([[80, 70, 84, 70], [80, np.nan, 84, 70]])
    assert near(found.absolute, [14, np.nan])
    assert near(found.relative, [1.2, np.nan])
    assert found.lowest_at.tolist() == [1, -1]
    assert found.highest_at.tolist() == [2, -1]
    assert found.reason.tolist() == ["", "G01"]
    assert naive_range([-1, 2]).reason == "G02"


def test_eighteen_identical_areas_look_unequal_and_the_correction_covers_no_spread_at_all():
    rng = np.random.Generator(np.random.PCG64(18))
    y = 80 + rng.normal(size=(400, 18))
    found = corrected_range(y, np.ones_like(y), seed=1, draws=1_000)
    tippett = PUBLISHED["range_of_18_standard_normals"]["mean_range"]
    assert found.naive.mean() == pytest.approx(tippett, abs=0.1)
    assert (found.lower == 0).mean() >= 0.95
    assert found.range.mean() < 0.4 * tippett


def test_the_corrected_range_is_its_two_ends_apart_and_inside_the_interval():
    y = 80 + np.random.Generator(np.random.PCG64(1)).normal(0, 3, (5, 20))
    found = corrected_range(y, np.ones_like(y), seed=2)
    assert np.array_equal(found.range, found.highest - found.lowest)
    assert ((found.lower < found.range) & (found.range < found.upper)).all()
    assert found.range.mean() < found.naive.mean()


def test_without_noise_the_corrected_range_is_the_naive_one():
    y = np.array([70.0, 75.0, 83.0])
    found = corrected_range(y, np.full(3, 1e-6), seed=1)
    assert found.range == pytest.approx(13, abs=1e-5)
    assert found.upper - found.lower < 1e-4


def test_values_that_are_all_equal_have_a_spread_of_zero():
    found = corrected_range([80.0] * 5, [1.0] * 5, seed=1)
    assert (found.tau, found.range, found.lower, found.upper) == (0, 0, 0, 0)
    assert found.lowest == pytest.approx(80, abs=0.05)


def test_given_a_large_known_spread_the_range_is_that_of_the_exact_posterior():
    # With a spread far above the errors the uncertainty of tau hardly matters, and the oracle's
    # plain empirical Bayes range, integrated numerically, is the answer.
    rng = np.random.Generator(np.random.PCG64(5))
    se = np.full(12, 0.5)
    y = rng.normal(0, 20, 12) + se * rng.normal(size=12)
    found = corrected_range(y, se, seed=1)
    means, sds = oracle.shrink(y.tolist(), se.tolist(), float(found.tau) ** 2)
    assert found.range == pytest.approx(oracle.expected_range(means, sds), abs=0.02)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-100, 100), scale=st.floats(0.1, 10))
def test_the_correction_moves_and_stretches_with_the_values(seed, shift, scale):
    rng = np.random.Generator(np.random.PCG64(seed))
    y, s = rng.normal(0, 2, 9), rng.uniform(0.5, 1.5, 9)
    plain = corrected_range(y, s, seed=4, draws=400)
    moved = corrected_range(shift + scale * y, scale * s, seed=4, draws=400)
    assert moved.range == pytest.approx(scale * plain.range, abs=1e-6)
    assert moved.lowest == pytest.approx(shift + scale * plain.lowest, abs=1e-6)
    assert moved.upper == pytest.approx(scale * plain.upper, abs=1e-6)


def test_a_missing_area_refuses_the_set_because_it_may_be_the_extreme_one():
    y = np.array([[1.0, 2.0, 9.0], [1.0, np.nan, 9.0]])
    found = corrected_range(y, np.ones((2, 3)), seed=1, level=[0.8, 0.95])
    assert found.reason.tolist() == ["", "G01"]
    for name in ("naive", "range", "se", "lower", "upper", "lowest", "highest", "tau"):
        assert np.isnan(getattr(found, name)[..., 1]).all(), name
    assert (found.lower[1] <= found.lower[0])[0]


def test_the_seed_decides_everything_and_nothing_else_does():
    y, s = np.arange(6.0), np.ones(6)
    one = corrected_range(y, s, seed=11)
    np.random.default_rng(0).normal(size=10)
    again = corrected_range(np.stack([y + 1, y]), np.stack([s, s]), seed=11)
    other = corrected_range(y, s, seed=12)
    assert (one.range, one.lower) == (again.range[1], again.lower[1])
    assert one.range != other.range


def test_random_numbers_are_the_raw_bits_of_pcg64():
    expected = np.random.Generator(np.random.PCG64(9)).random(1000)
    assert np.array_equal(np.floor(uniforms(9, (1000,)) * 2.0**52), np.floor(expected * 2.0**52))
    drawn = normals(9, (200_000,))
    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.std() == pytest.approx(1, abs=0.01)
