"""The attacker finds single deaths in unprotected publications, and none in ours."""

from __future__ import annotations

import datetime as dt

import pytest

from gapwatch.counting.areas import count
from gapwatch.counting.disclosure.closing import Settled
from tests.attacker.attacker import Attacker, proven
from tests.attacker.histories import history
from tests.attacker.places import KINDS, WARDS, Death, History, changed, members, ordinary, study
from tests.attacker.publications import Publication, protected, unprotected

FIRST, SECOND = dt.date(2026, 8, 15), dt.date(2026, 9, 15)
# A boy of 1 to 4 in the one small area that a ward of 2011, one of 2024 and an MSOA share.
LATE = Death(2, 1, 2023, 11, 1, dt.date(2026, 8, 20))
DAYS = (FIRST, SECOND)
# Of the story nothing else is new: both extracts have the same months.
STORY = (FIRST, dt.date(2026, 8, 30))
Pair = tuple[list[Publication], list[Publication]]


@pytest.fixture(scope="module")
def story() -> History:
    return changed(ordinary(3, dt.date(2026, 6, 1)), [LATE])


@pytest.fixture(scope="module")
def before_and_after(story: History) -> Pair:
    """Two monthly releases, the second with one late registration more: by either control."""
    return unprotected(study(), story, STORY), protected(study(), story, STORY)


def test_one_late_death_is_found_where_each_release_is_judged_by_itself(
    before_and_after: Pair,
) -> None:
    one, other = before_and_after[0]
    attacker = Attacker([one, other], "male", STORY)
    rows = attacker.differing(one, other)
    assert {row["area"] for row in rows} >= {WARDS[0]}
    assert all(row["period_start"] <= 2023 <= row["period_end"] for row in rows)
    # In the ward's three years the change is proven to be one of 1 to 4 deaths ...
    ward = next(row for row in rows if row["area"] == WARDS[0])
    assert proven(attacker.bounds(attacker.change(one, other, attacker.of(ward))))
    # ... and the simplest explanation of all that differs is one death in one small area.
    least, cells = attacker.simplest(one, other)
    assert least == 1
    assert {block for block, _ in cells} == {LATE.block}
    assert LATE.year in {year for _, year in cells}
    assert not Attacker([one, other], "female", STORY).differing(one, other)


def test_nothing_of_the_late_death_is_in_what_is_published(before_and_after: Pair) -> None:
    one, other = before_and_after[1]
    for sex in ("female", "male"):
        attacker = Attacker([one, other], sex, STORY)
        assert attacker.differing(one, other) == []
        for block in members()["ward2011", WARDS[0]]:
            for year in (2022, 2023):
                change = {
                    attacker.at(STORY[1], block, year): 1.0,
                    attacker.at(STORY[0], block, year): -1.0,
                }
                least, most = attacker.bounds(change)
                assert least == 0
                assert most >= 5


def most_of_a_month(made: list[Publication]) -> list[int]:
    """The most of a month's deaths by ward and sex, by which the second extract has more."""
    found = []
    for sex in ("female", "male"):
        attacker = Attacker(made, sex, DAYS)
        for ward in WARDS:
            row: dict[int, float] = {}
            for block in members()["ward2011", ward]:
                row[attacker.at(SECOND, block, SECOND.year)] = 1.0
                row[attacker.at(FIRST, block, FIRST.year)] = -1.0
            found.append(attacker.most(row))
    return found


def test_between_two_ordinary_months_no_count_is_proven_under_five() -> None:
    """The windows of a year that is still coming in differ by the deaths of one month."""
    months = ordinary(5, dt.date(2026, 9, 1))
    open_months = unprotected(study(window=1), months, DAYS)
    assert min(most_of_a_month(open_months)) < 5
    ours = protected(study(window=1), months, DAYS)
    assert ours[0].tables is ours[1].tables
    assert min(most_of_a_month(ours)) >= 5


@pytest.mark.parametrize("leaves_out", ["the study", "its earlier releases"])
def test_areas_are_left_out_where_the_study_says_so_or_began_so(leaves_out: str) -> None:
    past, days = history(1)
    mine = leaves_out == "the study"
    of = study(KINDS[:2], window=5, **({"unite": False} if mine else {}))
    inputs = past.inputs(days[-1])
    united = count(study(KINDS[:2], window=5), inputs)
    apart = count(of, inputs, None if mine else Settled(frozenset(), {}, united=False))
    assert united is not None
    assert apart is not None
    assert united.crossing is not None
    assert apart.crossing is not None
    assert any("+" in area for area in united.crossing.level.areas)
    assert apart.crossing.level.areas == apart.levels[KINDS[1]].areas
