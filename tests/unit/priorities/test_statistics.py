"""The statistics of two sides against slow oracles and published figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import priorities as oracle

from gapwatch.demography.correlation import false_discovery, first_axis, pearson, reliability
from gapwatch.demography.proportions import newcombe, wilson
from gapwatch.demography.rates import poisson_limits, rate_difference, rate_ratio
from gapwatch.demography.splits import split_share

COUNTS = st.integers(0, 400)


def test_newcombe_gives_the_limits_of_his_paper() -> None:
    # Newcombe 1998, table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 0/10 - 0/20, 10/10 - 0/10.
    for counts, lower, upper in (
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ):
        found = newcombe(*counts)
        assert float(found.lower) == pytest.approx(lower, abs=5e-5)
        assert float(found.upper) == pytest.approx(upper, abs=5e-5)


@given(x1=COUNTS, more1=COUNTS, x2=COUNTS, more2=COUNTS)
@settings(max_examples=200, deadline=None)
def test_newcombe_agrees_with_the_oracle(x1: int, more1: int, x2: int, more2: int) -> None:
    n1, n2 = max(x1 + more1, 1), max(x2 + more2, 1)
    found, wanted = newcombe(x1, n1, x2, n2), oracle.newcombe(x1, n1, x2, n2)
    assert [float(part) for part in found] == pytest.approx(wanted, abs=1e-9)


def test_wilsons_limits_touch_none_and_all_exactly() -> None:
    assert float(wilson(0, 30).lower) == 0.0
    assert float(wilson(30, 30).upper) == 1.0


@pytest.mark.parametrize("events", [0, 1, 2, 5, 9])
def test_limits_of_few_events_are_garwoods(events: int) -> None:
    found, wanted = poisson_limits(events), oracle.garwood(events)
    assert (float(found.lower), float(found.upper)) == pytest.approx(wanted, abs=1e-8)


def test_byars_limits_are_those_of_breslow_and_day() -> None:
    # Breslow and Day 1987, page 70: 15 deaths, limits 8.39 and 24.74.
    found = poisson_limits(15)
    assert float(found.lower) == pytest.approx(8.39, abs=0.005)
    assert float(found.upper) == pytest.approx(24.74, abs=0.005)


@given(
    x1=st.integers(0, 90), x2=st.integers(1, 90), e1=st.integers(1, 5000), e2=st.integers(1, 5000)
)
@settings(max_examples=25, deadline=None)
def test_ratios_agree_with_the_oracle(x1: int, x2: int, e1: int, e2: int) -> None:
    score = [float(part) for part in rate_ratio(x1, e1, x2, e2)]
    assert score == pytest.approx(oracle.score_ratio(x1, e1, x2, e2), rel=1e-8, abs=1e-12)
    exact = [float(part) for part in rate_ratio(x1, e1, x2, e2, method="exact")]
    assert exact == pytest.approx(oracle.exact_ratio(x1, e1, x2, e2), rel=1e-6, abs=1e-9)
    assert exact[1] <= exact[0] <= exact[2]
    assert score[1] <= score[0] <= score[2]


def test_there_is_no_ratio_to_a_side_without_events() -> None:
    assert all(math.isnan(float(part)) for part in rate_ratio(3, 100, 0, 100))


def test_a_difference_of_rates_turns_its_sign_with_its_sides() -> None:
    one, other = rate_difference(30, 1000, 50, 900), rate_difference(50, 900, 30, 1000)
    assert float(one.value) == pytest.approx(-float(other.value))
    assert float(one.lower) == pytest.approx(-float(other.upper))


@pytest.mark.parametrize("seed", range(4))
def test_split_shares_agree_with_the_oracle(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n = draw.integers(50, 500, (3, 9)).astype(float)
    x = np.rint(n * draw.uniform(0, 1, (3, 9)))
    side = np.zeros(9, dtype=bool)
    side[draw.choice(9, 4, replace=False)] = True
    found = split_share(x, n, side, seed=1)
    assert (found.splits, found.exact) == (126, True)
    wanted = [oracle.split_share(a, b, np.flatnonzero(side)) for a, b in zip(x, n, strict=True)]
    assert found.share.tolist() == pytest.approx(wanted, abs=1e-12)


def test_areas_that_are_all_alike_differ_as_much_in_every_split() -> None:
    same = np.full((1, 8), 7.0)
    side = np.arange(8) < 4
    assert split_share(same, same * 10, side, seed=1).share[0] == 1.0


def test_more_splits_than_all_of_twenty_areas_are_sampled_and_said_to_be() -> None:
    x = np.zeros((1, 24))
    x[0, :12] = 1.0
    found = split_share(x, np.ones((1, 24)), np.arange(24) < 12, seed=7, draws=5000)
    assert not found.exact
    assert found.splits == 5000
    # Only the split itself and its mirror differ as much: 2 of 2,704,156.
    assert found.share[0] == pytest.approx(1 / 5001)
    again = split_share(x, np.ones((1, 24)), np.arange(24) < 12, seed=7, draws=5000)
    assert again.share[0] == found.share[0]


def test_a_sampled_share_is_near_the_share_of_all_splits() -> None:
    draw = np.random.default_rng(3)
    n = draw.integers(50, 500, (1, 22)).astype(float)
    x = n * draw.uniform(0.1, 0.3, (1, 22))
    side = np.arange(22) < 3
    every = split_share(x, n, side, seed=1)
    assert every.exact
    big = split_share(
        np.hstack([x, x]), np.hstack([n, n]), np.arange(44) < 14, seed=1, draws=20_000
    )
    other = split_share(
        np.hstack([x, x]), np.hstack([n, n]), np.arange(44) < 14, seed=2, draws=20_000
    )
    assert abs(big.share[0] - other.share[0]) < 0.02


def test_pearson_agrees_with_the_oracle_and_with_a_table() -> None:
    draw = np.random.default_rng(5)
    x, y = draw.normal(size=20), draw.normal(size=20)
    found = pearson(x, y)
    assert found.r == pytest.approx(oracle.pearson(x.tolist(), y.tolist()), abs=1e-12)
    # Two-sided 5% of 20 areas lies at r = .4438 in every table of critical values.
    wave = np.where(np.arange(20) % 2 == 0, 1.0, -1.0)
    rest = np.repeat([1.0, -1.0], 10)
    made = pearson(wave, 0.4438 * wave + math.sqrt(1 - 0.4438**2) * rest)
    assert made.r == pytest.approx(0.4438, abs=1e-9)
    assert made.p == pytest.approx(0.05, abs=1e-4)
    half = 1.959963984540054 / math.sqrt(17)
    assert made.lower == pytest.approx(math.tanh(math.atanh(0.4438) - half), abs=1e-9)


def test_a_full_correlation_has_no_width() -> None:
    found = pearson([1.0, 2, 3, 4], [2.0, 4, 6, 8])
    assert (found.r, found.lower, found.upper, found.p) == (1.0, 1.0, 1.0, 0.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_false_discovery_agrees_with_the_oracle(p: list[float]) -> None:
    assert false_discovery(p).tolist() == pytest.approx(oracle.false_discovery(p), abs=1e-12)


def test_reliability_is_the_share_of_variance_that_is_not_error() -> None:
    assert reliability([70.0, 74, 78, 82], [2.0, 2, 2, 2]) == pytest.approx(1 - 4 / (80 / 3))
    assert reliability([70.0, 70.1, 70.2], [5.0, 5, 5]) == 0.0


def test_one_axis_is_all_of_copies_and_a_half_of_two_that_do_not_go_together() -> None:
    x = np.arange(6.0)
    assert first_axis([x, 2 * x + 1, -x]) == pytest.approx(1.0)
    assert first_axis([[1.0, -1, 1, -1], [1.0, 1, -1, -1]]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: wilson(3, 0), "n: expected a total above 0"),
        (lambda: wilson(-1, 10), "x: expected a count of at least 0"),
        (lambda: wilson(11, 10), "x: expected a count of at most n"),
        (lambda: rate_ratio(3, 0, 1, 10), "exposure1: expected an exposure above 0"),
        (lambda: poisson_limits(-1), "events: expected at least 0"),
        (lambda: pearson([1.0, 1, 1, 1], [1.0, 2, 3, 4]), "values that differ"),
        (lambda: pearson([1.0, 2, 3], [1.0, 2, 3]), "4 areas or more"),
        (lambda: false_discovery([1.2]), "probabilities"),
        (lambda: split_share([[1.0, 2]], [[1.0, 0]], [True, False], seed=1), "above 0"),
        (lambda: split_share([[1.0, 2]], [[1.0, 1]], [True, True], seed=1), "both sides"),
    ],
)
def test_what_has_no_meaning_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]
