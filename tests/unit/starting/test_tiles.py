"""A tile map keeps the areas where they lie, each on a tile of its own."""

from __future__ import annotations

import random

import pytest

from gapwatch.starting.tiles import by_name, from_centroids


def test_areas_on_a_square_lattice_keep_their_places() -> None:
    at = {
        f"{row}{column}": (1000.0 * column, -1000.0 * row)
        for row in range(4)
        for column in range(4)
    }
    placed = from_centroids(at)
    for code, (row, column) in placed.items():
        for other, (other_row, other_column) in placed.items():
            if code[0] < other[0] and code[1] == other[1]:
                assert row < other_row
            if code[1] < other[1] and code[0] == other[0]:
                assert column < other_column


@pytest.mark.parametrize("number", [2, 5, 17, 40])
@pytest.mark.parametrize("stretch", [(1.0, 1.0), (1.0, 8.0), (0.0, 1.0)])
def test_each_area_has_a_tile_of_its_own_from_the_north_west(
    number: int, stretch: tuple[float, float]
) -> None:
    drawn = random.Random(number)
    at = {
        f"E{n:02d}": (
            530_000 + 5_000 * stretch[0] * drawn.random(),
            180_000 + 5_000 * stretch[1] * drawn.random(),
        )
        for n in range(number)
    }
    placed = from_centroids(at)
    assert set(placed) == set(at)
    assert len(set(placed.values())) == number
    assert min(row for row, _ in placed.values()) == 0
    assert min(column for _, column in placed.values()) == 0
    assert max(max(place) for place in placed.values()) < 60  # the most that a study takes
    backwards = dict(reversed(at.items()))
    assert from_centroids(backwards) == placed


def test_areas_at_one_point_still_have_tiles_of_their_own() -> None:
    placed = from_centroids(dict.fromkeys("abcde", (530_000.0, 180_000.0)))
    assert len(set(placed.values())) == 5


def test_without_a_map_tiles_go_by_name() -> None:
    names = {"E3": "Alpha", "E1": "Delta", "E2": "Beta", "E4": "Charlie", "E5": "Echo"}
    assert by_name(names) == {"E3": (0, 0), "E2": (0, 1), "E4": (0, 2), "E1": (1, 0), "E5": (1, 1)}
