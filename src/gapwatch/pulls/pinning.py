"""The pin of what a source sent, and what was pinned of it last."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from gapwatch import snapshots
from gapwatch.errors import IntegrityError
from gapwatch.pulls.asking import FAULTS
from gapwatch.pulls.settling import SettledPart
from gapwatch.snapshots import Pin, Snapshot
from gapwatch.sources import registry as kinds
from gapwatch.sources.inputs import payloads
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, LiveSource, Source, is_restricted

log = logging.getLogger(__name__)


def pin_of(
    raw: Path,
    source: LiveSource,
    sent: tuple[Payload, ...],
    found: Mapping[str, pd.DataFrame],
    known: Mapping[str, Pin],
    today: dt.date,
    *,
    keyed: bool = True,
) -> Pin:
    """The pin of what a source sent; the one that it had, when it sent the same again.

    Where it isn't `keyed` no key is made: such a pin of restricted bytes is never written.
    """
    secret = is_restricted(source) and keyed
    objects = tuple(
        snapshots.described(
            raw,
            role=item.role,
            address=item.address,
            suffix=item.suffix,
            content=item.content,
            restricted=secret,
        )
        for item in sent
    )
    pin = Pin(
        id=source.id,
        table=source.table,
        title=source.title,
        publisher=source.publisher,
        licence=source.licence,
        attribution=source.attribution,
        period=_declared(source) if secret else _period(found[source.table]),
        obtained="retrieved",
        obtained_on=today,
        objects=objects,
        restricted=secret,
    )
    old = known.get(source.id)
    same = old is not None and old.model_copy(update={"obtained_on": today}) == pin
    return old if same and old is not None else pin


def mend(raw: Path, parts: Iterable[SettledPart]) -> tuple[str, ...]:
    """Files of the store that hold other bytes than were pinned, written anew from what was sent.

    They hold what their names say, whatever becomes of the pull.
    """
    mended = []
    for part in parts:
        for path in snapshots.mend(raw, part.pin, [item.content for item in part.sent]):
            log.warning("%s didn't hold what was pinned: written anew as it was sent", path)
            mended.append(str(path))
    return tuple(mended)


class Before:
    """What was pinned of each live source in the snapshot that a pull follows; read when asked."""

    def __init__(self, raw: Path, previous: Snapshot | None, live: list[LiveSource]) -> None:
        self._raw = raw
        self._pins = {} if previous is None else {pin.id: pin for pin in previous.pins}
        self._known_at = None if previous is None else previous.as_known_at
        self._live = {source.id: source for source in live}
        self._read: dict[str, SettledPart | None] = {}

    def __call__(self, name: str) -> SettledPart | None:
        """A source's last pin as the study reads it today; None where there is none of the kind."""
        if name not in self._read:
            self._read[name] = self._part(name)
        return self._read[name]

    def _part(self, name: str) -> SettledPart | None:
        source, pin = self._live[name], self._pins.get(name)
        if pin is None or pin.table != source.table or pin.restricted != is_restricted(source):
            return None
        sent = payloads(self._raw, pin)
        try:
            return SettledPart(pin, sent, kinds.parse(source, sent, self._known_at))
        except FAULTS as error:
            log.warning(
                "what was pinned of %s can't be read as the study describes it today.\n%s",
                name,
                error,
            )
            return None

    def lookups(self) -> dict[str, pd.DataFrame]:
        """The lookups that are pinned, by source; less what is damaged, which may be sent anew."""
        found: dict[str, pd.DataFrame] = {}
        for name, source in self._live.items():
            with contextlib.suppress(IntegrityError):
                part = self(name) if source.table == "lookup" else None
                found |= {} if part is None else {name: part.found["lookup"]}
        return found


def carried(previous: Snapshot | None, shipped: Snapshot | None, source: Source) -> Pin:
    """The pin of figures that were written out: the newest there is."""
    if shipped is not None and any(pin.id == source.id for pin in shipped.pins):
        return shipped.pin(source.id)
    if previous is None:
        raise ValueError(f"{source.id}: expected a snapshot to carry it over from, found none")
    return previous.pin(source.id)


def _declared(source: LiveSource) -> str:
    """Years that the study says a restricted file may hold: which it does hold is its content."""
    if not isinstance(source, FileSource) or source.years is None:
        return "not told"
    return f"{source.years[0]} to {source.years[1]}"


def _period(frame: pd.DataFrame) -> str:
    """First and last window or calendar year of a table, in words; a table may be of no time."""
    if "period_start" in frame:
        windows = sorted(set(zip(frame["period_end"], frame["period_start"], strict=True)))
        told = [f"{start} to {end}" for end, start in (windows[0], windows[-1])]
        return " up to ".join(dict.fromkeys(told))
    if "last_day" in frame:
        dated = frame.sort_values(["last_day", "first_day"])["period"].astype(str)
        return " up to ".join(dict.fromkeys((dated.iloc[0], dated.iloc[-1])))
    if "year" in frame:
        return f"{frame['year'].min()} to {frame['year'].max()}"
    return "does not apply"
