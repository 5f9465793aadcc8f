"""Which shares may be told of those who answered, when some areas have too few of them.

Whoever knows a sum and all its parts but one knows the last. So beside an area that is withheld
others are, until what the told sums leave over is of two areas or more, and of 10 people or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gapwatch.contracts.voice import FEWEST
from gapwatch.listening.codes import NOBODY, SECONDARY, TOO_FEW

_PARTS = 2


@dataclass(frozen=True)
class WithheldReasons:
    """Reasons by area and by zone, and that of the whole place; "" where it may be told."""

    areas: Mapping[str, str]
    zones: Mapping[str, str]
    place: str


def told(
    people: Mapping[str, int], unknown: int, zones: Mapping[str, Sequence[str]]
) -> WithheldReasons:
    """What may be told of a wave, given how many people answered in each area.

    `unknown` answered and live in no known area: they count for the place alone. `zones` have no
    area in common; areas outside all of them count for the place. Zones are told all together or
    not at all: where one of them has to be withheld, the place less the others would tell it.
    """
    everybody = sum(people.values()) + unknown
    if everybody < FEWEST:
        why = NOBODY if everybody == 0 else TOO_FEW
        return WithheldReasons(dict.fromkeys(people, why), dict.fromkeys(zones, why), why)
    inside = {zone: [area for area in areas if area in people] for zone, areas in zones.items()}
    inside = {zone: areas for zone, areas in inside.items() if areas}
    counted = {zone: sum(people[area] for area in areas) for zone, areas in inside.items()}
    held = {area for areas in inside.values() for area in areas}
    rest = [area for area in people if area not in held]
    left = everybody - sum(counted.values())
    # What is left of the place beside the zones can be worked out: it has to be enough people too.
    zoned = bool(counted) and min(counted.values()) >= FEWEST and (left == 0 or left >= FEWEST)
    reasons = {
        area: "" if count >= FEWEST else NOBODY if count == 0 else TOO_FEW
        for area, count in people.items()
    }
    if zoned:
        for areas in inside.values():
            _protect(reasons, people, areas, 0)
        if left:
            _protect(reasons, people, rest, unknown)
    else:
        _protect(reasons, people, list(people), unknown)
    of_zones = {}
    for zone in zones:
        count = counted.get(zone, 0)
        few = NOBODY if count == 0 else TOO_FEW if count < FEWEST else SECONDARY
        of_zones[zone] = "" if zoned and count else few
    return WithheldReasons(reasons, of_zones, "")


def _protect(
    reasons: dict[str, str], people: Mapping[str, int], areas: Sequence[str], unknown: int
) -> None:
    """Withhold more areas of one sum, the smallest first, until what is left over tells nothing.

    `unknown` people are of the sum and in none of its areas: what is left over holds them too.
    """
    smallest_first = sorted(areas, key=lambda area: (people[area], area))
    for area in [None, *smallest_first]:
        if area is not None and not reasons[area]:
            reasons[area] = SECONDARY
        hidden = [name for name in areas if reasons[name] and people[name]]
        parts = len(hidden) + bool(unknown)
        total = sum(people[name] for name in hidden) + unknown
        if not parts or (parts >= _PARTS and total >= FEWEST):
            return
