"""Small countries as frames, and the files that gapwatch reads of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from gapwatch.counting.national.wards import Wards, ward_counts
from gapwatch.demo.national import InventedCountry, write


@dataclass(frozen=True, eq=False)
class Frames:
    """The three files of a country."""

    deaths: pd.DataFrame
    population: pd.DataFrame
    lookup: pd.DataFrame

    def changed(self, **frames: pd.DataFrame) -> Frames:
        return replace(self, **frames)

    def save(self, folder: Path, kind: str = "csv") -> tuple[Path, Path, Path]:
        """Write the files into a folder; deaths, population and lookup."""
        paths = []
        for name in ("deaths", "population"):
            path = folder / f"{name}.{kind}"
            frame = getattr(self, name)
            if kind == "csv":
                frame.to_csv(path, index=False)
            else:
                duckdb.sql(f"COPY (FROM frame) TO '{path}' (FORMAT parquet)")
            paths.append(path)
        self.lookup.to_csv(folder / "lookup.csv", index=False)
        return paths[0], paths[1], folder / "lookup.csv"

    def wards(self, folder: Path, **options: object) -> Wards:
        return ward_counts(*self.save(folder), **options)


@cache
def frames(country: InventedCountry) -> Frames:
    """A country as the generator writes it; the ends of bands are whole numbers or missing."""
    with TemporaryDirectory() as folder:
        paths = write(country, Path(folder))
        counts = [
            duckdb.sql(f"FROM '{paths[name]}' ORDER BY ALL").df().astype({"age_end_years": "Int64"})
            for name in ("deaths", "population")
        ]
        return Frames(*counts, pd.read_csv(paths["lookup"]))
