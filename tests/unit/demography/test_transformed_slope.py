"""The slope index on the log or logit scale, against the formula, differences and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.oracles.inequality import transformed_index, transformed_index_se

from gapwatch.demography.inequality import slope_index

PEOPLE = [7291, 7997, 6105, 7666, 5790, 6934, 5918, 5974, 7147, 7534]
RATES = [912.0, 874.5, 790.2, 801.9, 700.4, 655.0, 640.7, 602.3, 588.8, 541.6]
SHARES = [0.31, 0.29, 0.27, 0.25, 0.26, 0.21, 0.20, 0.17, 0.15, 0.13]
CASES = {"log": (RATES, [0.03 * v for v in RATES]), "logit": (SHARES, [0.012] * 10)}


@pytest.mark.parametrize("transform", CASES)
def test_both_indices_and_their_errors_are_those_of_the_formula(transform: str) -> None:
    values, ses = CASES[transform]
    found = slope_index(PEOPLE, values, ses, transform=transform)
    sii, rii = transformed_index(values, PEOPLE, transform)
    se_sii, se_rii = transformed_index_se(values, ses, PEOPLE, transform)
    assert found.sii == pytest.approx(sii, rel=1e-12)
    assert found.rii == pytest.approx(rii, rel=1e-12)
    assert found.intercept + found.sii == pytest.approx(found.intercept * found.rii, rel=1e-12)
    assert found.se == pytest.approx(se_sii, rel=1e-6)
    assert found.rii_se == pytest.approx(se_rii, rel=1e-6)
    assert found.upper - found.sii == pytest.approx(1.959963984540054 * found.se, rel=1e-12)


@pytest.mark.parametrize("transform", CASES)
def test_the_interval_is_that_of_the_reference_methods_simulation(transform: str) -> None:
    """phe_sii draws the transformed values as normal and takes quantiles of the index."""
    values, ses = np.array(CASES[transform][0]), np.array(CASES[transform][1])
    slope = 1 / values if transform == "log" else 1 / (values * (1 - values))
    centre = np.log(values) if transform == "log" else np.log(values / (1 - values))
    chance = np.random.default_rng(20261129)
    drawn = centre + slope * ses * chance.standard_normal((200_000, len(values)))
    back = np.exp(drawn) if transform == "log" else 1 / (1 + np.exp(-drawn))
    simulated = slope_index(
        np.broadcast_to(PEOPLE, back.shape), back, np.zeros_like(back), transform=transform
    ).sii
    found = slope_index(PEOPLE, values, ses, transform=transform)
    low, high = np.quantile(simulated, [0.025, 0.975])
    assert found.lower == pytest.approx(low, abs=0.04 * (high - low))
    assert found.upper == pytest.approx(high, abs=0.04 * (high - low))


def test_on_a_line_of_the_transformed_values_the_ends_are_exact() -> None:
    share = np.array(PEOPLE) / sum(PEOPLE)
    x = np.cumsum(share) - share / 2
    found = slope_index(PEOPLE, np.exp(2 - x), np.full(10, 0.1), transform="log")
    assert found.intercept == pytest.approx(math.exp(2), rel=1e-12)
    assert found.sii == pytest.approx(math.e - math.exp(2), rel=1e-12)
    logit = slope_index(PEOPLE, 1 / (1 + np.exp(2 - 4 * x)), np.full(10, 0.01), transform="logit")
    expected = 1 / (1 + math.exp(-2)) - 1 / (1 + math.exp(2))
    assert logit.sii == pytest.approx(expected, rel=1e-12)


def test_without_a_transform_nothing_changes() -> None:
    plain, named = (
        slope_index(PEOPLE, RATES, CASES["log"][1], **more) for more in ({}, {"transform": None})
    )
    assert plain.sii.tobytes() == named.sii.tobytes()
    assert plain.rii_se.tobytes() == named.rii_se.tobytes()


def test_several_sets_at_once_and_a_withheld_group() -> None:
    values = np.array([SHARES, SHARES])
    values[1, 3] = np.nan
    found = slope_index(np.tile(PEOPLE, (2, 1)), values, np.full((2, 10), 0.01), transform="logit")
    alone = slope_index(PEOPLE, SHARES, [0.01] * 10, transform="logit")
    assert found.sii[0] == alone.sii
    assert np.isnan(found.sii[1])
    assert found.reason.tolist() == ["", "G01"]


@pytest.mark.parametrize(
    ("transform", "value"), [("log", 0.0), ("log", -1.0), ("logit", 0.0), ("logit", 1.0)]
)
def test_a_value_that_has_no_transform_is_refused_by_name(transform: str, value: float) -> None:
    with pytest.raises(ValueError, match=r"value.*above 0"):
        slope_index(PEOPLE, [value, *SHARES[1:]], [0.01] * 10, transform=transform)


def test_another_transform_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"transform.*log"):
        slope_index(PEOPLE, SHARES, [0.01] * 10, transform="sqrt")  # type: ignore[arg-type]
