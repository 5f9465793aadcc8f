"""Deaths above the better-off side's rates, from SMRs and from counts by age."""

from __future__ import annotations

import numpy as np
import pytest

from gapwatch.demography.excess import excess_by_age, excess_deaths

DEATHS = np.array([[2.0, 30.0], [1.0, 50.0], [4.0, 60.0], [1.0, 10.0]])
PEOPLE = np.array([[1000.0, 500.0], [900.0, 900.0], [1100.0, 700.0], [800.0, 200.0]])
BETTER = np.array([False, True, False, True])


def test_expected_deaths_are_those_at_the_other_sides_rates_by_age() -> None:
    found = excess_by_age(DEATHS, PEOPLE, BETTER, years=2, seed=1)
    young, old = 2 / 1700, 60 / 1100
    wanted = [young * a + old * b for a, b in PEOPLE]
    assert found.expected.tolist() == pytest.approx(wanted)
    assert found.value.tolist() == pytest.approx(
        [(sum(d) - e) / 2 for d, e in zip(DEATHS.tolist(), wanted, strict=True)]
    )
    # Together the better-off side has just the deaths that its own rates bring.
    assert float(found.value[BETTER].sum()) == pytest.approx(0.0)
    assert found.total == pytest.approx(float(found.value[~BETTER].sum()))
    assert (found.lower < found.value).all()
    assert (found.value < found.upper).all()
    assert float(found.largest.sum()) == pytest.approx(1.0)


def test_the_interval_is_that_of_poisson_counts() -> None:
    # Two areas of one age: the variance is d1 + (n1/n2)^2 d2 where the second is the reference.
    deaths, people = np.array([[400.0], [900.0]]), np.array([[1e4], [3e4]])
    found = excess_by_age(deaths, people, [False, True], years=1, seed=3, draws=100_000)
    sd = np.sqrt(400 + 900 / 9)
    width = (found.upper[0] - found.lower[0]) / (2 * 1.959963984540054)
    assert float(width) == pytest.approx(float(sd), rel=0.015)


def test_ages_explain_what_a_crude_rate_would_call_excess() -> None:
    deaths = np.array([[1.0, 100.0], [10.0, 10.0]])
    people = np.array([[100.0, 1000.0], [1000.0, 100.0]])
    found = excess_by_age(deaths, people, [False, True], years=1, seed=1)
    assert found.value.tolist() == pytest.approx([0.0, 0.0])


def test_the_same_seed_gives_the_same_limits() -> None:
    one, other = (
        excess_deaths([30.0, 50.0], [25.0, 60.0], [False, True], years=5, seed=2035)
        for _ in range(2)
    )
    assert one.lower.tolist() == other.lower.tolist()
    third = excess_deaths([30.0, 50.0], [25.0, 60.0], [False, True], years=5, seed=2036)
    assert third.largest.tolist() != one.largest.tolist()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deaths": -DEATHS}, "at least 0"),
        ({"person_years": PEOPLE[:3]}, "shape"),
        ({"reference": [False] * 4}, "a side with deaths"),
        ({"person_years": PEOPLE * [[1, 1], [1, 0], [1, 1], [1, 0]]}, "person-years at every age"),
        ({"years": 0}, "at least 1"),
        ({"draws": 5}, "at least 100"),
    ],
)
def test_counts_that_make_no_sense_are_refused(change: dict[str, object], words: str) -> None:
    given = {"deaths": DEATHS, "person_years": PEOPLE, "reference": BETTER, "years": 2, "seed": 1}
    with pytest.raises(ValueError, match=words):
        excess_by_age(**{**given, **change})  # type: ignore[arg-type]


def test_an_smr_without_expected_deaths_is_refused() -> None:
    with pytest.raises(ValueError, match="expected deaths above 0"):
        excess_deaths([30.0, 50.0], [0.0, 60.0], [False, True], years=5, seed=1)
