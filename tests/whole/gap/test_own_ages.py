"""Which ages make the gap, whose change moved it, what would reach the target, other residents."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.oracles import counting as oracle
from tests.unit.counting import worlds
from tests.unit.counting.worlds import WARDS, World
from tests.unit.gap.own_cases import RELEASE, judged, of_measure, own_series
from tests.unit.gap.said import by_words

from gapwatch.codes import RESIDENTS
from gapwatch.contracts import SEXES
from gapwatch.gap.ages import which_ages
from gapwatch.gap.assessment import Judged
from gapwatch.gap.evidence import Series, series
from gapwatch.gap.population_error import other_populations
from gapwatch.gap.robustness import robustness
from gapwatch.study import Study

BASELINE, NEWEST = (2001, 2003), (2006, 2008)
KEY = ["measure", "sex", "period_start"]


@cache
def one_base(size: float = 5.0) -> World:
    return worlds.on_one_base(worlds.world(1, size=size))


@cache
def two_bases() -> World:
    return worlds.world(1, size=5.0)


def made(world: World, baseline: tuple[int, int] = BASELINE, **rules: object) -> Series:
    study = worlds.study(world, **{"decides": True, **rules})
    return own_series(worlds.with_baseline(study, *baseline), world)


@cache
def ordinary() -> tuple[Series, list[Judged], dict[str, pd.DataFrame]]:
    of = made(one_base())
    items = judged(of)
    return of, items, which_ages(of)


@cache
def with_other_ages() -> tuple[Series, list[Judged]]:
    of = made(banded(), age_starts=AGES)
    return of, judged(of)


def sides(study: Study, world: World, name: str, sex: str, span: tuple[int, int]) -> dict:
    measure = next(m for m in study.measures if m.id == name)
    return {
        "worse": world.side(study.side(measure.worse), sex, span),
        "better": world.side(study.side(measure.better), sex, span),
    }


def in_words(rows: pd.DataFrame) -> list[tuple[int, int | None]]:
    ends = rows["age_end_years"]
    return [
        (int(a), None if pd.isna(b) else int(b))
        for a, b in zip(rows["age_start_years"], ends, strict=True)
    ]


# --- ages -----------------------------------------------------------------------------------


def test_the_ages_of_a_gap_sum_to_it_and_are_the_oracles() -> None:
    of, _, found = ordinary()
    world, table = one_base(), found["age_contribution"]
    assert len(table) == 2 * 2 * 2 * len(world.starts)
    for (name, sex, start), rows in table.groupby(KEY):
        span = BASELINE if start == BASELINE[0] else NEWEST
        assert (rows["period_end"] == span[1]).all()
        here = sides(of.study, world, name, sex, span)
        assert in_words(rows) == worlds.bands(world.starts, world.starts[-1])
        expected = oracle.ages(here["worse"], here["better"], world.starts)
        assert rows["contribution_years"].tolist() == pytest.approx(expected, abs=6e-7)
        gap, _ = oracle.gap(here["worse"], here["better"], world.starts)
        assert rows["gap_years"].tolist() == pytest.approx([gap] * len(rows), abs=6e-7)
        assert rows["contribution_years"].sum() == pytest.approx(gap, abs=1e-5)
        assert (rows["lower95_years"] <= rows["upper95_years"]).all()


def test_the_change_of_a_gap_is_the_sum_of_both_sides_own_changes() -> None:
    of, _, found = ordinary()
    world, table = one_base(), found["gap_change"]
    for (name, sex), rows in table.groupby(["measure", "sex"]):
        before, after = (sides(of.study, world, name, sex, span) for span in (BASELINE, NEWEST))
        expected = oracle.change(before, after, world.starts)
        for side, mine in rows.groupby("side"):
            assert mine["change_years"].tolist() == pytest.approx(expected[side], abs=6e-7)
            total = mine["side_total_years"].iloc[0]
            assert total == pytest.approx(sum(expected[side]), abs=6e-7)
            assert mine["side_lower95_years"].iloc[0] < total < mine["side_upper95_years"].iloc[0]
        gaps = [oracle.gap(*span.values(), world.starts)[0] for span in (before, after)]
        assert rows["change_years"].sum() == pytest.approx(gaps[1] - gaps[0], abs=1e-5)


def test_the_baseline_and_the_newest_window_may_be_one() -> None:
    found = which_ages(made(one_base(), NEWEST))
    assert set(found["age_contribution"]["period_start"]) == {2006}
    assert "gap_change" not in found


def test_a_change_between_windows_that_share_a_year_is_not_split() -> None:
    found = which_ages(made(one_base(), (2004, 2006)))
    assert set(found["age_contribution"]["period_start"]) == {2004, 2006}
    assert "gap_change" not in found


def test_no_change_is_split_across_a_change_of_base() -> None:
    """What the new estimates of residents moved is not what mortality did."""
    found = which_ages(made(two_bases()))
    assert set(found["age_contribution"]["period_start"]) == {2001, 2006}
    assert "gap_change" not in found


def test_ages_are_of_the_newest_window_whose_deaths_are_all_in() -> None:
    found = which_ages(made(one_base(), provisional_from=2008))
    assert set(found["age_contribution"]["period_start"]) == {2001, 2005}
    assert set(found["gap_change"]["to_end"]) == {2007}


def test_the_newest_window_is_on_the_newest_base_though_it_is_short() -> None:
    """Two settled years stand on the new base; the last whole window of three is on the old one."""
    of = made(two_bases(), (2005, 2005), provisional_from=2007, side_window_years=(1,))
    item = of_measure(judged(of))
    assert item.windows["period_start"].min() == 2005
    found = which_ages(of)
    rows = found["age_contribution"]
    assert set(zip(rows["period_start"], rows["period_end"], strict=True)) == {
        (2005, 2005),
        (2005, 2006),
    }
    cut = found["cut"].set_index(["measure", "sex", "ages"]).loc[("zones", "male", "all ages")]
    here = sides(of.study, two_bases(), "zones", "male", (2005, 2006))
    share, deaths = oracle.cut(
        here["worse"],
        here["better"],
        two_bases().starts,
        target=cut["target_gap_years"],
        between=(0, 120),
    )
    assert cut["cut_share"] == pytest.approx(share, abs=6e-7)
    assert cut["deaths_a_year"] == pytest.approx(deaths / 2, rel=1e-6)


def test_a_provisional_baseline_has_no_ages() -> None:
    of = made(one_base(), (2006, 2008), provisional_from=2007)
    assert set(which_ages(of)["age_contribution"]["period_start"]) == {2004}


def test_ages_of_a_gap_that_is_withheld_are_withheld_with_its_reason() -> None:
    table = which_ages(made(one_base(0.1)))["age_contribution"]
    withheld = table[table["reason"] != ""]
    assert len(withheld) > 0
    blank = ["contribution_years", "lower95_years", "upper95_years", "gap_years"]
    assert withheld[blank].isna().all(axis=None)
    assert table.loc[table["reason"] == "", blank].notna().all(axis=None)


def test_without_deaths_and_residents_there_are_no_ages() -> None:
    of, _, _ = ordinary()
    assert which_ages(replace(of, counted=None)) == {}


# --- the cut --------------------------------------------------------------------------------


def test_the_cut_reaches_the_target_at_the_ages_it_names() -> None:
    of, items, found = ordinary()
    world = one_base()
    table = found["cut"]
    assert set(table["ages"]) == {"all ages", "under 75"}  # no band starts at 40
    assert table.groupby(["measure", "sex"]).size().tolist() == [2] * 4
    for row in table[table["sex"] == "male"].to_dict("records"):
        item = of_measure(items, row["measure"])
        assert item.target is not None
        assert row["target_gap_years"] == pytest.approx(item.target.gap_years, abs=6e-7)
        here = sides(of.study, world, row["measure"], row["sex"], NEWEST)
        last = 120 if row["ages"] == "all ages" else 74
        found_here = oracle.cut(
            here["worse"],
            here["better"],
            world.starts,
            target=item.target.gap_years,
            between=(0, last),
        )
        if found_here is None:
            assert row["reason"] == "C01"
            continue
        share, deaths = found_here
        assert row["cut_share"] == pytest.approx(share, abs=6e-7)
        assert row["deaths_a_year"] == pytest.approx(deaths / 3, rel=1e-6)
        fewer = oracle.Side(
            [
                n * (1 - Fraction(share)) if start <= last else n
                for start, n in zip(world.starts, here["worse"].deaths, strict=True)
            ],
            here["worse"].people,
        )
        if share > 0:
            gap, _ = oracle.gap(fewer, here["better"], world.starts)
            assert gap == pytest.approx(item.target.gap_years, abs=1e-6)
        else:
            assert row["gap_years"] <= item.target.gap_years
    assert (table["cut_share"] > 0).any()


def test_mortality_is_cut_at_the_ages_that_bands_begin_and_end_with() -> None:
    of, _ = with_other_ages()
    table = which_ages(of)["cut"]
    here = table[(table["measure"] == "zones") & (table["sex"] == "male")].set_index("ages")
    assert here["from_age_years"].to_dict() == {"40 to 74": 40, "all ages": 0, "under 75": 0}
    assert here["to_age_years"].dropna().to_dict() == {"40 to 74": 74, "under 75": 74}
    assert here["reason"].isin(["", "C01"]).all()
    sides_now = sides(of.study, banded(), "zones", "male", NEWEST)
    target = float(here["target_gap_years"].iloc[0])
    expected = oracle.cut(
        sides_now["worse"], sides_now["better"], banded().starts, target=target, between=(40, 74)
    )
    assert expected is not None
    assert here.loc["40 to 74", "cut_share"] == pytest.approx(expected[0], abs=6e-7)


def test_a_measure_without_a_target_has_no_cut() -> None:
    of = made(two_bases(), (2001, 2003))
    items = judged(of)
    assert all(item.target is None for item in items)
    assert "cut" not in which_ages(of)


# --- residents counted otherwise ------------------------------------------------------------

AGES = (0, 1, 5, 20, 40, 45, 60, 75, 80, 85)


@cache
def banded() -> World:
    """Deaths and residents on bands that 20 to 44, 40 to 74 and 80 and over are made of."""
    rng = np.random.Generator(np.random.PCG64(5))
    deaths, people = [], []
    for year in worlds.YEARS:
        for place, code in enumerate(worlds.OLD):
            factor = 1.5 if place < 5 else 0.7
            for sex in SEXES:
                for start, end in worlds.bands(AGES, 85):
                    lived = 40_000 if start < 60 else 9_000
                    middle = (start + (end or start + 10)) / 2
                    rate = 0.004 if start == 0 else 4e-5 * np.exp(0.092 * middle)
                    cell = ("lsoa2011", code, sex, year, start, end)
                    deaths.append(oracle.Row(*cell, int(rng.poisson(lived * rate * factor))))
                    people.append(oracle.Row(*cell, lived + int(rng.integers(500)), "census2021"))
    return World(
        tuple(deaths), tuple(people), worlds.lookups(shared=False), ("census2021",), tuple(AGES)
    )


def by_choice(found: dict[str, tuple]) -> dict[tuple[str, str, str], tuple]:
    """Keyed by how much, which ages and where."""
    out = {}
    for words, made in found.items():
        more, _, rest = words.removeprefix("with ").partition(" residents aged ")
        ages, _, where = rest.partition(" on the ")
        ages, where = (
            (rest.partition(" on both sides")[0], "both sides") if not where else (ages, where)
        )
        out[more, ages, where] = made
    return out


def test_residents_counted_otherwise_move_the_series_and_the_target_as_the_oracle_says() -> None:
    world = banded()
    of, items = with_other_ages()
    item = of_measure(items, sex="male")
    found = by_choice(
        {
            words: run
            for words, run in by_words(other_populations(of, item)).items()
            if "residents" in words and "growing" not in words
        }
    )
    changes = {"15% more": 1.15, "15% fewer": 0.85, "5% more": 1.05, "5% fewer": 0.95}
    ages = {"20 to 44": (20, 44), "80 and over": (80, 999)}
    expected_keys = {
        (more, age, where)
        for more, age in (
            ("15% more", "20 to 44"),
            ("15% fewer", "20 to 44"),
            ("5% more", "80 and over"),
            ("5% fewer", "80 and over"),
        )
        for where in ("both sides", "worse-off side alone")
    }
    assert set(found) == expected_keys
    for (more, age, where), (run, target) in found.items():
        low, high = ages[age]

        def scaled(
            side: oracle.Side, factor: float, low: int = low, high: int = high
        ) -> oracle.Side:
            people = [
                n * Fraction(factor) if low <= start <= high else n
                for start, n in zip(world.starts, side.people, strict=True)
            ]
            return oracle.Side(side.deaths, people)

        def gap(span: tuple[int, int], more: str = more, where: str = where) -> float:
            here = sides(of.study, world, "zones", "male", span)
            factor = changes[more]
            worse = scaled(here["worse"], factor)
            better = here["better"] if where != "both sides" else scaled(here["better"], factor)
            return oracle.gap(worse, better, world.starts)[0]

        spans = list(zip(run.start.tolist(), run.end.tolist(), strict=True))
        assert spans == [(year, year) for year in worlds.YEARS]
        assert run.gap.tolist() == pytest.approx([gap(span) for span in spans], abs=1e-9)
        assert target.baseline_gap_years == pytest.approx(gap(BASELINE), abs=1e-9)
        assert target.gap_years == pytest.approx(gap(BASELINE) / 2, abs=1e-9)


def test_an_error_that_grows_leaves_the_first_year_and_moves_the_last_by_the_whole() -> None:
    of, items = with_other_ages()
    item = of_measure(items, sex="male")
    found = by_words(other_populations(of, item))
    first, last = worlds.YEARS[0], worlds.YEARS[-1]
    for change in ("15% more residents aged 20 to 44", "5% fewer residents aged 80 and over"):
        constant, _ = found[f"with {change} on the worse-off side alone"]
        growing, _ = found[
            f"with {change} by {last} on the worse-off side alone, growing from none in {first}"
        ]
        made = np.asarray(item.windows["gap_years"], dtype=float)
        assert growing.gap[0] == pytest.approx(made[0], abs=6e-7)
        assert growing.gap[-1] == pytest.approx(constant.gap[-1], abs=1e-9)
        between = (growing.gap[1:-1] - made[1:-1]) / (constant.gap[1:-1] - made[1:-1])
        assert ((between > 0) & (between < 1)).all()


def test_short_windows_are_tried_at_the_longest_length_that_the_study_allows() -> None:
    of, items = with_other_ages()
    item = of_measure(items, sex="male")
    run, target = by_words(other_populations(of, item))["in windows of 5 years, not 1"]
    assert (run.end - run.start == 4).all()
    world = banded()
    for start, gap in zip(run.start.tolist(), run.gap.tolist(), strict=True):
        here = sides(of.study, world, "zones", "male", (start, start + 4))
        assert gap == pytest.approx(oracle.gap(here["worse"], here["better"], world.starts)[0])
    assert target.gap_years == pytest.approx(item.target.gap_years, abs=6e-7)


def test_more_residents_on_the_worse_off_side_make_the_gap_smaller() -> None:
    of, items = with_other_ages()
    item = of_measure(items, sex="female")
    found = by_choice(by_words(other_populations(of, item)))
    made = np.asarray(item.windows["gap_years"], dtype=float)
    for (more, _, where), (run, _) in found.items():
        if where == "worse-off side alone":
            assert (run.gap < made).all() == ("more" in more)


def test_the_table_of_doubts_has_a_row_for_each_other_count_of_residents() -> None:
    of, items = with_other_ages()
    table = robustness(of, items, RELEASE)["sensitivity"]
    rows = table[table["choice_code"].isin(RESIDENTS)]
    assert set(rows["measure"]) == {"zones", "wards"}
    assert rows.groupby(["measure", "sex"]).size().tolist() == [12] * 4
    assert rows["p_target"].notna().all()


def test_a_change_at_ages_that_the_bands_do_not_have_is_not_shown() -> None:
    """No band starts at 20 or at 80: a row that changed nothing would say that nothing matters."""
    of, items, _ = ordinary()
    assert not {20, 80} & set(one_base().starts)
    for item in items:
        assert not [one for one in other_populations(of, item) if one.code in RESIDENTS]


def test_a_measure_of_all_areas_has_no_other_residents() -> None:
    of = made(banded(), age_starts=AGES)
    of = replace(of, study=worlds.with_slope(of.study))
    item = replace(with_other_ages()[1][0], measure=of.study.measures[-1])
    assert other_populations(of, item) == {}


def test_residents_are_not_counted_otherwise_where_published_figures_decide() -> None:
    rows = [
        {
            "geography": "ward2011",
            "area_code": code,
            "sex": sex,
            "period_start": start,
            "period_end": start + 2,
            "life_expectancy_years": 75.0 + at,
        }
        for at, code in enumerate(WARDS)
        for sex in SEXES
        for start in range(2001, 2007)
    ]
    world = replace(banded(), published=worlds.published_table(rows))
    # As many infants as children of each year of age after them.
    people = [
        row._replace(count=row.count // 4) if (row.start, row.end) == (0, 0) else row
        for row in world.people
    ]
    world = replace(world, people=people)
    of = series(
        worlds.with_baseline(worlds.study(world, age_starts=AGES), *BASELINE), world.inputs()
    )
    items = judged(of)
    assert [item.target is not None for item in items] == [True] * len(items)
    assert all(other_populations(of, item) == {} for item in items)
    found = which_ages(of)
    assert set(found) == {"age_contribution", "gap_change", "cut"}
