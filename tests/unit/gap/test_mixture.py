"""Normal mixtures against direct numerical work."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from gapwatch.gap.trend.mixture import mixture_cdf, mixture_crps, mixture_moments, mixture_quantile

WEIGHT = np.array([0.5, 0.3, 0.2])
MEAN = np.array([[7.0, 6.0, 9.0], [0.0, 30.0, -30.0]])
SD = np.array([[1.0, 4.0, 0.1], [0.01, 1.0, 5.0]])


def cdf(x, i):
    return float(WEIGHT @ norm.cdf(x, MEAN[i], SD[i]))


@pytest.mark.parametrize("level", [0.001, 0.025, 0.25, 0.5, 0.9, 0.975])
def test_quantiles_solve_the_cdf_even_between_far_components(level):
    found = mixture_quantile(WEIGHT, MEAN, SD, [level])[0]
    for i in range(2):
        # The density between separated components is all but 0: compare probabilities there.
        assert cdf(found[i], i) == pytest.approx(level, abs=1e-11)
    assert found[0] == pytest.approx(brentq(lambda x: cdf(x, 0) - level, -60, 60, xtol=1e-13), 1e-9)


def test_one_component_is_the_normal_distribution():
    one = np.ones(1)
    found = mixture_quantile(one, np.array([[3.0]]), np.array([[2.0]]), [0.1, 0.9])
    np.testing.assert_allclose(found[:, 0], norm.ppf([0.1, 0.9], 3, 2), atol=1e-12)


def test_moments_and_cdf_match_integration():
    mean, sd = mixture_moments(WEIGHT, MEAN, SD**2)
    density = lambda x: float(WEIGHT @ norm.pdf(x, MEAN[0], SD[0]))  # noqa: E731
    points = [6, 7, 8.8, 9, 9.2]
    first = quad(lambda x: x * density(x), -40, 60, points=points, limit=200)[0]
    second = quad(lambda x: x * x * density(x), -40, 60, points=points, limit=200)[0]
    assert mean[0] == pytest.approx(first, abs=1e-8)
    assert sd[0] == pytest.approx(np.sqrt(second - first**2), abs=1e-7)
    assert mixture_cdf(WEIGHT, MEAN[0], SD[0], 7.5) == pytest.approx(cdf(7.5, 0), abs=1e-14)


@pytest.mark.parametrize("observed", [-3.0, 7.0, 12.0])
def test_crps_is_the_integral_of_squared_cdf_error(observed):
    below = quad(lambda x: cdf(x, 0) ** 2, -60, observed, limit=400, points=[6, 9])[0]
    above = quad(lambda x: (1 - cdf(x, 0)) ** 2, observed, 70, limit=400, points=[9, 10])[0]
    found = mixture_crps(WEIGHT, MEAN[0], SD[0] ** 2, observed)
    assert found == pytest.approx(below + above, abs=1e-6)
