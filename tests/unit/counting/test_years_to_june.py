"""Years that end in June: person-years from two mid-year estimates on one base, else left out."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.unit.counting import worlds
from tests.unit.counting.worlds import World

from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.counting.areas import Counted, count
from gapwatch.counting.blocks import read_blocks
from gapwatch.errors import ValidationError
from gapwatch.gap.evidence import series

JUNE = "06-30"
BASES = ("census2021", "census2011")


@cache
def world() -> World:
    return worlds.on_one_base(worlds.world(1, size=5.0))


@cache
def two_bases() -> World:
    return worlds.world(1, size=5.0)


def inputs(of: World) -> dict[str, pd.DataFrame]:
    """The world's tables, with its deaths counted in years to June."""
    found = of.inputs()
    return found | {"deaths": found["deaths"].assign(year_ends=JUNE)}


def early(of: World) -> dict[str, pd.DataFrame]:
    """The same up to 2004, before the blocks are drawn anew."""
    found = inputs(of)
    cut = {name: found[name][found[name]["year"] <= 2004] for name in ("deaths", "population")}
    return found | cut


def counted(of: World, frames: dict[str, pd.DataFrame] | None = None) -> Counted:
    made = count(worlds.study(of), frames or inputs(of))
    assert made is not None
    return made


def without(frame: pd.DataFrame, *years: int) -> pd.DataFrame:
    return frame[~frame["year"].isin(years)]


def mid_year(frames: dict[str, pd.DataFrame], year: int, base: str) -> float:
    people = frames["population"]
    mine = people[(people["year"] == year) & (people["base"] == base)]
    return float(mine["population_persons"].sum())


def test_person_years_are_the_mean_of_the_estimates_at_both_ends() -> None:
    """By sex and block, from the rows of the table: half of each estimate."""
    frames = inputs(world())
    base = world().kept[1][2003]
    found = read_blocks(frames["deaths"], frames["population"], wanted=worlds.STARTS, bases=(base,))
    people = frames["population"][frames["population"]["base"] == base]
    for year in found.years:
        kind = people["geography"] == year.residents.geography
        both = people[kind & people["year"].isin([year.year - 1, year.year])]
        expected = (
            both.pivot_table("population_persons", index="area_code", columns="sex", aggfunc="sum")
            / 2
        )
        np.testing.assert_allclose(
            year.residents.counts.sum(axis=2), expected.loc[list(year.residents.codes)], rtol=1e-12
        )
    assert found.year_ends == JUNE


def test_a_year_whose_first_estimate_is_not_pinned_is_left_out_and_told() -> None:
    made = counted(world(), early(world()))
    told = made.years.set_index("year")
    assert told["reason"].to_dict() == {2001: "Y01", 2002: "", 2003: "", 2004: ""}
    assert told.loc[2001, "base"] == ""
    assert set(told["year_ends"]) == {JUNE}
    own = made.levels["ward2011"]
    assert own.years.tolist() == [2002, 2003, 2004]
    assert own.year_ends == JUNE


def test_a_year_whose_two_estimates_are_of_different_blocks_is_left_out_and_told() -> None:
    """From 2005 the world's estimates stand on other blocks alone."""
    made = counted(world())
    told = made.years.set_index("year")["reason"]
    assert told[2005] == "Y02"
    assert set(told.drop([2001, 2005])) == {""}
    assert 2005 not in made.levels["ward2011"].years.tolist()


def test_residents_of_a_year_to_june_are_conserved_from_blocks_to_wards() -> None:
    frames = inputs(world())
    own = counted(world(), frames).levels["ward2011"]
    for at, year in enumerate(own.years.tolist()):
        base = own.bases[at]
        expected = (mid_year(frames, year - 1, base) + mid_year(frames, year, base)) / 2
        assert own.person_years[:, :, at].sum() == pytest.approx(expected, rel=1e-12)
        deaths = frames["deaths"]
        dead = float(deaths.loc[deaths["year"] == year, "deaths_persons"].sum())
        assert own.deaths[:, :, at].sum() == pytest.approx(dead, rel=1e-12)


def test_a_year_whose_two_estimates_are_on_different_bases_is_left_out_and_told() -> None:
    frames = early(world())
    people = frames["population"]
    people = people.assign(base=np.where(people["year"] >= 2003, "census2021", "census2011"))
    study = worlds.study(two_bases())
    made = count(study, frames | {"population": people})
    assert made is not None
    told = made.years.set_index("year")["reason"].to_dict()
    assert told == {2001: "Y01", 2002: "", 2003: "Y02", 2004: ""}
    own = made.levels["ward2011"]
    assert own.years.tolist() == [2002, 2004]
    assert own.segments[0] < own.segments[1]


def test_an_estimate_on_both_bases_keeps_the_year_on_the_one_that_both_ends_have() -> None:
    """The mid-year of the change is on either base: the year before it stays on the old one."""
    frames = early(world())
    people = frames["population"]
    old = people[people["year"] <= 2003].assign(base="census2011")
    new = people[people["year"] >= 2003].assign(base="census2021")
    both = pd.concat([old, new], ignore_index=True)
    made = count(worlds.study(two_bases()), frames | {"population": both})
    assert made is not None
    told = made.years.set_index("year")
    assert told.loc[2003, "base"] == "census2011"
    assert told.loc[2004, "base"] == "census2021"
    assert set(told.loc[2002:, "reason"]) == {""}


def test_a_mid_year_missing_in_the_middle_is_refused_by_name() -> None:
    frames = inputs(world())
    frames["population"] = without(frames["population"], 2004)
    with pytest.raises(ValidationError, match="population, year 2004") as caught:
        counted(world(), frames)
    assert "every year from 2002 to 2008" in caught.value.expected


def test_a_year_of_deaths_missing_in_the_middle_is_refused_by_name() -> None:
    frames = inputs(world())
    frames["deaths"] = without(frames["deaths"], 2005)
    with pytest.raises(ValidationError, match="deaths, year 2005"):
        counted(world(), frames)


def test_deaths_of_two_kinds_of_year_are_refused_by_name() -> None:
    frames = inputs(world())
    deaths = frames["deaths"]
    mixed = np.where(deaths["year"] >= 2007, CALENDAR_YEAR, JUNE)
    with pytest.raises(ValidationError, match="deaths") as caught:
        counted(world(), frames | {"deaths": deaths.assign(year_ends=mixed)})
    assert "years to 06-30 (2001 to 2006)" in caught.value.found
    assert "years to 12-31 (2007 to 2008)" in caught.value.found
    assert "leave one of the two sources out" in caught.value.remedy


def test_deaths_of_years_to_june_are_not_held_against_totals_of_calendar_years() -> None:
    """The publisher's totals are of calendar years: a difference would be of other deaths."""
    calendar = counted(world(), world().inputs()).totals
    june = counted(world()).totals
    assert calendar["publisher_deaths_difference_persons"].notna().any()
    assert june["publisher_deaths_difference_persons"].isna().all()
    assert set(june["year_ends"]) == {JUNE}


def test_gaps_and_life_expectancies_say_that_their_years_end_in_june() -> None:
    study = worlds.study(world(), decides=True)
    found = series(study, early(world()))
    assert set(found.gaps["year_ends"]) == {JUNE}
    assert set(found.tables["computed_life_expectancy"]["year_ends"]) == {JUNE}
    assert set(found.tables["counted_year"]["year_ends"]) == {JUNE}
    assert found.gaps["period_start"].min() == 2002
