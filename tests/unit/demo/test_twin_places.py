"""The invented borough's areas: each lies in one of every kind, and outlines fit together."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
import shapely

from gapwatch.contracts import CODE
from gapwatch.demo.twin import names
from gapwatch.demo.twin.borough import borough
from gapwatch.demo.twin.counted import SIDES, make
from gapwatch.demo.twin.lattice import Lattice, bounds
from gapwatch.demo.twin.published import Published, msoa_of

PLACES = borough()
OLD = [shapely.Polygon(lsoa.ring) for lsoa in PLACES.lsoas11]
NEW = [shapely.Polygon(lsoa.ring) for lsoa in PLACES.lsoas21]


def test_twenty_wards_became_eighteen_over_120_small_areas_and_24_msoas() -> None:
    assert [len(x) for x in (PLACES.wards, PLACES.wards24, PLACES.lsoas11, PLACES.msoas)] == [
        20,
        18,
        120,
        24,
    ]
    # Three were split in two and two pairs were put together.
    assert len(PLACES.lsoas21) == 120 + 3 - 2
    assert Counter(lsoa.change for lsoa in PLACES.lsoas21) == {"U": 113, "S": 6, "M": 2}


def test_every_small_area_of_2011_comes_once_among_those_of_2021_or_was_split() -> None:
    held = Counter(parent for lsoa in PLACES.lsoas21 for parent in lsoa.parents)
    split = {lsoa.parents[0] for lsoa in PLACES.lsoas21 if lsoa.change == "S"}
    assert held == {number: 2 if number in split else 1 for number in range(120)}


def test_codes_are_of_the_publishers_form_and_of_no_range_that_it_uses() -> None:
    codes = [
        *(a.code for kind in (PLACES.wards, PLACES.lsoas11, PLACES.wards24) for a in kind),
        *PLACES.msoas,
        *(a.code for a in PLACES.lsoas21 if a.change != "U"),
        names.BOROUGH_CODE,
        names.REGION_CODE,
        names.COUNTRY_CODE,
    ]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert re.fullmatch(CODE, code)
        assert code[3:6] in {"098", "099"}


@pytest.mark.parametrize("outlines", [OLD, NEW], ids=["2011", "2021"])
def test_outlines_tile_the_borough_without_a_gap_or_an_overlap(
    outlines: list[shapely.Polygon],
) -> None:
    assert all(outline.is_valid for outline in outlines)
    whole = shapely.union_all(outlines)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    # Whole metres: areas are whole or half square metres, and so add up exactly.
    assert sum(outline.area for outline in outlines) == whole.area
    overlaps = [one.intersection(other).area for one, other in combinations(outlines, 2)]
    assert max(overlaps) == 0


def test_both_vintages_cover_the_same_ground() -> None:
    assert shapely.union_all(OLD).equals(shapely.union_all(NEW))


@pytest.mark.parametrize("of", ["wards24", "msoas"])
def test_wards_of_2022_and_msoas_lie_in_one_piece(of: str) -> None:
    members = PLACES.of_ward24 if of == "wards24" else PLACES.of_msoa
    seen: list[int] = []
    for number in range(len(getattr(PLACES, of))):
        inside = members(number)
        seen += inside
        assert shapely.union_all([NEW[n] for n in inside]).geom_type == "Polygon"
    assert sorted(seen) == list(range(len(PLACES.lsoas21)))


def test_the_new_wards_cross_the_borders_of_the_old_ones() -> None:
    crossing = [ward for ward in PLACES.wards24 if len(ward.parts) > 1]
    assert len(crossing) > len(PLACES.wards24) / 2
    halves = [
        {
            PLACES.ward24_of_lsoa(n)
            for n, lsoa in enumerate(PLACES.lsoas21)
            if lsoa.parents == (parent,)
        }
        for parent in {lsoa.parents[0] for lsoa in PLACES.lsoas21 if lsoa.change == "S"}
    ]
    assert sorted(map(len, halves)) == [1, 1, 2]


def test_a_cell_that_is_cut_gives_back_its_area_and_its_edge() -> None:
    lattice = Lattice.make(2, 2, 7)
    west, east = (shapely.Polygon(ring) for ring in lattice.halves(1, 0))
    cell = shapely.Polygon(lattice.cell(1, 0))
    assert west.area + east.area == cell.area
    assert west.union(east).equals(cell)
    assert west.intersection(east).geom_type == "LineString"
    both = shapely.Polygon(lattice.column_of(0, 1, 0))
    assert both.equals(shapely.Polygon(lattice.cell(0, 0)).union(cell))


def test_a_rectangle_around_a_ring_touches_it_on_four_sides() -> None:
    assert bounds(((3, 1), (5, 4), (0, 2))) == (0, 1, 5, 4)


def test_the_sides_are_eight_deprived_wards_and_the_least_deprived_one() -> None:
    deprivation = {
        ward.code: plan.deprivation for ward, plan in zip(PLACES.wards, names.WARDS, strict=True)
    }
    order = sorted(deprivation, key=deprivation.__getitem__)
    assert set(SIDES["north"]) == set(order[-8:])
    assert SIDES["affluent"] == (order[0],)
    assert SIDES["poorest"] == (order[-1],)
    assert sorted(SIDES["north"] + SIDES["rest"]) == sorted(deprivation)


def test_residents_and_deaths_add_up_over_every_kind_of_area_and_both_vintages() -> None:
    published = Published(make("undercount"), 3)
    people, deaths = published.twin.published, published.deaths
    assert published.people_2021.sum(axis=0).tolist() == people.sum(axis=0).tolist()
    in_new = [published.people_2021[PLACES.of_ward24(n)].sum() for n in range(18)]
    assert sum(in_new) == people.sum()
    group = msoa_of(PLACES)
    by_msoa = [deaths[group == n].sum(axis=0) for n in range(24)]
    assert np.array_equal(sum(by_msoa), deaths.sum(axis=0))
    by_ward, _ = published.wards
    assert np.array_equal(by_ward.sum(axis=0), deaths.sum(axis=0))
    split = [n for n, lsoa in enumerate(PLACES.lsoas21) if lsoa.change == "S"]
    for west, east in zip(split[::2], split[1::2], strict=True):
        difference = published.people_2021[west] - published.people_2021[east]
        assert set(np.unique(difference)) == {0, 1}
