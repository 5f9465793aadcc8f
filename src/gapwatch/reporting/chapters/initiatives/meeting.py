"""Initiatives that meet, in groups: pair by pair, many at one place would be hundreds of lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Two initiatives for one theme in one area at one time, as far as their times are known."""

    one: str
    other: str
    theme: str
    area: str
    time_known: bool


@dataclass(frozen=True)
class InitiativeGroup:
    """Initiatives of which every two are such a pair, in each of these areas."""

    initiatives: tuple[str, ...]
    theme: str
    areas: tuple[str, ...]
    time_known: bool


def meetings(pairs: Iterable[Pair]) -> list[InitiativeGroup]:
    """Every pair in the largest groups that hold it, with all areas in which a group meets."""
    places: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        places.setdefault((pair.theme, pair.area), []).append(pair)
    found: dict[tuple[tuple[str, ...], str, bool], list[str]] = {}
    for (theme, area), mine in places.items():
        for group in groups_that_meet((pair.one, pair.other) for pair in mine):
            known = all(p.time_known for p in mine if p.one in group and p.other in group)
            found.setdefault((group, theme, known), []).append(area)
    return [
        InitiativeGroup(group, theme, tuple(areas), known)
        for (group, theme, known), areas in found.items()
    ]


def groups_that_meet(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The largest groups in which every two meet, in the order of their names.

    Maximal cliques, by the algorithm of Bron and Kerbosch (1973). Each initiative runs for one span
    of time, so there are never more groups than initiatives.
    """
    met: dict[str, set[str]] = {}
    for one, other in pairs:
        met.setdefault(one, set()).add(other)
        met.setdefault(other, set()).add(one)
    found = _maximal(met, set(), set(met), set()) if met else ()
    return sorted(tuple(sorted(group)) for group in found)


def _maximal(
    met: dict[str, set[str]], group: set[str], candidates: set[str], done: set[str]
) -> Iterator[set[str]]:
    if not candidates and not done:
        yield group
        return
    pivot = max(sorted(candidates | done), key=lambda one: len(met[one] & candidates))
    for one in sorted(candidates - met[pivot]):
        yield from _maximal(met, group | {one}, candidates & met[one], done & met[one])
        candidates = candidates - {one}
        done = done | {one}
