"""A national twin: invented boroughs whose truth is known, as large as a country's files.

Every borough has the same number of wards and blocks; its own gradient of mortality over
deprivation, which changes with the years; and deaths drawn at random around what that gradient
makes. The codes begin with X, so that nobody takes them for a real place's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.contracts import SEXES
from gapwatch.warehouse import Session, literal, session

FloatArray = npt.NDArray[np.float64]

AGES = np.array([0, 1, *range(5, 95, 5)])
GEOGRAPHY = "lsoa-invented"
BASE = "invented"
_CENTRES = np.append((AGES[:-1] + AGES[1:]) / 2, 94.0)
_FEMALE_RATE = 0.7
_MALE_RATES = 0.0002 + 0.00003 * np.exp(0.1 * _CENTRES) + 0.004 * (AGES == 0)
# A block's residents of one sex in a year, by band; an English one has about 800.
_RESIDENTS = np.array([9, 38, *[47] * 10, 46, 44, 40, 36, 30, 20, 11, 6], dtype=float)
_MOST_DEPRIVED = 60.0
_MEMORY_BYTES = 2_000_000_000


@dataclass(frozen=True)
class InventedCountry:
    """So many boroughs, wards in each and blocks in all, over some years.

    The whole of England and Wales is about `InventedCountry(boroughs=300, wards=23,
    blocks=35_672)`; a borough's blocks are dealt out over its wards in turn.
    """

    seed: int
    boroughs: int = 300
    wards: int = 23
    blocks: int = 35_672
    first_year: int = 2001
    years: int = 20

    def places(self) -> pd.DataFrame:
        """One row a block: its place in the country, ward and borough (numbers), deprivation."""
        block = np.arange(self.blocks)
        borough = block % self.boroughs
        ward = borough * self.wards + block // self.boroughs % self.wards
        rng = np.random.Generator(np.random.PCG64([self.seed, 0]))
        of_ward = rng.uniform(0.1, 0.9, self.boroughs * self.wards)
        share = np.clip(of_ward[ward] + rng.normal(0, 0.05, self.blocks), 0, 1)
        return pd.DataFrame(
            {
                "block": block,
                "ward": ward,
                "borough": borough,
                "deprivation_score": np.round(share * _MOST_DEPRIVED, 3),
            }
        )


@dataclass(frozen=True, eq=False)
class Borough:
    """A borough's blocks (B,) and arrays (B, 2, Y, K) over sexes, years and bands.

    `expected` are the deaths that its true mortality makes of its residents: the truth.
    """

    places: pd.DataFrame
    residents: FloatArray
    expected: FloatArray
    deaths: FloatArray


def boroughs(country: InventedCountry) -> Iterator[Borough]:
    """Each borough in turn: a whole country never has to fit into memory."""
    years = np.arange(country.years)
    rates = np.stack([_FEMALE_RATE * _MALE_RATES, _MALE_RATES])
    for number, places in country.places().groupby("borough"):
        rng = np.random.Generator(np.random.PCG64([country.seed, 1, int(str(number))]))
        steepness, change = rng.uniform(0.2, 1.4), rng.uniform(-0.03, 0.03)
        gradient = steepness + change * years
        deprived = places["deprivation_score"].to_numpy() / _MOST_DEPRIVED - 0.5
        relative = np.exp(gradient * deprived[:, np.newaxis] - 0.01 * years)
        shape = (len(places), 2, country.years, len(AGES))
        residents = 1 + rng.poisson(np.broadcast_to(_RESIDENTS, shape)).astype(np.float64)
        expected: FloatArray = np.multiply(
            residents, rates[:, np.newaxis] * relative[:, np.newaxis, :, np.newaxis]
        )
        yield Borough(places, residents, expected, rng.poisson(expected).astype(float))


def write(country: InventedCountry, folder: Path) -> dict[str, Path]:
    """Write deaths.parquet, population.parquet and lookup.csv; the paths by those first names."""
    paths = {name: folder / f"{name}.parquet" for name in ("deaths", "population")}
    paths["lookup"] = folder / "lookup.csv"
    _lookup(country).to_csv(paths["lookup"], index=False, lineterminator="\n")
    with (
        tempfile.TemporaryDirectory() as room,
        session(
            Path(room) / "twin.duckdb",
            threads=1,
            memory_bytes=_MEMORY_BYTES,
            files=[paths["deaths"], paths["population"]],
        ) as database,
    ):
        for borough in boroughs(country):
            database.put("twin", _rows(country, borough))
        _export(database, "deaths", "", paths["deaths"])
        _export(database, "population", f"{literal(BASE)} AS base,", paths["population"])
    return paths


def _lookup(country: InventedCountry) -> pd.DataFrame:
    places = country.places()
    return pd.DataFrame(
        {
            "block_code": [f"X01{number:06d}" for number in places["block"]],
            "ward_code": [f"X05{number:06d}" for number in places["ward"]],
            "borough_code": [f"X09{number:06d}" for number in places["borough"]],
            "deprivation_score": places["deprivation_score"],
        }
    )


def _rows(country: InventedCountry, borough: Borough) -> pd.DataFrame:
    shape = borough.deaths.shape
    ends = np.append(AGES[1:] - 1, -1)
    axes = {
        "block": borough.places["block"].to_numpy(dtype=np.int32)[:, None, None, None],
        "sex": np.arange(2, dtype=np.int8)[:, None, None],
        "year": np.arange(country.first_year, country.first_year + country.years)[:, None],
        "age_start": AGES,
        "age_end": ends,
    }
    flat = {name: np.broadcast_to(axis, shape).ravel() for name, axis in axes.items()}
    return pd.DataFrame(
        {**flat, "deaths": borough.deaths.ravel(), "population": borough.residents.ravel()}
    )


def _export(database: Session, table: str, extra: str, path: Path) -> None:
    sexes = ", ".join(literal(sex) for sex in SEXES)
    database.run(
        f"""COPY (
            SELECT {literal(GEOGRAPHY)} AS geography, printf('X01%06d', block) AS area_code,
                [{sexes}][sex + 1] AS sex, year::INTEGER AS year, {extra}
                age_start::INTEGER AS age_start_years,
                nullif(age_end, -1)::INTEGER AS age_end_years, {table} AS {table}_persons
            FROM twin
        ) TO {literal(str(path))} (FORMAT parquet)"""  # noqa: S608
    )
