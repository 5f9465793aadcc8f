"""What can't be read exactly is refused by a ValueError that names argument, expected and found."""

import numpy as np
import pytest
from tests.unit.demography.cases import AGES, DEATHS, POPULATION

from gapwatch.demography.decomposition import arriaga, arriaga_by_cause, gap_change
from gapwatch.demography.extremes import corrected_range
from gapwatch.demography.inequality import naive_range, slope_index
from gapwatch.demography.inverse import cut_to_target
from gapwatch.demography.life_table import life_table
from gapwatch.demography.pooling import pool_counts, pool_published
from gapwatch.demography.resampling import arriaga_interval


def refuses(argument, call, *args, **named):
    with pytest.raises(ValueError, match=rf"^{argument}.*: expected .*; found ") as caught:
        call(*args, **named)
    return str(caught.value)


BAD_COUNTS = {
    "text": ["a"] * 20,
    "text that looks like numbers": [str(x) for x in range(20)],
    "bytes": [b"1"] * 20,
    "truth values": [True] * 20,
    "complex numbers": [1j] * 20,
    "None": [None] * 20,
    "dates": np.array(["2020-01-01"] * 20, dtype="datetime64[D]"),
    "infinity": np.where(np.arange(20) == 3, np.inf, DEATHS),
    "minus infinity": np.where(np.arange(20) == 3, -np.inf, DEATHS),
    "infinity beside a missing band": [np.nan, np.inf, *DEATHS[2:]],
    "whole numbers beyond float64": [2**53 + 2] * 20,
    "whole numbers beyond int64": [2**70] * 20,
    "a ragged list": [[1, 2], [3]],
    "one band too few": DEATHS[:-1],
    "a column": DEATHS[:, None],
    "a single number": 5.0,
    "an empty array": np.empty((0, 20)),
    "nothing": [],
}


@pytest.mark.parametrize("name", BAD_COUNTS)
def test_life_table_refuses_counts_that_are(name):
    bad = BAD_COUNTS[name]
    refuses("deaths|population", life_table, bad, POPULATION, AGES)
    refuses("deaths|population", life_table, DEATHS, bad, AGES)


def test_both_counts_empty_is_refused():
    refuses("deaths", life_table, np.empty((0, 20)), np.empty((0, 20)), AGES)


BAD_AGES = {
    "unsorted": [0, 5, 1, *AGES[3:]],
    "descending": AGES[::-1],
    "duplicate": [0, 1, 1, *AGES[3:]],
    "not from 0": [1, *range(2, 21)],
    "negative": [-1, *AGES[1:]],
    "missing one": AGES[:-1],
    "one too many": [*AGES, 95],
    "NaN": [0, np.nan, *AGES[2:]],
    "infinite": [*AGES[:-1], np.inf],
    "text": ["0-1"] * 20,
    "a table": [AGES],
    "empty": [],
    "a number": 20,
}


@pytest.mark.parametrize("name", BAD_AGES)
def test_life_table_refuses_ages_that_are(name):
    refuses("age_starts", life_table, DEATHS, POPULATION, BAD_AGES[name])


def test_a_single_band_is_no_life_table():
    refuses("age_starts", life_table, [10], [10000], [0])


@pytest.mark.parametrize(
    "level", [0, 1, -0.5, 95, np.nan, "0.95", [], [[0.9]], [0.9, 1.0], None, True]
)
def test_levels_outside_zero_and_one_are_refused_everywhere(level):
    y, s = [1.0, 2.0], [0.1, 0.1]
    refuses("level", life_table, DEATHS, POPULATION, AGES, level=level)
    refuses("level", slope_index, [1, 1], y, s, level=level)
    refuses("level", corrected_range, y, s, seed=1, level=level)
    counts = (DEATHS, POPULATION, DEATHS, POPULATION)
    refuses("level", arriaga_interval, *counts, AGES, seed=1, level=level)


def test_the_pandemic_mark_must_be_a_truth_value_for_each_table():
    refuses("pandemic_year", life_table, DEATHS, POPULATION, AGES, pandemic_year=2020)
    marks = [True, False]
    refuses("pandemic_year", life_table, DEATHS, POPULATION, AGES, pandemic_year=marks)


@pytest.mark.parametrize(
    "bad", [["a", "b"], [np.inf, 1], [1, 2, 3], [], 1.0, [[1, 2]], [1 + 1j, 2]]
)
def test_values_and_errors_of_groups_are_refused(bad):
    good = [1.0, 2.0]
    any_of = "population|value|se|weights"
    refuses(any_of, slope_index, bad, good, good)
    refuses(any_of, slope_index, good, bad, good)
    refuses(any_of, slope_index, good, good, bad)
    refuses(any_of, pool_published, bad, good, good)
    refuses(any_of, pool_published, good, bad, good)
    refuses(any_of, corrected_range, bad, good, seed=1)
    refuses(any_of, corrected_range, good, bad, seed=1)


def test_numbers_out_of_their_domain_are_refused():
    y = [1.0, 2.0]
    refuses("se", slope_index, y, y, [-1, 1])
    refuses("population", slope_index, [0, 1], y, y)
    refuses("population", slope_index, [-1, 1], y, y)
    refuses("value", slope_index, [1], [1], [1])
    refuses("value", naive_range, [1])
    refuses("value", corrected_range, [1], [1], seed=1)
    refuses("se", corrected_range, y, [0, 1], seed=1)
    refuses("weights", pool_published, [-1, 2], y, y)
    refuses("weights", pool_published, [0, 0], y, y)
    refuses("axis", pool_published, y, y, y, axis=1)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True, np.nan])
def test_seeds_that_are_not_whole_numbers_are_refused(seed):
    refuses("seed", corrected_range, [1, 2], [1, 1], seed=seed)
    counts = (DEATHS, POPULATION, DEATHS, POPULATION)
    refuses("seed", arriaga_interval, *counts, AGES, seed=seed)


@pytest.mark.parametrize("draws", [0, 99, 1e4, True])
def test_draws_that_are_too_few_or_not_whole_are_refused(draws):
    refuses("draws", corrected_range, [1, 2], [1, 1], seed=1, draws=draws)
    counts = (DEATHS, POPULATION, DEATHS, POPULATION)
    refuses("draws", arriaga_interval, *counts, AGES, seed=1, draws=draws)


def test_pooling_refuses_what_a_sum_would_hide():
    D, P = np.tile(DEATHS, (3, 1)), np.tile(POPULATION, (3, 1))
    negative = D.copy()
    negative[1, 2] = -1
    refuses("deaths", pool_counts, negative, P, axis=0)
    refuses("population", pool_counts, D, -P, axis=0)
    refuses("population", pool_counts, D, P[:2], axis=0)
    refuses("deaths", pool_counts, np.full((3, 20), 2.0**52.9), P, axis=0)
    for axis in (1, -1, 2, 0.5, (0, 0), True):
        refuses("axis", pool_counts, D, P, axis=axis)


def test_tables_with_other_age_bands_are_refused():
    a = life_table(DEATHS, POPULATION, AGES)
    shorter = life_table(DEATHS[:-1], POPULATION[:-1], AGES[:-1])
    shifted = life_table(DEATHS, POPULATION, [*AGES[:-1], 95])
    many = life_table([DEATHS] * 2, [POPULATION] * 2, AGES)
    more = life_table([DEATHS] * 3, [POPULATION] * 3, AGES)
    refuses("b", arriaga, a, shorter)
    refuses("b", arriaga, a, shifted)
    refuses("b", arriaga, many, more)
    refuses("better_before", gap_change, a, a, shifted, a)


def test_decomposition_refuses_counts_that_do_not_fit():
    causes = np.stack([DEATHS, DEATHS])
    refuses("deaths_a", arriaga_by_cause, DEATHS, POPULATION, DEATHS, POPULATION, AGES)
    refuses("deaths_b", arriaga_by_cause, causes, POPULATION, causes[:1], POPULATION, AGES)
    refuses("population_b", arriaga_by_cause, causes, POPULATION, causes, causes, AGES)
    refuses("deaths_a", arriaga_by_cause, -causes, POPULATION, causes, POPULATION, AGES)
    refuses("deaths_b", arriaga_interval, DEATHS, POPULATION, causes, causes, AGES, seed=1)
    refuses("age_starts", arriaga_interval, *[DEATHS, POPULATION] * 2, AGES[::-1], seed=1)


@pytest.mark.parametrize(
    "ages", [(3, 75), (0, 76), (75, 0), (0, 0), (None, 75), (0,), 5, ("a", "b")]
)
def test_ages_of_a_cut_must_be_starts_of_bands(ages):
    named = {"better_e0": 85.0, "target_gap": 1.0, "ages": ages}
    refuses("ages", cut_to_target, DEATHS, POPULATION, AGES, **named)


def test_the_inverse_refuses_numbers_out_of_their_domain():
    good = {"better_e0": 85.0, "target_gap": 1.0, "ages": (0, 75), "years": 1}
    for name, bad in [
        ("better_e0", np.inf),
        ("better_e0", [85.0, 86.0]),
        ("better_e0", "85"),
        ("target_gap", np.nan),
        ("target_gap", "7"),
        ("years", 0),
        ("years", -1),
        ("years", np.nan),
    ]:
        refuses(name, cut_to_target, DEATHS, POPULATION, AGES, **(good | {name: bad}))
