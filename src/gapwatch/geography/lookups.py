"""Lookups between geographies: read, composed, turned round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd

from gapwatch.errors import ValidationError

PAIR = ["from_code", "to_code"]
# Tables keep six decimals, so three equal shares add up to 0.999999.
ROUNDING = 0.5e-6
TOLERANCE = 1e-9
SHOWN = 5


@dataclass(frozen=True)
class Lookup:
    """Shares of the areas of one geography in those of another.

    `pairs` has one row a pair, sorted: from_code, to_code, weight (share, above 0); the weights of
    each from_code add up to 1 within 1e-9. `assumed` holds from_codes whose weights are equal
    because nothing better is known.
    """

    source: str
    from_geography: str
    to_geography: str
    pairs: pd.DataFrame
    assumed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        weights = self.pairs["weight"]
        if not len(weights) or self.pairs.duplicated(PAIR).any():
            _refuse(self.source, "pairs of areas, each once", "none, or a pair again")
        if not (np.isfinite(weights) & (weights > 0)).all():
            _refuse(self.source, "shares above 0", "a share that is missing, 0 or negative")
        off = (self.pairs.groupby("from_code")["weight"].sum() - 1).abs()
        wrong = off.index[off > TOLERANCE]
        if len(wrong):
            _refuse(self.source, "shares that add up to 1 for each area", shown(wrong))

    @property
    def from_codes(self) -> frozenset[str]:
        """Codes of the areas that are led from."""
        return frozenset(self.pairs["from_code"].unique())

    @property
    def to_codes(self) -> frozenset[str]:
        """Codes of the areas that are led to."""
        return frozenset(self.pairs["to_code"].unique())


def read(rows: pd.DataFrame, source: str) -> Lookup:
    """The lookup in rows of the contract LOOKUP, all of one source and one pair of geographies.

    The table's rounding to six decimals is undone; ValidationError for shares further from 1.
    Equal shares of several areas are taken for assumed: a source without weights gives such.
    """
    kinds = rows[["from_geography", "to_geography"]].drop_duplicates()
    if len(kinds) != 1:
        _refuse(source, "one pair of geographies", f"{len(kinds)} of them")
    if rows.duplicated(PAIR).any():
        _refuse(source, "each pair of areas once", shown(rows[rows.duplicated(PAIR)]["from_code"]))
    by_code = rows.groupby("from_code")["weight"]
    total, number = by_code.transform("sum"), by_code.transform("size")
    wrong = (total - 1).abs() > number * ROUNDING + TOLERANCE
    if wrong.any() or rows["weight"].isna().any():
        _refuse(source, "shares that add up to 1 for each area", shown(rows[wrong]["from_code"]))
    pairs = rows[PAIR].assign(weight=rows["weight"] / total)
    held = pairs[pairs["weight"] > 0]
    shares = held.groupby("from_code")["weight"].agg(["size", "min", "max"])
    equal = shares[(shares["size"] > 1) & (shares["max"] - shares["min"] <= ROUNDING * 2)]
    return Lookup(
        source,
        str(kinds.iloc[0, 0]),
        str(kinds.iloc[0, 1]),
        _tidy(held),
        frozenset(map(str, equal.index)),
    )


def compose(first: Lookup, then: Lookup) -> Lookup:
    """From the first's smaller areas to the other's larger ones; each middle area must lead on."""
    if first.to_geography != then.from_geography:
        _refuse(
            f"{first.source} and {then.source}",
            f"a lookup from {first.to_geography}",
            f"one from {then.from_geography}",
        )
    lost = first.to_codes - then.from_codes
    if lost:
        _refuse(
            then.source,
            f"a row for each area of {first.to_geography}",
            f"none for {shown(lost)}",
            "check that both lookups are of one vintage",
        )
    step = pd.DataFrame(then.pairs).rename(
        columns={"from_code": "middle", "to_code": "end", "weight": "share"}
    )
    joined = first.pairs.merge(step, left_on="to_code", right_on="middle", how="inner")
    joined["weight"] *= joined["share"]
    pairs: pd.DataFrame = joined.groupby(["from_code", "end"])["weight"].sum().reset_index()
    through = set(joined.loc[joined["middle"].isin(then.assumed), "from_code"])
    return Lookup(
        f"{first.source}, {then.source}",
        first.from_geography,
        then.to_geography,
        _tidy(pairs.rename(columns={"end": "to_code"})),
        first.assumed | through,
    )


def reverse(lookup: Lookup, residents: pd.Series | None = None) -> Lookup:
    """The lookup turned round, weighted by the residents of its smaller areas (persons by code).

    Without them, or where they are all zero, each smaller area counts the same; an area made of
    several then stands in `assumed`. ValidationError when a smaller area's residents are missing.
    """
    pairs = lookup.pairs.rename(columns={"from_code": "to_code", "to_code": "from_code"})
    persons = pd.Series(1.0, index=sorted(lookup.from_codes))
    if residents is not None:
        persons = _known(residents, lookup)
    plain = pairs["weight"]
    moved = plain * pairs["to_code"].map(persons).astype("float64")
    total = moved.groupby(pairs["from_code"]).transform("sum")
    weights = (moved / total).where(total > 0, _normed(plain, pairs["from_code"]))
    several = pairs.groupby("from_code")["to_code"].transform("size") > 1
    unknown = several & ((total <= 0) if residents is not None else True)
    kept = pairs.assign(weight=weights)
    return Lookup(
        lookup.source,
        lookup.to_geography,
        lookup.from_geography,
        _tidy(kept[kept["weight"] > 0]),
        frozenset(pairs[unknown]["from_code"]),
    )


def best_fit(lookup: Lookup) -> pd.Series:
    """For each smaller area the larger that holds most of it; the first code where they tie."""
    ranked = lookup.pairs.assign(rank=-lookup.pairs["weight"].round(9))
    first = ranked.sort_values(["from_code", "rank", "to_code"]).drop_duplicates("from_code")
    return first.set_index("from_code")["to_code"]


def shown(codes: Iterable[str]) -> str:
    """The first codes in order, and how many more there are."""
    known = sorted(set(codes))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more


def _known(residents: pd.Series, lookup: Lookup) -> pd.Series:
    persons = residents.reindex(sorted(lookup.from_codes)).astype("float64")
    bad = persons.index[persons.isna() | (persons < 0)]
    if len(bad):
        _refuse(
            lookup.source,
            f"residents of each area of {lookup.from_geography}",
            f"none for {shown(bad)}",
        )
    return persons


def _normed(weights: pd.Series, codes: pd.Series) -> pd.Series:
    return weights / weights.groupby(codes).transform("sum")


def _tidy(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs[[*PAIR, "weight"]].sort_values(PAIR, ignore_index=True)


def _refuse(
    where: str, expected: str, found: str, remedy: str = "check the lookup and its vintage"
) -> NoReturn:
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)
