"""A new snapshot from what the study's sources send now, or word that nothing is new.

Everything that was sent is read and held against its contract before a byte is pinned, so a
publisher that sends nonsense leaves the last good snapshot as it is.
"""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import filelock
import pandas as pd

from gapwatch import publishing, snapshots, stopping
from gapwatch import study as study_file
from gapwatch.analysis import NOTHING_EARLIER, analyse
from gapwatch.audit.closed import closed_as_sent
from gapwatch.audit.disclosed import Earlier, is_restricted_study, read_record
from gapwatch.errors import OutputError, UsageError, together
from gapwatch.project import Project
from gapwatch.publishing import told
from gapwatch.pulls.asking import FAULTS, AreaCodes, ask_all, read_all, require
from gapwatch.pulls.kept import Kept
from gapwatch.pulls.lost import NotRenewed, lost_sources
from gapwatch.pulls.pinning import mend, pin_of
from gapwatch.pulls.progress import Progress
from gapwatch.pulls.settling import Parts, SettledPart, put_back, settle
from gapwatch.pulls.starting import Base, base_of, previous_of
from gapwatch.quality.checker import Checker
from gapwatch.quality.gate import Gate
from gapwatch.snapshots import Snapshot
from gapwatch.sources.changes import Change
from gapwatch.sources.corrections import correct
from gapwatch.sources.duplicates import require_apart
from gapwatch.sources.fits_study import require_tables
from gapwatch.sources.http import Client
from gapwatch.sources.inputs import combine, payloads
from gapwatch.sources.responses import Exchange
from gapwatch.sources.revisions import differences, require_announced, require_no_fewer
from gapwatch.study import (
    PinnedSource,
    Study,
    is_required,
)

log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Pulled:
    """What a pull leaves: the snapshot, whether it is new, what changed, what was asked.

    `carried` are the sources that could not be renewed, which the study can do without; `mended`
    the files of the store that were damaged, and were written anew from what was sent.
    """

    snapshot: str
    new: bool
    changed_sources: tuple[str, ...]
    changes: tuple[Change, ...]
    requests: tuple[Exchange, ...]
    carried: tuple[NotRenewed, ...] = ()
    mended: tuple[str, ...] = ()


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
        project,
        today=today,
        accept_revisions=accept_revisions,
        root=root,
        allow_local=allow_local,
    )


def pull(
    project: Project,
    *,
    today: dt.date,
    client: Client | None = None,
    accept_revisions: bool = False,
    checker: Checker | None = None,
    root: Path | None = None,
    allow_local: bool = False,
) -> Pulled:
    """Ask every source of the study, check what was sent, pin it as a new snapshot.

    `today` dates the snapshot; nothing else of the clock reaches it. `checker` is the process that
    holds the figures against the suites, when it runs already. Files that the study names lie
    below its folder or below `root`; `allow_local` lets the study's addresses lead to this machine
    and to private networks, which is for tests and replicas. Figures that are pinned
    already are carried over. Figures that a publisher changed without a word are refused, unless
    `accept_revisions` says that somebody looked at them. A source that isn't required and fails is
    carried over as it was pinned last, or left out. Raises SourceError for a source that
    can't be had, ValidationError for figures that break their contract or a critical expectation
    or can't be carried to the study's sides, StudyError for a study that they don't fit,
    UsageError for one that can't be pulled, for a date before the newest snapshot's or more than a
    day after a publisher's own, and for what is pinned and retired already; nothing is pinned.
    """
    stopping.leaves("nothing was pinned, and the last snapshot is as it was")
    study, study_sha256 = study_file.load(project.study_file)
    _require_live(project, study)
    with told(project.raw):
        project.raw.mkdir(parents=True, exist_ok=True)
    about = study.publishers
    lock = filelock.FileLock(project.raw / ".lock", timeout=_PATIENCE_SECONDS)
    try:
        with told(project.raw), lock:
            snapshots.clear_leftovers(project.raw)
            snapshots.clear_torn(project.raw)
            if client is not None:
                return _pull(
                    project, study, study_sha256, today, client, accept_revisions, checker, root
                )
            with Client(about.organisation, about.contact, allow_local=allow_local or None) as own:
                return _pull(
                    project, study, study_sha256, today, own, accept_revisions, checker, root
                )
    except filelock.Timeout as error:
        raise OutputError(
            str(project.raw),
            expected="no other pull at work here",
            found="one that goes on",
            remedy="wait for it to end",
        ) from error


def _pull(
    project: Project,
    study: Study,
    study_sha256: str,
    today: dt.date,
    client: Client,
    accept_revisions: bool,
    checker: Checker | None,
    root: Path | None,
) -> Pulled:
    base = start(project, study, today)
    live, before = base.live, base.before
    client.watch = Progress()
    kept = Kept(project.raw, study_sha256, today)
    kept.sweep()
    answers = ask_all(
        study,
        live,
        client,
        project.study_file.parent,
        root,
        kept=kept,
        today=today,
        areas=AreaCodes(before.lookups()),
    )
    kept.tell()
    require_clock(client.exchanges, today)
    answers = read_all(answers, today, kept)
    faults = require(study, answers)
    # As published: what is pinned, and told as changed, is what the publisher said.
    fresh = {
        name: SettledPart(
            pin_of(project.raw, a.source, a.sent, a.found, base.mine, today), a.sent, a.found
        )
        for name, a in answers.items()
        if a.error is None
    }
    mended = mend(project.raw, fresh.values())
    judge = judge_of(base, accept_revisions=accept_revisions, checker=checker)
    at_hand = {**base.pinned, **put_back(fresh, set(faults), before)}
    spare = [name for name in fresh if not is_required(study, answers[name].source)]
    try:
        parts, moved, refused = settle(at_hand, spare, judge, before)
    except FAULTS as error:
        kept.sweep(all_of_it=True)
        if not faults:
            raise
        cause = together(list(faults.values()))  # what is lacking so may be why it is refused
        cause.others += (error,)
        raise cause from error
    lost = lost_sources(study, {**faults, **refused}, refused, parts, base, today)
    asked = tuple(client.exchanges)
    told = tuple(one.told for one in lost)
    missed = {one.told.source: one.missed for one in lost}
    pins = {name: part.pin for name, part in parts.items()}
    if base.previous is not None and pins == base.known and missed.keys() == base.missed.keys():
        log.info("nothing new since snapshot %s", base.previous.id)
        kept.sweep(all_of_it=True)
        return Pulled(base.previous.id, False, (), (), asked, told, mended)
    changed = tuple(sorted(name for name, pin in pins.items() if base.known.get(name) != pin))
    made = snapshots.write(
        project.raw,
        title=f"{study.study.place}, as its publishers sent it",
        as_known_at=today,
        items=[(part.pin, [item.content for item in part.sent]) for part in parts.values()],
        study=study.study.id,
        missed=missed,
        follows="" if base.previous is None else base.previous.id,
    )
    _require_not_retired(project, made)
    stopping.leaves(f"snapshot {made.id} had been pinned, whole")
    kept.sweep(all_of_it=True)
    return Pulled(made.id, True, changed, tuple(moved), asked, told, mended)


def start(project: Project, study: Study, today: dt.date) -> Base:
    """Where a pull of this date starts, before any publisher is asked.

    Raises StudyError for a study that lacks a table and UsageError for one that can't be pulled:
    neither can be mended by what the publishers send.
    """
    _require_live(project, study)
    require_tables(study, [source.table for source in study.sources])
    previous, shipped = previous_of(project, study)
    _require_later(previous, today)
    return base_of(project, study, today, previous, shipped)


def _require_live(project: Project, study: Study) -> None:
    if all(isinstance(source, PinnedSource) for source in study.sources):
        raise UsageError(
            f"{project.study_file.name}, sources",
            expected="a source that can be pulled",
            found="only figures that are pinned already",
            remedy="describe a source of another kind in the study",
        )


def judge_of(
    base: Base, *, accept_revisions: bool, checker: Checker | None = None
) -> Callable[[Parts], list[Change]]:
    """What refuses parts that a run would refuse, or else tells what moved in them.

    The checker that runs already is for the first try; each further one has its own.
    """
    checkers = [] if checker is None else [checker]

    def judged(parts: Parts) -> list[Change]:
        found = {name: part.found for name, part in parts.items()}
        require_apart(base.study.sources, found, {n: part.sent for n, part in parts.items()})
        own = checkers.pop() if checkers else None
        with (
            tempfile.TemporaryDirectory() as folder,
            Gate(base.project.expectations, Path(folder), own) as gate,
        ):
            _examine(base, found, gate)
            if {name: part.pin for name, part in parts.items()} == base.known:
                return []
            moved = _moved(base, parts, accept_revisions=accept_revisions)
            gate.findings()
        return moved

    return judged


def _moved(base: Base, parts: Parts, *, accept_revisions: bool) -> list[Change]:
    """What differs from the study's own pins; refused unless announced, or accepted."""
    moved: list[Change] = []
    for source in base.live:
        part, old = parts.get(source.id), base.mine.get(source.id)
        if part is None or old is None or part.pin == old:
            continue
        if accept_revisions and snapshots.is_elsewhere(base.project.raw, old):
            continue
        before = payloads(base.project.raw, old)
        differing = differences(source, before, part.found)
        if not accept_revisions:
            require_announced(source, before, part.sent, differing)
            require_no_fewer(source, before, part.found, old.obtained_on)
        moved += differing
    return moved


def _examine(base: Base, found: Mapping[str, Mapping[str, pd.DataFrame]], gate: Gate) -> None:
    """Do with what was sent all that a run would do, and refuse what it would refuse."""
    study, today = base.study, base.today
    corrected = {name: correct(study, name, dict(frames)) for name, frames in found.items()}
    inputs = closed_as_sent(study, combine(study, corrected, known_in=today.year), today)
    analyse(study.known_at(today), inputs, today.year, gate, told=_told_before(base))


def _told_before(base: Base) -> Earlier:
    """What the newest release told of restricted deaths.

    Its closed years were held against their publishers' totals when they were closed: a late
    registration that came since, and is never counted, is no fault of the extract.
    """
    if not is_restricted_study(base.study):
        return NOTHING_EARLIER
    folder = publishing.latest(base.project.reports, base.study.study.id)
    return Earlier(folder, read_record(folder) if folder else None)


def _require_later(previous: Snapshot | None, today: dt.date) -> None:
    """A snapshot of an earlier date would never be the newest, and what was known when is lost."""
    if previous is not None and today < previous.as_known_at:
        raise UsageError(
            "the date of this pull",
            found=today.isoformat(),
            expected=f"{previous.as_known_at} or later, the date of snapshot {previous.id}",
            remedy="set this machine's clock right; where it was ahead when that snapshot was "
            f"pulled: `gapwatch snapshots retire {previous.id} --reason WHY`, then pull again",
        )


def require_clock(exchanges: Sequence[Exchange], today: dt.date) -> None:
    """A snapshot of a date to come would be the newest until then, and lock the study."""
    for done in exchanges:
        if done.date and today > dt.datetime.fromisoformat(done.date).date() + dt.timedelta(days=1):
            raise UsageError(
                "the date of this pull",
                found=f"{today}, where {done.address} says {done.date}",
                expected="a date at most a day after that of each publisher's answer",
                remedy="set this machine's clock right, then pull again; where it is right, the "
                "publisher's isn't: pull again when it is",
            )


def _require_not_retired(project: Project, made: Snapshot) -> None:
    """The very same of the very same day has the same name, and stays retired."""
    record = snapshots.retired(project.raw).get(made.id)
    if record is not None:
        raise UsageError(
            f"snapshot {made.id}",
            expected="something else than what is pinned and retired",
            found=f"the same, retired on {record.retired_on}: {record.reason}",
            remedy="pull again when the publisher has corrected it, or on another day",
        )
