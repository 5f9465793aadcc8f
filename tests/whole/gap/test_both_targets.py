"""What own figures are judged against: both targets, which heads, and that tables agree."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.counting import worlds
from tests.unit.counting.worlds import World
from tests.unit.gap.own_cases import judged, of_measure, own_series

from gapwatch.codes import CANNOT, GOOD_VERDICTS, LEVELLING_DOWN
from gapwatch.errors import StudyError
from gapwatch.gap.ages import which_ages
from gapwatch.gap.assessment import Judged
from gapwatch.gap.evidence import Series
from gapwatch.gap.robustness import robustness
from gapwatch.gap.verdict_table import target_table, trajectory_table, verdict_table
from gapwatch.reporting.language.labels import with_words
from gapwatch.study import Study
from gapwatch.targets import in_words, newest_end, targets_of

BEFORE = (1991, 1995)  # no year of the world


@cache
def world() -> World:
    return worlds.on_one_base(worlds.world(1, size=20.0))


def study(target: str = "baseline", promised: tuple[int, int] = BEFORE, **rules: Any) -> Study:
    found = worlds.study(world(), decides=True, target=target, side_window_years=(1,), **rules)
    return worlds.with_promised(found, *promised)


@cache
def made(target: str = "baseline", promised: tuple[int, int] = BEFORE) -> Series:
    return own_series(study(target, promised), world())


@cache
def items(target: str = "baseline", promised: tuple[int, int] = BEFORE) -> list[Judged]:
    return judged(made(target, promised))


@cache
def targets(target: str = "baseline", promised: tuple[int, int] = BEFORE) -> pd.DataFrame:
    return target_table(items(target, promised)).set_index(["measure", "sex", "target"])


def test_both_targets_are_computed_for_what_the_promise_was_stated_of() -> None:
    """The stated 10 years halve to 5; the first own window halves to half of its gap."""
    table = targets()
    assert set(table.loc[("zones", "male")].index) == {"stated", "baseline"}
    for measure, sex in (("zones", "female"), ("wards", "male"), ("wards", "female")):
        assert set(table.loc[(measure, sex)].index) == {"baseline"}
    stated, own = (table.loc[("zones", "male", kind)] for kind in ("stated", "baseline"))
    assert (stated["baseline_gap_years"], stated["target_gap_years"]) == (10.0, 5.0)
    assert pd.isna(stated["baseline_start"])
    gaps = made().gaps
    first = gaps[(gaps["measure"] == "zones") & (gaps["sex"] == "male")].iloc[0]
    assert (own["baseline_start"], own["baseline_end"]) == (2001, 2001)
    assert own["target_gap_years"] == pytest.approx(first["gap_years"] / 2, abs=1e-6)
    assert own["baseline_se_years"] == pytest.approx(first["se_years"], abs=1e-6)


@pytest.mark.parametrize("target", ["stated", "baseline"])
def test_the_study_says_which_heads(target: str) -> None:
    table = targets(target)
    assert table.loc[("zones", "male", target), "heads"]
    assert table.loc[("zones", "male")]["heads"].sum() == 1
    assert table.loc[("zones", "female", "baseline"), "heads"]
    verdict = verdict_table(items(target)).set_index(["measure", "sex"]).loc[("zones", "male")]
    row = table.loc[("zones", "male", target)]
    for column in ("verdict", "p_target", "target_gap_years", "target_year"):
        assert verdict[column] == row[column]
    # The baseline of the report stays our own, whichever target heads.
    own = table.loc[("zones", "male", "baseline")]
    assert verdict["baseline_gap_years"] == own["baseline_gap_years"]


def test_what_heads_changes_no_figure_of_either_target() -> None:
    one, other = (targets(name).drop(columns="heads") for name in ("stated", "baseline"))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("target", ["stated", "baseline"])
def test_the_other_target_is_a_row_of_the_choices_with_the_same_chance(target: str) -> None:
    of, found = made(target), items(target)
    table = with_words("sensitivity", robustness(of, found, 2010)["sensitivity"], of.study)
    mine = table[(table["measure"] == "zones") & (table["sex"] == "male")]
    other = "baseline" if target == "stated" else "stated"
    words = (
        "with the stated baseline of 10 years"
        if other == "stated"
        else ("with the baseline measured in 2001, not the stated one of 10 years")
    )
    row = mine[mine["choice"].str.startswith(words)]
    assert len(row) == 1
    expected = targets(target).loc[("zones", "male")]
    assert row["p_target"].iloc[0] == expected.loc[other, "p_target"]
    assert row["verdict"].iloc[0] == expected.loc[other, "verdict"]
    assert mine["p_target"].iloc[0] == expected.loc[target, "p_target"]


@pytest.mark.parametrize("down", ["zones", "nobody"])
def test_other_choices_have_the_label_of_the_measure_that_they_judge(
    down: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gapwatch.gap.robustness.levels_down", lambda item: item.measure.id == down)
    made_of = robustness(made("stated"), items("stated"), 2010)
    labelled = []
    for name, codes in (("sensitivity", ("verdict", "by_numbers")), ("flip", ("by_numbers",))):
        for row in made_of[name].to_dict("records"):
            other = re.search("measure=([^;]+)", row.get("choice_arguments", ""))
            good = {c: row[c] in GOOD_VERDICTS for c in codes}
            judged_one = other[1] if other else row["measure"]
            for code in codes:
                label = row["label" if code == "verdict" else "by_numbers_label"]
                levels = good[code] and judged_one == down
                assert label == (LEVELLING_DOWN if levels else row[code])
                labelled.append(levels)
    assert any(labelled) == (down == "zones")


def test_no_line_leads_from_a_stated_gap_to_own_figures() -> None:
    """Nothing is spliced: the stated target stands alone in its year."""
    paths = trajectory_table(items("stated")).set_index(["measure", "sex"])
    mine = paths.loc[("zones", "male")].dropna(subset=["target_line_years"])
    assert mine["year"].tolist() == [2030]
    assert mine["target_line_years"].tolist() == [5.0]
    own = paths.loc[("zones", "female")].dropna(subset=["target_line_years"])
    assert own["year"].tolist() == list(range(2001, 2031))


@pytest.mark.parametrize("promised", [(2003, 2003), (2002, 2004)])
def test_a_promise_whose_years_own_figures_have_keeps_its_baseline(
    promised: tuple[int, int],
) -> None:
    item = of_measure(items("baseline", promised))
    assert item.baseline_period == promised
    assert item.target is not None
    assert (item.target.baseline_first, item.target.baseline_last) == promised


@pytest.mark.parametrize("promised", [BEFORE, (1999, 2003), (2007, 2009)])
def test_a_promise_whose_years_are_not_all_there_has_the_first_whole_window(
    promised: tuple[int, int],
) -> None:
    assert of_measure(items("baseline", promised)).baseline_period == (2001, 2001)


def test_a_promise_whose_years_are_still_to_come_has_no_earlier_baseline_in_their_place() -> None:
    promised = (2020, 2020)
    item = of_measure(items("baseline", promised))
    assert (item.baseline_period, item.target) == (promised, None)
    row = targets("baseline", promised).loc[("zones", "male", "baseline")]
    assert row["verdict"] == CANNOT


def test_the_first_whole_window_is_on_the_base_of_the_newest() -> None:
    """A promise of 2001 to 2003 stands on the old base: the new one begins in 2005."""
    two = worlds.world(1, size=20.0)
    rules = worlds.study(two, decides=True, side_window_years=(1,))
    of = own_series(worlds.with_promised(rules, 2001, 2003), two)
    item = of_measure(judged(of))
    assert item.baseline_period == (2005, 2005)
    ages = which_ages(of)["age_contribution"]
    assert set(ages.loc[ages["measure"] == "zones", "period_start"]) == {2005, 2006}


def test_the_first_window_that_is_withheld_for_a_sex_is_no_baseline() -> None:
    of = made()
    gaps = of.gaps.copy()
    lost = (gaps["measure"] == "zones") & (gaps["sex"] == "female") & (gaps["period_end"] == 2001)
    gaps.loc[lost, ["gap_years", "se_years", "lower95_years", "upper95_years"]] = np.nan
    gaps.loc[lost, "reason"] = "S05"
    found = judged(replace(of, gaps=gaps))
    assert of_measure(found).baseline_period == (2002, 2002)
    assert of_measure(found, sex="female").baseline_period == (2002, 2002)
    assert of_measure(found, "wards").baseline_period == (2001, 2001)


@pytest.mark.parametrize("target", ["stated", "baseline"])
def test_a_cut_is_to_the_target_that_heads(target: str) -> None:
    cut = which_ages(made(target))["cut"].set_index(["measure", "sex"])
    wanted = targets(target)
    aimed = float(cut.loc[("zones", "male"), "target_gap_years"].iloc[0])
    assert aimed == pytest.approx(
        wanted.loc[("zones", "male", target), "target_gap_years"], abs=2e-6
    )
    of_females = float(cut.loc[("zones", "female"), "target_gap_years"].iloc[0])
    assert of_females == pytest.approx(
        wanted.loc[("zones", "female", "baseline"), "target_gap_years"], abs=2e-6
    )


def test_the_stated_ratio_is_held_to_the_stated_ends() -> None:
    """70 against 80: a ratio of 1.1429 is to become 1.0714."""
    relative = of_measure(items("stated")).relative
    assert relative is not None
    assert (relative.baseline, relative.target) == pytest.approx((80 / 70, 1 + 0.5 / 7))


def test_targets_are_told_to_programs_and_at_a_terminal_from_one_table() -> None:
    found = items("stated")
    tables = {"verdict": verdict_table(found), "target": target_table(found)}
    told = targets_of(tables)
    assert len(told) == 5
    assert {one["measure"] for one in told[:3]} == {"zones"}
    mine = [one for one in told if (one["measure"], one["sex"]) == ("zones", "male")]
    assert [(one["target"], one["heads"]) for one in mine] == [
        ("stated", True),
        ("baseline", False),
    ]
    assert mine[0]["target_gap_years"] == 5.0
    assert in_words(mine[0]).startswith("stated, males: 5.0")
    assert in_words(mine[0]).endswith("heads the report")
    assert newest_end(tables["verdict"], "male") == 2008


def test_what_cannot_be_judged_is_told_with_no_chance() -> None:
    """Its probability stays in the table, for whoever tests the method."""
    verdict = verdict_table(items())
    assert verdict["p_target"].notna().any()
    cannot = verdict.assign(verdict=CANNOT, label=CANNOT, reason_code="V03")
    for one in targets_of({"verdict": cannot}):
        assert one["p_target"] is None
        assert in_words(one).endswith("; cannot calculate, heads the report")
        assert "%" not in in_words(one)


def test_without_the_table_there_is_the_measured_target_alone() -> None:
    verdict = verdict_table(items())
    told = targets_of({"verdict": verdict})
    assert {one["target"] for one in told} == {"baseline"}
    assert all(one["heads"] for one in told)
    assert len(told) == len(verdict)


def test_another_word_for_the_target_is_refused() -> None:
    with pytest.raises((StudyError, ValueError), match="target"):
        study("measured")
