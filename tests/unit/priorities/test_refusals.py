"""What isn't compared, and why: the traps of published small-area figures, one each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from gapwatch.errors import StudyError, ValidationError

Frames = dict[str, pd.DataFrame]
Made = Callable[..., Frames]
NUMBERS = ["difference", "ratio", "split_share", "correlation", "worse_value", "better_value"]


def compared(frames: Frames) -> pd.Series:
    (row,) = (row for _, row in frames["priority_comparison"].iterrows())
    return row


def set_value(figure: str, area: str, value: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(figures: pd.DataFrame) -> pd.DataFrame:
        at = (figures["figure"] == figure) & (figures["area_code"] == area)
        assert at.sum() == 1
        return figures.assign(value=figures["value"].mask(at, value))

    return change


@pytest.mark.parametrize(
    ("indicator", "code"),
    [
        ("smr-2006-10", "P09"),  # expected deaths fall to 1,308 and 927 from about 1,390
        ("year-6-obesity-2010-13", "P03"),  # 24.64652065 in two wards
        ("wellbeing-score", "P04"),  # a mean of samples that aren't published
        ("transport-access-2011", "P03"),  # the mean of 2010 and 2012
        ("other-offences", "P06"),  # 2011/13
        ("housing-benefit-rate", "P02"),  # claims over persons
        ("house-prices", "P01"),
        ("household-income", "P01"),
        ("gcse-points", "P01"),
        ("school-absence", "P01"),
        ("turnout", "P01"),
        ("deprivation-score", "P05"),
    ],
)
def test_traps_are_refused_without_a_number(made: Frames, indicator: str, code: str) -> None:
    row = made["priority_comparison"].set_index("indicator").loc[indicator]
    assert row["reason"] == code
    assert row[NUMBERS].isna().all()
    assert indicator not in set(made["priority_alignment"]["indicator"])


def test_figures_that_stand_for_themselves_are_kept_by_area(made: Frames) -> None:
    values = made["indicator_value"].set_index(["indicator", "area_name"])
    assert values.loc[("house-prices", "Abbey Road"), "value"] == 750_000
    assert np.isnan(values.loc[("wellbeing-score", "Abbey Road"), "value"])


def test_a_filled_in_value_is_seen_in_any_figure(made_of: Made) -> None:
    def fill(figures: pd.DataFrame) -> pd.DataFrame:
        at = figures["figure"].eq("bad-health-percent-2011")
        first = figures.index[at][:2]
        return figures.assign(value=figures["value"].mask(figures.index.isin(first), 7.123457))

    assert compared(made_of("bad-health"))["reason"] == ""
    assert compared(made_of("bad-health", fill))["reason"] == "P03"


def test_equal_shares_of_small_counts_are_not_filled_in(made_of: Made) -> None:
    def third(figures: pd.DataFrame) -> pd.DataFrame:
        at = figures["figure"].eq("bad-health-percent-2011")
        first = figures.index[at][:2]
        return figures.assign(value=figures["value"].mask(figures.index.isin(first), 5.970149))

    assert compared(made_of("bad-health", third))["reason"] == ""  # 4 of 67, twice


def test_events_by_place_are_refused_but_shown(made_of: Made) -> None:
    row = compared(made_of("burglary", exposure="place_of_event"))
    assert (row["reason"], row["flags"]) == ("P02", "years-differ")
    assert row["worse_value"] == pytest.approx(12.840741)
    assert np.isnan(row["difference"])


def test_figures_of_other_areas_are_refused(made_of: Made) -> None:
    def moved(to: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
        def change(figures: pd.DataFrame) -> pd.DataFrame:
            at = figures["figure"].eq("social-rented-2011")
            return figures.assign(geography=figures["geography"].mask(at, to))

        return change

    assert compared(made_of("social-renting", moved("ward2022")))["reason"] == "P08"
    assert compared(made_of("social-renting", moved("borough")))["reason"] == "P07"


def test_a_missing_ward_is_left_out_of_both_and_counted(made_of: Made) -> None:
    whole = compared(made_of("unemployed"))
    row = compared(made_of("unemployed", set_value("in-employment-2011", "E05000648", np.nan)))
    assert (row["areas"], row["areas_withheld"], row["splits"]) == (19, 1, 50_388)
    assert row["worse_denominator"] < whole["worse_denominator"]
    assert row["better_value"] == whole["better_value"]


def test_a_side_without_any_figure_is_refused(made_of: Made) -> None:
    def empty(figures: pd.DataFrame) -> pd.DataFrame:
        north = {"E05000630", "E05000634", "E05000635", "E05000639"}
        north |= {"E05000640", "E05000642", "E05000643", "E05000648"}
        at = figures["figure"].eq("in-employment-2011") & figures["area_code"].isin(north)
        return figures.assign(value=figures["value"].mask(at))

    row = compared(made_of("unemployed", empty))
    assert row["reason"] == "P07"
    assert np.isnan(row["difference"])


@pytest.mark.parametrize(
    ("indicator", "figure", "value", "expected"),
    [
        ("unemployed", "in-employment-2011", 9_000, "a numerator of at least 0"),
        ("burglary", "households-2011", 0, "a denominator above 0"),
        ("lone-parents", "households-2011", 200, "a numerator of at most its denominator"),
        ("bad-health", "bad-health-percent-2011", 101, "a percentage from 0 to 100"),
        ("bad-health", "bad-health-percent-2011", -1, "a percentage from 0 to 100"),
        ("no2", "residents-2011", 0, "a weight above 0"),
        ("smr-2009-13", "smr-2011", 0, "smr-2011 above 0"),
    ],
)
def test_impossible_figures_are_refused_by_area(
    made_of: Made, indicator: str, figure: str, value: float, expected: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        made_of(indicator, set_value(figure, "E05000648", value))
    assert expected in caught.value.expected
    assert caught.value.where == f"indicators, {indicator}, Westbourne (E05000648)"


def test_a_figure_that_the_snapshot_lacks_is_named_with_the_nearest(made_of: Made) -> None:
    with pytest.raises(StudyError) as caught:
        made_of("unemployed", numerator=("economically-activ-2011", "-in-employment-2011"))
    assert "did you mean 'economically-active-2011'?" in caught.value.remedy


def test_without_its_source_an_indicator_is_left_out(made_of: Made) -> None:
    found = made_of("unemployed", lambda figures: figures[figures["figure"] == "hectares"])
    assert "priority_comparison" not in found
    assert "evidence_gap" in found


def test_values_far_from_zero_without_an_interval_are_called_by_their_split_share(
    made: Frames,
) -> None:
    flags = made["priority_comparison"].set_index("indicator")["flags"].str.split(";")
    assert "reversed" in flags["pm10"]
    assert "no-sign" in flags["park-within-reach"]
    assert "no-sign" in flags["reception-obesity"]
