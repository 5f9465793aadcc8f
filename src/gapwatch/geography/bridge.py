"""From the areas that figures are published on to the study's own, by way of small blocks.

Each block (say a lower-layer area of 2021) is carried up to a published area and across to the
study's areas. Its residents are shared out by the lookups' weights, so nobody counts twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gapwatch import tables
from gapwatch.contracts.bridges import BRIDGE, BRIDGE_SIDE
from gapwatch.errors import StudyError, ValidationError
from gapwatch.geography.lookups import Lookup, best_fit, compose, read, reverse, shown

MAJORITY = 0.5
TOLERANCE = 1e-9


@dataclass(frozen=True)
class SideFit:
    """How well a set of study areas is made of published areas.

    `assigned` are the published areas more than half of whose residents live in the side; it may
    be empty. `elsewhere` are the side's residents in other published areas, `outside` residents of
    the assigned areas beyond the side. All counts are persons, or blocks where none are pinned.
    """

    areas: tuple[str, ...]
    assigned: tuple[str, ...]
    residents: float
    elsewhere: float
    outside: float
    assigned_residents: float

    @property
    def share_elsewhere(self) -> float:
        """Share of the side's residents who live in areas assigned elsewhere; NaN without any."""
        return self.elsewhere / self.residents if self.residents else float("nan")

    @property
    def share_outside(self) -> float:
        """Share of residents of the assigned areas who live outside; NaN when none is assigned."""
        return self.outside / self.assigned_residents if self.assigned_residents else float("nan")


@dataclass(frozen=True)
class Bridged:
    """Residents by published area and study area.

    `cells` is one row a pair, sorted: area_code, study_area_code, residents (above 0). `basis` is
    `residents`, or `blocks` when each block counts the same. `assumed` are blocks with a weight
    that a lookup doesn't give: equal shares, for want of better knowledge; `assumed_share` is the
    share of all residents who live in these.
    """

    geography: str
    study_geography: str
    basis: str
    cells: pd.DataFrame
    assumed: frozenset[str]
    assumed_share: float

    @property
    def lookup(self) -> Lookup:
        """Shares of each published area's residents in the study's areas."""
        total = self.cells.groupby("area_code")["residents"].transform("sum")
        pairs = pd.DataFrame(
            {
                "from_code": self.cells["area_code"],
                "to_code": self.cells["study_area_code"],
                "weight": self.cells["residents"] / total,
            }
        )
        return Lookup("bridge", self.geography, self.study_geography, pairs)

    def inside(self, areas: Collection[str]) -> pd.Series:
        """Share of each published area's residents who live in a set of study areas."""
        total = self.cells.groupby("area_code")["residents"].sum()
        mine = self.cells[self.cells["study_area_code"].isin(list(areas))]
        part = mine.groupby("area_code")["residents"].sum()
        return part.reindex(total.index, fill_value=0.0) / total

    def side(self, areas: Sequence[str]) -> SideFit:
        """The published areas that stand for a side, and how many residents are misplaced."""
        shares = self.inside(areas)
        assigned = shares.index[shares > MAJORITY + TOLERANCE]
        within = self.cells["study_area_code"].isin(list(areas))
        taken = self.cells["area_code"].isin(assigned)
        persons = self.cells["residents"]
        return SideFit(
            tuple(sorted(areas)),
            tuple(sorted(assigned)),
            float(persons[within].sum()),
            float(persons[within & ~taken].sum()),
            float(persons[~within & taken].sum()),
            float(persons[taken].sum()),
        )


def bridge(
    lookups: Mapping[str, pd.DataFrame],
    *,
    geography: str,
    blocks: str,
    up: Sequence[str],
    across: Sequence[str],
    study_geography: str,
    study_areas: Collection[str],
    published: Collection[str] | None = None,
    residents: Mapping[str, pd.Series] | None = None,
) -> Bridged:
    """Carry `blocks` up to `geography` and across to `study_geography`.

    `lookups` holds rows of the contract LOOKUP by source; `up` and `across` name them in order,
    each turned round where that makes the chain connect. `residents` holds persons by code for
    each geography that has them: those of the blocks are what is shared out.
    Raises StudyError where a chain doesn't connect; ValidationError for blocks without residents
    or without an area, for published areas without a block, and for study areas that the lookups
    don't lead to or that the study doesn't know (another vintage).
    """
    known = residents or {}
    upward = chain(lookups, "bridge, up", blocks, up, geography, known)
    sideways = chain(lookups, "bridge, across", blocks, across, study_geography, known)
    _same("across", upward.from_codes, sideways.from_codes, f"block of {blocks}")
    _same("across", frozenset(study_areas), sideways.to_codes, f"study area ({study_geography})")
    if published is not None:
        _same("up", frozenset(published), upward.to_codes, f"published area ({geography})")
    persons = _persons(upward.from_codes, known.get(blocks), blocks)
    pairs = upward.pairs.merge(sideways.pairs, on="from_code", suffixes=("", "_across"))
    pairs["residents"] = pairs["weight"] * pairs["weight_across"] * pairs["from_code"].map(persons)
    names = {"to_code": "area_code", "to_code_across": "study_area_code"}
    cells = (
        pairs.rename(columns=names).groupby([*names.values()], as_index=False)["residents"].sum()
    )
    empty = frozenset(upward.to_codes) - set(cells[cells["residents"] > 0]["area_code"])
    if empty:
        raise _broken("up", f"residents in each area of {geography}", f"none in {shown(empty)}")
    assumed = upward.assumed | sideways.assumed
    total = float(persons.sum())
    return Bridged(
        geography,
        study_geography,
        "residents" if blocks in known else "blocks",
        cells[cells["residents"] > 0].reset_index(drop=True),
        assumed,
        float(persons[persons.index.isin(list(assumed))].sum()) / total if total else 0.0,
    )


def chain(
    lookups: Mapping[str, pd.DataFrame],
    name: str,
    start: str,
    sources: Sequence[str],
    end: str,
    residents: Mapping[str, pd.Series],
) -> Lookup:
    """The lookups of `sources` one after another, from `start` to `end`, each turned as needed."""
    whole: Lookup | None = None
    here = start
    for source in sources:
        if source not in lookups:
            raise StudyError(
                name,
                expected="a source that is a lookup",
                found=source,
                remedy="add the source, or correct its name",
            )
        step = read(lookups[source], source)
        if step.from_geography != here and step.to_geography == here:
            step = reverse(step, residents.get(step.from_geography))
        if step.from_geography != here:
            raise _no_way(
                name,
                f"a lookup that has {here} at one end",
                f"{source}: {step.from_geography} to {step.to_geography}",
            )
        whole = step if whole is None else compose(whole, step)
        here = step.to_geography
    if whole is None or here != end:
        raise _no_way(name, f"a chain of lookups from {start} to {end}", f"one that ends at {here}")
    return whole


def bridge_table(bridged: Bridged, zones: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Rows of the contract BRIDGE: each published area's best fit, and its zone."""
    total = bridged.cells.groupby("area_code")["residents"].sum().sort_index()
    fits = best_fit(bridged.lookup)
    pairs = bridged.lookup.pairs.set_index(["from_code", "to_code"])["weight"]
    inside = {zone: bridged.inside(zones[zone]) for zone in sorted(zones)}
    rows = []
    counted = bridged.basis == "residents"
    for code in map(str, total.index):
        fit = str(fits[code])
        shares = {zone: round(float(part[code]), 9) for zone, part in inside.items()}
        zone = max(shares, key=lambda name: shares[name], default="")
        zone = zone if shares.get(zone, 0.0) > 0 else ""
        rows.append(
            {
                "geography": bridged.geography,
                "area_code": code,
                "study_area_code": fit,
                "share_in_best_fit": min(float(pairs[(code, fit)]), 1.0),
                "zone": zone,
                "share_in_zone": min(shares.get(zone, 0.0), 1.0),
                "residents_persons": float(total[code]) if counted else float("nan"),
                "basis": bridged.basis,
            }
        )
    return tables.canonical(BRIDGE, pd.DataFrame(rows), "bridge")


def side_table(
    bridged: Bridged, sides: Mapping[str, Sequence[str]], names: Mapping[str, str]
) -> pd.DataFrame:
    """Rows of the contract BRIDGE_SIDE: the published areas in which a side's residents live.

    `sides` holds the study areas of each side; an area without a name in `names` has its code.
    """
    rows = []
    for side in sorted(sides):
        assigned = set(bridged.side(sides[side]).assigned)
        for code, share in bridged.inside(sides[side]).items():
            if share > 0:
                rows.append(
                    {
                        "geography": bridged.geography,
                        "side": side,
                        "area_code": str(code),
                        "area_name": names.get(str(code), str(code)),
                        "share_in_side": min(float(share), 1.0),
                        "counts": code in assigned,
                    }
                )
    return tables.canonical(BRIDGE_SIDE, pd.DataFrame(rows), "bridge_side")


def _persons(codes: frozenset[str], residents: pd.Series | None, blocks: str) -> pd.Series:
    if residents is None:
        return pd.Series(1.0, index=sorted(codes))
    _same("population", codes, frozenset(residents.index), f"block of {blocks}")
    persons = residents.astype("float64")
    bad = persons.index[persons.isna() | (persons < 0)]
    if len(bad) or persons.index.has_duplicates:
        raise _broken(
            "population",
            f"residents of each block of {blocks}, once",
            f"none, or several figures, for {shown(bad)}",
        )
    return persons


def _same(name: str, wanted: frozenset[str], found: frozenset[str], what: str) -> None:
    """Both must be the same codes: one too few loses residents, one too many adds them."""
    if wanted - found:
        raise _broken(name, f"each {what}", f"nothing for {shown(wanted - found)}")
    if found - wanted:
        raise _broken(name, f"no other {what}", shown(found - wanted))


def _broken(name: str, expected: str, found: str) -> ValidationError:
    return ValidationError(
        f"bridge, {name}",
        expected=expected,
        found=found,
        remedy="check that lookups, population and study are of one vintage and one place",
    )


def _no_way(name: str, expected: str, found: str) -> StudyError:
    return StudyError(
        name,
        expected=expected,
        found=found,
        remedy="correct the order of the lookups, or add the one that is missing",
    )
