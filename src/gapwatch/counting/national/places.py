"""The lookup of a country: blocks to wards to boroughs, with weights whose sums are exact."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

from gapwatch import tables
from gapwatch.contracts.boroughs import BLOCK_LOOKUP
from gapwatch.counting.counts import FloatArray
from gapwatch.counting.deprivation import require_scores
from gapwatch.counting.national.rows import MICRO
from gapwatch.errors import UsageError, ValidationError

_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Places:
    """Blocks, wards (A,) and boroughs, numbered in the order of their codes.

    `blocks` has columns block_code and block (number); `links` block, ward (numbers), weight
    (millionths of the block's people, a million for each block) and score (deprivation), in order
    of block and ward; `boroughs` (A,) are codes; `names` are those of wards and boroughs by code,
    as far as the lookup has any.
    """

    blocks: pd.DataFrame
    links: pd.DataFrame
    wards: tuple[str, ...]
    boroughs: tuple[str, ...]
    names: Mapping[str, str]

    def ward_means(self, persons: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Deprivation and share of people in blocks that are shared out, (A,), from (B,) persons.

        Means over people; NaN where nobody lives. Summed in the order of the links, always.
        """
        links = self.links
        people = persons[links["block"]] * (links["weight"].to_numpy() / MICRO)
        split = links["weight"].to_numpy() < MICRO

        def mean(values: FloatArray) -> FloatArray:
            ward, size = links["ward"].to_numpy(), len(self.wards)
            total = np.bincount(ward, people, size)
            means = np.full(size, np.nan)
            sums = np.bincount(ward, people * values, size)
            np.divide(sums, total, out=means, where=total > 0)
            return means

        return mean(links["score"].to_numpy()), mean(split.astype(float))


def read(path: Path) -> Places:
    """Read a lookup, a CSV in the shape of the contract `block_lookup`.

    Raises UsageError for a file that isn't there; ValidationError for what `tables.read_csv`
    refuses, a block whose weights don't sum to 1 or that has two scores, a ward in two boroughs,
    and for ranks or deciles where scores are asked for (`require_scores`).
    """
    if not path.is_file():
        raise UsageError(
            str(path),
            expected="a lookup from blocks to wards and boroughs, as CSV",
            found="no such file",
            remedy="see that the path is right",
        )
    # Spreadsheets save "CSV UTF-8" with a byte order mark.
    content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    frame = tables.read_csv(BLOCK_LOOKUP, content, path.name)
    for inner, outer in (("ward_code", "borough_code"), ("block_code", "deprivation_score")):
        several = frame.groupby(inner)[outer].nunique()
        for code in several.index[several > 1][:1]:
            found = frame.loc[frame[inner] == code, outer].unique()
            _refuse(path, f"{inner} {code}", f"one {outer}", ", ".join(map(str, found)))
    require_scores(
        f"{path.name}, deprivation_score",
        frame.drop_duplicates("block_code")["deprivation_score"],
    )
    wards = frame.drop_duplicates("ward_code").sort_values("ward_code")
    blocks, number = np.unique(frame["block_code"].to_numpy(dtype=str), return_inverse=True)
    links = pd.DataFrame(
        {
            "block": number.astype(np.uint32),
            "ward": np.searchsorted(
                wards["ward_code"].to_numpy(dtype=str), frame["ward_code"].to_numpy(dtype=str)
            ).astype(np.uint32),
            "weight": _weights(path, frame),
            "score": frame["deprivation_score"],
        }
    )
    numbered = {"block_code": blocks, "block": np.arange(len(blocks), dtype=np.uint32)}
    return Places(
        blocks=pd.DataFrame(numbered),
        links=links,
        wards=tuple(wards["ward_code"]),
        boroughs=tuple(wards["borough_code"]),
        names=_names(path, frame),
    )


def _names(path: Path, frame: pd.DataFrame) -> dict[str, str]:
    """Names by code, one each."""
    names: dict[str, str] = {}
    for kind in ("ward", "borough"):
        named = frame.dropna(subset=[f"{kind}_name"]).groupby(f"{kind}_code")[f"{kind}_name"]
        several = named.nunique()
        for code in several.index[several > 1][:1]:
            found = sorted(set(named.get_group(code)))
            _refuse(path, f"{kind}_code {code}", f"one {kind}_name", ", ".join(found))
        names |= {str(code): str(name) for code, name in named.first().items()}
    return names


def _weights(path: Path, frame: pd.DataFrame) -> pd.Series:
    """Weights in millionths, a million for each block: the largest one takes what rounding left."""
    weights = frame["weight"].fillna(1.0)
    sums = weights.groupby(frame["block_code"]).sum()
    for code, total in sums[(sums - 1).abs() > _ROUNDING].head(1).items():
        _refuse(path, f"block_code {code}", "weights that sum to 1", f"{total:g}")
    micro = (weights * MICRO).round().astype("int64")
    by_block = micro.groupby(frame["block_code"])
    micro[by_block.idxmax()] += (MICRO - by_block.sum()).to_numpy()
    return micro


def _refuse(path: Path, where: str, expected: str, found: str) -> NoReturn:
    raise ValidationError(
        f"{path.name}, {where}",
        expected=expected,
        found=found,
        remedy="compare the lookup with the publisher's; nothing was published from it",
    )
