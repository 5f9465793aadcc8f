"""A fleet from its studies to its league: who is made, who stands, who failed, and the pages."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gapwatch import publishing, stopping, tables
from gapwatch.audit.provenance import code_state
from gapwatch.contracts.league import LEAGUE
from gapwatch.fleet.finding import FleetStudy
from gapwatch.fleet.jobs import FAILED, PLACES, StudyDone, StudyJob
from gapwatch.fleet.league import league
from gapwatch.fleet.pages import league_page
from gapwatch.fleet.pool import each_done
from gapwatch.project import find

log = logging.getLogger(__name__)
PAGE, TABLE = "index.html", "league.csv"
_PATIENCE_SECONDS = 5.0
_EVERY_SECONDS = 10.0
Scheduler = Callable[[Sequence[StudyJob]], Iterator[StudyDone]]


@dataclass(frozen=True)
class FleetOutcome:
    """What a fleet left: what became of each study, in the order of ids, and its two files."""

    done: tuple[StudyDone, ...]
    page: Path
    table: Path

    @property
    def failed(self) -> tuple[StudyDone, ...]:
        """The studies that have no release of these inputs, or not the site that they should."""
        return tuple(one for one in self.done if one.fault)

    @property
    def counts(self) -> dict[str, int]:
        """How many studies each status has."""
        return dict(sorted(Counter(one.status for one in self.done).items()))


def on_this_machine(workers: int | None = None) -> Scheduler:
    """A pool of processes here: as many as `workers`, or as this process may use processors."""
    if workers is None:
        may_use = getattr(os, "sched_getaffinity", None)
        workers = len(may_use(0)) if may_use else os.cpu_count() or 1
    count = workers
    return lambda jobs: each_done(jobs, count)


def run_fleet(
    studies: Sequence[FleetStudy],
    out: Path,
    schedule: Scheduler,
    *,
    with_sites: bool = False,
    with_databases: bool = False,
) -> FleetOutcome:
    """Release every study that isn't released from the same inputs yet, then lay out the league.

    A study's releases are in out/places/<id>, as `gapwatch run --out` makes them; the league is
    out/index.html and out/league.csv. `with_sites` lays out a site beside each study's releases,
    `with_databases` makes its database in out/databases/<id>, as a run does; what stands of either
    is kept up to date in any case. A study that fails doesn't stop the others and stands in the
    league with its fault. The same bytes for any scheduler.

    Raises OutputError for a folder that another fleet uses or that can't be written, UsageError
    for one in a study's folders of data or around them.
    """
    out = out.resolve()
    for project in {one.root: one for one in (find(one.file) for one in studies)}.values():
        project.require_apart(out, study=False)
    with publishing.told(out, chosen=out):
        out.mkdir(parents=True, exist_ok=True)
    with publishing.told(out, chosen=out), publishing.alone(out, _PATIENCE_SECONDS, chosen=out):
        stopping.leaves(
            "each study is as it was or made whole; the same command goes on from there"
        )
        code = code_state()
        jobs = [
            StudyJob(
                one.id,
                str(one.file),
                str(find(one.file).root),
                str(out),
                with_sites,
                with_databases,
                code,
            )
            for one in studies
            if not one.fault
        ]
        done = {one.id: StudyDone(one.id, FAILED, fault=one.fault) for one in studies if one.fault}
        for one in _told(schedule(jobs), len(jobs)):
            done[one.id] = one
        frame = league(studies, done, {one.id: out / PLACES / one.id for one in studies})
        # What the league can't read of a release stands there as a failure, and so it is one here.
        faults = dict(zip(frame["study"], frame["fault"], strict=True))
        ended = tuple(
            StudyDone(name, FAILED, fault=faults[name]) if faults[name] else done[name]
            for name in sorted(done)
        )
        with publishing.beside(out / PAGE, ".gapwatch-fleet-") as room:
            (room / TABLE).write_bytes(tables.to_csv(LEAGUE, frame))
            (room / PAGE).write_bytes(league_page(frame))
            for name in (TABLE, PAGE):
                (room / name).replace(out / name)
    return FleetOutcome(ended, out / PAGE, out / TABLE)


def _told(ending: Iterable[StudyDone], total: int) -> Iterator[StudyDone]:
    """The same, with a line in the log now and then: how far it is, and how long it may take."""
    started = last = time.monotonic()
    counts: Counter[str] = Counter()
    for one in ending:
        counts[one.status] += 1
        now = time.monotonic()
        if one.fault:
            what = "failed" if one.status == FAILED else "stands, its site doesn't"
            log.warning("%s %s: %s", one.id, what, one.fault.replace("\n", ";"))
        else:
            log.debug("%s: %s, %s", one.id, one.status, one.release)
        number = sum(counts.values())
        if now - last >= _EVERY_SECONDS or number == total:
            last = now
            log.info(
                "%d of %d studies (%s)%s",
                number,
                total,
                ", ".join(f"{count} {status}" for status, count in sorted(counts.items())),
                f"; {left(now - started, number, total)} left" if number < total else "",
            )
        yield one


def left(seconds: float, done: int, total: int) -> str:
    """How long the rest may take at the pace so far: `about 4 min`, or `under a minute`."""
    rest = seconds / done * (total - done)
    return f"about {rest / 60:.0f} min" if rest >= 60 else "under a minute"  # noqa: PLR2004
