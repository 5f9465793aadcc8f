"""An invented borough laid out like its tile map: wards, LSOAs and MSOAs of two vintages.

Each ward that `lay_out` makes is a tile of 900 by 600 metres that holds six LSOAs of 2011. Outlines
are rectangles in metres of the British National Grid: west, south, east, north. A ring of points
inside its rectangle stands for it where there is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Box = tuple[int, int, int, int]
Ring = tuple[tuple[int, int], ...]
WEST, NORTH, SIDE = 525_000, 182_000, 300
ACROSS, PER_WARD = 3, 6
WHOLE = PER_WARD - 1
# LSOAs of 2011 that were split, and pairs that were merged, as counted from 0.
SPLIT = (3, 40)
MERGED = {13: 12, 73: 72}
WARDS_LOST = 2


@dataclass(frozen=True)
class Ward:
    """A ward of 2011 and its place on the tile map, counted from the north-west."""

    code: str
    name: str
    row: int
    column: int


@dataclass(frozen=True)
class Lsoa11:
    """An LSOA of 2011: the number of its ward, and its outline."""

    code: str
    ward: int
    box: Box
    ring: Ring = ()


@dataclass(frozen=True)
class Lsoa21:
    """An LSOA of 2021: the LSOAs of 2011 it comes from, its MSOA by number, its outline."""

    code: str
    parents: tuple[int, ...]
    change: str
    msoa: int
    box: Box
    ring: Ring = ()


@dataclass(frozen=True)
class Ward24:
    """A ward of 2024: the wards of 2011 that it is made of, wholly or for the most part."""

    code: str
    name: str
    parts: tuple[int, ...]


@dataclass(frozen=True)
class ReplicaPlaces:
    """Every area of the borough; an area's number is its place in its tuple.

    `redrawn` numbers the ward of 2024 of each LSOA of 2021, where borders of wards moved; without
    it each goes where its ward of 2011 went.
    """

    wards: tuple[Ward, ...]
    lsoas11: tuple[Lsoa11, ...]
    lsoas21: tuple[Lsoa21, ...]
    msoas: tuple[str, ...]
    wards24: tuple[Ward24, ...]
    redrawn: tuple[int, ...] = ()

    def of_msoa(self, number: int) -> list[int]:
        """Numbers of the LSOAs of 2021 in an MSOA."""
        return [n for n, lsoa in enumerate(self.lsoas21) if lsoa.msoa == number]

    def ward_of_msoa(self, number: int) -> int:
        """Number of the ward of 2011 that holds most of an MSOA's LSOAs; the first of equals."""
        lsoas = [self.lsoas21[n] for n in self.of_msoa(number)]
        return Counter(self.lsoas11[lsoa.parents[0]].ward for lsoa in lsoas).most_common(1)[0][0]

    def of_ward24(self, number: int) -> list[int]:
        """Numbers of the LSOAs of 2021 in a ward of 2024; none of them crosses its border."""
        return [n for n in range(len(self.lsoas21)) if self.ward24_of_lsoa(n) == number]

    def ward24_of_lsoa(self, lsoa: int) -> int:
        """Number of the ward of 2024 that an LSOA of 2021 is in."""
        if self.redrawn:
            return self.redrawn[lsoa]
        ward = self.lsoas11[self.lsoas21[lsoa].parents[0]].ward
        return next(n for n, new in enumerate(self.wards24) if ward in new.parts)

    def ward24_of_msoa(self, number: int) -> int:
        """Number of the ward of 2024 that an MSOA's ward went into, or holds most of its LSOAs."""
        if not self.redrawn:
            ward = self.ward_of_msoa(number)
            return next(n for n, new in enumerate(self.wards24) if ward in new.parts)
        return Counter(self.redrawn[n] for n in self.of_msoa(number)).most_common(1)[0][0]


def lay_out(wards: Sequence[Ward]) -> ReplicaPlaces:
    """The areas of a borough with these wards."""
    lsoas11 = tuple(
        Lsoa11(f"E019{number * PER_WARD + place + 1:05d}", number, _box(ward, place))
        for number, ward in enumerate(wards)
        for place in range(PER_WARD)
    )
    crossing = -(-len(wards) // WHOLE)
    msoas = tuple(f"E02{960 + number:06d}" for number in range(len(wards) + crossing))
    return ReplicaPlaces(
        tuple(wards), lsoas11, _lsoas21(lsoas11, len(wards)), msoas, _wards24(wards)
    )


def _box(ward: Ward, place: int) -> Box:
    down, across = divmod(place, ACROSS)
    west = WEST + (ward.column * ACROSS + across) * SIDE
    north = NORTH - (ward.row * (PER_WARD // ACROSS) + down) * SIDE
    return west, north - SIDE, west + SIDE, north


def _msoa(number: int, wards: int) -> int:
    """Five LSOAs of each ward are an MSOA; the sixths of five wards make one that crosses them."""
    ward, place = divmod(number, PER_WARD)
    return ward if place < WHOLE else wards + ward // WHOLE


def _lsoas21(lsoas11: tuple[Lsoa11, ...], wards: int) -> tuple[Lsoa21, ...]:
    made: list[Lsoa21] = []
    for number, old in enumerate(lsoas11):
        west, south, east, north = old.box
        msoa = _msoa(number, wards)
        if number in MERGED:
            first = made.pop()
            made.append(
                Lsoa21(
                    f"E0195{number:04d}",
                    (MERGED[number], number),
                    "M",
                    msoa,
                    (first.box[0], south, east, north),
                )
            )
        elif number in SPLIT:
            middle = (west + east) // 2
            for half, box in enumerate(
                ((west, south, middle, north), (middle, south, east, north))
            ):
                made.append(Lsoa21(f"E0196{number:03d}{half}", (number,), "S", msoa, box))
        else:
            made.append(Lsoa21(old.code, (number,), "U", msoa, old.box))
    return tuple(made)


def _wards24(wards: Sequence[Ward]) -> tuple[Ward24, ...]:
    """The last four wards become two, as 20 became 18."""
    alone = len(wards) - 2 * WARDS_LOST if len(wards) > 2 * WARDS_LOST else len(wards)
    parts = [(n,) for n in range(alone)] + [(n, n + 1) for n in range(alone, len(wards), 2)]
    return tuple(
        Ward24(f"E05{13792 + number:06d}", " and ".join(wards[n].name for n in part), part)
        for number, part in enumerate(parts)
    )
