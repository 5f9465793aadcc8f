"""The vectorised life table and the rest against slow plain-Python oracles, to 1e-9."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import decomposition as decomposition_oracle
from tests.oracles import inequality as inequality_oracle
from tests.oracles import life_table as oracle
from tests.oracles import pooled as pooled_oracle

from gapwatch.demography.chiang import bands_of, chiang_block
from gapwatch.demography.decomposition import arriaga
from gapwatch.demography.extremes import spread
from gapwatch.demography.inequality import naive_range, slope_index
from gapwatch.demography.inverse import cut_to_target
from gapwatch.demography.life_table import life_table
from gapwatch.demography.pooling import pool_published

SEEDS = st.integers(0, 2**32 - 1)


def tables(seed, bands, count):
    """Tables of every kind: ordinary, empty bands, one death, deaths above population, tiny."""
    rng = np.random.Generator(np.random.PCG64(seed))
    first = 1 if rng.random() < 0.7 else int(rng.integers(1, 15))
    ages = (
        [0, *(first + np.cumsum([0, *rng.integers(1, 11, bands - 2)])).tolist()]
        if bands > 1
        else [0]
    )
    size = 10.0 ** rng.uniform(1.5, 6, (count, 1))
    population = np.ceil(size * rng.uniform(0.1, 2, (count, bands)))
    rate = 10.0 ** rng.uniform(-4.5, -0.9, (count, bands))
    rate[rng.random((count, bands)) < 0.01] = 0.6
    rate[:, -1] = 10.0 ** rng.uniform(-2, 0.1, count)
    deaths = rng.poisson(np.minimum(rate * population, 1e12)).astype(float)
    kind = rng.random((count, bands))
    deaths[kind < 0.08] = 0
    deaths[(kind >= 0.08) & (kind < 0.12)] = 1
    over = kind > 0.9995
    deaths[over] = population[over] + 1
    population[kind < 0.0005] = 0
    if rng.random() < 0.2:
        deaths, population = deaths / 5, population / 7
    return [int(a) for a in ages[:bands]], deaths, population


def nobody_survives(ages, D, P):
    """Whether some closed band kills everyone: ages beyond it are for exact arithmetic only."""
    n = np.diff(ages)
    a = np.where((np.array(ages[:-1]) == 0) & (n == 1), 0.1, 0.5)
    return bool((D[:-1] * n * a >= P[:-1]).any())


def agree(found, expected):
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS, bands=st.integers(2, 30))
def test_codes_flags_values_and_errors_are_those_of_the_oracle(seed, bands):
    ages, D, P = tables(seed, bands, 25)
    rng = np.random.Generator(np.random.PCG64(seed))
    D[rng.random(D.shape) < 0.001] = np.nan
    P[rng.random(P.shape) < 0.001] = -1
    table = life_table(D, P, ages)
    for row in range(len(D)):
        if nobody_survives(ages, D[row], P[row]) and table.reason[row] in ("", "S05"):
            continue
        expected = oracle.estimate(ages, D[row].tolist(), P[row].tolist())
        assert table.all_reasons[row] == " ".join(sorted(expected.refusals))
        assert (table.reason[row] == "") == (expected.value is not None)
        if expected.lower is None:
            assert np.isnan(table.e[row]).all()
            assert np.isnan(table.lower[row]).all()
            continue
        agree(table.lower[row, 0], expected.lower)
        agree(table.upper[row, 0], expected.upper)
        if expected.value is None:
            assert np.isnan(table.e[row]).all()
            continue
        assert table.flags[row] == " ".join(expected.flags)
        columns = oracle.life_table(ages, D[row].tolist(), P[row].tolist(), radix=1.0)
        for name, column in [
            ("e", columns.expectancy),
            ("se", columns.se),
            ("q", columns.prob_dying),
            ("l", columns.alive),
            ("L", columns.lived),
            ("T", columns.lived_above),
            ("m", columns.rate),
        ]:
            known = [i for i, one in enumerate(column) if one is not None]
            agree(getattr(table, name)[row, known], [column[i] for i in known])


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, bands=st.integers(2, 101))
def test_the_arithmetic_is_right_even_for_tables_that_are_refused_for_their_size(seed, bands):
    ages, D, P = tables(seed, bands, 4)
    P[P <= 0] = 1
    D[:, -1] = np.maximum(D[:, -1], 1)
    m, e, se = np.empty((3, bands, 4))
    with np.errstate(all="ignore"):
        chiang_block(D.T.copy(), P.T.copy(), bands_of(np.array(ages, float)), (m, e, se))
    for row in range(4):
        if nobody_survives(ages, D[row], P[row]):
            continue
        columns = oracle.life_table(ages, D[row].tolist(), P[row].tolist())
        known = [i for i, one in enumerate(columns.expectancy) if one is not None]
        agree(e[known, row], [columns.expectancy[i] for i in known])
        agree(se[known, row], [columns.se[i] for i in known])


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, bands=st.integers(2, 20))
def test_life_expectancy_is_that_of_exact_rational_arithmetic(seed, bands):
    ages, D, P = tables(seed, bands, 3)
    table = life_table(D, P, ages)
    for row in np.flatnonzero(table.reason == ""):
        exact = oracle.exact_life_table(ages, D[row].tolist(), P[row].tolist())
        known = [i for i, one in enumerate(exact.expectancy) if one is not None]
        agree(table.e[row, known], [float(exact.expectancy[i]) for i in known])
        agree(table.se[row, known], [exact.se[i] for i in known])


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, bands=st.integers(2, 25))
def test_the_decomposition_is_that_of_the_oracle_by_stepwise_replacement(seed, bands):
    ages, D, P = tables(seed, bands, 6)
    table = life_table(D, P, ages)
    whole = np.flatnonzero(table.reason == "")
    for i, j in pairwise(whole):
        a, b = life_table(D[i], P[i], ages), life_table(D[j], P[j], ages)
        expected = decomposition_oracle.replacement(
            ages, D[i].tolist(), P[i].tolist(), deaths_b=D[j].tolist(), population_b=P[j].tolist()
        )
        scale = max(1.0, float(max(a.e.max(), b.e.max())))
        assert np.abs(arriaga(a, b) - [float(x) for x in expected]).max() < 1e-9 * scale


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, groups=st.integers(2, 25))
def test_slope_relative_index_and_range_are_those_of_the_oracle(seed, groups):
    rng = np.random.Generator(np.random.PCG64(seed))
    w, v = rng.uniform(1, 1e4, groups), rng.normal(80, 4, groups)
    s = rng.uniform(0.01, 3, groups)
    found = slope_index(w, v, s)
    sii, intercept = inequality_oracle.exact_slope_index(v.tolist(), w.tolist())
    agree(found.sii, float(sii))
    agree(found.intercept, float(intercept))
    agree(found.rii, float(inequality_oracle.relative_index(sii, intercept)))
    agree(found.se, inequality_oracle.slope_index_se(s.tolist(), w.tolist()))
    agree(naive_range(v).absolute, inequality_oracle.naive_range(v.tolist()))


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, areas=st.integers(2, 25))
def test_the_spread_between_areas_is_paule_and_mandels(seed, areas):
    rng = np.random.Generator(np.random.PCG64(seed))
    s = rng.uniform(0.3, 2, areas)
    v = rng.normal(0, rng.choice([0.0, 0.5, 3.0]), areas) + s * rng.normal(size=areas)
    found = spread(v, s * s, np.array([areas - 1.0]))[0]
    agree(found, inequality_oracle.paule_mandel(v.tolist(), s.tolist()))


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, areas=st.integers(1, 25))
def test_pooled_published_values_are_those_of_the_oracle(seed, areas):
    rng = np.random.Generator(np.random.PCG64(seed))
    w, v, s = rng.uniform(1, 1e4, areas), rng.normal(80, 4, areas), rng.uniform(0.1, 3, areas)
    found = pool_published(w, v, s)
    agree(found.value, pooled_oracle.weighted_mean(v.tolist(), w.tolist()))
    agree(found.se, pooled_oracle.weighted_se(s.tolist(), w.tolist()))


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_the_cut_that_reaches_a_target_is_that_of_the_oracle(seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    ages, P = [0, 1, 20, 40, 60, 80], np.array([2e3, 3e4, 4e4, 4e4, 2e4, 5e3])
    D = rng.poisson(P * [5e-3, 3e-4, 1e-3, 4e-3, 2e-2, 0.12]) + 1.0
    e0 = float(life_table(D, P, ages).e[0])
    better = e0 + rng.uniform(0, 5)
    found = cut_to_target(D, P, ages, better_e0=better, target_gap=1.0, ages=(20, 80))
    expected = decomposition_oracle.uniform_cut(
        ages, D.tolist(), P.tolist(), ages=[20, 40, 60], wanted=better - 1.0
    )
    agree(found.cut, expected)
