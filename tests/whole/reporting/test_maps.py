"""Maps on real outlines: every piece labelled, own numbers on the areas, wards kept apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import combinations

import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure
from shapely.geometry import MultiPolygon, Point, box
from tests.unit.reporting import later_samples as later
from tests.unit.reporting import samples

from gapwatch.reporting.chapters.areas.chart_list import list_of
from gapwatch.reporting.chapters.areas.chart_map import map_figure
from gapwatch.reporting.chapters.areas.chart_tiles import tile_figure
from gapwatch.reporting.chapters.areas.section import section as where
from gapwatch.reporting.drawing.canvas import Canvas, drawn
from gapwatch.reporting.drawing.labels import label_places
from gapwatch.reporting.drawing.places import box as text_box
from gapwatch.reporting.evidence.area_figures import finding, standings
from gapwatch.reporting.evidence.areas import (
    WardMap,
    drawable,
    has_outlines,
    later_maps,
    ward_map,
)
from gapwatch.reporting.render import draw
from gapwatch.study import Study

SIZE = {"a": (1.0, 0.5), "b": (1.0, 0.5)}
ROOM = (-3.0, -3.0, 13.0, 13.0)


def test_a_label_that_fits_stands_inside_its_area() -> None:
    placed = label_places({"a": box(0, 0, 10, 4)}, SIZE, {}, 0.1, ROOM)["a"]
    assert placed.inside
    assert placed.spots == (pytest.approx((5, 2), abs=0.2),)
    assert placed.joined == ()


def test_a_label_that_does_not_fit_stands_beside_the_map_and_a_line_joins_it() -> None:
    shapes = {"a": box(0, 0, 0.8, 0.4), "b": box(0.8, 0, 1.6, 0.4)}
    found = label_places(shapes, SIZE, {}, 0.01, ROOM)
    labels = [box(x - 0.5, y - 0.25, x + 0.5, y + 0.25) for p in found.values() for x, y in p.spots]
    whole = shapely.union_all(list(shapes.values()))
    assert not any(label.intersects(whole) for label in labels)
    assert not labels[0].intersects(labels[1])
    for code, placed in found.items():
        assert not placed.inside
        ((start, end),) = placed.joined
        assert shapes[code].contains(Point(end))
        assert labels[list(found).index(code)].distance(Point(start)) == pytest.approx(0, abs=1e-9)


def test_every_piece_that_can_be_seen_has_a_label_a_sign_or_a_line() -> None:
    pieces = [box(0, 0, 4, 4), box(6, 0, 8, 2), box(9, 0, 9.4, 0.6), box(9, 9, 9.01, 9.01)]
    shape = {"a": MultiPolygon(pieces)}
    plain = label_places(shape, SIZE, {}, 0.1, ROOM)["a"]
    assert [len(plain.spots), len(plain.signs), len(plain.joined)] == [2, 0, 1]
    signed = label_places(shape, SIZE, {"a": (0.3, 0.5)}, 0.1, ROOM)["a"]
    assert [len(signed.spots), len(signed.signs), len(signed.joined)] == [2, 1, 0]
    assert pieces[2].contains(Point(signed.signs[0]))


def test_without_room_a_label_still_stands_on_its_area() -> None:
    placed = label_places({"a": box(0, 0, 0.8, 0.4)}, SIZE, {}, 0.1, (0, 0, 0.8, 0.4))["a"]
    assert placed.inside
    assert len(placed.spots) == 1


def test_areas_with_a_number_of_their_own_carry_it_and_others_their_rank() -> None:
    found = later_maps(later.study(), later.tables(), "msoa2021")[0]
    assert found.numbered
    assert found.labels() == dict(zip(later.MSOAS, ("001", "002", "003"), strict=True))
    renamed = tuple(
        dataclasses.replace(ward, name=f"Mill {letter}")
        for ward, letter in zip(found.wards, "abc", strict=True)
    )
    plain = dataclasses.replace(found, wards=renamed)
    assert not plain.numbered
    assert list(plain.labels().values()) == ["1", "2", "3"]
    assert plain.labels()[plain.ranked()[0].code] == "1"
    twice = tuple(dataclasses.replace(ward, name="Mill 1") for ward in found.wards)
    assert not dataclasses.replace(found, wards=twice).numbered


def test_the_list_has_every_area_and_its_rows_never_outgrow_it() -> None:
    found = ward_map(samples.study(), samples.tables(), "male")
    assert found is not None
    for narrow in (True, False):
        listed = list_of((found,), Canvas(narrow=narrow))
        assert sum(len(rows) for rows in listed.filled) == len(found.wards)
        assert len(listed.filled) == 2
        for rows in listed.filled:
            assert sum(listed.row_height(wards[0]) for _, wards in rows) < listed.height


def test_wards_stay_in_their_own_section_and_later_areas_have_maps_of_their_own() -> None:
    study, tables = later.study(), later.tables()
    found = ward_map(study, tables, "male")
    assert found is not None
    assert found.geography == "ward2011"
    charts = draw(study, tables, samples.facts())
    assert {"tiles-ward2011", "ranking", "map-msoa2021"} <= set(charts)
    assert "map-msoa2021" not in draw(study, later.tables(outlines=False), samples.facts())
    told = [block for block in where(later.case(), 3).blocks if getattr(block, "alt", "")]
    assert told[0].alt.startswith("Tile map of 6 wards")  # type: ignore[union-attr]


def test_wards_are_drawn_on_their_outlines_where_these_are_pinned() -> None:
    case = later.case()
    case.tables["boundary"] = pd.DataFrame(
        [
            {
                "geography": "ward2011",
                "area_code": code,
                "area_name": code,
                "area_km2": 1.0,
                "outline_wkt": box(1000 * n, 0, 1000 * n + 1000, 1000).wkt,
            }
            for n, code in enumerate(samples.CODES)
        ]
    )
    figure = next(b for b in where(case, 3).blocks if getattr(b, "alt", ""))
    assert figure.alt.startswith("Map of 6 wards on their real outlines, one for each sex.")  # type: ignore[union-attr]
    assert figure.notes == (  # type: ignore[union-attr]
        "Each ward carries its name or, where names do not fit, a number that the list explains.",
        "Bold line: West of the town. West. Dashed line: East of the town. East.",
    )
    invented = dataclasses.replace(case, facts=samples.facts(demonstration="Made up."))
    drawing = next(b for b in where(invented, 3).blocks if getattr(b, "alt", ""))
    assert drawing.alt.startswith("Map of 6 wards, one for each sex. ")  # type: ignore[union-attr]
    found = ward_map(case.study, case.tables, "male")
    assert found is not None
    chart = drawn(lambda canvas: map_figure(canvas, case.study, (found,), case.tables["boundary"]))
    assert chart.wide != chart.narrow


def test_outlines_of_another_vintage_are_not_used() -> None:
    tables = later.tables()
    tables["boundary"]["geography"] = "msoa2011"
    found = later_maps(later.study(), tables, "msoa2021")[0]
    assert not has_outlines(found, tables)
    assert not drawable(found, tables)


def test_without_carried_areas_there_are_no_later_maps() -> None:
    assert later_maps(later.study(), samples.tables(), "msoa2021") == ()


def test_a_canvas_of_a_phone_is_narrower() -> None:
    assert Canvas(narrow=True).width < Canvas(narrow=False).width


LONG = "Saint Bartholomew by the Old Canal and Upper Warehouse Wharf"


def named(name: str) -> tuple[Study, tuple[WardMap, ...]]:
    """The sample's wards for both sexes, the first of them with this name."""
    found = tuple(ward_map(samples.study(), samples.tables(), sex) for sex in ("male", "female"))
    return samples.study(), tuple(
        dataclasses.replace(
            one, wards=(dataclasses.replace(one.wards[0], name=name), *one.wards[1:])
        )
        for one in found
        if one
    )


def drawn_twice(draw_one: Callable[[Canvas], Figure]) -> list[Figure]:
    """The figure for a page and for a phone, drawn as a report draws them."""
    figures = []

    def keep(canvas: Canvas) -> Figure:
        figures.append(draw_one(canvas))
        return figures[-1]

    drawn(keep)
    return figures


@pytest.mark.parametrize("name", ["Mill", LONG, "Llanfairpwllgwyngyllgogerychwyrndrobwll"])
def test_a_tile_map_names_every_area_with_both_sexes_on_a_phone_too(name: str) -> None:
    study, maps = named(name)
    for figure in drawn_twice(lambda canvas: tile_figure(canvas, study, maps)):
        (axes,) = figure.axes
        told = [" ".join(text.get_text().split()) for text in axes.texts]
        for ward in maps[0].wards:
            assert told.count(ward.name) == 1
        for found in maps:
            letter = found.sex[0].upper()
            assert sum(words.split()[0] == letter for words in told) == len(found.wards)
        width, height = figure.get_size_inches() * 72
        boxes = [
            (text.get_text(), text_box(text))
            for text in (*axes.texts, *figure.texts)
            if text.get_text()
        ]
        for words, one in boxes:
            assert one.x0 > -0.5, words
            assert one.x1 < width + 0.5, words
            assert -0.5 < one.y0 < one.y1 < height + 0.5, words
        for (words, one), (others, other) in combinations(boxes, 2):
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            assert min(across, min(one.y1, other.y1) - max(one.y0, other.y0)) < 0.7, (words, others)


def test_a_map_on_outlines_carries_names_where_all_fit_and_numbers_that_a_list_explains() -> None:
    study, maps = named("Mill")
    small, large = (
        pd.DataFrame(
            [
                {
                    "geography": "ward2011",
                    "area_code": code,
                    "area_name": code,
                    "area_km2": 1.0,
                    "outline_wkt": box(x, y, x + wide, y + 900).wkt,
                }
                for n, code in enumerate(samples.CODES)
                for x, y in [(wide * (n % 3), 900 * (n // 3))]
            ]
        )
        for wide in (200, 1000)
    )
    for boundary, numbers in ((small, True), (large, False)):
        page, phone = drawn_twice(
            lambda canvas, held=boundary: map_figure(canvas, study, maps, held)
        )
        on_map = [[t.get_text().strip("▼▲ ") for t in axes.texts] for axes in page.axes]
        assert len(on_map) == 2
        for words in on_map:
            assert (set(words) >= set("123456")) == numbers
            assert any("Mill" in one for one in words) != numbers
        listed = [text.get_text() for text in page.texts]
        assert {"Males", "Females", "Mill"} <= set(listed)
        # A phone has no list to look up: each tile below its maps has its name.
        *maps_of_phone, tiles = phone.axes
        assert len(maps_of_phone) == 2
        assert not any(axes.texts for axes in maps_of_phone)
        told = [" ".join(text.get_text().split()) for text in tiles.texts]
        assert all(ward.name in told for ward in maps[0].wards)


def test_the_title_of_a_map_tells_of_both_sexes() -> None:
    _, maps = named("Mill")
    assert finding(maps[:1]) == standings(maps[0])
    told = finding(maps)
    assert told.startswith(standings(maps[0]))
    assert "; for females, " in told
    bare = tuple(dataclasses.replace(found, place=None) for found in maps)
    assert finding(bare) == "Life expectancy of males and females by ward"
