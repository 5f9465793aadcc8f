"""A small invented borough, served over loopback, and the sources that ask for it."""

from __future__ import annotations

from typing import Any

from gapwatch.demo.replica import Replica, Ward, World
from gapwatch.sources.http import Client
from gapwatch.study import FingertipsSource, NomisSource, Publishers

WARDS = tuple(Ward(f"E0500063{n}", f"Ward {n}", n // 3, n % 3) for n in range(6))
WORLD = World.make(WARDS)
SAID = {
    "next_expected": "Not announced.",
    "title": "A title",
    "publisher": "A publisher",
    "attribution": "An attribution",
}


def client(**changed: Any) -> Client:
    """A client that doesn't wait long."""
    return Client(**{"allow_local": True, "tries": 2, "back_off": 0.01, "read": 5.0, **changed})


def publishers(replica: Replica) -> Publishers:
    """Where the replica's publishers are."""
    return Publishers.model_validate(replica.publishers)


def fingertips_source(**changed: Any) -> FingertipsSource:
    """Life expectancy of the borough's MSOAs."""
    return FingertipsSource.model_validate(
        {
            **SAID,
            "id": "msoa-life",
            "kind": "fingertips",
            "table": "life_expectancy",
            "indicator": 93283,
            "parent_code": WORLD.code,
            "area_types": [
                {"id": 3, "geography": "msoa2021", "expected_areas": len(WORLD.places.msoas)}
            ],
            **changed,
        }
    )


def nomis_source(**changed: Any) -> NomisSource:
    """Residents of the borough's LSOAs."""
    return NomisSource.model_validate(
        {
            **SAID,
            "id": "lsoa-population",
            "kind": "nomis",
            "table": "population",
            "dataset": "NM_2014_1",
            "area_type": "2021 super output areas - lower layer",
            "parent_code": WORLD.code,
            "geography": "lsoa2021",
            "base": "census2021",
            "years": [2021, 2022],
            "expected_areas": len(WORLD.places.lsoas21),
            **changed,
        }
    )
