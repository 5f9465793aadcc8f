"""The layers that the replica's portal serves: attributes, and outlines where there are any."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from gapwatch.demo.replica.places import Lsoa11, Lsoa21
from gapwatch.demo.replica.world import World

OUTPUT_AREAS = 2  # a lookup by output area repeats each LSOA


@dataclass(frozen=True)
class Layer:
    """Names of attributes, rows of them, and a shape a row (none for a lookup)."""

    names: tuple[str, ...]
    rows: list[list[str]]
    shapes: list[shapely.Geometry]

    @property
    def vital(self) -> str:
        """The column that matters most: the code of the areas that the layer is about."""
        return next(name for name in self.names if name.endswith("CD"))


def layers(world: World) -> dict[str, Layer]:
    """Every service with its one layer, number 0."""
    return {
        "LSOA11_WD19_LAD19_EW_LU": _lsoa11_ward(world),
        "LSOA11_WD19_LAD19_EW_LU_cbf3896924a74e58ac96b7ec66a34071": _lsoa11_ward(world),
        "LSOA11_LSOA21_LAD22_EW_LU_v5": _lsoa11_lsoa21(world),
        "LSOA21_WD24_LAD24_EW_LU": _lsoa21_ward24(world),
        "MSOA21_WD24_LAD24_EW_LU": _msoa_ward24(world),
        "MSOA_2021_EW_BGC_V3": _msoas(world),
        "Middle_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V3": _msoas(world),
        "OA_LSOA_MSOA_EW_DEC_2021_LU_v3": _oa_msoa(world),
        "OA21_LSOA21_MSOA21_LAD22_EW_LU": _oa_msoa(world),
        "Wards_December_2019_Boundaries_EW_BGC": _wards11(world),
        "Wards_December_2021_UK_BGC_2022": _wards11(world, "WD21"),
        "Wards_December_2024_Boundaries_UK_BGC": _wards24(world),
    }


def _name(world: World, number: int, letter: str = "") -> str:
    return f"{world.name} {number + 1:03d}{letter}"


def _lsoa11_ward(world: World) -> Layer:
    rows = []
    for number, lsoa in enumerate(world.places.lsoas11):
        ward = world.places.wards[lsoa.ward]
        rows.append(
            [lsoa.code, _name(world, number, "A"), ward.code, ward.name, world.code, world.name]
        )
    names = ("LSOA11CD", "LSOA11NM", "WD19CD", "WD19NM", "LAD19CD", "LAD19NM")
    return Layer(names, rows, [])


def _lsoa11_lsoa21(world: World) -> Layer:
    rows = [
        [
            world.places.lsoas11[parent].code,
            _name(world, parent, "A"),
            lsoa.change,
            lsoa.code,
            _name(world, number, "B"),
            world.code,
            world.name,
        ]
        for number, lsoa in enumerate(world.places.lsoas21)
        for parent in lsoa.parents
    ]
    names = ("LSOA11CD", "LSOA11NM", "CHGIND", "LSOA21CD", "LSOA21NM", "LAD22CD", "LAD22NM")
    return Layer(names, rows, [])


def _oa_msoa(world: World) -> Layer:
    rows = []
    for number, lsoa in enumerate(world.places.lsoas21):
        for place in range(OUTPUT_AREAS):
            area = f"E009{number * OUTPUT_AREAS + place:05d}"
            rows.append(
                [
                    area,
                    lsoa.code,
                    _name(world, number, "B"),
                    world.places.msoas[lsoa.msoa],
                    _name(world, lsoa.msoa),
                    world.code,
                    world.name,
                ]
            )
    names = ("OA21CD", "LSOA21CD", "LSOA21NM", "MSOA21CD", "MSOA21NM", "LAD22CD", "LAD22NM")
    return Layer(names, rows, [])


def _msoas(world: World) -> Layer:
    rows = [[code, _name(world, number)] for number, code in enumerate(world.places.msoas)]
    shapes = [
        _union([world.places.lsoas21[n] for n in world.places.of_msoa(number)])
        for number in range(len(rows))
    ]
    return Layer(("MSOA21CD", "MSOA21NM"), rows, shapes)


def _msoa_ward24(world: World) -> Layer:
    rows = []
    for number, code in enumerate(world.places.msoas):
        ward = world.places.wards24[world.places.ward24_of_msoa(number)]
        rows.append([code, _name(world, number), ward.code, ward.name, world.code, world.name])
    names = ("MSOA21CD", "MSOA21NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM")
    return Layer(names, rows, [])


def _lsoa21_ward24(world: World) -> Layer:
    rows = []
    for number, lsoa in enumerate(world.places.lsoas21):
        ward = world.places.wards24[world.places.ward24_of_lsoa(number)]
        rows.append(
            [lsoa.code, _name(world, number, "B"), ward.code, ward.name, world.code, world.name]
        )
    names = ("LSOA21CD", "LSOA21NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM")
    return Layer(names, rows, [])


def _wards24(world: World) -> Layer:
    rows = [[ward.code, ward.name, world.code, world.name] for ward in world.places.wards24]
    shapes = [
        _union([world.places.lsoas21[n] for n in world.places.of_ward24(number)])
        for number in range(len(rows))
    ]
    return Layer(("WD24CD", "WD24NM", "LAD24CD", "LAD24NM"), rows, shapes)


def _wards11(world: World, name: str = "WD19") -> Layer:
    rows = [[ward.code, ward.name] for ward in world.places.wards]
    shapes = [
        _union([lsoa for lsoa in world.places.lsoas11 if lsoa.ward == number])
        for number in range(len(rows))
    ]
    return Layer((f"{name}CD", f"{name}NM"), rows, shapes)


def _union(lsoas: list[Lsoa11] | list[Lsoa21]) -> shapely.Geometry:
    return shapely.union_all(
        [shapely.Polygon(lsoa.ring) if lsoa.ring else shapely.box(*lsoa.box) for lsoa in lsoas]
    )
