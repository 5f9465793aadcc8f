"""What goes into a snapshot when some sources fail: fresh figures, those pinned last, or none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from gapwatch.errors import GapwatchError
from gapwatch.pulls.asking import FAULTS
from gapwatch.snapshots import Pin
from gapwatch.sources.payload import Payload

log = logging.getLogger(__name__)
# What leads from area to area comes before the figures that are carried by it.
_ORDER = ("lookup", "boundary", "area_reference", "population", "deaths", "life_expectancy")


@dataclass(frozen=True, eq=False)
class SettledPart:
    """What one source has in a snapshot: its pin, the bytes of it, and how they read."""

    pin: Pin
    sent: tuple[Payload, ...]
    found: Mapping[str, pd.DataFrame] = field(default_factory=dict)


Parts = dict[str, SettledPart]
Result = TypeVar("Result")


def settle(
    parts: Parts,
    spare: Collection[str],
    judge: Callable[[Parts], Result],
    before: Callable[[str], SettledPart | None],
) -> tuple[Parts, Result, dict[str, GapwatchError]]:
    """The parts that hold together, what `judge` makes of them, and the faults of the others.

    All of them are tried first. Where `judge` refuses these, those that can be spared are put back
    to what was pinned of them `before` (or left out, where nothing was) and taken in one by one.
    A source whose figures are refused beside all the others is the one with the fault. Raises what
    `judge` raises where the parts that can't be spared are refused by themselves.
    """
    try:
        return parts, judge(parts), {}
    except FAULTS as error:
        doubtful = sorted(
            (name for name in spare if name in parts and _differs(parts[name], before(name))),
            key=lambda name: (_place(parts[name]), name),
        )
        if not doubtful:
            raise
        log.warning("refused, so what can be spared is tried one by one.\n%s", error)
        held = put_back(parts, doubtful, before)
        try:
            result = judge(held)
        except FAULTS:
            raise error from None
    faults: dict[str, GapwatchError] = {}
    for name in [*doubtful, *doubtful]:  # twice: one may need another that came after it
        if held.get(name) is parts[name]:
            continue
        trial = {**held, name: parts[name]}
        try:
            result, held = judge(trial), trial
            faults.pop(name, None)
        except FAULTS as fault:
            faults[name] = fault
    return held, result, faults


def put_back(
    parts: Parts, names: Collection[str], before: Callable[[str], SettledPart | None]
) -> Parts:
    """The parts with some of them as they were pinned last; without those that never were."""
    held = {name: part for name, part in parts.items() if name not in names}
    return held | {name: old for name in names if (old := before(name)) is not None}


def _differs(part: SettledPart, old: SettledPart | None) -> bool:
    return old is None or old.pin != part.pin


def _place(part: SettledPart) -> int:
    return _ORDER.index(part.pin.table) if part.pin.table in _ORDER else len(_ORDER)
