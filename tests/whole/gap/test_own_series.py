"""The series that the verdict rests on: which windows, which baseline, what is held back."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.oracles import counting as oracle
from tests.oracles.pooled import weighted_mean
from tests.unit.counting import worlds
from tests.unit.counting.worlds import BETTER, PLACE, WARDS, WORSE, World
from tests.unit.gap.own_cases import counted, judged, of_measure, own_series

from gapwatch.codes import LIFE_TABLES
from gapwatch.contracts import SEXES
from gapwatch.counting.gaps import own_gaps
from gapwatch.errors import StudyError, ValidationError
from gapwatch.gap.evidence import Series, series
from gapwatch.gap.measures import measure_gaps
from gapwatch.reporting.language.labels import break_reason
from gapwatch.study import Measure, Study


@cache
def one_base(size: float = 20.0, seed: int = 1) -> World:
    return worlds.on_one_base(worlds.world(seed, size=size))


@cache
def two_bases(size: float = 20.0) -> World:
    return worlds.world(1, size=size)


FOUND: dict[tuple[int, str], tuple[World, Series]] = {}


def found(study: Study, world: World) -> Series:
    """The series of a study and world, made once; it keeps the world, or its id would pass on."""
    key = (id(world), study.model_dump_json())
    if key not in FOUND:
        FOUND[key] = (world, series(study, world.inputs()))
    return FOUND[key][1]


def oracle_sides(
    world: World, study: Study, measure: Measure, sex: str, span: tuple[int, int]
) -> tuple[oracle.Side, oracle.Side]:
    deaths, people = world.counts()
    return tuple(
        oracle.side(
            deaths, people, areas=study.side(name), sex=sex, window=span, starts=world.starts
        )
        for name in (measure.worse, measure.better)
    )  # type: ignore[return-value]


# --- windows --------------------------------------------------------------------------------


def oracle_length(world: World, study: Study, measure: Measure, lengths: tuple[int, ...]) -> int:
    """The first length whose every window is precise on both sides and for both sexes."""
    possible = [n for n in sorted(lengths) if oracle.windows(world.kept[1], n)]
    for length in possible:
        tables = [
            oracle.life(side, world.starts)
            for span in oracle.windows(world.kept[1], length)
            for sex in SEXES
            for side in oracle_sides(world, study, measure, sex, span)
        ]
        if not any(table.refusals or "Q03" in table.flags for table in tables):
            return length
    return possible[-1]


@pytest.mark.parametrize("size", [0.1, 5.0, 20.0])
def test_a_measure_has_the_shortest_windows_that_are_precise_else_the_longest(size: float) -> None:
    world = one_base(size)
    study = worlds.study(world, side_window_years=(4, 1, 2))
    made = own_gaps(study, counted(study, world).levels["ward2011"])
    for measure in study.measures:
        length = oracle_length(world, study, measure, (1, 2, 4))
        assert made.lengths[measure.id] == length
        mine = made.gaps[made.gaps["measure"] == measure.id]
        assert (mine["period_end"] - mine["period_start"] == length - 1).all()
        assert len(mine) == 2 * (8 - length + 1)
    assert made.lengths["zones"] == {0.1: 4, 5.0: 2, 20.0: 1}[size]


def test_where_every_length_is_refused_the_longest_is_shown_withheld() -> None:
    world = one_base(0.1)
    of = own_series(worlds.study(world, side_window_years=(1, 2)), world)
    mine = of.gaps[of.gaps["measure"] == "wards"]
    assert (mine["period_end"] - mine["period_start"] == 1).all()
    assert set(mine["reason"]) <= {"S01", "S02", "S03", "S04", "S05"}
    assert (mine["reason"] != "").any()
    assert (mine["gap_years"].isna() == (mine["reason"] != "")).all()


def test_windows_that_no_run_of_years_holds_are_passed_over() -> None:
    """Four years stand on each base: there is no window of five, and none of three is precise."""
    world = two_bases(0.3)
    of = found(worlds.study(world, decides=True, side_window_years=(1, 3, 5)), world)
    mine = of.gaps[of.gaps["measure"] == "zones"]
    assert (mine["period_end"] - mine["period_start"] == 2).all()
    table = of.tables["computed_life_expectancy"]
    low = table[table["area"] == WORSE]
    assert set(low["period_end"] - low["period_start"]) == {0, 2}


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ({"area_window_years": 5}, "area_window_years"),
        ({"side_window_years": (5, 6)}, "side_window_years"),
    ],
)
def test_windows_longer_than_every_run_of_years_are_refused(
    rules: dict[str, object], key: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        found(worlds.study(two_bases(), **rules), two_bases())
    assert caught.value.where == f"the study, computed.{key}"
    assert caught.value.expected.startswith("5 consecutive years on one base")
    assert caught.value.found == "4 at most"


# --- baseline -------------------------------------------------------------------------------


def test_a_baseline_that_is_no_window_of_the_trend_has_its_own_life_table() -> None:
    world = one_base()
    study = worlds.with_baseline(worlds.study(world, decides=True), 2002, 2004)
    of = own_series(study, world)
    for sex in SEXES:
        item = of_measure(judged(of), sex=sex)
        sides = oracle_sides(world, study, item.measure, sex, (2002, 2004))
        gap, _ = oracle.gap(*sides, world.starts)
        assert (item.windows["period_end"] == item.windows["period_start"]).all()
        assert item.target is not None
        assert item.target.baseline_gap_years == pytest.approx(gap, abs=1e-6)
        assert item.target.gap_years == pytest.approx(gap / 2, abs=1e-6)
        assert item.target.baseline_year == 2003


def test_a_baseline_on_another_base_leaves_nothing_to_judge() -> None:
    study = worlds.with_baseline(worlds.study(two_bases(), decides=True), 2001, 2003)
    item = of_measure(judged(own_series(study, two_bases())))
    assert item.windows["period_start"].min() == 2005
    assert (item.assessment.verdict, item.assessment.reason.code) == ("cannot calculate", "V05")
    assert item.target is None


@pytest.mark.parametrize("baseline", [(2003, 2006), (2007, 2009), (1999, 2001)])
def test_a_baseline_whose_years_are_not_all_there_on_one_base_is_none(
    baseline: tuple[int, int],
) -> None:
    study = worlds.with_baseline(worlds.study(two_bases(), decides=True), *baseline)
    of = own_series(study, two_bases())
    assert of.baselines is not None
    assert of.baselines.empty
    assert of_measure(judged(of)).assessment.reason.code == "V05"


def test_a_later_base_is_no_baseline_for_an_earlier_run() -> None:
    """The windows after the change of base are provisional, so the run before it is judged."""
    rules = {"decides": True, "side_window_years": (4,), "provisional_from": 2008}
    study = worlds.with_baseline(worlds.study(two_bases(), **rules), 2005, 2007)
    of = own_series(study, two_bases())
    assert of.baselines is not None
    assert len(of.baselines) == 4
    item = of_measure(judged(of))
    assert item.windows["period_end"].tolist() == [2004]
    assert item.assessment.reason.code == "V05"


def test_a_provisional_baseline_sets_no_target() -> None:
    rules = {"decides": True, "provisional_from": 2007}
    study = worlds.with_baseline(worlds.study(one_base(), **rules), 2005, 2007)
    item = of_measure(judged(own_series(study, one_base())))
    assert item.windows["period_end"].max() == 2006
    assert item.target is None
    assert item.assessment.reason.code == "V05"


# --- provisional ----------------------------------------------------------------------------


def test_provisional_windows_are_shown_and_never_judged() -> None:
    whole, world = one_base(), replace(one_base(), months={2008: 6})
    study = worlds.with_baseline(worlds.study(world, decides=True), 2002, 2004)
    of = found(study, world)
    own = of.gaps[of.gaps["measure"] == "zones"]
    late = own[own["period_end"] == 2008]
    assert len(late) == 2
    assert late["flags"].str.split().map(lambda codes: "Q05" in codes).all()
    assert late["gap_years"].notna().all()
    assert not own[own["period_end"] < 2008]["flags"].str.contains("Q05").any()
    table = of.tables["computed_life_expectancy"]
    assert (table["provisional"] == (table["period_end"] == 2008)).all()
    told = of.inputs["life_expectancy"]
    assert told[told["geography"] == "ward2011"]["period_end"].max() == 2007
    without = worlds.without(whole, "deaths", year=2008)
    plain = own_series(worlds.with_baseline(worlds.study(without), 2002, 2004), without)
    for item, other in zip(judged(of), judged(plain), strict=True):
        assert item.assessment.newest_window is None or item.assessment.newest_window[1] == 2007
        pd.testing.assert_frame_equal(
            item.windows.reset_index(drop=True), other.windows.reset_index(drop=True)
        )
        assert item.assessment.verdict == other.assessment.verdict


def test_a_year_that_the_study_names_as_coming_in_is_provisional_though_it_is_whole() -> None:
    of = own_series(worlds.study(one_base(), provisional_from=2007), one_base())
    own = of.gaps[of.gaps["measure"] == "zones"]
    assert (own["flags"].str.contains("Q05") == (own["period_end"] >= 2007)).all()
    for item in judged(of):
        assert not (item.windows["period_end"] >= 2007).any()


def test_the_windows_length_is_not_chosen_by_a_provisional_year() -> None:
    world = replace(one_base(), months={2008: 1})
    fewer = tuple(
        row._replace(count=row.count // 12) if row.year == 2008 else row for row in world.deaths
    )
    study = worlds.study(world, side_window_years=(1, 3))
    of = counted(study, replace(world, deaths=fewer))
    assert own_gaps(study, of.levels["ward2011"]).lengths["zones"] == 1


# --- what decides ---------------------------------------------------------------------------


@cache
def published_world() -> World:
    return published(one_base())


def published(world: World, spans: tuple[tuple[int, int], ...] = ((2005, 2007), (2006, 2008))):
    rows = [
        {
            "geography": "ward2011",
            "area_code": code,
            "sex": sex,
            "period_start": start,
            "period_end": end,
            "life_expectancy_years": 70.0 + 3 * at + (sex == "female"),
        }
        for at, code in enumerate(WARDS)
        for sex in SEXES
        for start, end in spans
    ]
    rows += [
        {
            "geography": geography,
            "area_code": code,
            "sex": sex,
            "period_start": 2005,
            "period_end": 2007,
            "life_expectancy_years": 78.0,
        }
        for geography, code in (("borough", PLACE), ("country", "E92000001"))
        for sex in SEXES
    ]
    return replace(world, published=worlds.published_table(rows))


def test_published_figures_decide_unless_the_study_says_otherwise() -> None:
    world = published_world()
    study, inputs = worlds.study(world), world.inputs()
    of = series(study, inputs)
    pd.testing.assert_frame_equal(of.gaps, measure_gaps(study, inputs))
    assert of.inputs is inputs
    assert of.study is study
    assert of.baselines is None
    assert set(of.tables) == {
        "computed_life_expectancy",
        "computed_gap",
        "reproduction",
        "series_comparison",
        "count_total",
        "counted_year",
        "plausibility",
    }
    decided = series(worlds.study(world, decides=True), inputs)
    beside = of.tables["computed_gap"]
    assert set(beside["measure"]) == {"zones", "wards"}
    pd.testing.assert_frame_equal(beside, decided.gaps)


def test_a_study_without_life_tables_of_its_own_is_measured_as_before() -> None:
    world = published_world()
    study = worlds.study(world).model_copy(update={"computed": None})
    of = series(study, world.inputs())
    pd.testing.assert_frame_equal(of.gaps, measure_gaps(study, world.inputs()))
    assert of.counted is None
    assert of.tables == {}


def test_own_life_tables_take_the_place_of_published_ones_where_they_decide() -> None:
    world = published(two_bases())
    of = found(worlds.with_slope(worlds.study(world, decides=True)), world)
    zones = of.gaps[of.gaps["measure"] == "zones"]
    assert set(zones["basis_code"]) == {LIFE_TABLES}
    told = of.inputs["life_expectancy"]
    wards = told[told["geography"] == "ward2011"]
    table = of.tables["computed_life_expectancy"]
    areas = table[table["geography"] == "ward2011"]
    assert wards["life_expectancy_years"].tolist() == areas["life_expectancy_years"].tolist()
    assert set(wards["period_start"]) == {2001, 2002, 2005, 2006}
    # The borough's own stand in for the published; another place's stay.
    place = table[table["area"] == PLACE]["life_expectancy_years"].tolist()
    assert set(told[told["area_code"] == PLACE]["life_expectancy_years"]) <= set(place)
    assert told[told["area_code"] == "E92000001"]["life_expectancy_years"].tolist() == [78.0, 78.0]
    assert [one.first_period for one in of.study.geography.breaks] == [(2005, 2005)]
    assert "census2021 after census2011" in break_reason(of.study.geography.breaks[0])
    slope = of.gaps[of.gaps["measure"] == "slope"]
    assert dict(zip(slope["period_start"], slope["segment"], strict=True)) == {
        2001: 1,
        2002: 1,
        2005: 2,
        2006: 2,
    }


def test_residents_that_weigh_the_areas_are_those_that_were_counted() -> None:
    world = replace(one_base(), months={2008: 6})
    of = found(worlds.study(world, decides=True), world)
    told = of.inputs["population_deaths"]
    mine = told[told["geography"] == "ward2011"]
    assert sorted(set(mine["year"])) == [*range(2001, 2008)]
    deaths, people = world.counts()
    for row in mine.to_dict("records"):
        for column, table in (("population_persons", people), ("deaths_persons", deaths)):
            expected = sum(
                n
                for cell, n in table.items()
                if (cell[0], cell[2]) == (row["area_code"], row["year"])
            )
            assert row[column] == round(expected)


# --- beside what is published ---------------------------------------------------------------


def ours(world: World, code: str, sex: str, span: tuple[int, int]) -> float:
    value = oracle.life(world.side([code], sex, span), world.starts).value
    assert value is not None
    return value


def test_each_published_value_is_reproduced_or_listed_as_a_miss() -> None:
    base, span = one_base(), (2005, 2007)
    near, far = ours(base, WARDS[0], "male", span), ours(base, WARDS[1], "male", span)
    cells = [
        (WARDS[0], near + 0.0999, span),
        (WARDS[1], far - 0.1001, span),
        (WARDS[2], None, span),
        (WARDS[3], 80.0, (2005, 2009)),
        ("E05999999", 80.0, span),
    ]
    world = replace(
        base,
        published=worlds.published_table(
            [
                {
                    "geography": "ward2011",
                    "area_code": code,
                    "sex": "male",
                    "period_start": start,
                    "period_end": end,
                    "life_expectancy_years": value,
                }
                for code, value, (start, end) in cells
            ]
        ),
    )
    table = found(worlds.study(world), world).tables["reproduction"].set_index("area_code")
    assert table.index.tolist() == [WARDS[0], WARDS[1]]
    assert table["agrees"].tolist() == [True, False]
    assert table["difference_years"].tolist() == pytest.approx([-0.0999, 0.1001], abs=1e-6)
    wider = found(worlds.study(world, tolerance_years=0.2), world).tables["reproduction"]
    assert wider["agrees"].tolist() == [True, True]


def test_a_published_value_beside_one_of_ours_that_is_withheld_says_why() -> None:
    base = one_base(0.1)
    world = published(base, ((2005, 2007),))
    table = found(worlds.study(world), world).tables["reproduction"]
    wards = table[table["geography"] == "ward2011"]
    withheld = wards[wards["computed_years"].isna()]
    assert len(withheld) > 0
    assert (withheld["reason"] != "").all()
    assert withheld["agrees"].isna().all()
    for row in wards.to_dict("records"):
        side = base.side([row["area_code"]], row["sex"], (2005, 2007))
        refusals = oracle.life(side, base.starts).refusals
        assert row["reason"] in (refusals or [""])


def test_the_borough_is_reproduced_whatever_its_publisher_calls_it() -> None:
    base = one_base()
    value = oracle.life(base.side(WARDS, "male", (2005, 2007)), base.starts).value
    rows = [
        {
            "geography": kind,
            "area_code": PLACE,
            "sex": "male",
            "period_start": 2005,
            "period_end": 2007,
            "life_expectancy_years": value,
        }
        for kind in ("ltla", "utla")
    ]
    world = replace(base, published=worlds.published_table(rows))
    table = found(worlds.study(world, decides=True), world).tables["reproduction"]
    assert table["geography"].tolist() == ["ltla", "utla"]
    assert table["agrees"].tolist() == [True, True]
    assert table["difference_years"].abs().max() < 2e-6


def test_the_parts_of_a_difference_between_two_series_add_up_to_it() -> None:
    world = published_world()
    study = worlds.study(world)
    table = found(study, world).tables["series_comparison"]
    assert len(table) == 2 * 2 * 2
    parts = table["joining_years"] + table["rest_years"]
    assert parts.tolist() == pytest.approx(table["difference_years"].tolist(), abs=1.5e-6)
    difference = table["computed_gap_years"] - table["published_gap_years"]
    assert difference.tolist() == pytest.approx(table["difference_years"].tolist(), abs=1.5e-6)
    _, people = world.counts()
    weight = {
        code: float(sum(n for cell, n in people.items() if cell[0] == code)) for code in WARDS
    }
    for row in table.to_dict("records"):
        measure = next(m for m in study.measures if m.id == row["measure"])
        span = (row["period_start"], row["period_end"])
        sides = oracle_sides(world, study, measure, row["sex"], span)
        gap, se = oracle.gap(*sides, world.starts)
        assert row["computed_gap_years"] == pytest.approx(gap, abs=1e-6)
        assert row["computed_se_years"] == pytest.approx(se, abs=1e-6)
        joined = [
            weighted_mean(
                [ours(world, code, row["sex"], span) for code in study.side(name)],
                [weight[code] for code in study.side(name)],
            )
            for name in (measure.worse, measure.better)
        ]
        assert row["joining_years"] == pytest.approx(gap - (joined[1] - joined[0]), abs=1e-6)
        if measure.kind == "pair":
            assert row["joining_years"] == 0


def test_a_gap_of_ours_that_is_withheld_stands_beside_the_published_one_with_its_reason() -> None:
    world = published(one_base(0.1), ((2005, 2006),))
    table = found(worlds.study(world, area_window_years=2), world).tables["series_comparison"]
    pair = table[table["measure"] == "wards"]
    assert (pair["reason"] != "").any()
    assert (pair["computed_gap_years"].isna() == (pair["reason"] != "")).all()
    assert pair["published_gap_years"].notna().all()


def test_published_windows_that_we_can_not_make_have_nothing_beside_them() -> None:
    """Years on two bases, a year that isn't there yet, years before the first."""
    world = published(two_bases(), ((2004, 2005), (2008, 2009), (1999, 2000)))
    assert "series_comparison" not in found(worlds.study(world), world).tables


def test_a_place_whose_areas_have_no_published_figures_is_measured_by_its_own() -> None:
    of = found(worlds.study(one_base(), decides=True), one_base())
    assert not {"reproduction", "series_comparison"} & set(of.tables)
    assert of.gaps["gap_years"].notna().all()


def test_both_orders_of_the_rows_make_the_same_tables() -> None:
    world = published(two_bases())
    study, inputs = worlds.with_slope(worlds.study(world, decides=True)), world.inputs()
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in inputs.items()}
    one, other = series(study, inputs), series(study, turned)
    pd.testing.assert_frame_equal(one.gaps, other.gaps)
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name])


def test_sides_are_pooled_and_not_averaged() -> None:
    """Two areas of unlike size: the mean of their figures is not the figure of their people."""
    world = published_world()
    of = found(worlds.study(world, decides=True), world)
    row = of.gaps[(of.gaps["measure"] == "zones") & (of.gaps["sex"] == "male")].iloc[0]
    span = (int(row["period_start"]), int(row["period_end"]))
    pooled = oracle.life(world.side(WARDS[2:], "male", span), world.starts).value
    assert row["better_years"] == pytest.approx(pooled, abs=1e-6)
    plain = np.mean([ours(world, code, "male", span) for code in WARDS[2:]])
    assert abs(row["better_years"] - plain) > 0.01
    assert BETTER in set(of.tables["computed_life_expectancy"]["area"])


def test_a_series_of_which_nothing_is_settled_is_refused_by_name() -> None:
    world = published(one_base())
    with pytest.raises(StudyError, match=r"computed\.provisional_from") as caught:
        found(worlds.study(world, decides=True, provisional_from=worlds.YEARS[0]), world)
    assert "choose a later year" in caught.value.remedy
