"""A new snapshot from what the study's sources send now, or word that nothing is new.

Everything that was sent is read and held against its contract before a byte is pinned, so a
publisher that sends nonsense leaves the last good snapshot as it is.
"""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import filelock
import pandas as pd

from gapwatch import snapshots, stopping
from gapwatch import study as study_file
from gapwatch.analysis import analyse
from gapwatch.audit.closed import closed_as_sent
from gapwatch.errors import OutputError, UsageError
from gapwatch.project import Project
from gapwatch.publishing import told
from gapwatch.quality.checker import Checker
from gapwatch.quality.gate import Gate
from gapwatch.snapshots import Pin, Snapshot
from gapwatch.sources import kinds
from gapwatch.sources.apart import require_apart
from gapwatch.sources.changes import Change
from gapwatch.sources.corrections import correct
from gapwatch.sources.fit import require_tables
from gapwatch.sources.http import Client, Exchange
from gapwatch.sources.payload import Payload
from gapwatch.sources.pinned import combine, payloads
from gapwatch.sources.revised import differences, require_announced, require_no_fewer
from gapwatch.study import (
    FileSource,
    LiveSource,
    PinnedSource,
    Source,
    Study,
    is_restricted,
)

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


def pull_now(
    project: Project,
    *,
    accept_revisions: bool = False,
    root: Path | None = None,
    allow_local: bool = False,
) -> Pulled:
    """Pull with the date of this moment, in universal time: the one clock that reaches a figure."""
    today = dt.datetime.now(tz=dt.UTC).date()
    return pull(
        project, today=today, accept_revisions=accept_revisions, root=root,
        allow_local=allow_local,
    )  # fmt: skip


def pull(
    project: Project, *, today: dt.date, client: Client | None = None,
    accept_revisions: bool = False, checker: Checker | None = None, root: Path | None = None,
    allow_local: bool = False,
) -> Pulled:  # fmt: skip
    """Ask every source of the study, check what was sent, pin it as a new snapshot.

    `today` dates the snapshot; nothing else of the clock reaches it. `checker` is the process that
    holds the figures against the suites, when it runs already. Files that the study names lie
    below its folder or below `root`; `allow_local` lets the study's addresses lead to this machine
    and to private networks, which is for tests and replicas. Figures that are pinned
    already are carried over. Figures that a publisher changed without a word are refused, unless
    `accept_revisions` says that somebody looked at them. Raises SourceError for a source that
    can't be had, ValidationError for figures that break their contract or a critical expectation
    or can't be carried to the study's sides, StudyError for a study that they don't fit,
    UsageError for one that can't be pulled, for a date before the newest snapshot's or more than a
    day after a publisher's own, and for what is pinned and retired already; nothing is pinned.
    """
    stopping.leaves("nothing was pinned, and the last snapshot is as it was")
    study, _ = study_file.load(project.study_file)
    if all(isinstance(source, PinnedSource) for source in study.sources):
        raise UsageError(
            f"{project.study_file.name}, sources", expected="a source that can be pulled",
            found="only figures that are pinned already",
            remedy="describe a source of another kind in the study",
        )  # fmt: skip
    with told(project.raw):
        project.raw.mkdir(parents=True, exist_ok=True)
    about = study.publishers
    lock = filelock.FileLock(project.raw / ".lock", timeout=_PATIENCE_SECONDS)
    try:
        with told(project.raw), lock:
            snapshots.clear_leftovers(project.raw)
            snapshots.clear_torn(project.raw)
            if client is not None:
                return _pull(project, study, today, client, accept_revisions, checker, root)
            with Client(about.organisation, about.contact, allow_local=allow_local or None) as own:
                return _pull(project, study, today, own, accept_revisions, checker, root)
    except filelock.Timeout as error:
        raise OutputError(
            str(project.raw), expected="no other pull at work here", found="one that goes on",
            remedy="wait for it to end",
        ) from error  # fmt: skip


def _pull(
    project: Project, study: Study, today: dt.date, client: Client, accept_revisions: bool,
    checker: Checker | None, root: Path | None,
) -> Pulled:  # fmt: skip
    # Before any publisher is asked: what is lacking can't be mended by what they send.
    require_tables(study, [source.table for source in study.sources])
    previous, shipped = _previous(project, study)
    _require_later(previous, today)
    _require_pinned(study, previous)
    known = {} if previous is None else {pin.id: pin for pin in previous.pins}
    carried = {
        source.id: _carried(previous, shipped, source)
        for source in study.sources
        if isinstance(source, PinnedSource)
    }
    live = [source for source in study.sources if not isinstance(source, PinnedSource)]
    sent = {name: payloads(project.raw, pin) for name, pin in carried.items()}
    for number, source in enumerate(live, 1):
        log.info("pulling %s (%d of %d) ...", source.id, number, len(live))
        folder = project.study_file.parent
        sent[source.id] = kinds.fetch(source, client, study.publishers, folder, root)
    _require_clock(client.exchanges, today)
    # As published: what is pinned, and told as changed, is what the publisher said.
    found = {source.id: kinds.parse(source, sent[source.id], today) for source in study.sources}
    require_apart(study.sources, found, sent)
    # The study's own earlier figures; what nobody pulled may be of another study and place.
    mine = known if previous is not None and previous.study == study.study.id else {}
    pins = [
        *carried.values(),
        *(_pin(project, s, sent[s.id], found[s.id], mine, today) for s in live),
    ]
    asked = tuple(client.exchanges)
    with (
        tempfile.TemporaryDirectory() as room,
        Gate(project.expectations, Path(room), checker) as gate,
    ):
        _examine(study, found, today, gate)
        if previous is not None and {pin.id: pin for pin in pins} == known:
            log.info("nothing new since snapshot %s", previous.id)
            return Pulled(previous.id, new=False, changed_sources=(), changes=(), requests=asked)
        changed = tuple(sorted(pin.id for pin in pins if known.get(pin.id) != pin))
        revised = [source for source in live if source.id in changed and source.id in mine]
        moved = _moved(project, revised, mine, sent, found, accept_revisions=accept_revisions)
        gate.findings()
    made = snapshots.write(
        project.raw, title=f"{study.study.place}, as its publishers sent it", as_known_at=today,
        items=[(pin, [item.content for item in sent[pin.id]]) for pin in pins],
        study=study.study.id, follows="" if previous is None else previous.id,
    )  # fmt: skip
    _require_not_retired(project, made)
    stopping.leaves(f"snapshot {made.id} had been pinned, whole")
    return Pulled(made.id, new=True, changed_sources=changed, changes=tuple(moved), requests=asked)


def _examine(study: Study, found: Found, today: dt.date, gate: Gate) -> None:
    """Do with what was sent all that a run would do, and refuse what it would refuse."""
    corrected = {source.id: correct(study, source.id, found[source.id]) for source in study.sources}
    inputs = closed_as_sent(study, combine(study, corrected, known_in=today.year), today)
    analyse(study, inputs, today.year, gate)


def _moved(
    project: Project, revised: list[LiveSource], known: Mapping[str, Pin],
    sent: Mapping[str, tuple[Payload, ...]], found: Found, *, accept_revisions: bool,
) -> list[Change]:  # fmt: skip
    """What differs from the study's own pins; refused unless announced, or accepted."""
    moved: list[Change] = []
    for source in revised:
        old = known[source.id]
        if accept_revisions and snapshots.is_elsewhere(project.raw, old):
            continue
        before = payloads(project.raw, old)
        differing = differences(source, before, found[source.id])
        if not accept_revisions:
            require_announced(source, before, sent[source.id], differing)
            require_no_fewer(source, before, found[source.id], old.obtained_on)
        moved += differing
    return moved


def _previous(project: Project, study: Study) -> tuple[Snapshot | None, Snapshot | None]:
    """The snapshot that this pull follows, and a newer one that nobody pulled, if there is any.

    The study's own newest; before its first pull, the newest that any study may use. One that is
    retired or torn is passed over, so that the pull can be done again.
    """
    if not snapshots.usable(project.raw, study.study.id, whole=True):
        return None, None
    previous = snapshots.load(project.raw, study=study.study.id, whole=True)
    common = snapshots.ids(project.raw, "", whole=True)
    shipped = snapshots.load(project.raw, common[-1]) if common else None
    newer = shipped is not None and shipped.as_known_at > previous.as_known_at
    return previous, shipped if newer else None


def _require_later(previous: Snapshot | None, today: dt.date) -> None:
    """A snapshot of an earlier date would never be the newest, and what was known when is lost."""
    if previous is not None and today < previous.as_known_at:
        raise UsageError(
            "the date of this pull", found=today.isoformat(),
            expected=f"{previous.as_known_at} or later, the date of snapshot {previous.id}",
            remedy="set this machine's clock right; where it was ahead when that snapshot was "
            f"pulled: gapwatch snapshots retire {previous.id} --reason \"...\", then pull again",
        )  # fmt: skip


def _require_clock(exchanges: Sequence[Exchange], today: dt.date) -> None:
    """A snapshot of a date to come would be the newest until then, and lock the study."""
    for done in exchanges:
        if done.date and today > dt.datetime.fromisoformat(done.date).date() + dt.timedelta(days=1):
            raise UsageError(
                "the date of this pull", found=f"{today}, where {done.address} says {done.date}",
                expected="a date at most a day after that of each publisher's answer",
                remedy="set this machine's clock right, then pull again; where it is right, the "
                "publisher's isn't: pull again when it is",
            )  # fmt: skip


def _require_not_retired(project: Project, made: Snapshot) -> None:
    """The very same of the very same day has the same name, and stays retired."""
    record = snapshots.retired(project.raw).get(made.id)
    if record is not None:
        raise UsageError(
            f"snapshot {made.id}", expected="something else than what is pinned and retired",
            found=f"the same, retired on {record.retired_on}: {record.reason}",
            remedy="pull again when the publisher has corrected it, or on another day",
        )  # fmt: skip


def _require_pinned(study: Study, previous: Snapshot | None) -> None:
    """Refuse a study that names pinned figures which no snapshot here holds; all are told."""
    held = set() if previous is None else {pin.id for pin in previous.pins}
    wanted = [source.id for source in study.sources if isinstance(source, PinnedSource)]
    lacking = [name for name in wanted if name not in held]
    if lacking:
        raise UsageError(
            f"sources, {', '.join(lacking)}",
            expected="a snapshot that holds these pinned figures",
            found=f"no snapshot for {study.study.id}" if previous is None
            else f"snapshot {previous.id} with {', '.join(sorted(held))}",
            remedy='pull in the project that holds them, or describe each with kind = "file"',
        )  # fmt: skip


def _carried(previous: Snapshot | None, shipped: Snapshot | None, source: Source) -> Pin:
    """The pin of figures that were written out: the newest there is."""
    if shipped is not None and any(pin.id == source.id for pin in shipped.pins):
        return shipped.pin(source.id)
    if previous is None:
        raise ValueError(f"{source.id}: expected a snapshot to carry it over from, found none")
    return previous.pin(source.id)


def _pin(
    project: Project, source: LiveSource, sent: tuple[Payload, ...],
    found: Mapping[str, pd.DataFrame], known: Mapping[str, Pin], today: dt.date,
) -> Pin:  # fmt: skip
    """The pin of what a source sent; the one that it had, when it sent the same again."""
    secret = is_restricted(source)
    objects = tuple(
        snapshots.described(
            project.raw, role=item.role, address=item.address, suffix=item.suffix,
            content=item.content, restricted=secret,
        )
        for item in sent
    )  # fmt: skip
    pin = Pin(
        id=source.id, table=source.table, title=source.title, publisher=source.publisher,
        licence=source.licence, attribution=source.attribution,
        period=_declared(source) if secret else _period(found[source.table]),
        obtained="retrieved", obtained_on=today, objects=objects, restricted=secret,
    )  # fmt: skip
    old = known.get(source.id)
    same = old is not None and old.model_copy(update={"obtained_on": today}) == pin
    return old if same and old is not None else pin


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
    if "year" in frame:
        return f"{frame['year'].min()} to {frame['year'].max()}"
    return "does not apply"
