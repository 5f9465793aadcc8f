"""Setting a snapshot or a release aside, with a reason: what rests on it is told and follows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from gapwatch import snapshots, stopping
from gapwatch import study as study_file
from gapwatch.audit import standing
from gapwatch.errors import GapwatchError, UsageError
from gapwatch.project import Project
from gapwatch.publishing import alone, pointed, told
from gapwatch.site import laying
from gapwatch.snapshots import Retirement, sha256


def today() -> dt.date:
    """The date of this moment, in universal time, for a record; it reaches no figure."""
    return dt.datetime.now(tz=dt.UTC).date()


def retire_snapshot(
    project: Project, name: str, reason: str, *, on: dt.date, out: Path | None = None
) -> dict[str, Any]:
    """Record that a snapshot is no longer to be used, and retire the releases made from it.

    No run or pull takes it as the newest any more; a run that names it still may, its releases are
    verified and made again as before. Snapshots that follow it stay. Returns what was recorded and
    what is the newest now. Raises UsageError for one that isn't there or is retired already.
    """
    reason = snapshots.checked_reason(reason)
    known = snapshots.ids(project.raw)
    if name not in known:
        raise UsageError(
            f"snapshot {name[:80]!r}",
            expected=f"one of {', '.join(known[-5:]) or 'none so far'}",
            found="no such snapshot",
            remedy="see `gapwatch snapshots`",
        )
    path = project.raw / "snapshots" / name / "snapshot.json"
    record = Retirement(
        kind="snapshot", id=name, reason=reason, retired_on=on, sha256=sha256(path.read_bytes())
    )
    releases = out or project.reports
    stopping.leaves(f"snapshot {name} isn't retired yet; do it again")
    with told(project.raw), alone(project.raw):
        if name in snapshots.retired(project.raw):
            snapshots.retire(project.raw, record)  # says so
        because = f"its snapshot {name} was retired: {reason}"[: snapshots.MOST_REASON]
        resting = standing.made_from(releases, name)
        # First: as long as the snapshot isn't retired, all of it can be done again.
        for release in resting:
            standing.retire(releases, release, because, on)
        snapshots.retire(project.raw, record)
    _lay_again(project, releases)
    return {
        "snapshot": name,
        "reason": reason,
        "retired_on": on.isoformat(),
        "followed_by": snapshots.followers(project.raw, name),
        "releases_retired": resting,
        "newest_snapshot": _newest_snapshot(project),
        "newest_release": _newest_release(project, releases),
    }


def retire_release(
    project: Project, name: str, reason: str, *, on: dt.date, out: Path | None = None
) -> dict[str, Any]:
    """Record that a release is no longer to be relied on; its study's pointer leaves it."""
    reason = snapshots.checked_reason(reason)
    newest = standing.retire(out or project.reports, name, reason, on)
    _lay_again(project, out or project.reports)
    return {
        "release": name,
        "reason": reason,
        "retired_on": on.isoformat(),
        "newest_release": newest or None,
    }


def _lay_again(project: Project, releases: Path) -> None:
    """Have the site, where there is one, offer what was retired no longer."""
    study, _ = study_file.load(project.study_file)
    laying.again(releases, project.raw, study.site.base)


def release_list(project: Project, out: Path | None = None) -> list[dict[str, Any]]:
    """Every release of the study: its verdict, its snapshot, the one before, whether it stands."""
    study, _ = study_file.load(project.study_file)
    folder = out or project.reports
    retired, newest = snapshots.retired(folder), pointed(folder, study.study.id)
    return [
        {
            "release": name,
            "as_known_at": manifest and manifest.as_known_at,
            "snapshot": manifest and manifest.snapshot.id,
            "verdict": manifest and manifest.answer.verdict,
            "label": manifest and manifest.answer.called,
            "previous": manifest and manifest.previous and manifest.previous.release,
            "newest": name == newest,
            "retired": retired[name].model_dump(mode="json") if name in retired else None,
        }
        for name, manifest in standing.releases(folder, study.study.id).items()
    ]


def _newest_snapshot(project: Project) -> str | None:
    study, _ = study_file.load(project.study_file)
    try:
        return snapshots.load(project.raw, study=study.study.id).id
    except GapwatchError:
        return None


def _newest_release(project: Project, releases: Path) -> str | None:
    study, _ = study_file.load(project.study_file)
    return pointed(releases, study.study.id) or None
