"""Areas of the second level taken together with their neighbours, where alone none could be told.

Two levels that were drawn at different times mostly differ by a few streets along a boundary. An
area that takes a sliver of one of the study's own can't be told beside it (see crossing); together
with another that has the rest of that own area it can, as the sliver then lies inside both. So
areas are united across slivers until no intersection with an own area is small, and the level is
told in coarser steps (coarsening, or global recoding, as the literature has it).

Which areas stand together is decided by lookups, the length of the windows and the residents of the
first year. All of these are public, so that the choice tells nothing of a death; and they may not
change, so that every release decides alike. Whether a union is told in a window is then decided as
for any other area. Where own areas are cut everywhere, a union may be most of the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from gapwatch.contracts import TOGETHER
from gapwatch.counting.counts import BoolArray, FloatArray
from gapwatch.counting.disclosure.crossing import Crossing
from gapwatch.demography.life_table import LEAST_PERSON_YEARS

_DECIMALS = 8
Union = tuple[int, ...]


def united(of: Crossing, length: int) -> Crossing:
    """The crossing with areas of its level united, for windows of `length` years.

    A union has the codes of its areas, joined by `TOGETHER`; who stands alone keeps its own.
    """
    first_year = of.atoms.person_years[:, :, 0].sum(axis=-1)
    found = unions(of.own, of.kept, first_year, LEAST_PERSON_YEARS / length)
    members = {
        TOGETHER.join(of.level.areas[at] for at in union): [of.level.areas[at] for at in union]
        for union in found
    }
    level = of.level.groups(members, of.level.geography)
    return replace(of, level=level, kept=_shares(of.kept, found))


def named(codes: tuple[str, ...], names: Mapping[str, str]) -> dict[str, str]:
    """Names of areas by their codes, those of a union joined as its codes are.

    An area without a name has its code, and so has a union of which some area has none.
    """
    found = {}
    for code in codes:
        members = code.split(TOGETHER)
        known = all(each in names for each in members)
        found[code] = f" {TOGETHER} ".join(names[each] for each in members) if known else code
    return found


def unions(
    own: FloatArray, kept: FloatArray, residents: FloatArray, least: float
) -> tuple[Union, ...]:
    """Places of the second level's areas, those that have to stand together beside one another.

    `own` (U, A) and `kept` (U, B) are the share of each of U atoms in the areas of either level,
    `residents` (U, 2) persons of either sex in each; where nobody lives nothing is to be found out.
    The smallest intersection with fewer than `least` residents of some sex goes first. Where blocks
    are shared out between areas, these are united; else the area that makes it is united with the
    one that has most residents in common with it in the same own areas. An own area that is small
    by itself can't be helped, and unites nothing.
    """
    lived_in = residents.any(axis=1)
    own, here, residents = own[lived_in], kept[lived_in], residents[lived_in]
    helped = ((own > 0).T.astype(float) @ residents).min(axis=1) >= least
    found: list[Union] = [(at,) for at in range(kept.shape[1])]
    while (pair := _first_pair(own, _shares(here, found), residents, least, helped)) is not None:
        one, other = pair
        found[one] = tuple(sorted((*found[one], *found[other])))
        del found[other]
    return tuple(sorted(found))


def _shares(kept: FloatArray, found: Sequence[Union]) -> FloatArray:
    """The share of each atom in each union. Shares are rounded: those of a whole make one."""
    summed = np.stack([kept[:, list(union)].sum(axis=1) for union in found], axis=1)
    return np.round(summed, _DECIMALS)


def _first_pair(
    own: FloatArray, inside: FloatArray, residents: FloatArray, least: float, helped: BoolArray
) -> tuple[int, int] | None:
    """The two unions to be united next; None where no intersection that can be helped is small."""
    # As they are told apart when it is judged whether an area may be told.
    kinds, which = np.unique(np.hstack([own, inside]), axis=0, return_inverse=True)
    which = which.reshape(-1)
    size = np.stack([residents[which == kind].sum(axis=0) for kind in range(len(kinds))])
    for kind in np.argsort(size.min(axis=1), kind="stable"):
        if size[kind].min() >= least:
            return None
        mine, holding = np.split(kinds[kind] > 0, [own.shape[1]])
        if not helped[mine].any() or not holding.any():
            continue
        one = int(np.flatnonzero(holding)[0])
        near = (own[:, mine] > 0).any(axis=1)
        shared = residents.sum(axis=1)[near] @ inside[near]
        if holding.sum() > 1:
            shared = np.where(holding, shared, 0.0)
        shared[one] = 0.0
        if shared.any():
            other = int(np.argmax(shared))
            return min(one, other), max(one, other)
    return None
