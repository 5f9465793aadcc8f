"""The replay flow: makes the newest release and one other again; fails when either differs.

Run once:      python flows/replay.py
Schedule it:   gapwatch serve --flow replay --cron "0 7 1 * *"
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, or by a worker

# First of all: it says what Prefect may do, before Prefect is imported.
from flows.common import as_task, show

# isort: split
from prefect import flow

from flows import telling
from flows.keeping import has_restricted, keep, make_up_for_missed_runs
from gapwatch import publishing, replaying
from gapwatch import study as study_file
from gapwatch.audit import standing
from gapwatch.audit.bundle.release import own_code
from gapwatch.audit.verify import MANIFEST
from gapwatch.errors import GapwatchError, IntegrityError, UsageError
from gapwatch.project import Project, find

SHOWN = 10


@flow(
    name="gapwatch-replay",
    log_prints=False,
    persist_result=False,
    on_crashed=[telling.crashed],
)
def replay(study: str | None = None, out: str | None = None) -> list[dict[str, Any]]:
    """Replay the newest release, and that of the rest whose turn it is; raise when any differs.

    Each is made again with its own code: today's, or that of its commit. Where that isn't known,
    what today's code makes of it is told in the artifact. See `due` for how long a turn may take.
    """
    project = find(Path(study) if study else None)
    make_up_for_missed_runs()
    with telling.failures(project):
        found = _replayed(project, Path(out) if out else project.reports)
    return [replaying.as_json(item) for item in found]


def _replayed(project: Project, releases: Path) -> list[replaying.Replayed]:
    today = dt.datetime.now(tz=dt.UTC).date()
    chosen = as_task("choose releases", due, project, releases, today)
    found = [as_task("replay", replay_one, project, releases, name) for name in chosen]
    show("gapwatch-replay", _markdown(found), "Replay of past releases")
    for item in found:
        # Other code than its own may well give other bytes: that is told, and is no failure.
        if not item.identical and item.own_code:
            raise IntegrityError(
                item.release,
                expected="the bytes that were released",
                found=replaying.in_words(item, SHOWN),
                remedy=f"look at `gapwatch replay {item.release}`",
            )
    return found


def due(project: Project, releases: Path, today: dt.date) -> list[str]:
    """The newest release of the study, and that of its others whose turn it is this month.

    Each of the others has its turn. No record is kept: see `whose_turn`.
    """
    study, _ = study_file.load(project.study_file)
    newest = publishing.latest(releases, study.study.id)
    if newest is None:
        raise UsageError(
            str(releases),
            expected=f"a release of {study.study.id}",
            found="none",
            remedy="make one with `gapwatch run`",
        )
    # One whose manifest can't be read has its turn too: then it is told by name.
    others = [
        name
        for name, manifest in standing.releases(releases, study.study.id).items()
        if name != newest.name
        and (manifest is None or manifest.study.id == study.study.id)
        and (releases / name / MANIFEST).is_file()
    ]
    return [newest.name, *whose_turn(others, study.study.id, today)]


def whose_turn(others: Sequence[str], study_id: str, today: dt.date) -> list[str]:
    """That of these releases which waits longest this month, or none where there are none.

    Told from the dates in their names alone, as if the flow had run once in each month since the
    first: a release was replayed as the newest in its own month, and goes to the end of the line
    then and after each turn. So none waits for more months than the study had releases when it
    went there, whatever is released meanwhile. Where each month brings a release that is double
    the time from turn to turn: one replay a month can't do more for a line that grows by one.
    """
    if not others:
        return []
    last = {name: _month(name, study_id) for name in sorted(others)}
    began = dict(last)
    this = today.year * 12 + today.month
    for month in range(min(began.values()) + 1, this):
        waiting = [name for name in last if began[name] < month]
        last[min(waiting, key=lambda name: (last[name], began[name], name))] = month
    waiting = [name for name in last if began[name] < this] or list(last)
    return [min(waiting, key=lambda name: (last[name], began[name], name))]


def _month(name: str, study_id: str) -> int:
    """The month that a release is of, counted from year 0."""
    year, month, *_ = name.removeprefix(f"{study_id}-").split("-")
    return int(year) * 12 + int(month)


def replay_one(project: Project, releases: Path, name: str) -> replaying.Replayed:
    """Replay a release with the code that made it: this one, or its own where that is known."""
    with replaying.located(name, project, releases) as held:
        as_then = not replaying.is_own_code(held) and not own_code(held.told)[1]
    return replaying.replay(name, project, out=releases, as_then=as_then)


def _markdown(found: list[replaying.Replayed]) -> str:
    return "\n\n".join(f"```\n{replaying.in_words(item, SHOWN)}\n```" for item in found)


def main() -> None:
    """Run the flow once, or keep it on a schedule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cron", help="keep the flow on this schedule, for instance '0 7 1 * *'")
    parser.add_argument(
        "--study", type=Path, help="study file; gapwatch.toml here or above if not given"
    )
    parser.add_argument("--out", help="folder of the releases; reports/ if not given")
    chosen = parser.parse_args()
    inputs = {"study": str(chosen.study) if chosen.study else None, "out": chosen.out}
    try:
        if chosen.cron is None:
            replay(**inputs)
        else:
            restricted = has_restricted(find(chosen.study).study_file)
            keep(replay, "replay", chosen.cron, inputs, restricted=restricted)
    except GapwatchError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
