"""Deleting releases and snapshots that nothing kept needs, each with a record that stays."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from gapwatch import needing, publishing, snapshots, stopping
from gapwatch import study as study_file
from gapwatch.audit.verify import MANIFEST
from gapwatch.durable import move, sync_folder
from gapwatch.errors import OutputError, UsageError
from gapwatch.needing import RetentionPlan
from gapwatch.project import Project
from gapwatch.site import laying
from gapwatch.snapshots import Pruned, sha256
from gapwatch.snapshots.objects import WRITING
from gapwatch.switch import BUILDING

PREFECT = ".prefect"
_DATABASE = "prefect.db"


@dataclass(frozen=True)
class Asked:
    """What somebody asks to be pruned: see `needing.plan`; `prefect` is the project's database."""

    keep: int | None = None
    releases: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    prefect: bool = False


@dataclass(frozen=True)
class Pruning:
    """What was, or would be, deleted: the plan, bytes by kind, and whether it was done."""

    plan: RetentionPlan
    bytes: dict[str, int]
    done: bool


def plan(project: Project, asked: Asked, out: Path | None = None) -> Pruning:
    """What would be deleted, without touching it.

    Raises UsageError where nothing is asked for, and all that `needing.plan` raises.
    """
    if asked.keep is None and not (asked.releases or asked.snapshots or asked.prefect):
        raise UsageError(
            "prune",
            expected="--keep, or what to delete by --release, --snapshot or --prefect",
            found="neither",
            remedy="say for instance `gapwatch prune --keep 12`, which deletes nothing yet",
        )
    if asked.keep is not None and asked.keep < 1:
        raise UsageError(
            f"--keep {asked.keep}",
            expected="at least 1: the newest release always stays",
            found=str(asked.keep),
            remedy="keep one or more",
        )
    study, _ = study_file.load(project.study_file)
    releases = out or project.reports
    found = needing.plan(
        project.raw,
        releases,
        study.study.id,
        keep=asked.keep,
        releases=asked.releases,
        snapshots_named=asked.snapshots,
    )
    sizes = {
        "releases": sum(_size(releases / name) for name in found.releases),
        "snapshots": _objects_size(project.raw, found.snapshots),
        "prefect": _size(_prefect(project)) if asked.prefect else 0,
    }
    return Pruning(found, sizes, done=False)


def prune(
    project: Project, asked: Asked, reason: str, *, on: dt.date, out: Path | None = None
) -> Pruning:
    """Delete what `plan` says, whole by whole, each after its record is on the disk.

    A run, pull or server at work is waited for, or refused by OutputError. What is stopped half way
    is finished by the next prune, run or pull.
    """
    reason = snapshots.checked_reason(reason)
    releases = out or project.reports
    study, _ = study_file.load(project.study_file)
    stopping.leaves("what the records below pruned/ name may be deleted already; prune again")
    with publishing.told(project.raw, releases), publishing.alone(project.raw):
        with publishing.alone(releases):
            found = plan(project, asked, out)  # under the locks: nothing becomes needed now
            if asked.prefect:
                _delete_prefect(project)
            for name in found.plan.releases:
                _delete_release(releases, name, study.study.id, reason, on)
            for name in found.plan.snapshots:
                _delete_snapshot(project.raw, name, study.study.id, reason, on)
            snapshots.clear_leftovers(project.raw)
        if found.plan.releases and needing.every_release(releases):
            laying.again(releases, project.raw, study.site.base)
    return replace(found, done=True)


def _delete_release(out: Path, name: str, study: str, reason: str, on: dt.date) -> None:
    """Record, rename, remove: what a kill leaves under its new name, the next run clears."""
    digest = sha256((out / name / MANIFEST).read_bytes())
    snapshots.record_pruned(
        out,
        Pruned(kind="release", id=name, study=study, reason=reason, pruned_on=on, sha256=digest),
    )
    aside = out / f"{BUILDING}pruned-{name}"
    with stopping.uninterrupted():
        move(out / name, aside)
        shutil.rmtree(aside)


def _delete_snapshot(raw: Path, name: str, study: str, reason: str, on: dt.date) -> None:
    """Set a snapshot where a stopped pull leaves its own, whose objects are cleared with it."""
    folder = raw / "snapshots" / name
    digest = sha256((folder / "snapshot.json").read_bytes())
    snapshots.record_pruned(
        raw,
        Pruned(kind="snapshot", id=name, study=study, reason=reason, pruned_on=on, sha256=digest),
    )
    room = Path(tempfile.mkdtemp(prefix=WRITING, dir=folder.parent))
    move(folder, room / name)


def _prefect(project: Project) -> Path:
    """The folder of Prefect's own database, where it lies in the project."""
    return project.root / PREFECT


def _delete_prefect(project: Project) -> None:
    """Remove it whole: it has the history of runs, and no release rests on it."""
    folder = _prefect(project)
    if not (folder / _DATABASE).is_file():
        raise UsageError(
            "prune --prefect",
            expected=f"Prefect's database in the project, {folder / _DATABASE}",
            found="none",
            remedy="leave --prefect out: a server's database elsewhere is the server's to prune",
        )
    try:
        with contextlib.closing(sqlite3.connect(folder / _DATABASE, timeout=1.0)) as database:
            database.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        raise OutputError(
            str(folder / _DATABASE),
            expected="a database that nobody uses",
            found=str(error),
            remedy="end the Prefect server that uses it; nothing was deleted",
        ) from error
    shutil.rmtree(folder)
    sync_folder(folder.parent)


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def _objects_size(raw: Path, names: tuple[str, ...]) -> int:
    """Bytes of the snapshots' own files, and of objects that no other snapshot names."""
    others = {
        path for name in snapshots.ids(raw) if name not in names for path in _objects(raw, name)
    }
    own = {path for name in names for path in _objects(raw, name)} - others
    files = sum(path.stat().st_size for path in own if path.is_file())
    return files + sum(_size(raw / "snapshots" / name) for name in names)


def _objects(raw: Path, name: str) -> set[Path]:
    return {
        snapshots.object_path(raw, item, restricted=pin.restricted)
        for pin in snapshots.load(raw, name).pins
        for item in pin.objects
    }
