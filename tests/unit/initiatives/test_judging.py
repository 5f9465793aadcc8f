"""Each verdict and each reason, and that no order of rules lets a figure over-claim."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from tests.oracles import initiatives as oracle
from tests.unit.initiatives.worlds import (
    AFTER,
    AREAS,
    BEFORE,
    counts,
    expectation,
    initiative,
    place,
    worst,
)

from gapwatch.initiatives import codes
from gapwatch.initiatives.judging import Finding, judge

TREATED = AREAS[:2]


def judged(frame: pd.DataFrame, **other: object) -> Finding:
    one = initiative(TREATED, **other)
    return judge(place(frame, one), one, [expectation()])[0]


def sums(frame: pd.DataFrame, window: tuple[int, int]) -> tuple[list[float], list[float]]:
    mine = frame[frame["year"].between(*window)].groupby("area_code")
    counted = mine[["deaths_persons", "population_persons"]].sum().loc[list(AREAS)]
    return counted["deaths_persons"].tolist(), counted["population_persons"].tolist()


def test_an_effect_with_its_shares_of_sets_is_the_oracles() -> None:
    frame = counts(1, effect=dict.fromkeys(TREATED, 0.7))
    found = judged(frame)
    (before, people_before), (after, people_after) = sums(frame, BEFORE), sums(frame, AFTER)
    every = oracle.every_effect(before, people_before, after, people_after, 2)
    own = oracle.plain_effect(before, people_before, after, people_after, [0, 1])
    assert found.effect == pytest.approx(own, abs=1e-12)
    assert found.sets == 190
    assert found.p_expected == sum(one <= own + 1e-12 for one in every) / 190
    assert found.p_either == sum(abs(one) >= abs(own) - 1e-12 for one in every) / 190
    # The interval is of placebos in a world without the effect.
    calm = [a * math.exp(-own) if at < 2 else a for at, a in enumerate(after)]
    null = oracle.every_effect(before, people_before, calm, people_after, 2)
    assert found.half == pytest.approx(1.959963984540054 * np.std(null, ddof=1), rel=1e-12)
    lead = oracle.plain_effect(*sums(frame, (2000, 2004)), *sums(frame, BEFORE), [0, 1])
    assert found.lead == pytest.approx(lead, abs=1e-12)


def test_a_change_as_expected_is_a_sign_as_expected() -> None:
    found = judged(counts(1, effect=dict.fromkeys(TREATED, 0.7)))
    assert (found.verdict, found.maryland_level) == (codes.AS_EXPECTED, 3)
    assert found.p_expected is not None
    assert found.p_expected <= 0.05


def test_a_change_the_other_way_is_a_sign_opposite() -> None:
    found = judged(counts(1, effect=dict.fromkeys(TREATED, 1.5)))
    assert (found.verdict, found.maryland_level) == (codes.OPPOSITE, 3)


def test_no_change_is_no_sign() -> None:
    assert judged(counts(1)).verdict == codes.NO_SIGN


def test_what_has_too_little_power_could_not_have_been_seen_whatever_the_figures_show() -> None:
    frame = counts(1, effect=dict.fromkeys(TREATED, 0.7), shock=0.1)
    one = initiative(TREATED)
    found, seen = judge(place(frame, one), one, [expectation(size_percent=5.0)])
    assert seen is not None
    assert seen.power is not None
    assert seen.power < 0.8
    assert found.p_expected is not None
    assert found.p_expected <= 0.05
    assert (found.verdict, found.maryland_level) == (codes.COULD_NOT, 3)


def test_too_few_areas_for_any_set_to_rule_chance_out_could_not_have_been_seen() -> None:
    one = initiative(AREAS[:1])
    frame = counts(1, effect={AREAS[0]: 0.5})
    told = expectation(comparators=AREAS[1:15])
    found, _ = judge(place(frame, one), one, [told])
    assert found.sets == 15
    assert (found.verdict, found.reason) == (codes.COULD_NOT, codes.TOO_FEW_AREAS)


def test_it_is_too_early_until_all_years_after_are_known() -> None:
    frame = counts(1, years=range(2000, 2014), effect=dict.fromkeys(TREATED, 0.5))
    one = initiative(TREATED)
    found, seen = judge(place(frame, one), one, [expectation()])
    assert (found.verdict, found.reason) == (codes.TOO_EARLY, codes.NOT_YET)
    assert found.effect is None
    # What could be seen is told beforehand, by windows that are as long and of other areas.
    assert seen is not None
    assert (seen.before, seen.after, seen.areas, seen.areas_compared) == (
        (2004, 2008),
        (2009, 2013),
        2,
        16,
    )


def test_before_the_start_all_areas_are_placebos() -> None:
    frame = counts(1, years=range(1999, 2010))
    one = initiative(TREATED)
    _, seen = judge(place(frame, one), one, [expectation()])
    assert seen is not None
    assert (seen.after, seen.areas_compared) == ((2005, 2009), 18)


@pytest.mark.parametrize(
    ("other", "told", "reason"),
    [
        ({}, {"registered_on": "2010-01-01"}, codes.REGISTERED_LATE),
        ({}, {"registered_on": "2011-05-30"}, codes.REGISTERED_LATE),
        ({"starts_on": ""}, {}, codes.REGISTERED_LATE),
        ({"starts_on": "2009-06-01"}, {}, codes.REGISTERED_LATE),
        ({"starts_on": "2011"}, {}, codes.WINDOWS_OVERLAP_START),
        ({"areas": (), "where_basis": "not-stated"}, {}, codes.NO_AREA),
        ({"areas": (AREAS[0], "E05013794")}, {}, codes.OTHER_AREA),
        ({"where_basis": "office"}, {}, codes.OFFICE),
        ({"areas": ("E09000033",), "where_basis": "whole-place"}, {}, codes.WHOLE_PLACE),
        ({"areas": AREAS}, {}, codes.WHOLE_PLACE),
        ({}, {"comparators": AREAS[1:]}, codes.COMPARATOR_TREATED),
        ({}, {"comparators": ("E05013794",)}, codes.OTHER_AREA),
        ({}, {"design": "before-and-after"}, codes.NOT_COMPUTED),
        ({}, {"design": "stepped-wedge"}, codes.NOT_COMPUTED),
        ({}, {"indicator": "happiness"}, codes.NO_INDICATOR),
        ({}, {"before": (1990, 1994)}, codes.NO_BEFORE),
    ],
)
def test_what_cannot_be_evaluated_is_described_with_its_reason(
    other: dict[str, object], told: dict[str, object], reason: str
) -> None:
    one = initiative(**{"areas": TREATED, **other})
    found, seen = judge(place(counts(1), one), one, [expectation(**told)])
    assert (found.verdict, found.reason, found.maryland_level) == (codes.DESCRIBED, reason, 0)
    assert found.effect is None
    assert seen is None


def test_without_an_expectation_an_initiative_is_described() -> None:
    one = initiative()
    found, seen = judge(place(counts(1), one), one, [])
    assert (found.verdict, found.reason, seen) == (codes.DESCRIBED, codes.NO_EXPECTATION, None)


def test_a_count_of_zero_gives_no_ratio() -> None:
    frame = counts(1)
    frame.loc[frame["area_code"].isin(TREATED) & (frame["year"] >= 2010), "deaths_persons"] = 0
    found = judged(frame)
    assert (found.verdict, found.reason) == (codes.DESCRIBED, codes.ZERO_COUNT)


def test_a_denominator_of_zero_or_none_leaves_its_year_out_of_all_areas() -> None:
    frame = counts(1, effect=dict.fromkeys(TREATED, 0.7))
    one_year = (frame["year"] == 2012) & (frame["area_code"] == AREAS[7])
    without = frame[frame["year"] != 2012]
    frame["population_persons"] = frame["population_persons"].astype("Int64")
    for blank in (0, None):
        frame.loc[one_year, "population_persons"] = blank
        found = judged(frame)
        assert codes.YEARS_LACKING in found.flags
        assert found.effect == judged(without).effect


def test_areas_that_moved_apart_before_it_started_are_not_evaluated() -> None:
    frame = counts(1, effect=dict.fromkeys(TREATED, 0.7), starts=2005)
    found = judged(frame)
    assert found.lead_p is not None
    assert found.lead_p <= 0.05
    assert (found.verdict, found.reason) == (codes.DESCRIBED, codes.LEADS_DIFFER)


def test_without_years_before_the_halves_of_the_window_are_the_test() -> None:
    frame = counts(1, years=range(2005, 2015))
    found = judged(frame)
    lead = oracle.plain_effect(*sums(frame, (2005, 2006)), *sums(frame, (2008, 2009)), [0, 1])
    assert found.lead == pytest.approx(lead, abs=1e-12)
    alone = counts(1, years=range(2009, 2015))
    assert codes.NO_LEADS in judged(alone).flags


def test_the_newest_version_from_before_the_start_is_judged() -> None:
    frame = counts(1)
    one = initiative(TREATED)
    versions = [
        expectation(),
        expectation(version=2, size_percent=30.0, registered_on="2009-12-31"),
        expectation(version=3, size_percent=2.0, registered_on="2013-01-01"),
    ]
    for order in itertools.permutations(versions):
        found, seen = judge(place(frame, one), one, order)
        assert found.version == 2
        assert codes.CHANGED_LATER in found.flags
        assert seen is not None


def test_areas_chosen_for_their_figures_must_move_beyond_the_fall_to_the_mean() -> None:
    frame = counts(3, a_year=30.0, spread=0.02, shock=0.0)
    areas = worst(frame, 2)
    one = initiative(areas, areas_chosen="worst")
    found, _ = judge(place(frame, one), one, [expectation(size_percent=60.0)])
    assert codes.CHOSEN_FOR_FIGURES in found.flags
    assert found.regression is not None
    assert found.regression < 0
    assert found.p_beyond_regression is not None
    assert found.p_expected is not None
    assert found.p_beyond_regression >= found.p_expected


def test_a_fall_to_the_mean_alone_is_no_sign_where_areas_were_chosen_for_their_figures() -> None:
    told = expectation(size_percent=60.0)
    for seed in range(200):
        frame = counts(seed, a_year=30.0, spread=0.02, shock=0.0)
        areas = worst(frame, 4)
        one = initiative(areas, areas_chosen="other")
        believing, _ = judge(place(frame, one), one, [told])
        if believing.verdict == codes.AS_EXPECTED:
            doubting = initiative(areas, areas_chosen="worst")
            found, _ = judge(place(frame, doubting), doubting, [told])
            if found.verdict == codes.NO_SIGN:
                return
    pytest.fail("no fall to the mean was taken for a sign in 200 worlds: the test tests nothing")


def test_other_initiatives_for_the_same_priority_are_flagged() -> None:
    one = initiative(TREATED)
    same = initiative(AREAS[1:4], id="other")
    elsewhere = initiative(TREATED, id="money", theme="money")
    found, _ = judge(place(counts(1), one, same, elsewhere), one, [expectation()])
    assert {codes.OTHER_IN_AREAS, codes.OTHER_IN_COMPARATORS} <= set(found.flags)
    alone, _ = judge(place(counts(1), one, elsewhere), one, [expectation()])
    assert not {codes.OTHER_IN_AREAS, codes.OTHER_IN_COMPARATORS} & set(alone.flags)
