"""The reference implementations against the golden numbers of the method statement, and by hand."""

import math
from fractions import Fraction

import pytest

from tests.oracles import decomposition, inequality, life_table, pooled, trajectory

# --- M1, M2: life table ---------------------------------------------------------------------

AGES = [0, 1, *range(5, 95, 5)]
POPULATION = [
    7060,
    35059,
    46974,
    48489,
    43219,
    38561,
    46009,
    57208,
    61435,
    55601,
    50209,
    56416,
    46411,
    39820,
    37978,
    37039,
    33288,
    23306,
    11936,
    11936,
]
DEATHS = [
    17,
    9,
    4,
    8,
    20,
    15,
    24,
    33,
    50,
    71,
    100,
    163,
    263,
    304,
    536,
    872,
    1390,
    1605,
    1936,
    1937,
]
GOLDEN_E0, GOLDEN_SE0 = 80.16960813194841, 0.14638910729202587
GOLDEN_E90, GOLDEN_SE90 = 6.162106350025813, 0.1400117162090444


def exactly(value):
    return pytest.approx(value, rel=1e-12, abs=0)


def closely(value):
    return pytest.approx(value, rel=1e-8, abs=0)


def changed(counts, index, value):
    return [value if i == index else v for i, v in enumerate(counts)]


def test_life_table_golden():
    table = life_table.life_table(AGES, DEATHS, POPULATION)
    assert table.expectancy[0] == exactly(GOLDEN_E0)
    assert table.se[0] == exactly(GOLDEN_SE0)
    assert table.expectancy[-1] == exactly(GOLDEN_E90)
    assert table.se[-1] == exactly(GOLDEN_SE90)


def test_exact_life_table_golden():
    table = life_table.exact_life_table(AGES, DEATHS, POPULATION)
    assert float(table.expectancy[0]) == exactly(GOLDEN_E0)
    assert table.se[0] == exactly(GOLDEN_SE0)
    assert table.expectancy[-1] == Fraction(11936, 1937)
    assert table.variance[-1] == Fraction(11936**2, 1937**3)
    assert table.se[-1] == exactly(GOLDEN_SE90)


@pytest.mark.parametrize("top", [85, 90, 95])
def test_both_routes_agree_at_every_age(top):
    ages = [0, 1, *range(5, top + 1, 5)]
    population = [1000 + 37 * i for i in range(len(ages))]
    deaths = [0 if i == 2 else 3 + i * i for i in range(len(ages))]
    columns = life_table.life_table(ages, deaths, population)
    exact = life_table.exact_life_table(ages, deaths, population)
    assert columns.expectancy == [exactly(float(v)) for v in exact.expectancy]
    assert columns.se == [exactly(v) for v in exact.se]


def test_two_band_table_by_hand():
    # One infant band: M = 1/10, a = 1/10, q = (1/10) / (1 + 9/100) = 10/109. Open: e = 20/2 = 10.
    exact = life_table.exact_life_table([0, 1], [10, 2], [100, 20])
    q = Fraction(10, 109)
    assert exact.prob_dying[0] == q
    assert exact.expectancy == [(1 - q) + q / 10 + (1 - q) * 10, 10]
    var_open = Fraction(400, 8)
    var_q = q**2 * (1 - q) / 10
    assert exact.variance[0] == (1 - q) ** 2 * var_open + var_q * (Fraction(9, 10) + 10) ** 2


def test_infant_fraction_needs_a_one_year_band():
    assert life_table.lived_fraction(0, 1) == Fraction(1, 10)
    assert life_table.lived_fraction(0, 5) == Fraction(1, 2)
    assert life_table.lived_fraction(1, 1) == Fraction(1, 2)


def test_certain_death_in_a_closed_band():
    # n = 5, a = 1/2: q is 1 from D = P / 2.5 upwards, and nobody reaches the ages beyond.
    assert life_table.prob_dying(5, 0.5, 39, 100) < 1
    assert life_table.prob_dying(5, 0.5, 40, 100) == exactly(1.0)
    assert life_table.prob_dying(5, 0.5, 41, 100) == 1
    columns = life_table.life_table([0, 5, 10], [2, 80, 5], [100, 100, 50])
    exact = life_table.exact_life_table([0, 5, 10], [2, 80, 5], [100, 100, 50])
    assert columns.expectancy[1:] == [2.5, None]
    assert exact.expectancy[1:] == [Fraction(5, 2), None]
    assert columns.variance[1:] == exact.variance[1:] == [0, None]
    assert columns.se[0] == exactly(exact.se[0])


def test_band_without_deaths_adds_no_variance():
    some = life_table.exact_life_table([0, 5, 10], [0, 0, 5], [100, 100, 50])
    assert some.expectancy == [20, 15, 10]
    assert some.variance == [20, 20, 20]


def test_interval_is_normal_with_the_exact_quantile():
    table = life_table.life_table(AGES, DEATHS, POPULATION)
    half = 1.959963984540054 * GOLDEN_SE0
    assert table.lower[0] == exactly(GOLDEN_E0 - half)
    assert table.upper[0] == exactly(GOLDEN_E0 + half)


@pytest.mark.parametrize(
    ("deaths", "population", "codes"),
    [
        (DEATHS, POPULATION, []),
        ([1] * 20, [249] * 20, ["S01"]),
        ([1] * 20, [250] * 20, []),
        (changed(DEATHS, 4, 0), changed(POPULATION, 4, 0), ["S02"]),
        (changed(DEATHS, 4, 43219), POPULATION, []),
        (changed(DEATHS, 4, 43220), POPULATION, ["S03"]),
        (changed(DEATHS, 19, 0), POPULATION, ["S04"]),
        (changed(DEATHS, 4, -1), POPULATION, ["S06"]),
        (changed(DEATHS, 4, 0), changed(POPULATION, 4, -1), ["S02", "S03", "S06"]),
        (changed(DEATHS, 4, None), POPULATION, ["S07"]),
        (DEATHS, changed(POPULATION, 4, math.nan), ["S07"]),
        (DEATHS[:-1], POPULATION, ["S07"]),
    ],
)
def test_refusals_decided_by_the_counts(deaths, population, codes):
    assert life_table.count_refusals(AGES, deaths, population) == codes


def test_missing_band_against_the_expected_set():
    fewer = [v for i, v in enumerate(AGES) if i != 7]
    deaths, population = DEATHS[:-1], POPULATION[:-1]
    assert not life_table.s07_bands_missing(fewer, deaths, population)
    assert life_table.s07_bands_missing(fewer, deaths, population, expected=AGES)
    assert life_table.s07_bands_missing([1, 5], [1, 2], [10, 20])


def test_withheld_values_are_null_and_s05_keeps_the_interval():
    kept = life_table.estimate(AGES, DEATHS, POPULATION)
    assert kept.value == exactly(GOLDEN_E0)
    assert (kept.refusals, kept.flags) == ([], [])
    refused = life_table.estimate(AGES, changed(DEATHS, 19, 0), POPULATION)
    assert refused == (None, None, None, ["S04"], [])
    # One death at 90+ among 400, light mortality before: e90 = 400 with SE 400.
    wide = life_table.estimate(AGES, [5] * 19 + [1], [400] * 20)
    assert wide.value is None
    assert wide.refusals == ["S05"]
    assert wide.flags == ["Q01", "Q03"]
    assert wide.upper - wide.lower > 20


def test_quality_flags_at_their_limits():
    assert life_table.q01_few_deaths_in_open_band([5, 9])
    assert not life_table.q01_few_deaths_in_open_band([5, 10])
    assert life_table.q02_zero_death_band([0, 10])
    assert not life_table.q02_zero_death_band([1, 10])
    assert life_table.q03_wide_interval(70.0, 74.5)
    assert not life_table.q03_wide_interval(70.0, 74.0)
    assert not life_table.s05_interval_too_wide(70.0, 90.0)


# --- M6: decomposition ----------------------------------------------------------------------

BETTER = [max(1, round(d * (0.5 + 0.02 * i))) for i, d in enumerate(DEATHS)]


def test_arriaga_equals_stepwise_replacement_and_sums_to_the_gap():
    side_b = {"deaths_b": BETTER, "population_b": POPULATION}
    parts = decomposition.arriaga(AGES, DEATHS, POPULATION, **side_b)
    exact = decomposition.replacement(AGES, DEATHS, POPULATION, **side_b)
    worse = life_table.exact_life_table(AGES, DEATHS, POPULATION).expectancy[0]
    better = life_table.exact_life_table(AGES, BETTER, POPULATION).expectancy[0]
    assert sum(exact) == better - worse
    assert parts == [pytest.approx(float(v), rel=1e-9, abs=1e-12) for v in exact]
    assert math.fsum(parts) == pytest.approx(float(better - worse), abs=1e-9)


def test_decomposition_by_hand():
    # Equal mortality in the closed band; e5 is 10 against 20: all of the gap is the open band.
    parts = decomposition.replacement(
        [0, 5], [10, 5], [475, 50], deaths_b=[10, 5], population_b=[475, 100]
    )
    q = Fraction(50, 500)
    assert life_table.exact_prob_dying(0, 5, 10, 475) == q
    assert parts == [0, (1 - q) * 10]


def test_decomposition_is_antisymmetric():
    forward = decomposition.replacement(
        AGES, DEATHS, POPULATION, deaths_b=BETTER, population_b=POPULATION
    )
    backward = decomposition.replacement(
        AGES, BETTER, POPULATION, deaths_b=DEATHS, population_b=POPULATION
    )
    assert forward == [-v for v in backward]


def test_uniform_cut_finds_the_cut_that_was_made():
    ages = [50, 55, 60, 65]
    kept = [d * Fraction(3, 4) if x in ages else d for x, d in zip(AGES, DEATHS, strict=True)]
    wanted = life_table.exact_life_table(AGES, kept, POPULATION).expectancy[0]
    cut = decomposition.uniform_cut(AGES, DEATHS, POPULATION, ages=ages, wanted=wanted)
    assert cut == pytest.approx(0.25, abs=1e-12)
    assert decomposition.uniform_cut(AGES, DEATHS, POPULATION, ages=ages, wanted=80) == 0
    assert decomposition.uniform_cut(AGES, DEATHS, POPULATION, ages=ages, wanted=95) is None


# --- M3: inequality -------------------------------------------------------------------------

DECILE_POPULATION = [7291, 7997, 6105, 7666, 5790, 6934, 5918, 5974, 7147, 7534]
DECILE_VALUES = [
    75.9334590103081,
    78.3442382727843,
    83.8360631041654,
    83.6375399664931,
    80.4655031529559,
    81.1156759857022,
    81.6930835718562,
    84.1900062060987,
    80.5955641081472,
    86.2894349578624,
]


def test_slope_index_golden():
    sii, intercept = inequality.slope_index(DECILE_VALUES, DECILE_POPULATION)
    assert sii == exactly(6.934616473668819)
    assert inequality.relative_index(sii, intercept) == exactly(1.0888180804446217)


def test_slope_index_golden_in_exact_arithmetic():
    sii, intercept = inequality.exact_slope_index(DECILE_VALUES, DECILE_POPULATION)
    assert float(sii) == exactly(6.934616473668819)
    assert float(inequality.relative_index(sii, intercept)) == exactly(1.0888180804446217)


def test_slope_index_se_by_hand():
    # Two equal areas: x = 1/4 and 3/4, so SII = 2 (y2 - y1).
    assert inequality.slope_index([70, 75], [10, 10]) == (10, 67.5)
    assert inequality.slope_index_se([0.3, 0.4], [10, 10]) == exactly(1.0)


def test_slope_index_se_against_the_closed_form():
    x = inequality.midpoints(DECILE_POPULATION)
    total = sum(DECILE_POPULATION)
    centre = math.fsum(p * v for p, v in zip(DECILE_POPULATION, x, strict=True)) / total
    scatter = math.fsum(p * (v - centre) ** 2 for p, v in zip(DECILE_POPULATION, x, strict=True))
    ses = [0.5 + 0.1 * i for i in range(10)]
    terms = [
        (p * (v - centre) / scatter * s) ** 2
        for p, v, s in zip(DECILE_POPULATION, x, ses, strict=True)
    ]
    assert centre == exactly(0.5)
    assert inequality.slope_index_se(ses, DECILE_POPULATION) == exactly(math.sqrt(sum(terms)))


def test_range_of_identical_areas_is_noise():
    assert round(inequality.expected_range([80.0] * 18, [1.0] * 18), 2) == 3.64
    assert inequality.naive_range([80.0, 77.5, 83.0]) == 5.5


def test_range_of_two_areas_by_hand():
    # The range of two is |difference|: half-normal with variance 2.
    assert inequality.expected_range([0, 0], [1, 1]) == closely(2 / math.sqrt(math.pi))
    half = math.sqrt(2) * inequality.NORMAL.inv_cdf(0.975)
    assert inequality.range_quantile(0.95, [0, 0], [1, 1]) == pytest.approx(half, abs=1e-7)


def test_spread_with_equal_errors_has_a_closed_form():
    # With equal se, Paule-Mandel and REML are both s^2 - se^2, or 0.
    values, ses = [70.0, 74.0, 78.0, 82.0], [1.5] * 4
    expected = 80 / 3 - 1.5**2
    assert inequality.paule_mandel(values, ses) == exactly(expected)
    assert inequality.reml(values, ses) == pytest.approx(expected, rel=1e-6)
    assert inequality.paule_mandel([70.0, 70.5], [2.0, 2.0]) == 0
    assert inequality.reml([70.0, 70.5], [2.0, 2.0]) == 0
    means, sds = inequality.shrink(values, ses, expected)
    kept = expected / (80 / 3)
    assert means == [exactly(76 + kept * (v - 76)) for v in values]
    assert sds == [exactly(1.5 * math.sqrt(kept))] * 4


# --- M3: pooled zones -----------------------------------------------------------------------


def test_pooled_by_hand():
    z = 1.959963984540054
    value, se = pooled.pooled_value(
        [70, 80], [70 - 3 * z, 80 - 4 * z], [70 + 3 * z, 80 + 4 * z], [300, 100]
    )
    assert value == exactly(72.5)
    assert se == exactly(math.sqrt((0.75 * 3) ** 2 + 1.0))
    assert pooled.difference((70.0, 3.0), (80.0, 4.0)) == (10.0, 5.0)
    assert pooled.pooled_counts([[1, 2], [10, 20], [100, 200]]) == [111, 222]


# --- M4: trend and projection ---------------------------------------------------------------

WINDOWS = [(first, first + 4) for first in range(2010, 2018)]
GAPS = [14.0, 13.6, 13.1, 12.9, 12.2, 11.8, 11.5, 11.1]


def test_trend_golden():
    trend = trajectory.gls_trend(WINDOWS, GAPS, [1.2] * 8)
    assert trend.slope == closely(-0.40909090909090895)
    assert trend.se == closely(0.2288310214189421)
    assert trend.p == closely(0.07381758495900209)


@pytest.mark.parametrize(
    ("se", "golden"),
    [
        (1.2, (6.007056618649838, 4.318288019617846, 0.5918135618442978, 0.9368317720530277)),
        (0.5, (4.934664306994108, 2.250997232536283, 0.8305595536525645, 0.9979738771244329)),
    ],
)
def test_projection_golden(se, golden):
    found = trajectory.project(WINDOWS, GAPS, [se] * 8, target=7, target_year=2035)
    assert (found.mean, found.sd, found.p_target, found.p_narrowing) == closely(golden)


def test_overlap_covariance_by_hand():
    covariance = trajectory.sampling_covariance(
        [(2010, 2014), (2013, 2017), (2014, 2014)], [1, 2, 3]
    )
    assert covariance[0] == [exactly(1), exactly(2 * 2 / 5), exactly(3 / math.sqrt(5))]
    assert covariance[1][2] == exactly(2 * 3 / math.sqrt(5))
    assert covariance[2][2] == exactly(9)


def test_trend_of_windows_apart_is_weighted_least_squares():
    # Three separate years, equal SE s: slope (y3 - y1) / 2 with SE s / sqrt(2).
    trend = trajectory.gls_trend([(2001, 2001), (2002, 2002), (2003, 2003)], [5, 9, 4], [2] * 3)
    assert trend.slope == exactly(-0.5)
    assert trend.se == exactly(math.sqrt(2))
    assert trend.intercept == exactly(6 + 0.5 * 2002)


@pytest.mark.parametrize("tau", [0.0, 0.3])
def test_two_single_years_by_hand(tau):
    # z = y2 - y1 = slope + innovation + e2 - e1; what follows is one-variable regression on z.
    se, z = 1.5, -2.0
    found = trajectory.condition(
        [(2001, 2001), (2002, 2002)], [10.0, 10.0 + z], [se, se], years=[2001, 2002, 2004], tau=tau
    )
    variance = 0.25 + tau**2 + 2 * se**2
    assert found.log_likelihood == exactly(-(math.log(variance) + z**2 / variance) / 2)
    assert found.slope_mean == exactly(0.25 / variance * z)
    assert found.slope_sd == exactly(math.sqrt(0.25 - 0.25**2 / variance))
    # Gap of 2004 minus y1 = 3 slope + three innovations - e1.
    cross = 3 * 0.25 + tau**2 + se**2
    own = 9 * 0.25 + 3 * tau**2 + se**2
    assert found.means[2] == exactly(10 + cross / variance * z)
    assert found.sds[2] == exactly(math.sqrt(own - cross**2 / variance))
    # Gap of 2001 minus y1 = -e1.
    assert found.means[0] == exactly(10 + se**2 / variance * z)


def test_the_flat_level_does_not_care_which_window_comes_first():
    ses = [0.8 + 0.1 * i for i in range(8)]
    years = [2010, 2021, 2035]
    forward = trajectory.condition(WINDOWS, GAPS, ses, years=years, tau=0.2)
    backward = trajectory.condition(WINDOWS[::-1], GAPS[::-1], ses[::-1], years=years, tau=0.2)
    assert forward.means == closely(backward.means)
    assert forward.sds == closely(backward.sds)
    assert forward.slope_mean == closely(backward.slope_mean)
    raised = trajectory.condition(WINDOWS, [g + 50 for g in GAPS], ses, years=years, tau=0.2)
    assert raised.means == closely([m + 50 for m in forward.means])
    assert raised.log_likelihood == closely(forward.log_likelihood)


def test_restricted_likelihood_is_that_of_the_contrasts():
    # Two taus, three unequal windows: the difference of log-likelihoods by the formula
    # -(log|S| + log(1'S^-1 1) + y'Py) / 2 equals that of the contrasts, constants cancelling.
    windows, gaps, ses = (
        [(2001, 2003), (2002, 2004), (2005, 2005)],
        [9.0, 8.0, 8.5],
        [1.0, 0.7, 1.3],
    )

    def formula(tau):
        system = trajectory.shocks(windows, ses, 2005, tau)
        rows = [trajectory.window_row(system, i) for i in range(3)]
        s = trajectory.covariances(rows, system, rows)
        solved, log_determinant = trajectory.eliminate(s, [[1.0, y] for y in gaps])
        one, by_y = [row[0] for row in solved], [row[1] for row in solved]
        level = math.fsum(by_y) / math.fsum(one)
        quadratic = trajectory.dot(gaps, by_y) - level * math.fsum(by_y)
        return -(log_determinant + math.log(math.fsum(one)) + quadratic) / 2

    def contrasts(tau):
        return trajectory.condition(windows, gaps, ses, years=[2005], tau=tau).log_likelihood

    assert contrasts(0.6) - contrasts(0.1) == closely(formula(0.6) - formula(0.1))


def test_bands_hold_their_probability():
    found = trajectory.project(WINDOWS, GAPS, [1.2] * 8, target=7, target_year=2035)
    last = found.path[-1]
    assert last.year == 2035
    assert [year.year for year in found.path] == list(range(2010, 2036))
    parts = [
        trajectory.condition(WINDOWS, GAPS, [1.2] * 8, years=[2035], tau=t) for t in found.taus
    ]
    means, sds = [p.means[0] for p in parts], [p.sds[0] for p in parts]
    for level, (low, high) in last.bands.items():
        inside = trajectory.mixture_cdf(high, found.weights, means, sds)
        inside -= trajectory.mixture_cdf(low, found.weights, means, sds)
        assert inside == closely(level / 100)
