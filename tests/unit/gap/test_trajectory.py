"""Trend and projection: golden numbers, another algorithm, promised behaviour."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.unit.gap.trajectory_cases import (
    END,
    GAP,
    NORTH_SOUTH,
    PRIMARY,
    PRIMARY_TARGET,
    SE,
    START,
    WARDS,
    rolling,
)

from gapwatch.codes import COVARIANCE_WIDENED
from gapwatch.gap.trend.trajectory import gls_trend, project


def test_trend_golden():
    found = gls_trend(START, END, GAP, SE)
    assert found.slope == pytest.approx(-0.40909090909090895, abs=1e-10)
    assert found.se == pytest.approx(0.2288310214189421, abs=1e-10)
    assert found.p == pytest.approx(0.07381758495900209, abs=1e-10)
    assert found.z == pytest.approx(found.slope / found.se)
    assert found.upper > 0 > found.lower


@pytest.mark.parametrize(
    ("se", "expected"),
    [
        (1.2, (6.007056618649838, 4.318288019617846, 0.5918135618442978, 0.9368317720530277)),
        (0.5, (4.934664306994108, 2.250997232536283, 0.8305595536525645, 0.9979738771244329)),
    ],
)
def test_projection_golden(se, expected):
    found = project(START, END, GAP, np.full(8, se), year=2035, target=7)
    got = (found.mean, found.sd, found.p_target, found.p_narrowing)
    np.testing.assert_allclose(got, expected, atol=1e-9)


def test_the_shared_series_are_the_published_gaps_of_westminster():
    """Gap and standard error that the issue of the spine gives, to 1e-4."""
    assert len(WARDS) == 20
    for series, first, last in (
        (PRIMARY, (14.0956, 2.3514), (8.9178, 1.8250)),
        (NORTH_SOUTH, (5.3078, 0.5961), (2.9959, 0.5547)),
    ):
        assert (series.start[3], series.end[-1]) == (2005, 2014)
        assert (series.gap[3], series.se[3]) == pytest.approx(first, abs=5e-5)
        assert (series.gap[-1], series.se[-1]) == pytest.approx(last, abs=5e-5)


def test_published_figures_of_westminster():
    primary = gls_trend(PRIMARY.start, PRIMARY.end, PRIMARY.gap, PRIMARY.se)
    assert (round(primary.slope, 4), round(primary.se, 4)) == (-0.1051, 0.2593)
    assert round(primary.p, 3) == 0.685
    south = gls_trend(NORTH_SOUTH.start, NORTH_SOUTH.end, NORTH_SOUTH.gap, NORTH_SOUTH.se)
    assert (round(south.slope, 4), round(south.se, 4)) == (-0.1665, 0.0882)
    assert round(south.p, 3) == 0.059
    assert PRIMARY.gap.max() - PRIMARY.gap[-1] == pytest.approx(5.2, abs=0.05)


def test_projection_of_westminster():
    found = project(
        PRIMARY.start,
        PRIMARY.end,
        PRIMARY.gap,
        PRIMARY.se,
        year=2035,
        target=PRIMARY_TARGET.gap_years,
    )
    got = [round(v, 4) for v in (found.mean, found.sd, found.p_target, found.p_narrowing)]
    assert got == [7.5256, 6.7122, 0.4716, 0.6321]


def information_form(start, end, gap, R, year, target):
    """The same model solved another way: the annual gaps as unknowns, their joint precision summed
    from increments and data, evidence from its determinant. Nothing is shared with the package."""
    years = np.arange(min(start), year + 1)
    size = len(years)
    H = np.array(
        [[(a <= t <= b) / (b - a + 1) for t in years] for a, b in zip(start, end, strict=True)]
    )
    H = np.column_stack([H, np.zeros(len(H))])
    rows = []
    for tau in np.linspace(0, 1, 51):
        step = max(tau, 1e-4)
        D = np.zeros((size - 1, size + 1))
        for t in range(size - 1):
            D[t, t], D[t, t + 1], D[t, size] = -1, 1, -1
        Q = D.T @ D / step**2
        Q[size, size] += 1 / 0.5**2
        Q += H.T @ np.linalg.solve(R, H)
        b = H.T @ np.linalg.solve(R, gap)
        x = np.linalg.solve(Q, b)
        cov = np.linalg.inv(Q)
        evidence = (
            -0.5 * ((size - 1) * np.log(step**2) + np.linalg.slogdet(Q)[1] - b @ x)
            - 0.5 * (tau / 0.25) ** 2
        )
        rows.append((evidence, *(v for i in (size - 1, size, 0) for v in (x[i], cov[i, i]))))
    e, m, v, sm, sv, m0, v0 = np.array(rows).T
    w = np.exp(e - e.max())
    w /= w.sum()
    mean, first = w @ m, w @ m0
    return {
        "mean": mean,
        "sd": np.sqrt(w @ (v + (m - mean) ** 2)),
        "p_target": w @ norm.cdf(target, m, np.sqrt(v)),
        "p_narrowing": w @ norm.cdf(0, sm, np.sqrt(sv)),
        "first": (first, np.sqrt(w @ (v0 + (m0 - first) ** 2))),
    }


def sampling_covariance(start, end, se):
    size = len(start)
    R = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            shared = len(set(range(start[i], end[i] + 1)) & set(range(start[j], end[j] + 1)))
            R[i, j] = (
                se[i] * se[j] * shared / np.sqrt((end[i] - start[i] + 1) * (end[j] - start[j] + 1))
            )
    return R


@pytest.mark.parametrize(
    ("start", "end", "se"),
    [
        (START, END, np.linspace(0.4, 2.0, 8)),
        (
            [2004, 2006, 2012, 2015, 2013, 2018, 2017, 2021],
            [2008, 2010, 2014, 2015, 2017, 2018, 2021, 2021],
            SE,
        ),
        ([2001, 2002, 2014], [2005, 2006, 2014], [0.5, 0.6, 2.0]),
    ],
)
def test_another_algorithm_gives_the_same_projection(start, end, se):
    gap = GAP[: len(start)]
    oracle = information_form(start, end, gap, sampling_covariance(start, end, se), 2035, 7.0)
    found = project(start, end, gap, se, year=2035, target=7.0)
    for name in ("mean", "sd", "p_target", "p_narrowing"):
        assert getattr(found, name) == pytest.approx(oracle[name], abs=2e-6)
    assert (found.path.mean[0], found.path.sd[0]) == pytest.approx(oracle["first"], abs=2e-6)


def test_path_bands_are_nested_and_end_at_the_projection():
    found = project(START, END, GAP, SE, year=2035, target=7)
    path = found.path
    assert path.year.tolist() == list(range(2010, 2036))
    assert (path.mean[-1], path.sd[-1]) == (found.mean, found.sd)
    bands = [
        path.lower95,
        path.lower80,
        path.lower50,
        path.mean,
        path.upper50,
        path.upper80,
        path.upper95,
    ]
    assert np.all(np.diff(np.array(bands), axis=0) > 0)
    assert np.all(np.diff(path.sd[-14:]) > 0)


@pytest.mark.parametrize("shift", [-1000, 3000])
def test_the_origin_of_time_and_the_level_do_not_matter(shift):
    base = project(START, END, GAP, SE, year=2035, target=7)
    moved = project(START + shift, END + shift, GAP + 50, SE, year=2035 + shift, target=57)
    assert moved.mean - 50 == pytest.approx(base.mean, abs=1e-8)
    assert moved.p_target == pytest.approx(base.p_target, abs=1e-10)
    assert gls_trend(START + shift, END + shift, GAP + 50, SE).p == pytest.approx(
        gls_trend(START, END, GAP, SE).p, abs=1e-10
    )


def test_a_flat_series_has_no_direction():
    found = project(START, END, np.full(8, 9.0), SE, year=2035, target=9)
    assert found.p_narrowing == pytest.approx(0.5, abs=1e-12)
    assert found.p_target == pytest.approx(0.5, abs=1e-12)
    assert gls_trend(START, END, np.full(8, 9.0), SE).p == pytest.approx(1.0)


def test_a_pandemic_bump_is_not_read_as_change_when_shocks_are_allowed():
    start, end = rolling(2010, 8)
    bump = np.array([((s <= 2020) & (e >= 2020)) * 0.8 for s, e in zip(start, end, strict=True)])
    gap, se = 12.0 + bump, np.full(8, 0.4)
    plain = gls_trend(start, end, gap, se)
    allowed = gls_trend(start, end, gap, se, shock_sd={2020: 4.0, 2021: 4.0})
    assert abs(allowed.slope) < 0.3 * abs(plain.slope)
    naive = project(start, end, gap, se, year=2035, target=6)
    shocked = project(start, end, gap, se, year=2035, target=6, shock_sd={2020: 4.0, 2021: 4.0})
    assert abs(shocked.mean - 12) < abs(naive.mean - 12)
    assert gls_trend(start, end, gap, se, shock_sd={}).slope == plain.slope


def test_repeating_windows_are_said_and_do_not_explode():
    start = np.array([2010, 2011, 2012, 2010, 2013, 2014, 2015, 2013, 2011])
    end = np.array([2010, 2011, 2012, 2012, 2013, 2014, 2015, 2015, 2015])
    se = np.where(end - start == 0, 2.0, np.where(end - start == 2, 1.2, 0.9))
    order = np.lexsort((start, end))
    gap = 12 + 0.1 * np.arange(9)
    found = gls_trend(start[order], end[order], gap[order], se[order])
    assert found.covariance_code == COVARIANCE_WIDENED
    assert abs(found.slope) < 1
    assert (
        "repeat"
        in project(
            start[order], end[order], gap[order], se[order], year=2035, target=6
        ).covariance_code
    )


def test_exact_observations_do_not_break_the_algebra():
    start, end = rolling(2010, 6, width=1)
    found = project(start, end, 12.0 - np.arange(6), np.full(6, 1e-7), year=2020, target=6)
    assert np.isfinite([found.mean, found.sd, found.p_target, found.p_narrowing]).all()
    assert np.isfinite(found.path.lower95).all()
    np.testing.assert_allclose(found.path.mean[:6], 12.0 - np.arange(6), atol=1e-4)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"year": 2020, "target": 7}, r"year: .*newest window's end \(2021\), found 2020"),
        ({"year": 2035.5, "target": 7}, "year: expected a whole year"),
        ({"year": 2035, "target": np.nan}, "target: expected finite"),
        ({"year": 2035, "target": 7, "tau_scale": 0}, "tau_scale: expected"),
        ({"year": 2035, "target": 7, "slope_sd_years_per_year": -1}, "slope_sd: expected"),
    ],
)
def test_a_senseless_projection_is_refused(extra, message):
    with pytest.raises(ValueError, match=message):
        project(START, END, GAP, SE, **extra)


def test_two_windows_make_no_trend():
    with pytest.raises(ValueError, match="3 or more windows, found 2"):
        gls_trend(START[:2], END[:2], GAP[:2], SE[:2])
    with pytest.raises(ValueError, match="3 or more windows, found 2"):
        project(START[:2], END[:2], GAP[:2], SE[:2], year=2035, target=7)


def test_one_midpoint_makes_no_trend():
    with pytest.raises(ValueError, match="different midpoints"):
        gls_trend([2010, 2009, 2008], [2010, 2011, 2012], GAP[:3], SE[:3])
