"""Names, codes and deprivation of the invented borough's wards.

Codes have the form that the Office for National Statistics gives, with a number after the letters
that it has never used (wards run to about E05016000, small areas to E01036000, boroughs to
E09000033): whoever meets one elsewhere can't take it for a place, and no lookup holds it.
"""

from __future__ import annotations

from dataclasses import dataclass

BOROUGH_CODE, BOROUGH = "E09099001", "Ravensholt"
REGION_CODE, REGION = "E12099001", "The Eastmark"
COUNTRY_CODE, COUNTRY = "E92099001", "Loegria"
OLD_WARD, NEW_WARD, LSOA_2011, LSOA_2021, MSOA = (
    "E05099{:03d}",
    "E05098{:03d}",
    "E01099{:03d}",
    "E01098{:03d}",
    "E02099{:03d}",
)
COLUMNS, ROWS = 5, 4
NORTH, AFFLUENT, POOREST = range(8), 19, 0


@dataclass(frozen=True)
class WardPlan:
    """A ward of the old vintage: its name, and its deprivation from -1 (least) to 1 (most)."""

    name: str
    deprivation: float


# Row by row from the north-west; the first eight are the north of the borough.
WARDS = (
    WardPlan("Tanner's Hill", 1.00),
    WardPlan("Kilnfield", 0.82),
    WardPlan("Coaling Wharf", 0.92),
    WardPlan("Mossgate", 0.74),
    WardPlan("Brickmarsh", 0.86),
    WardPlan("Saltpan", 0.78),
    WardPlan("Underbridge", 0.88),
    WardPlan("Millrace", 0.68),
    WardPlan("Priory Cross", 0.30),
    WardPlan("Larkspur", 0.05),
    WardPlan("Market Quarter", 0.38),
    WardPlan("Hobbs Green", 0.12),
    WardPlan("St Osyn's", -0.08),
    WardPlan("Foxcombe", -0.22),
    WardPlan("Elderbrook", -0.35),
    WardPlan("Weir End", 0.20),
    WardPlan("Castle Mound", -0.15),
    WardPlan("Whitestile", -0.45),
    WardPlan("Holme Terrace", -0.60),
    WardPlan("Parkmere and Belvoir", -1.00),
)
# As `borough` cuts the wards of 2022: along two rows of old wards, there and back.
NEW_NAMES = (
    "Tanner's Hill and Quays",
    "Kilnfield",
    "Coaling Wharf",
    "Mossgate",
    "Brickmarsh and Larkspur",
    "Priory Cross",
    "Millrace",
    "Viaduct",
    "Saltpan",
    "Market Quarter",
    "Hobbs Green",
    "St Osyn's",
    "Foxcombe",
    "Elderbrook and Parkmere",
    "Belvoir and Holme",
    "Whitestile",
    "Castle Mound",
    "Weir End",
)


def ward_code(number: int) -> str:
    """Code of a ward of the old vintage, by its number from 0."""
    return OLD_WARD.format(number + 1)


def score(deprivation: float) -> float:
    """A published deprivation score, which runs from about 8 to 44."""
    return round(26.0 + 18.0 * deprivation, 2)
