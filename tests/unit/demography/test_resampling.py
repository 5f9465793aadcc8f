"""Intervals of a decomposition by cause and of the change of a gap."""

import numpy as np
import pytest
from scipy.stats import binom
from tests.unit.demography.cases import AGES, DEATHS, MALE_AGES, MALE_RATES, POPULATION

from gapwatch.demography.decomposition import arriaga_by_cause, gap_change
from gapwatch.demography.draws import draw_part, draw_table, per_share
from gapwatch.demography.life_table import life_table
from gapwatch.demography.resampling import (
    arriaga_by_cause_interval,
    arriaga_interval,
    gap_change_interval,
)

PARTS = ("se", "lower", "upper", "total_se", "total_lower", "total_upper")
SHARES = np.array([0.5, 0.3, 0.2])[:, np.newaxis]
P = np.round(MALE_AGES * 400_000)
CAUSES_A = np.round(MALE_RATES * 1.4 * P * SHARES)
CAUSES_B = np.round(MALE_RATES * P * SHARES[::-1])
PERIODS_WORSE = np.round(MALE_RATES * P * np.array([[1.6], [1.4]]))
PERIODS_BETTER = np.round(MALE_RATES * P * np.array([[1.1], [1.0]]))
PP = np.stack([P, P])
# A small design for simulations: four bands, two causes, rates a year.
FEW_AGES = [0, 40, 65, 80]
FEW_RATES = np.array([0.001, 0.006, 0.025, 0.12])
FEW_PEOPLE = np.array([60_000, 35_000, 16_000, 5_000.0])
# Tables in one call share their uniforms, so that the error of few draws would not average out over
# runs: each block of runs has a seed of its own.
BLOCKS, RUNS = 30, 20


def by_cause(a=CAUSES_A, b=CAUSES_B, people=P, ages=AGES, seed=1, **named):
    return arriaga_by_cause_interval(a, people, b, people, ages, seed=seed, **named)


def change(worse=PERIODS_WORSE, better=PERIODS_BETTER, people=PP, ages=AGES, seed=1, **named):
    return gap_change_interval(worse, people, better, people, ages, seed=seed, **named)


def holds(found, contribution, total):
    inside = (found.lower <= contribution) & (contribution <= found.upper)
    return inside, (found.total_lower <= total) & (total <= found.total_upper)


@pytest.mark.parametrize("function", [by_cause, change])
def test_the_seed_alone_decides_and_neighbours_change_nothing(function):
    first, again, other = (function(seed=seed, draws=300) for seed in (7, 7, 8))
    for one, same, different in zip(first, again, other, strict=True):
        for name in PARTS:
            assert np.array_equal(getattr(one, name), getattr(same, name))
        assert not np.array_equal(one.se, different.se)


def test_many_tables_and_levels_at_once_are_each_as_alone_and_a_refused_one_has_its_reason():
    a, b = np.stack([CAUSES_A, CAUSES_B]), np.stack([CAUSES_B, CAUSES_B * np.nan])
    found = by_cause(a, b, PP, draws=200, level=[0.5, 0.9, 0.95])
    alone = by_cause(draws=200, level=0.9)
    for many, one in zip(found, alone, strict=True):
        assert np.array_equal(many.lower[1, 0], one.lower)
        assert np.array_equal(many.total_upper[1, 0], one.total_upper)
        assert np.array_equal(many.se[0], one.se)
        assert many.reason.tolist() == ["", "S07"]
        assert np.isnan(many.se[1]).all()
        assert np.isnan(many.total_lower[:, 1]).all()
    assert found.by_cause.upper.shape == (3, 2, 3, 20)
    assert found.by_cause.total_se.shape == (2, 3)

    worse = np.stack([PERIODS_WORSE, PERIODS_WORSE * [[np.nan], [1]]], axis=1)
    better = np.stack([PERIODS_BETTER, PERIODS_BETTER], axis=1)
    many, one = change(worse, better, np.stack([PP, PP], axis=1), draws=200), change(draws=200)
    for several, single in zip(many, one, strict=True):
        assert np.array_equal(several.upper[0], single.upper)
        assert several.reason.tolist() == ["", "S07"]
        assert np.isnan(several.total_se[1])


def test_contributions_are_the_point_estimates_and_lie_in_their_intervals():
    causes, total = by_cause()
    point = arriaga_by_cause(CAUSES_A, P, CAUSES_B, P, AGES)
    assert np.array_equal(causes.contribution, point.contribution)
    assert np.array_equal(causes.total, point.by_cause)
    assert total.contribution == pytest.approx(point.by_age, abs=1e-12)
    tables = [life_table(D, P, AGES) for D in (*PERIODS_WORSE, *PERIODS_BETTER)]
    parts = change()
    split = gap_change(*tables)
    assert np.array_equal(parts.worse_side.contribution, split.worse_side)
    assert np.array_equal(parts.better_side.contribution, split.better_side)
    assert parts.both_sides.total == split.total
    for found in (causes, total, *parts):
        inside, whole = holds(found, found.contribution, found.total)
        assert inside.all()
        assert whole.all()


def test_all_causes_are_drawn_as_without_causes():
    plain = arriaga_interval(CAUSES_A.sum(0), P, CAUSES_B.sum(0), P, AGES, seed=1)
    single = by_cause(CAUSES_A.sum(0)[None], CAUSES_B.sum(0)[None])
    for name in PARTS:
        assert np.array_equal(getattr(by_cause().all_causes, name), getattr(plain, name))
        one = getattr(single.by_cause, name)[0]
        assert one == pytest.approx(getattr(plain, name), abs=2e-9)


def test_the_sides_of_a_change_are_independent_and_each_a_decomposition_over_time():
    worse, better, both = change(draws=4_000)
    over_time = arriaga_interval(
        PERIODS_WORSE[0], P, PERIODS_WORSE[1], P, AGES, seed=1, draws=4_000
    )
    assert np.array_equal(worse.lower, -over_time.upper)
    assert np.array_equal(worse.total_se, over_time.total_se)
    assert both.total_se == pytest.approx(np.hypot(worse.total_se, better.total_se), rel=0.04)
    tables = [life_table(D, P, AGES) for D in (*PERIODS_WORSE, *PERIODS_BETTER)]
    analytic = np.sqrt(sum(t.se[0] ** 2 for t in tables))
    assert both.total_se == pytest.approx(analytic, rel=0.04)


def test_the_deaths_and_years_of_causes_sum_to_all_in_every_draw():
    rng = np.random.Generator(np.random.PCG64(2))
    D, capped = CAUSES_A.copy(), P.copy()
    D[:, 3], D[2, 5], D[:2, 9] = 0, 0, 0
    D[:, 12], capped[12] = [400, 0, 350], 1500  # everyone dies
    whole, split = [], []
    for deaths, people in ((D, capped), (CAUSES_B, P)):
        table = life_table(deaths.sum(0), people, AGES)
        drawn = draw_table(deaths.sum(0), table, (), rng.random((20, 200)))
        rest, took = drawn.deaths, []
        for c in range(3):
            of_rest = deaths[c] / np.maximum(deaths[c:].sum(0), 1)
            took.append(draw_part(rest, of_rest, rng.random((200, 20))))
            rest = rest - took[-1]
        assert (rest == 0).all()
        assert (np.stack(took)[deaths[:, np.newaxis] * np.ones((200, 1)) == 0] == 0).all()
        whole.append((table, drawn))
        split.append(np.stack(took) / np.maximum(drawn.deaths, 1))
    (table, a), (_, b) = whole
    from_a, from_b = per_share(a, b, table.bands)
    years = from_a * split[0] - from_b * split[1]
    assert years.sum(axis=(0, 2)) == pytest.approx(b.e[:, 0] - a.e[:, 0], abs=1e-9)


def test_parts_are_binomial_by_exact_inversion():
    rng = np.random.Generator(np.random.PCG64(3))
    n = rng.integers(0, 5_000, (2_000, 8)).astype(float)
    n[:100] = rng.integers(0, 3, (100, 8))
    p = np.array([0, 1e-6, 1e-3, 0.03, 0.5, 0.9, 1 - 1e-9, 1])
    u = rng.random((2_000, 8))
    u[:3] = [[2.0**-53], [0.5], [1 - 2.0**-53]]
    assert np.array_equal(draw_part(n, p, u), np.maximum(binom.ppf(u, n, p), 0))


def assert_covered(blocks):
    for what in zip(*blocks, strict=True):
        coverage = np.concatenate(what).mean(axis=0)
        assert np.abs(coverage - 0.95).max() < 0.03, coverage


@pytest.mark.long
def test_intervals_by_cause_cover_the_truth_in_95_of_100_runs():
    rng = np.random.Generator(np.random.PCG64(11))
    shares = np.array([[0.6, 0.3], [0.4, 0.7]])
    rates = [FEW_RATES * k * s[:, np.newaxis] for k, s in zip((1.3, 1.0), shares, strict=True)]
    many = np.full(4, 1e9)
    truth = arriaga_by_cause(rates[0] * 1e9, many, rates[1] * 1e9, many, FEW_AGES)
    people, blocks = np.tile(FEW_PEOPLE, (RUNS, 1)), []
    for seed in range(BLOCKS):
        a, b = (rng.poisson(np.tile(r * FEW_PEOPLE, (RUNS, 1, 1))) for r in rates)
        causes, total = by_cause(a, b, people, FEW_AGES, seed=seed, draws=400)
        found = holds(causes, truth.contribution, truth.by_cause)
        blocks.append([*found, *holds(total, truth.by_age, truth.contribution.sum())])
    assert_covered(blocks)


@pytest.mark.long
def test_intervals_of_a_change_cover_the_truth_in_95_of_100_runs():
    rng = np.random.Generator(np.random.PCG64(12))
    rates = np.array([[[1.5], [1.35]], [[1.0], [0.95]]]) * FEW_RATES
    truth = gap_change(*(life_table(m * 1e9, [1e9] * 4, FEW_AGES) for m in np.vstack(rates)))
    people, blocks = np.tile(FEW_PEOPLE, (2, RUNS, 1)), []
    for seed in range(BLOCKS):
        worse, better = (rng.poisson(m[:, np.newaxis] * people) for m in rates)
        found = change(worse, better, people, FEW_AGES, seed=seed, draws=400)
        parts = zip(found, (truth.worse_side, truth.better_side, truth.by_age), strict=True)
        blocks.append([x for one, part in parts for x in holds(one, part, part.sum())])
    assert_covered(blocks)


def test_four_times_the_population_halves_the_width():
    small, large = by_cause(), by_cause(CAUSES_A * 4, CAUSES_B * 4, P * 4)
    pairs = [*zip(small, large, strict=True)]
    pairs += zip(change(), change(PERIODS_WORSE * 4, PERIODS_BETTER * 4, PP * 4), strict=True)
    for one, four in pairs:
        ratio = (four.total_upper - four.total_lower) / (one.total_upper - one.total_lower)
        assert ratio == pytest.approx(np.full_like(ratio, 0.5), abs=0.03)
        assert np.median(four.se / one.se) == pytest.approx(0.5, abs=0.02)


def test_equal_sides_and_equal_periods_give_intervals_that_hold_zero():
    same = np.stack([PERIODS_WORSE[0]] * 2)
    for found in (*by_cause(CAUSES_A, CAUSES_A), *change(same, same)):
        assert (found.contribution == 0).all()
        inside, whole = holds(found, 0, 0)
        assert inside.all()
        assert whole.all()


def test_a_cause_without_deaths_has_no_error():
    none = np.vstack([CAUSES_A, np.zeros((1, 20))]), np.vstack([CAUSES_B, np.zeros((1, 20))])
    found = by_cause(*none, draws=200).by_cause
    assert (found.se[3] == 0).all()
    assert found.total_upper[3] == 0
    assert np.array_equal(found.lower[:3], by_cause(draws=200).by_cause.lower)


@pytest.mark.parametrize(
    ("argument", "named"),
    [("seed", {"seed": s}) for s in (-1, 1.5, "1", None, True)]
    + [("draws", {"draws": d}) for d in (99, 1e4, True)]
    + [("level", {"level": x}) for x in (0, 1, 95, "0.95", [[0.9]], None)]
    + [("age_starts", {"ages": AGES[::-1]}), ("age_starts", {"ages": AGES[:-1]})],
)
def test_bad_arguments_are_refused_by_name(argument, named):
    for function in (by_cause, change):
        with pytest.raises(ValueError, match=rf"^{argument}: expected .*; found "):
            function(**named)


@pytest.mark.parametrize("wrong", ["shape", "negative", "infinite", "text"])
def test_bad_counts_are_refused_by_name(wrong):
    def bad(good):
        worse = {"shape": good[..., :-1], "negative": -good - 1, "infinite": good * np.inf}
        return worse.get(wrong, good.astype(str))

    cases = [
        (arriaga_by_cause_interval, "a", "b", (CAUSES_A, P, CAUSES_B, P)),
        (gap_change_interval, "worse", "better", (PERIODS_WORSE, PP, PERIODS_BETTER, PP)),
    ]
    for function, one, other, counts in cases:
        names = [f"{what}_{side}" for side in (one, other) for what in ("deaths", "population")]
        for i, name in enumerate(names):
            changed = [bad(D) if i == j else D for j, D in enumerate(counts)]
            # Which of two unequal shapes is the wrong one, only the caller knows.
            match = "(deaths|population)_" if wrong == "shape" else name
            with pytest.raises(ValueError, match=rf"^{match}.*: expected "):
                function(*changed, AGES, seed=1)


def test_a_change_needs_two_periods():
    three = np.stack([DEATHS] * 3), np.stack([POPULATION] * 3)
    for counts in (three, (DEATHS, POPULATION)):
        with pytest.raises(ValueError, match=r"^deaths_worse: expected axes"):
            gap_change_interval(*counts, *counts, AGES, seed=1)
