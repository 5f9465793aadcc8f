"""The districts that are known without a network: London's boroughs, with their wards of 2011.

london_wards_2011.csv is of published figures: codes and names of wards and boroughs, and the
average score of the Index of Multiple Deprivation 2010, as in the London Ward Atlas (Greater London
Authority, from the Ministry of Housing, Communities and Local Government); life expectancy of males
at birth, 2005-09, as in "Life expectancy at birth and age 65 by ward" (Greater London Authority,
from ONS figures). Contains public sector information licensed under the Open Government Licence
v3.0. Names are spelt as in the Atlas, but for "St." with its full stop.
"""

from __future__ import annotations

import csv
import difflib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gapwatch.errors import UsageError
from gapwatch.sources.spelling import plain

LIST = Path(__file__).with_name("london_wards_2011.csv")
_FEWEST = 5
_NEAR, _MOST_NEAR = 0.5, 5


@dataclass(frozen=True)
class DistrictWard:
    """A ward of 2011: average IMD score of 2010, and males' life expectancy in 2005-09, in years.

    A higher score is more deprived.
    """

    code: str
    name: str
    score: float
    male_years: float


@dataclass(frozen=True)
class District:
    """A district with its wards, by code."""

    code: str
    name: str
    wards: tuple[DistrictWard, ...]


@functools.cache
def known() -> tuple[District, ...]:
    """Every district of the list, by code."""
    names: dict[str, str] = {}
    wards: dict[str, list[DistrictWard]] = {}
    with LIST.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names[row["district_code"]] = row["district"]
            ward = DistrictWard(
                row["ward_code"],
                row["ward"],
                float(row["imd2010_average_score"]),
                float(row["male_life_expectancy_2005_09_years"]),
            )
            wards.setdefault(row["district_code"], []).append(ward)
    return tuple(District(code, names[code], tuple(wards[code])) for code in sorted(names))


def find(place: str, districts: Sequence[District] | None = None) -> District:
    """The district of a code or a name, however it is spelt.

    Raises UsageError for one that isn't known, with the nearest names, for a name that two
    districts have, and for a district of too few wards to compare.
    """
    listed = known() if districts is None else districts
    asked = place.strip()
    named = {one.code: one.name for one in listed}
    code = chosen(asked, named)
    if code is None:
        raise unknown(asked, named)
    district = next(one for one in listed if one.code == code)
    if len(district.wards) < _FEWEST:
        raise UsageError(
            f"{district.name} ({district.code})",
            expected=f"a district of at least {_FEWEST} wards, to compare its fifths",
            found=str(len(district.wards)),
            remedy="describe the place yourself: docs/how-to/another-place.md",
        )
    return district


def chosen(asked: str, named: Mapping[str, str]) -> str | None:
    """The code that is meant, of `named` by code; None where there is none.

    Raises UsageError for a name that two of them have.
    """
    if asked.upper() in named:
        return asked.upper()
    spelt = plain(asked)
    codes = sorted(code for code, name in named.items() if spelt and plain(name) == spelt)
    if len(codes) > 1:
        told = ", ".join(f"{named[code]} ({code})" for code in codes)
        raise UsageError(
            f"init {asked}",
            expected="the name of one district",
            found=f"{len(codes)} of that name: {told}",
            remedy=f"name its code, for instance gapwatch init {codes[0]}",
        )
    return codes[0] if codes else None


def unknown(asked: str, named: Mapping[str, str]) -> UsageError:
    """The error for a place that isn't known, with the nearest names."""
    spelt = {name.casefold(): name for name in named.values()}
    near = difflib.get_close_matches(asked.casefold(), spelt, _MOST_NEAR, _NEAR)
    codes = difflib.get_close_matches(asked.upper(), named, 1, 0.8)
    meant = [*(spelt[name] for name in near), *(f"{code} ({named[code]})" for code in codes)]
    remedy = f"did you mean {' or '.join(meant)}? " if meant else ""
    return UsageError(
        f"init {asked[:80]}",
        expected="the code or name of a district that is known without a network: "
        f"{', '.join(sorted(named.values()))}",
        found=repr(asked[:80]),
        remedy=f"{remedy}For another place start with `gapwatch init` and edit its study "
        "(docs/how-to/another-place.md)",
    )
