"""Pooling counts exactly and published values approximately."""

import numpy as np
from tests.unit.demography.cases import AGES, DEATHS, POPULATION, near

from gapwatch.demography.life_table import life_table
from gapwatch.demography.pooling import pool_counts, pool_published


def test_pooled_counts_give_the_life_table_of_the_zone():
    rng = np.random.Generator(np.random.PCG64(1))
    share = rng.dirichlet(np.ones(12), size=20).T.reshape(3, 4, 20)
    pooled = pool_counts(DEATHS * share, POPULATION * share, axis=(0, 1))
    assert near(
        life_table(pooled.deaths, pooled.population, AGES).e, life_table(DEATHS, POPULATION, AGES).e
    )
    by_year = pool_counts(DEATHS * share, POPULATION * share, axis=-3)
    assert by_year.deaths.shape == (4, 20)


def test_a_missing_part_makes_the_pool_missing_and_the_table_says_so():
    deaths = np.tile(DEATHS, (3, 1))
    deaths[1, 5] = np.nan
    pooled = pool_counts(deaths, np.tile(POPULATION, (3, 1)), axis=0)
    assert np.isnan(pooled.deaths).nonzero()[0].tolist() == [5]
    assert life_table(pooled.deaths, pooled.population, AGES).reason == "S07"


def test_narrow_integers_do_not_overflow_in_a_sum():
    pooled = pool_counts(
        np.full((100, 2), 200, np.uint8), np.full((100, 2), 30000, np.int16), axis=0
    )
    assert pooled.deaths.tolist() == [20000, 20000]
    assert pooled.population.tolist() == [3e6, 3e6]


def test_published_values_are_averaged_by_weight_and_labelled_as_an_approximation():
    pooled = pool_published([1, 3], [80.0, 84.0], [1.0, 2.0])
    assert near([pooled.value, pooled.se], [83, np.sqrt(1 / 16 + 9 * 4 / 16)], 1e-15)
    assert pooled.reason == ""
    assert pooled.approximate


def test_one_row_of_weights_serves_every_window_along_any_axis():
    value, se = np.array([[80.0, 84.0], [70.0, 78.0]]), np.ones((2, 2))
    assert near(pool_published([1, 3], value, se).value, [83, 76])
    assert near(pool_published([1, 3], value, se, axis=0).value, [72.5, 79.5])
    assert near(pool_published([[1, 3], [1, 1]], value, se).value, [83, 74])


def test_a_missing_value_error_or_weight_is_never_skipped_even_at_weight_zero():
    for which in range(3):
        parts = [np.array([0.0, 1.0, 1.0]), np.array([80.0, 81, 82]), np.ones(3)]
        parts[which][0] = np.nan
        pooled = pool_published(*parts)
        assert np.isnan([pooled.value, pooled.se]).all()
        assert pooled.reason == "G01"


def test_a_withheld_window_leaves_the_others_alone():
    value = np.array([[80.0, 84.0], [np.nan, 78.0]])
    pooled = pool_published([1, 1], value, np.ones((2, 2)))
    assert pooled.reason.tolist() == ["", "G01"]
    assert pooled.value[0] == 82
