"""What a reader could infer of small counts from sums that are told, and which sums to withhold.

Sums over areas and windows are told within a rounding step. Together they bound every part of them,
so a part is safe when some whole numbers that agree with all that is told give it 5 deaths or more.
Only parts that are not whole themselves, where a block was shared out, are let be any numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

LEAST_COUNT = 5
STEP = 5
# Nothing is searched for ever: a case that isn't decided within so many branches counts as unsafe.
_MOST_NODES = 2_000
_NEAR_ENOUGH = 0.25
_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Parts:
    """Deaths of the disjoint parts, such as blocks or wards, that a release's areas are made of.

    Attributes
    ----------
    years : (Y,) calendar years, ascending
    deaths : (U, 2, Y) persons in each part, of females and males
    members : by (geography, area), (U,) share of each part that belongs to the area, 0 to 1
    """

    years: npt.NDArray[np.int64]
    deaths: FloatArray
    members: Mapping[tuple[str, str], FloatArray]


@dataclass(frozen=True, eq=False)
class PublishedSums:
    """Told sums over V variables, one for each part and year: `rows` (C, V); each is in its bounds.

    `deaths` (V,) are the true counts, `told` (C,) true sums, `whole` (C,) whether each sum is one
    of whole numbers, `at_least` (C,) what is known of it otherwise, from a figure that needs so
    many.
    """

    rows: sparse.csr_array
    deaths: FloatArray
    told: FloatArray
    whole: BoolArray
    at_least: FloatArray


def sums_of(
    parts: Parts,
    sex: int,
    areas: Sequence[tuple[str, str]],
    windows: Sequence[tuple[int, int]],
    at_least: FloatArray,
) -> PublishedSums:
    """Sums over areas and windows, (C,) of both; parts that always stand together are one.

    Parts of no area are left out: nothing is told of them.
    """
    from scipy import sparse  # noqa: PLC0415 - slow to import, and few studies are restricted

    named = list(dict.fromkeys(areas))
    shares = np.array([parts.members[area] for area in named], dtype=float)
    inside = shares.any(axis=0)
    kinds, which = np.unique(shares[:, inside], axis=1, return_inverse=True)
    years = len(parts.years)
    deaths = np.zeros((kinds.shape[1], years))
    np.add.at(deaths, which.reshape(-1), parts.deaths[inside, sex])
    place = {area: at for at, area in enumerate(named)}
    cells = []
    for area, (start, end) in zip(areas, windows, strict=True):
        within = (parts.years >= start) & (parts.years <= end)
        cells.append(np.outer(kinds[place[area]], within).reshape(-1))
    rows = sparse.csr_array(np.array(cells))
    counted = bool((deaths == np.round(deaths)).all())
    whole = np.array(
        [counted and bool(np.isin(kinds[place[area]], (0.0, 1.0)).all()) for area in areas]
    )
    flat = deaths.reshape(-1)
    return PublishedSums(rows, flat, rows @ flat, whole, at_least)


def rounded(counts: FloatArray) -> FloatArray:
    """Counts to the nearest multiple of 5; halves up."""
    return np.asarray(np.floor(counts / STEP + 0.5) * STEP, dtype=float)


def withhold(sums: PublishedSums, refused: BoolArray, ends: IntArray | None = None) -> BoolArray:
    """(C,) which sums must not be told, so that no part is known to have fewer than 5 deaths.

    `ends` (C,) is the last year of each sum. Years are judged in their order, each with what was
    decided for those before it, which stands: what an earlier release told, told by the same sums
    without the later years, is told again, and what it withheld stays withheld. The release and
    those before it then tell together what it tells alone. Without `ends` all are judged at once.
    """
    if ends is None:
        return _withhold(sums, np.asarray(refused), np.ones(len(refused), dtype=bool))
    hidden = np.asarray(refused).copy()
    for year in np.unique(ends):
        so_far = np.flatnonzero(ends <= year)
        part = PublishedSums(
            sums.rows[so_far],
            sums.deaths,
            sums.told[so_far],
            sums.whole[so_far],
            sums.at_least[so_far],
        )
        hidden[so_far] = _withhold(part, hidden[so_far], ends[so_far] == year)
    return hidden


def _withhold(sums: PublishedSums, refused: BoolArray, open_to_choice: BoolArray) -> BoolArray:
    """(C,) which sums must not be told: those `refused`, and more of those that may be chosen.

    Sums below 5 come first, and those that are `refused` (C,) for another reason. Then each part
    and year with fewer than 5 deaths is looked at: where the sums that are left prove it small, the
    one sum whose absence makes it safe is withheld, the smallest of them if there are several; if
    no single one does, that which widens the bound most, and so on. Where none that may be chosen
    holds the part, those that bound the other parts of a sum from below are withheld for it.
    """
    hidden = np.asarray((sums.told < LEAST_COUNT) | refused)
    open_ = set(np.flatnonzero(sums.deaths < LEAST_COUNT).tolist())
    while open_:
        at = min(open_)
        most, active = _highest(sums, hidden, at)
        # Whole numbers reach no higher than others, and take longer to look through.
        reached = None if most < LEAST_COUNT else _reached(sums, hidden, at, open_)
        choices = _choices(sums, hidden, at, open_to_choice)
        if reached is None and choices.size:
            hidden = hidden.copy()
            hidden[_next(sums, hidden, at, active, choices)] = True
        else:
            open_ -= (reached or set()) | {at}
    return hidden


def bounds_of(sums: PublishedSums, hidden: BoolArray) -> tuple[FloatArray, FloatArray]:
    """(C,) lowest and highest value of each sum, as a reader knows it from what is told."""
    shown = rounded(sums.told)
    margin = np.where(sums.whole, (STEP - 1) / 2, STEP / 2)
    low = np.where(hidden, 0.0, np.maximum(shown - margin, LEAST_COUNT))
    return np.maximum(low, sums.at_least), np.where(hidden, np.inf, shown + margin)


def _reached(sums: PublishedSums, hidden: BoolArray, at: int, wanted: set[int]) -> set[int] | None:
    """Variables that reach 5 in one set of whole numbers in which `at` does; None if none does.

    The search favours sets in which many of `wanted` reach 5, so that few searches do.
    """
    from scipy import sparse  # noqa: PLC0415 - as above
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - as above

    many = len(sums.deaths)
    others = np.array(sorted(wanted))
    # Deaths of blocks that were shared out are not whole themselves.
    whole = int((sums.deaths == np.round(sums.deaths)).all())
    low, high = bounds_of(sums, hidden)
    least = np.zeros(many + len(others))
    least[at] = LEAST_COUNT
    most = np.concatenate([np.full(many, np.inf), np.full(len(others), float(LEAST_COUNT))])
    empty = sparse.csr_array((len(low), len(others)))
    pick = sparse.csr_array(
        (np.ones(len(others)), (np.arange(len(others)), others)), shape=(len(others), many)
    )
    found = milp(
        c=np.concatenate([np.zeros(many), -np.ones(len(others))]),
        integrality=np.concatenate([np.full(many, whole), np.zeros(len(others))]),
        bounds=Bounds(least, most),
        constraints=[
            LinearConstraint(sparse.hstack([sums.rows, empty], format="csr"), low, high),
            LinearConstraint(
                sparse.hstack([pick, -sparse.eye_array(len(others))], format="csr"), 0.0, np.inf
            ),
        ],
        options={"mip_rel_gap": _NEAR_ENOUGH, "node_limit": _MOST_NODES},
    )
    if found.x is None:
        return None
    numbers = np.round(found.x[:many], _DECIMALS)
    return set(others[numbers[others] >= LEAST_COUNT].tolist())


def _next(
    sums: PublishedSums, hidden: BoolArray, at: int, active: BoolArray, choices: IntArray
) -> int:
    """The sum to withhold next for the sake of one variable, one of `choices`.

    Where the highest value leaves room within a sum's bounds, that sum's absence raises it no
    further: only `active` sums are tried.
    """
    order = choices[np.argsort(sums.told[choices], kind="stable")]
    widest, best = -1.0, int(order[0])
    bounding = order[active[order]]
    for choice in bounding if len(bounding) else order:
        without = hidden.copy()
        without[choice] = True
        bound, _ = _highest(sums, without, at)
        if bound >= LEAST_COUNT and _reached(sums, without, at, {at}) is not None:
            return int(choice)
        if bound > widest:
            widest, best = bound, int(choice)
    return best


def _choices(
    sums: PublishedSums, hidden: BoolArray, at: int, open_to_choice: BoolArray
) -> IntArray:
    """Sums that may be withheld for a variable: those that hold it, or else any other."""
    holding = _told_of(sums, hidden, at)
    chosen = holding[open_to_choice[holding]]
    if len(chosen) or not len(holding):
        return chosen
    return np.flatnonzero(open_to_choice & ~hidden).astype(np.int64)


def _told_of(sums: PublishedSums, hidden: BoolArray, at: int) -> npt.NDArray[np.int64]:
    """Sums that hold a variable and aren't withheld; without any it has no upper bound."""
    holds = np.asarray(sums.rows[:, [at]].toarray()[:, 0] > 0)
    return np.flatnonzero(holds & ~hidden).astype(np.int64)


def _highest(sums: PublishedSums, hidden: BoolArray, at: int) -> tuple[float, BoolArray]:
    """The highest value of a variable that all bounds allow, were it not whole.

    With it, (C,) which sums stand at one of their bounds then.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - as above

    low, high = bounds_of(sums, hidden)
    aim = np.zeros(len(sums.deaths))
    aim[at] = -1.0
    found = milp(
        c=aim, bounds=Bounds(0.0, np.inf), constraints=LinearConstraint(sums.rows, low, high)
    )
    if found.x is None:
        return float("inf"), np.zeros(len(low), dtype=bool)
    stands = sums.rows @ found.x
    active = np.asarray(
        (stands >= high - 10.0**-_DECIMALS) | ((stands <= low + 10.0**-_DECIMALS) & (low > 0))
    )
    return round(-float(found.fun), _DECIMALS), active
