"""Life tables with a_x as a published table prints them, against exact arithmetic by columns."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from tests.oracles.life_table import exact_with_published_a

from gapwatch.demography.decomposition import arriaga
from gapwatch.demography.life_table import life_table

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "demography_published.json").read_text("utf-8")
)["life_table"]
AGES, DEATHS, PEOPLE = (GOLDEN[name] for name in ("age_starts", "deaths", "population"))
WIDTHS = np.diff(AGES)
# Years lived by the dying, of the kind that period tables print: early in infancy, late later on.
A_X = [
    0.14,
    1.5,
    2.5,
    2.5,
    2.9,
    2.6,
    2.6,
    2.6,
    2.7,
    2.7,
    2.7,
    2.7,
    2.6,
    2.6,
    2.6,
    2.6,
    2.6,
    2.5,
    2.4,
    4.0,
]


def test_expectancy_and_error_at_every_age_are_those_of_exact_arithmetic() -> None:
    table = life_table(DEATHS, PEOPLE, AGES, a_x=A_X)
    e, variance = exact_with_published_a(AGES, DEATHS, PEOPLE, [str(a) for a in A_X])
    np.testing.assert_allclose(table.e, [float(one) for one in e], rtol=1e-13)
    np.testing.assert_allclose(table.se, [math.sqrt(one) for one in variance], rtol=1e-12)
    assert table.T[0] == pytest.approx(float(e[0]), rel=1e-13)
    assert table.L.sum() == pytest.approx(float(e[0]), rel=1e-13)


def test_each_table_may_have_its_own_in_any_number() -> None:
    rows = 5000  # more than one block
    chance = np.random.default_rng(5)
    deaths = np.tile(DEATHS, (rows, 1))
    own = np.ones((rows, len(AGES)))
    own[:, :-1] = WIDTHS * chance.uniform(0.05, 1.0, (rows, len(WIDTHS)))
    tables = life_table(deaths, np.tile(PEOPLE, (rows, 1)), AGES, a_x=own)
    for row in (0, 4095, 4096, rows - 1):
        one = life_table(DEATHS, PEOPLE, AGES, a_x=own[row])
        np.testing.assert_array_equal(tables.e[row], one.e)
        np.testing.assert_array_equal(tables.se[row], one.se)
        np.testing.assert_array_equal(tables.L[row], one.L)


def test_chiangs_own_shares_written_out_give_the_bytes_of_the_default() -> None:
    usual = np.append(np.where(WIDTHS == 1, 0.1, 0.5) * WIDTHS, 1.0)
    given, default = life_table(DEATHS, PEOPLE, AGES, a_x=usual), life_table(DEATHS, PEOPLE, AGES)
    assert given.e.tobytes() == default.e.tobytes()
    assert given.se.tobytes() == default.se.tobytes()
    assert default.e[0] == pytest.approx(GOLDEN["e0"], abs=1e-12)


def test_the_open_band_is_ignored() -> None:
    strange = [*A_X[:-1], math.nan]
    np.testing.assert_array_equal(
        life_table(DEATHS, PEOPLE, AGES, a_x=strange).e, life_table(DEATHS, PEOPLE, AGES, a_x=A_X).e
    )


def test_a_decomposition_of_such_tables_still_adds_up_to_their_difference() -> None:
    one = life_table(DEATHS, PEOPLE, AGES, a_x=A_X)
    other = life_table([d * 1.1 for d in DEATHS], PEOPLE, AGES, a_x=A_X)
    assert arriaga(one, other).sum() == pytest.approx(float(other.e[0] - one.e[0]), abs=1e-12)


@pytest.mark.parametrize(
    ("at", "value"), [(0, 0.0), (0, 1.01), (3, -1.0), (3, 5.5), (3, math.nan), (3, math.inf)]
)
def test_years_that_no_band_can_hold_are_refused_by_name(at: int, value: float) -> None:
    wrong = list(A_X)
    wrong[at] = value
    with pytest.raises(ValueError, match=r"a_x.*at most the width"):
        life_table(DEATHS, PEOPLE, AGES, a_x=wrong)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a_x.*shape"):
        life_table(DEATHS, PEOPLE, AGES, a_x=A_X[:-1])
