"""The invented borough's areas: 20 wards, re-drawn to 18, over 120 small areas and 24 MSOAs.

A ward of the old vintage is a tile of three by two small areas. The wards of 2022 are cut anew
along two rows of tiles, there and back, so that most of their borders differ. MSOAs are five small
areas that lie together, whatever ward they are in.
"""

from __future__ import annotations

from functools import lru_cache

from gapwatch.demo.replica.places import Lsoa11, Lsoa21, ReplicaPlaces, Ring, Ward, Ward24
from gapwatch.demo.twin import names
from gapwatch.demo.twin.lattice import Lattice, bounds

ACROSS, DOWN = 3, 2
PER_WARD = ACROSS * DOWN
LSOAS = PER_WARD * len(names.WARDS)
PER_MSOA = 5
SEED = 2022
# Small areas of each ward of 2022, in the order of `names.NEW_NAMES`.
SIZES = (7, 7, 7, 6, 7, 7, 6, 7, 6, 7, 6, 7, 6, 7, 7, 6, 7, 7)
_COLUMNS, _ROWS = names.COLUMNS * ACROSS, names.ROWS * DOWN
# By row and column of the grid. A new border runs through the second that is split.
SPLIT = ((1, 3), (4, 6), (7, 1))
MERGED = ((0, 5), (6, 10))  # each with the one south of it


def number_of(row: int, column: int) -> int:
    """Number of the small area of 2011 at a row and column: ward by ward, row by row in each."""
    ward = row // DOWN * names.COLUMNS + column // ACROSS
    return ward * PER_WARD + row % DOWN * ACROSS + column % ACROSS


def place_of(number: int) -> tuple[int, int]:
    """Row and column of a small area of 2011."""
    ward, place = divmod(number, PER_WARD)
    return (
        ward // names.COLUMNS * DOWN + place // ACROSS,
        ward % names.COLUMNS * ACROSS + place % ACROSS,
    )


@lru_cache(maxsize=1)
def borough() -> ReplicaPlaces:
    """Every area, with its outline; the same at every call."""
    lattice = Lattice.make(_ROWS, _COLUMNS, SEED)
    wards = tuple(
        Ward(names.ward_code(n), plan.name, n // names.COLUMNS, n % names.COLUMNS)
        for n, plan in enumerate(names.WARDS)
    )
    lsoas11 = tuple(_old(lattice, number) for number in range(LSOAS))
    lsoas21, redrawn = _new(lattice, _new_wards())
    msoas = tuple(names.MSOA.format(n + 1) for n in range(LSOAS // PER_MSOA))
    wards24 = tuple(
        Ward24(names.NEW_WARD.format(n + 1), name, _parts(lsoas11, lsoas21, redrawn, n))
        for n, name in enumerate(names.NEW_NAMES)
    )
    return ReplicaPlaces(wards, lsoas11, lsoas21, msoas, wards24, redrawn)


def _old(lattice: Lattice, number: int) -> Lsoa11:
    ring = lattice.cell(*place_of(number))
    code = names.LSOA_2011.format(number + 1)
    return Lsoa11(code, number // PER_WARD, bounds(ring), ring)


def _new_wards() -> dict[int, int]:
    """Number of the ward of 2022 by small area of 2011, split areas by their western half."""
    order = [
        number_of(row, column)
        for north in range(0, _ROWS, 2 * DOWN)
        for strip, columns in enumerate((range(_COLUMNS), range(_COLUMNS - 1, -1, -1)))
        for column in columns
        for row in range(north + DOWN * strip, north + DOWN * (strip + 1))
    ]
    wards = [ward for ward, size in enumerate(SIZES) for _ in range(size)]
    return dict(zip(order, wards, strict=True))


def _msoa(number: int) -> int:
    """Number of the MSOA: fives, column by column, along each row of wards."""
    row, column = place_of(number)
    along = column * DOWN + row % DOWN
    return row // DOWN * (_COLUMNS * DOWN // PER_MSOA) + along // PER_MSOA


def _new(lattice: Lattice, ward_of: dict[int, int]) -> tuple[tuple[Lsoa21, ...], tuple[int, ...]]:
    """Small areas of 2021 and the ward of 2022 of each; codes go on where those of 2011 end."""
    made: list[Lsoa21] = []
    wards: list[int] = []
    gone = {number_of(row + 1, column) for row, column in MERGED}

    def add(parents: tuple[int, ...], change: str, ring: Ring, ward: int) -> None:
        kept = change == "U"
        code = (
            names.LSOA_2011.format(parents[0] + 1)
            if kept
            else names.LSOA_2021.format(sum(lsoa.change != "U" for lsoa in made) + 1)
        )
        made.append(Lsoa21(code, parents, change, _msoa(parents[0]), bounds(ring), ring))
        wards.append(ward)

    for number in range(LSOAS):
        row, column = place_of(number)
        if (row, column) in SPLIT:
            west, east = lattice.halves(row, column)
            add((number,), "S", west, ward_of[number])
            beside = number_of(row, column + 1) if column + 1 < _COLUMNS else number
            add((number,), "S", east, ward_of[beside])
        elif (row, column) in MERGED:
            both = (number, number_of(row + 1, column))
            add(both, "M", lattice.column_of(row, row + 1, column), ward_of[number])
        elif number not in gone:
            add((number,), "U", lattice.cell(row, column), ward_of[number])
    return tuple(made), tuple(wards)


def _parts(
    lsoas11: tuple[Lsoa11, ...], lsoas21: tuple[Lsoa21, ...], redrawn: tuple[int, ...], ward: int
) -> tuple[int, ...]:
    """Wards of 2011 that gave small areas to a ward of 2022."""
    mine = {
        lsoas11[parent].ward
        for lsoa, new in zip(lsoas21, redrawn, strict=True)
        if new == ward
        for parent in lsoa.parents
    }
    return tuple(sorted(mine))
