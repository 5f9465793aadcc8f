"""Windows that are left out one by one: one row where many agree, a row each where they don't."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.reporting.test_doubts import choice

from gapwatch.reporting.chapters.robustness.grouping import MANY, label, span, together
from gapwatch.reporting.evidence.choices import Choice


def left_out(number: int) -> list[Choice]:
    return [
        replace(choice(f"without {2001 + at}", "on track"), projected_gap_years=2.0 + at / 10)
        for at in range(number)
    ]


MADE, OTHER = choice("as calculated", "on track"), choice("measured as: slope", "on track")


def words(value: float | None) -> str:
    return "none" if value is None else f"{value:.1f}"


def test_many_windows_that_agree_are_one_row_with_both_ends() -> None:
    rows = together([MADE, *left_out(MANY + 1), OTHER])
    assert [label(row) for row in rows] == [
        "as calculated",
        "without any one of 13 windows",
        "measured as: slope",
    ]
    assert span(rows[1], lambda row: row.projected_gap_years, words) == "2.0 to 3.2"
    assert span(rows[1], lambda row: row.p_target, words) == "0.5"
    assert span(rows[0], lambda row: None, words) == "none"


def test_a_window_that_changes_the_answer_keeps_a_row_of_its_own() -> None:
    odd = choice("without 2009 to 2013", "too early to tell", flips=True)
    rows = together([MADE, *left_out(MANY + 1), odd, OTHER])
    assert [label(row) for row in rows][2] == "without 2009 to 2013"
    assert len(rows[1]) == MANY + 1


def test_few_windows_keep_a_row_each() -> None:
    every = [MADE, *left_out(MANY), OTHER]
    assert together(every) == tuple((row,) for row in every)


RECOUNTED = [
    choice(f"with {share}% {way} residents aged 20 to 44 on both sides", "on track")
    for share in (5, 15)
    for way in ("more", "fewer")
]


def test_residents_counted_otherwise_are_one_row_where_all_agree() -> None:
    rows = together([MADE, *RECOUNTED, OTHER])
    assert [label(row) for row in rows][1].startswith("4 changes to residents: ")
    assert len(rows) == 3


def test_residents_counted_otherwise_keep_a_row_each_where_one_differs() -> None:
    odd = choice("with 5% more residents aged 80 and over on both sides", "off track", flips=True)
    every = [MADE, *RECOUNTED, odd, OTHER]
    assert together(every) == tuple((row,) for row in every)
    assert together([MADE, RECOUNTED[0]]) == ((MADE,), (RECOUNTED[0],))


def test_windows_of_a_pandemic_are_another_choice() -> None:
    pandemic = choice("without windows that include 2020 or 2021", "on track")
    rows = together([MADE, *left_out(MANY + 1), pandemic])
    assert rows[-1] == (pandemic,)
