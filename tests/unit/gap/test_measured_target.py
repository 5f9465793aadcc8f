"""A target that is a share of a measured gap: its error is in every probability."""

from dataclasses import replace

import numpy as np
import pytest
from tests.oracles import june as oracle
from tests.unit.gap.said import said
from tests.unit.gap.trajectory_cases import END, GAP, SE, START, gap_only

from gapwatch.gap.trend.latent_gap import Limit, Prior, condition, held_against
from gapwatch.gap.trend.pace import error_beside, less_baseline, years_to_target
from gapwatch.gap.trend.power import called_on_track_rate, first_answerable
from gapwatch.gap.trend.sensitivity import sensitivity, smallest_flips
from gapwatch.gap.trend.target import Target
from gapwatch.gap.trend.trajectory import gls_trend, project
from gapwatch.gap.trend.verdict import assess
from gapwatch.gap.trend.windows import check_windows, error_covariance

WINDOWS = list(zip(START.tolist(), END.tolist(), strict=True))
FIRST = WINDOWS[0]


def measured(se: float, share: float = 0.5, **changes: float) -> Target:
    found = Target(
        gap_years=share * float(GAP[0]),
        year=2035,
        baseline_gap_years=float(GAP[0]),
        baseline_year=sum(FIRST) / 2,
        share=share,
        baseline_first=FIRST[0],
        baseline_last=FIRST[1],
        baseline_se_years=se,
    )
    return replace(found, **changes)


@pytest.mark.parametrize("lead", [0.0, 0.5])
@pytest.mark.parametrize("share", [0.5, 0.7])
@pytest.mark.parametrize("baseline", [FIRST, (2012, 2016), (2008, 2012)])
def test_the_chance_equals_that_of_the_contrast_by_hand(lead, share, baseline) -> None:
    se = np.linspace(0.9, 1.5, 8)
    found = project(START, END, GAP, se, year=2035, target=Limit(0.0, share, *baseline), lead=lead)
    by_hand = oracle.project(
        WINDOWS,
        GAP.tolist(),
        se.tolist(),
        lead=lead,
        year=2035,
        level=0.0,
        share=share,
        baseline=baseline,
    )
    got = (found.mean, found.sd, found.p_target, found.p_met_now, found.p_narrowing)
    np.testing.assert_allclose(got, by_hand, atol=1e-9)


def test_a_share_of_nothing_is_the_fixed_target() -> None:
    fixed = project(START, END, GAP, SE, year=2035, target=7.0)
    limit = project(START, END, GAP, SE, year=2035, target=Limit(7.0))
    assert (fixed.p_target, fixed.p_met_now) == (limit.p_target, limit.p_met_now)


def test_the_gap_itself_is_forecast_alike_whatever_it_is_held_against() -> None:
    fixed = project(START, END, GAP, SE, year=2035, target=7.0)
    share = project(START, END, GAP, SE, year=2035, target=Limit(0.0, 0.5, *FIRST))
    assert (fixed.mean, fixed.sd) == (share.mean, share.sd)
    np.testing.assert_array_equal(fixed.path.upper95, share.path.upper95)


def test_a_baseline_known_exactly_is_a_fixed_target() -> None:
    """With errors of next to nothing the true gap of the baseline is the one observed."""
    start, end = START, START  # single years: a window's mean is that year's gap
    se = np.full(8, 1e-6)
    share = project(start, end, GAP, se, year=2020, target=Limit(0.0, 0.5, 2010, 2010))
    fixed = project(start, end, GAP, se, year=2020, target=0.5 * float(GAP[0]))
    assert share.p_target == pytest.approx(fixed.p_target, abs=1e-4)


def test_the_chance_is_kept_as_often_as_it_says() -> None:
    """Truths drawn from the model: in each fifth of the chances said, as many gaps halve; a target
    fixed at half of the measured gap would say otherwise."""
    rng, many = np.random.default_rng(3), 20_000
    windows = check_windows(START, END, GAP, np.full(8, 1.2))
    years = np.arange(2010, 2036)
    H = np.array([[(a <= y <= b) / (b - a + 1) for y in years] for a, b in WINDOWS])
    tau = np.minimum(np.abs(rng.normal(0, 0.25, many)), 1.0)
    walk = np.cumsum(rng.normal(size=(many, len(years))) * tau[:, None], axis=1)
    # The level's prior is flat: any level, far beyond what the windows leave open.
    level = rng.uniform(-30.0, 50.0, (many, 1))
    path = level + rng.normal(0, 0.5, (many, 1)) * (years - 2010) + walk
    chol = np.linalg.cholesky(error_covariance(windows)[0])
    gap = path @ H.T + rng.normal(size=(many, 8)) @ chol.T
    halved = path[:, -1] <= 0.5 * (path @ H[0])
    at = np.array([2035])
    limit, none = Limit(0.0, 0.5, *FIRST), Limit(0.0)
    said = condition(held_against(windows, at, limit, Prior()), gap, 0.25).p_below(0.0)
    fixed = condition(held_against(windows, at, none, Prior()), gap, 0.25).p_below(0.5 * gap[:, 0])
    place = np.digitize(said, [0.2, 0.4, 0.6, 0.8])
    for fifth in range(5):
        mine = place == fifth
        error = 4 * np.sqrt(0.25 / np.sum(mine))
        assert np.mean(halved[mine]) == pytest.approx(np.mean(said[mine]), abs=error)
    brier = [float(np.mean((chance - halved) ** 2)) for chance in (said, fixed)]
    assert brier[0] < brier[1]


@pytest.mark.parametrize("se", [0.4, 1.2])
def test_the_first_row_of_the_choices_is_the_verdict(se: float) -> None:
    series = gap_only(START, END, GAP, se)
    target = measured(se)
    verdict = assess(series, target, release_year=2023)
    rows = sensitivity(series, target, release_year=2023)
    assert rows[0].p_target == verdict.p_target == verdict.projection.p_target
    assert rows[0].verdict == verdict.verdict
    assert rows[0].mean == pytest.approx(verdict.projection.mean, abs=1e-12)
    assert rows[0].sd == pytest.approx(verdict.projection.sd, abs=1e-12)


def test_leaving_the_baseline_window_out_costs_certainty_but_not_the_row() -> None:
    series = gap_only(START, END, GAP, 1.2)
    rows = {said(row): row for row in sensitivity(series, measured(1.2), release_year=2023)}
    left = rows[f"without {FIRST[0]} to {FIRST[1]}"]
    assert left.p_target is not None
    by_hand = oracle.project(
        WINDOWS[1:],
        GAP[1:].tolist(),
        [1.2] * 7,
        lead=0.0,
        year=2035,
        level=0.0,
        share=0.5,
        baseline=FIRST,
    )
    assert left.p_target == pytest.approx(by_hand.p_target, abs=1e-9)


def test_the_smallest_flip_of_the_target_flips_the_chance_just_there() -> None:
    series, target = gap_only(START, END, GAP, 0.5), measured(0.5)
    flip = next(f for f in smallest_flips(series, target) if f.what == "target")
    assert flip.change_years is not None
    beside = [flip.change_years, flip.change_years - 0.1 * np.sign(flip.change_years)]
    chances = [
        project(
            START, END, GAP, np.full(8, 0.5), year=2035, target=target.limit.moved(change)
        ).p_target
        for change in beside
    ]
    assert (chances[0] >= 0.8) != (chances[1] >= 0.8) or (chances[0] <= 0.2) != (chances[1] <= 0.2)


def test_the_power_is_of_the_contrast_too() -> None:
    """A truth that is known to halve: with errors of next to nothing every release calls it."""
    windows = check_windows(START, START, GAP, np.full(8, 1e-3))
    path = 14.0 - 1.4 * np.arange(8)
    rate = called_on_track_rate(windows, path, year=2018, target=Limit(0.0, 0.5, 2010, 2010))
    assert rate > 0.95
    assert called_on_track_rate(windows, path, year=2018, target=Limit(0.0, 0.05, 2010, 2010)) < 0.5


@pytest.mark.parametrize("se", [0.8, 1.2])
def test_when_it_can_be_answered_agrees_with_many_futures(se: float) -> None:
    """The rate one release on, by drawing windows and truths of each tau from the model."""
    windows = check_windows(START, END, GAP, np.full(8, se))
    limit = Limit(0.0, 0.5, *FIRST)
    answer = first_answerable(windows, year=2035, target=limit, release_year=2023)
    fixed = first_answerable(windows, year=2035, target=float(GAP[0]) / 2, release_year=2023)
    assert set(answer.rate_by_year) == set(fixed.rate_by_year)
    rates = list(answer.rate_by_year.values())
    assert all(0 <= rate <= 1 for rate in rates)
    assert rates[-1] > rates[0]
    assert rates != list(fixed.rate_by_year.values())


def test_the_pace_carries_the_baselines_error() -> None:
    """Newest less half the baseline: independent windows, then windows that share years."""
    apart = error_beside(1.0, 0.5, 2.0, ((2010, 2014), (2015, 2019)))
    assert apart == pytest.approx(np.sqrt(1.0 + 1.0))
    sharing = error_beside(1.0, 0.5, 2.0, ((2010, 2014), (2010, 2014)))
    assert sharing == pytest.approx(0.0, abs=1e-12)
    found = assess(gap_only(START, END, GAP, 1.2), measured(1.2), release_year=2023)
    wide = found.required_change_upper - found.required_change_lower
    # 2010-14 and 2017-21 share no year: sqrt(1.2^2 + 0.6^2) over 16 years.
    assert wide == pytest.approx(2 * 1.959963984540054 * np.hypot(1.2, 0.6) / 16, abs=1e-9)


def test_years_to_target_carry_it_by_the_covariance_of_line_and_figure() -> None:
    """Against the covariance written out: b = W y, cov(b, y_B) = W V e_B."""
    windows = check_windows(START, END, GAP, SE)
    V, _ = error_covariance(windows)
    trend = gls_trend(START, END, GAP, SE)
    X = np.column_stack([np.ones(8), windows.midpoint - windows.midpoint[-1]])
    W = np.linalg.solve(X.T @ np.linalg.solve(V, X), np.linalg.solve(V, X).T)
    joint = np.vstack([W, np.eye(8)[0]]) @ V @ np.vstack([W, np.eye(8)[0]]).T
    pick = np.array([[1.0, 0.0, -0.5], [0.0, 1.0, 0.0]])
    expected = pick @ joint @ pick.T
    found = less_baseline(trend, 0.5, float(SE[0]), float(windows.midpoint[0]))
    assert found.level_se**2 == pytest.approx(expected[0, 0], abs=1e-12)
    assert found.level_slope_covariance == pytest.approx(expected[0, 1], abs=1e-12)
    wide, narrow = years_to_target(found, 7.0), years_to_target(trend, 7.0)
    assert wide.value == narrow.value
    assert wide.lower < narrow.lower


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"years": np.nan}, "target"),
        ({"years": 0.0, "share": 1.0}, "share"),
        ({"years": 0.0, "share": 0.5, "first": 2012, "last": 2010}, "first, last"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(wrong, named) -> None:
    with pytest.raises(ValueError, match=named):
        Limit(**wrong)
