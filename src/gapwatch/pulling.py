"""A new snapshot from what the study's sources send now, or word that nothing is new.

Everything that was sent is read and held against its contract before a byte is pinned, so a
publisher that sends nonsense leaves the last good snapshot as it is.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import filelock
import pandas as pd

from gapwatch import snapshots, warehouse
from gapwatch import study as study_file
from gapwatch.errors import OutputError, SourceError, UsageError
from gapwatch.gap.bridged import bridged_gaps
from gapwatch.project import Project
from gapwatch.snapshots import Object, Pin, Snapshot
from gapwatch.sources import fingertips, kinds
from gapwatch.sources.changes import Change, changes
from gapwatch.sources.http import Client, Exchange
from gapwatch.sources.payload import Payload
from gapwatch.sources.pinned import combine, payloads, read
from gapwatch.study import FingertipsSource, LiveSource, PinnedSource, Source, Study

log = logging.getLogger(__name__)
Found = dict[str, dict[str, pd.DataFrame]]
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Pulled:
    """What a pull leaves: the snapshot, whether it is new, what changed, what was asked."""

    snapshot: str
    new: bool
    changed_sources: tuple[str, ...]
    changes: tuple[Change, ...]
    requests: tuple[Exchange, ...]


def can_pull(project: Project) -> bool:
    """Whether the study names any source that can be pulled."""
    study, _ = study_file.load(project.study_file)
    return not all(isinstance(source, PinnedSource) for source in study.sources)


def pull_now(project: Project, *, accept_revisions: bool = False) -> Pulled:
    """Pull with the date of this moment, in universal time: the one clock that is ever read."""
    today = dt.datetime.now(tz=dt.UTC).date()
    return pull(project, today=today, accept_revisions=accept_revisions)


def pull(
    project: Project, *, today: dt.date, client: Client | None = None,
    accept_revisions: bool = False,
) -> Pulled:  # fmt: skip
    """Ask every source of the study, check what was sent, pin it as a new snapshot.

    `today` dates the snapshot; nothing else of the clock reaches it. Figures that are pinned
    already are carried over. Figures that a publisher changed without a word are refused, unless
    `accept_revisions` says that somebody looked at them. Raises SourceError for a source that
    can't be had, ValidationError for figures that break their contract or can't be carried to the
    study's sides, StudyError and UsageError for a study that can't be pulled; in each case nothing
    is pinned.
    """
    study, _ = study_file.load(project.study_file)
    if all(isinstance(source, PinnedSource) for source in study.sources):
        raise UsageError(
            f"{project.study_file.name}, sources", expected="a source that can be pulled",
            found="only figures that are pinned already",
            remedy="describe a source of another kind in the study",
        )  # fmt: skip
    project.raw.mkdir(parents=True, exist_ok=True)
    about = study.publishers
    lock = filelock.FileLock(project.raw / ".lock", timeout=_PATIENCE_SECONDS)
    try:
        with lock:
            if client is not None:
                return _pull(project, study, today, client, accept_revisions)
            with Client(about.organisation, about.contact) as own:
                return _pull(project, study, today, own, accept_revisions)
    except filelock.Timeout as error:
        raise OutputError(
            str(project.raw), expected="no other pull at work here", found="one that goes on",
            remedy="wait for it to end",
        ) from error  # fmt: skip


def _pull(
    project: Project, study: Study, today: dt.date, client: Client, accept_revisions: bool
) -> Pulled:
    previous = _previous(project, study)
    sent: dict[str, tuple[Payload, ...]] = {}
    live = [source for source in study.sources if not isinstance(source, PinnedSource)]
    for number, source in enumerate(live, 1):
        log.info("pulling %s (%d of %d) ...", source.id, number, len(live))
        sent[source.id] = kinds.fetch(source, client, study.publishers, project.study_file.parent)
    carried = {
        source.id: _carried(study, previous, source)
        for source in study.sources
        if isinstance(source, PinnedSource)
    }
    sent |= {name: payloads(project.raw, pin) for name, pin in carried.items()}
    found = {source.id: read(study, source, sent[source.id]) for source in study.sources}
    inputs = combine(study, found, known_in=today.year)
    warehouse.check(inputs)
    bridged_gaps(study, inputs)  # refuses areas of another vintage
    pins = [*carried.values(), *(_pin(s, sent[s.id], found[s.id], previous, today) for s in live)]
    asked = tuple(client.exchanges)
    if previous is not None and {pin.id: pin for pin in pins} == _by_id(previous):
        log.info("nothing new since snapshot %s", previous.id)
        return Pulled(previous.id, new=False, changed_sources=(), changes=(), requests=asked)
    known = {} if previous is None else _by_id(previous)
    changed = tuple(sorted(pin.id for pin in pins if known.get(pin.id) != pin))
    told = _differences(project, study, known, found, changed)
    if not accept_revisions:
        _require_announced(project, study, known, sent, told)
    made = snapshots.write(
        project.raw, title=f"{study.study.place}, as its publishers sent it", as_known_at=today,
        items=[(pin, [item.content for item in sent[pin.id]]) for pin in pins],
        study=study.study.id, follows="" if previous is None else previous.id,
    )  # fmt: skip
    return Pulled(made.id, new=True, changed_sources=changed, changes=told, requests=asked)


def _by_id(snapshot: Snapshot) -> dict[str, Pin]:
    return {pin.id: pin for pin in snapshot.pins}


def _previous(project: Project, study: Study) -> Snapshot | None:
    """The newest snapshot that the study may use; None before its first pull."""
    if not snapshots.ids(project.raw, study.study.id):
        return None
    return snapshots.load(project.raw, study=study.study.id)


def _carried(study: Study, previous: Snapshot | None, source: Source) -> Pin:
    if previous is None:
        raise UsageError(
            f"sources, {source.id}", expected="a snapshot that holds these pinned figures",
            found=f"no snapshot for {study.study.id}",
            remedy="pull where they are pinned, or describe them as a source of the kind file",
        )  # fmt: skip
    return previous.pin(source.id)


def _pin(
    source: LiveSource, sent: tuple[Payload, ...], found: Mapping[str, pd.DataFrame],
    previous: Snapshot | None, today: dt.date,
) -> Pin:  # fmt: skip
    """The pin of what a source sent; the one that it had, when it sent the same again."""
    objects = tuple(
        Object.model_validate(
            {"role": item.role, "address": item.address, "suffix": item.suffix,
             "sha256": item.sha256, "bytes": len(item.content)}
        )
        for item in sent
    )  # fmt: skip
    pin = Pin(
        id=source.id, table=source.table, title=source.title, publisher=source.publisher,
        licence=source.licence, attribution=source.attribution,
        period=_period(found[source.table]), obtained="retrieved", obtained_on=today,
        objects=objects,
    )  # fmt: skip
    old = None if previous is None else _by_id(previous).get(source.id)
    same = old is not None and old.model_copy(update={"obtained_on": today}) == pin
    return old if same and old is not None else pin


def _period(frame: pd.DataFrame) -> str:
    """First and last window or calendar year of a table, in words; a table may be of no time."""
    if "period_start" in frame:
        windows = sorted(set(zip(frame["period_end"], frame["period_start"], strict=True)))
        told = [f"{start} to {end}" for end, start in (windows[0], windows[-1])]
        return " up to ".join(dict.fromkeys(told))
    if "year" in frame:
        return f"{frame['year'].min()} to {frame['year'].max()}"
    return "does not apply"


def _differences(
    project: Project, study: Study, known: Mapping[str, Pin], found: Found,
    changed: tuple[str, ...],
) -> tuple[Change, ...]:  # fmt: skip
    told: list[Change] = []
    for source in study.sources:
        if source.id in changed and source.id in known:
            old = kinds.parse(source, payloads(project.raw, known[source.id]))
            told += changes(source.id, old, found[source.id])
    return tuple(told)


def _require_announced(
    project: Project, study: Study, known: Mapping[str, Pin],
    sent: Mapping[str, tuple[Payload, ...]], told: tuple[Change, ...],
) -> None:  # fmt: skip
    """Refuse figures that changed while their publisher's date of change did not."""
    for source in study.sources:
        revised = [
            change
            for change in told
            if change.source == source.id
            and change.table == source.table
            and change.what != "added"
        ]
        if not revised or not isinstance(source, FingertipsSource):
            continue
        dates = [
            fingertips.published_on(part)
            for part in (payloads(project.raw, known[source.id]), sent[source.id])
        ]
        if dates[0] == dates[1]:
            raise SourceError(
                f"{source.id}, {revised[0].key}",
                expected=f"figures as they were pinned: the publisher says no change since "
                f"{dates[0] or 'an unknown date'}",
                found=f"{len(revised)} changed without a word; the first: {revised[0]}",
                remedy="ask the publisher; then `gapwatch pull --accept-revisions`",
            )
