"""The invented borough's rates, residents, deaths and truth, by hand arithmetic where it can be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gapwatch.demo.twin.counted import SIDES, Twin, expectancy, make
from gapwatch.demo.twin.mortality import AGE_STARTS, MALE, rates
from gapwatch.demo.twin.names import AFFLUENT, POOREST, WARDS, ward_code
from gapwatch.demo.twin.residents import YEARS, banded, miscounted, residents
from gapwatch.demo.twin.scenarios import SCENARIOS
from gapwatch.errors import UsageError

MALE_AT, AGED_40 = 1, list(AGE_STARTS).index(40)


def primary(twin: Twin, year: int) -> float:
    """The true gap of the headline in one year, men."""
    return float(twin.true_gap("north", "affluent", year, year)[MALE_AT])


def test_one_rate_by_hand_arithmetic() -> None:
    """Men of 40 to 44, the ward most deprived (1.00), in 2018 under no-change (gradient 1.15)."""
    x = 42.5
    base = 0.014 * math.exp(-x / 0.4) + 1.8e-4 + 1.7e-5 * math.exp(0.0985 * x)
    told = 0.35 + 0.65 / (1 + math.exp((x - 76) / 6))
    by_hand = base * math.exp(told * 1.15 * 1.00) * math.exp(-0.006 * (2018 - 2013))
    found = rates(SCENARIOS["no-change"], [2018])[POOREST, MALE_AT, 0, AGED_40]
    assert found == pytest.approx(by_hand, rel=1e-12)
    assert MALE.makeham == 1.8e-4


def test_life_expectancy_of_a_known_table_by_hand_arithmetic() -> None:
    """Nobody dies before 90, then one in ten a year: 90 years and ten more."""
    rate = np.where(AGE_STARTS == 90, 0.1, 0.0)
    assert expectancy(rate, np.ones_like(rate)) == pytest.approx(100.0, abs=1e-9)


def test_the_truth_of_one_ward_by_chiangs_table_written_out() -> None:
    twin = make("halving")
    rate = twin.rates[AFFLUENT, MALE_AT, list(YEARS).index(2010)]
    alive, years = 1.0, 0.0
    widths = np.diff(AGE_STARTS)
    for n, m, first in zip(widths, rate[:-1], AGE_STARTS[:-1], strict=True):
        lived = 0.1 if first == 0 else 0.5
        q = n * m / (1 + n * m * (1 - lived))
        years += n * (alive * (1 - q) + lived * alive * q)
        alive *= 1 - q
    years += alive / rate[-1]
    (found,) = twin.truth({"one": [ward_code(AFFLUENT)]}, 2010, 2010).values()
    assert found[MALE_AT] == pytest.approx(years, abs=1e-9)


def test_the_truth_of_a_side_weighs_rates_by_the_residents_there_are() -> None:
    """Two wards, one year: pooled rates, not a mean of the wards' life expectancies."""
    twin = make("no-change")
    at, pair = 12, (0, 5)
    people = twin.people.reshape(20, 6, *twin.people.shape[1:]).sum(axis=1)[list(pair), 1, at]
    pooled = (people * twin.rates[list(pair), 1, at]).sum(axis=0) / people.sum(axis=0)
    found = twin.truth({"both": [ward_code(n) for n in pair]}, 2013, 2013)["both"][1]
    assert found == pytest.approx(float(expectancy(pooled, np.ones_like(pooled))), abs=1e-9)


def test_more_deprivation_is_shorter_life_in_every_year_and_women_live_longer() -> None:
    twin = make("no-change")
    found = twin.truth({ward.name: [ward_code(n)] for n, ward in enumerate(WARDS)}, 2019, 2019)
    order = sorted(WARDS, key=lambda ward: ward.deprivation)
    for sex in range(2):
        told = [found[ward.name][sex] for ward in order]
        assert told == sorted(told, reverse=True)
    assert all(female > male for female, male in found.values())


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_rate_is_a_probability_and_every_cell_has_at_most_its_residents_dead(
    name: str,
) -> None:
    twin = make(name)
    assert twin.rates.min() > 0
    assert twin.rates.max() < 0.6
    deaths = twin.deaths(5)
    assert deaths.min() >= 0
    assert (deaths <= twin.people).all()


def test_deaths_follow_the_seed_and_nothing_else() -> None:
    twin = make("pandemic")
    assert np.array_equal(twin.deaths(4), make("pandemic").deaths(4))
    assert not np.array_equal(twin.deaths(4), twin.deaths(5))


def test_a_draw_by_ward_is_the_sum_of_its_small_areas() -> None:
    twin = make("halving")
    counts, deaths = twin.draw(9), twin.deaths(9)
    assert counts.deaths.shape == (20, 2, 25, 20)
    assert counts.deaths[3].tolist() == deaths[18:24].sum(axis=0).tolist()
    assert counts.person_years[3].sum() == residents()[18:24].sum()


def test_drawn_deaths_are_as_many_as_the_rates_expect() -> None:
    """Ten draws: about 560,000 deaths of which the standard deviation is about 730."""
    twin = make("halving")
    drawn = sum(int(twin.deaths(seed).sum()) for seed in range(10))
    expected = 10 * float(twin.expected().deaths.sum())
    assert drawn == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_residents_are_whole_and_as_many_as_small_areas_have() -> None:
    people = residents()
    assert people.dtype == np.int64
    assert people.min() >= 0
    every = people.sum(axis=(1, 3))
    assert every.min() > 1_300
    assert every.max() < 2_400
    assert 170_000 < every[:, 12].sum() < 230_000
    growth = every[:, 1:] / every[:, :-1]
    assert 0.99 < growth.min() <= growth.max() < 1.02
    assert banded(people).sum() == people.sum()


def test_miscounted_residents_are_those_of_working_age_on_the_worse_off_side_alone() -> None:
    people = residents()
    worse = np.arange(120) < 48
    found = miscounted(people, 1 / 1.15, worse)
    assert np.array_equal(found[~worse], people[~worse])
    aside = [age for age in range(91) if not 20 <= age <= 44]
    assert np.array_equal(found[..., aside], people[..., aside])
    share = found[worse, :, :, 20:45].sum() / people[worse, :, :, 20:45].sum()
    assert share == pytest.approx(1 / 1.15, abs=1e-3)


def test_an_undercount_put_right_by_fifteen_per_cent_gives_the_residents_there_are() -> None:
    counts = make("undercount").draw(1)
    right = counts.scaled(1.15, 20, 44).groups({"north": SIDES["north"]})
    truth = make("undercount").expected().groups({"north": SIDES["north"]})
    assert right.person_years == pytest.approx(truth.person_years, rel=4e-3)


class TestScenarios:
    def test_the_baseline_gap_is_twelve_to_fourteen_years_of_mens_lives(self) -> None:
        for name in ("halving", "no-change", "levelling-down", "pandemic"):
            found = make(name).true_gap("north", "affluent", 2005, 2009)[MALE_AT]
            assert 12 <= found <= 14

    def test_halving_closes_by_well_over_half_from_the_worse_off_side(self) -> None:
        twin = make("halving")
        assert primary(twin, 2035) < 0.4 * primary(twin, 2007)
        # Not yet halved in the newest year: there is a question to be answered.
        assert primary(twin, 2025) > 0.5 * primary(twin, 2007)
        self.require_rising(twin, "north", at_least=4.0)
        self.require_rising(twin, "affluent", at_least=0.0)

    def test_no_change_is_none(self) -> None:
        twin = make("no-change")
        found = [primary(twin, year) for year in range(2001, 2036)]
        assert np.ptp(found) < 0.4

    def test_widening_grows_year_by_year(self) -> None:
        found = [primary(make("widening"), year) for year in range(2001, 2036)]
        assert (np.diff(found) > 0.1).all()

    def test_levelling_down_narrows_as_halving_does_while_the_better_off_side_falls(self) -> None:
        twin = make("levelling-down")
        assert primary(twin, 2035) < 0.4 * primary(twin, 2007)
        found = [twin.truth(SIDES, year, year) for year in (2001, 2025)]
        lost = found[0]["affluent"] - found[1]["affluent"]
        gained = found[1]["north"] - found[0]["north"]
        assert (lost > 3).all()
        # Most of the narrowing is the better-off side's loss.
        assert (lost > gained).all()

    def test_a_pandemic_is_halving_but_for_two_years_that_hit_the_worse_off_side_harder(
        self,
    ) -> None:
        twin, calm = make("pandemic"), make("halving")
        for year in (2019, 2022, 2025, 2035):
            assert primary(twin, year) == primary(calm, year)
        for year in (2020, 2021):
            assert 1 < primary(twin, year) - primary(calm, year) < 4
            with_shock, without = twin.truth(SIDES, year, year), calm.truth(SIDES, year, year)
            loss = {side: without[side] - with_shock[side] for side in SIDES}
            assert (loss["affluent"] > 0).all()
            assert (loss["north"] > 2 * loss["affluent"]).all()

    def test_an_undercount_changes_what_is_published_and_not_the_truth(self) -> None:
        twin, right = make("undercount"), make("halving")
        assert primary(twin, 2020) == primary(right, 2020)
        assert np.array_equal(twin.deaths(2), right.deaths(2))
        assert twin.published.sum() < right.published.sum()

    def test_a_year_to_come_has_the_residents_of_the_last_one(self) -> None:
        twin = make("no-change")
        now, later = (twin._later(2030).person_years[:, :, year - 2001] for year in (2025, 2030))
        assert np.array_equal(now, later)

    def test_an_unknown_scenario_is_refused_with_the_names_of_all(self) -> None:
        with pytest.raises(UsageError, match="halving, no-change, widening, levelling-down"):
            make("doubling")

    @staticmethod
    def require_rising(twin: Twin, side: str, *, at_least: float) -> None:
        first, last = (twin.truth(SIDES, year, year)[side] for year in (2001, 2025))
        assert (last - first > at_least).all()
