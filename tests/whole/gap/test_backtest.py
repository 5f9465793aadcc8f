"""Standing at past windows: forecasts, scores, and the opponents' formulas."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.unit.gap.test_trajectory import sampling_covariance
from tests.unit.gap.trajectory_cases import END, GAP, PRIMARY, SE, START, rolling

from gapwatch.gap.trend.backtest import METHODS, backtest, score
from gapwatch.gap.trend.latent_gap import Prior
from gapwatch.gap.trend.trajectory import gls_trend

ROWS = backtest(START, END, GAP, SE)


def rows(method, standing=None):
    return [r for r in ROWS if r.method == method and standing in {None, r.standing_end}]


def test_every_later_window_is_forecast_from_every_past_one():
    assert {r.method for r in ROWS} == set(METHODS)
    for method in METHODS:
        assert [(r.standing_end, r.end) for r in rows(method)] == [
            (END[k], END[j]) for k in range(2, 7) for j in range(k + 1, 8)
        ]


def test_no_forecast_knows_the_future():
    changed = GAP.copy()
    changed[5:] += 3
    again = backtest(START, END, changed, SE)
    for before, after in zip(ROWS, again, strict=True):
        if before.standing_end < END[5]:
            assert (before.mean, before.sd, before.p_narrower) == (
                after.mean,
                after.sd,
                after.p_narrower,
            )


def test_projection_forecasts_match_conditioning_the_whole_normal():
    R = sampling_covariance(START, END, SE)
    years = np.arange(2010, 2022)
    H = np.array([[(a <= t <= a + 4) / 5 for t in years] for a in START])
    t = years - 2010.0
    known = 5
    logs, means, variances = [], [], []
    for tau in np.linspace(0, 1, 51):
        K = tau**2 * np.minimum.outer(t, t) + 0.25 * np.outer(t, t)
        S = H @ K @ H.T + R
        inverse = np.linalg.inv(S[:known, :known])
        one = np.ones(known)
        info = one @ inverse @ one
        level = one @ inverse @ GAP[:known] / info
        r = GAP[:known] - level
        b = S[known:, :known] @ inverse
        means.append(level + b @ r)
        variances.append(
            np.diag(S)[known:] - np.sum(b * S[known:, :known], axis=1) + (1 - b @ one) ** 2 / info
        )
        logs.append(
            -0.5 * (np.linalg.slogdet(S[:known, :known])[1] + np.log(info) + r @ inverse @ r)
            - 0.5 * (tau / 0.25) ** 2
        )
    w = np.exp(np.array(logs) - max(logs))
    w /= w.sum()
    m, v = np.array(means), np.array(variances)
    found = rows("projection", END[known - 1])
    np.testing.assert_allclose([f.mean for f in found], w @ m, atol=1e-8)
    sd = np.sqrt(w @ (v + (m - w @ m) ** 2))
    np.testing.assert_allclose([f.sd for f in found], sd, atol=1e-8)
    below = w @ norm.cdf((GAP[known - 1] - m) / np.sqrt(v))
    np.testing.assert_allclose([f.p_narrower for f in found], below, atol=1e-9)


def test_straight_line_and_no_change_by_their_definitions():
    R = sampling_covariance(START, END, SE)
    trend = gls_trend(START[:5], END[:5], GAP[:5], SE[:5])
    for f in rows("straight line", END[4]):
        assert f.mean == pytest.approx(trend.level + trend.slope * f.lead_years, abs=1e-9)
    for f, j in zip(rows("no change", END[4]), range(5, 8), strict=True):
        assert f.mean == GAP[4]
        assert f.sd == pytest.approx(np.sqrt(R[4, 4] + R[j, j] - 2 * R[4, j]))
        assert f.p_narrower == pytest.approx(0.5)


def test_scores_are_means_of_the_rows():
    for s in score(ROWS):
        mine = rows(s.method)
        assert s.forecasts == len(mine) == 15
        assert s.crps == pytest.approx(np.mean([f.crps for f in mine]))
        assert s.brier == pytest.approx(np.mean([(f.p_narrower - f.narrower) ** 2 for f in mine]))
        inside = [0.025 <= f.tail <= 0.975 for f in mine]
        assert s.coverage95 == pytest.approx(np.mean(inside))


def test_disjoint_windows_alone_are_the_harder_test():
    kept = score(ROWS, disjoint_only=True)
    assert all(s.forecasts == sum(not r.shares_years for r in rows(s.method)) for s in kept)
    assert {(r.standing_end, r.start) for r in ROWS if not r.shares_years} == {(2016, 2017)}


def test_projection_beats_the_straight_line_on_westminster():
    scores = {
        s.method: s for s in score(backtest(PRIMARY.start, PRIMARY.end, PRIMARY.gap, PRIMARY.se))
    }
    assert scores["projection"].crps < scores["straight line"].crps
    assert scores["projection"].forecasts == 21


def test_short_series_give_nothing_and_shocks_are_accepted():
    assert backtest(START[:3], END[:3], GAP[:3], SE[:3]) == ()
    assert score(()) == ()
    shocked = backtest(START, END, GAP, SE, prior=Prior(shock_sd={2020: 2.0}))
    assert len(shocked) == len(ROWS)
    with pytest.raises(ValueError, match="minimum"):
        backtest(START, END, GAP, SE, minimum=2)


def test_forecasts_of_the_model_are_calibrated():
    rng = np.random.default_rng(9)
    start, end = rolling(2000, 8)
    years = np.arange(2000, 2012)
    H = np.array([[(a <= t <= a + 4) / 5 for t in years] for a in start])
    tails = []
    for _ in range(250):
        tau = abs(rng.normal(0, 0.25))
        latent = 10 + rng.normal(0, 0.5) * (years - 2000) + np.cumsum(rng.normal(0, tau, 12))
        gap = H @ (latent + rng.normal(0, 1.0 * np.sqrt(5), 12))
        found = backtest(start, end, gap, np.ones(8), minimum=5)
        tails += [f.tail for f in found if f.method == "projection" and f.standing_end == end[4]]
    assert np.mean(np.abs(2 * np.array(tails) - 1) <= 0.8) == pytest.approx(0.8, abs=0.05)
