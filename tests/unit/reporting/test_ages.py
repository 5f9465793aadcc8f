"""Bands of ages: their names, the groups that they sum to, and which window is the newest."""

import dataclasses

import pytest
from tests.unit.reporting import computed_samples as computed

from gapwatch.contracts import AGE_CONTRIBUTION
from gapwatch.reporting.chapters.ages.rows import Contribution, grouped, newest
from gapwatch.reporting.language.ages import band_name, in_ages


def band(start, end, value=0.5, half=0.2, **changes):
    low, high = (None, None) if value is None else (value - half, value + half)
    row = Contribution(2019, 2023, start, end, value, low, high, 8.1, "", "")
    return dataclasses.replace(row, **changes)


@pytest.mark.parametrize(
    ("ages", "name"),
    [
        ((0, 0), "under 1"),
        ((0, 4), "under 5"),
        ((1, 4), "1 to 4"),
        ((7, 7), "7"),
        ((90, None), "90 and over"),
        ((0, None), "all ages"),
    ],
)
def test_a_band_is_named_in_years(ages, name):
    assert band_name(ages) == name


@pytest.mark.parametrize(
    ("ages", "text"),
    [
        ([(45, 49), (50, 54)], "45 to 54"),
        ([(50, 54), (45, 49)], "45 to 54"),
        ([(0, 0), (1, 4), (60, 64)], "under 5 and 60 to 64"),
        ([(85, 89), (90, None)], "85 and over"),
        ([(0, 0), (20, 24), (90, None)], "under 1, 20 to 24 and 90 and over"),
    ],
)
def test_neighbouring_bands_are_told_as_one(ages, text):
    assert in_ages(ages) == text


def test_an_age_is_certain_only_with_its_whole_interval_on_one_side_of_zero():
    assert band(0, 0, 0.3, 0.2).widens
    assert not band(0, 0, 0.2, 0.2).widens
    assert band(0, 0, -0.3, 0.2).narrows
    assert not band(0, 0, -0.2, 0.2).narrows
    assert not band(0, 0, None).widens
    assert not band(0, 0, None).narrows


def standard(values=None):
    ages = [computed.band(start) for start in computed.STARTS]
    values = values or [float(place) for place in range(len(ages))]
    return [
        band(found["age_start_years"], found["age_end_years"], value)
        for found, value in zip(ages, values, strict=True)
    ]


def test_broad_groups_are_the_exact_sums_of_their_bands():
    # Bands 0 to 19: one below 1, three to 14, five to 39, five to 64, three to 79, three over.
    assert grouped(standard()) == (
        ((0, 0), 0.0),
        ((1, 14), 1.0 + 2 + 3),
        ((15, 39), 4.0 + 5 + 6 + 7 + 8),
        ((40, 64), 9.0 + 10 + 11 + 12 + 13),
        ((65, 79), 14.0 + 15 + 16),
        ((80, None), 17.0 + 18 + 19),
    )


@pytest.mark.parametrize(
    "bands",
    [
        [],
        standard()[1:],
        standard()[:-1],
        standard()[:5] + standard()[6:],
        [*standard()[:5], band(20, 24, None), *standard()[6:]],
        [band(0, 4), band(5, None)],
        [band(0, 0), band(1, 44), band(45, None)],
    ],
    ids=["none", "no first", "no last", "one missing", "one withheld", "wide top", "straddling"],
)
def test_no_groups_are_told_that_would_not_be_exact(bands):
    assert grouped(bands) == ()


def test_the_newest_window_is_taken_youngest_first():
    found = newest(computed.case(), computed.MEASURE, "male")
    assert {(row.period_start, row.period_end) for row in found} == {computed.NEWEST}
    assert [row.age_start_years for row in found] == list(computed.STARTS)
    assert newest(computed.case(), "extremes", "male") == ()


def test_a_provisional_window_is_passed_over():
    rows = computed.contributions()
    late = [row | {"period_start": 2024, "period_end": 2024} for row in rows[:20]]
    table = computed.made(AGE_CONTRIBUTION, [*rows, *late])
    found = newest(computed.case(age_contribution=table), computed.MEASURE, "female")
    assert {row.period_end for row in found} == {computed.NEWEST[1]}


def test_a_withheld_window_is_passed_over_for_an_older_one_and_told_when_there_is_none():
    hidden = {
        "contribution_years": None,
        "lower95_years": None,
        "upper95_years": None,
        "reason": "S01",
    }
    rows = [
        row | (hidden if row["period_end"] == computed.NEWEST[1] else {})
        for row in computed.contributions()
    ]
    found = newest(
        computed.case(age_contribution=computed.made(AGE_CONTRIBUTION, rows)),
        computed.MEASURE,
        "male",
    )
    assert {row.period_end for row in found} == {computed.BASELINE[1]}
    every = computed.made(AGE_CONTRIBUTION, [row | hidden for row in rows])
    found = newest(computed.case(age_contribution=every), computed.MEASURE, "male")
    assert {row.period_end for row in found} == {computed.NEWEST[1]}
    assert {row.contribution_years for row in found} == {None}


def test_a_study_without_the_table_has_no_ages():
    assert newest(computed.case(age_contribution=None), computed.MEASURE, "male") == ()
