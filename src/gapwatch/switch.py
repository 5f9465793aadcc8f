"""The one switch: a release, its study's pointer, the database and the site are published together.

All of them are written aside and flushed. Then one rename, of a folder to `.publishing-<name>`, is
the switch: before it nothing has changed; from it on they are published, and whoever starts next
finishes what was cut short. Where a step is refused, those before it are undone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from gapwatch import site_files, stopping
from gapwatch.durable import make_folder, move, sync_file, sync_folder, sync_tree
from gapwatch.errors import OutputError

log = logging.getLogger(__name__)
BUILDING, PUBLISHING, TORN = ".building-", ".publishing-", ".torn-"
DATABASE = "gapwatch.duckdb"
RELEASE, SITE, _PLAN, _POINTER = "release", "site", "plan.json", "latest"
_SITE_BEFORE = "site-before"


@dataclass(frozen=True)
class Plan:
    """What is to be published: the release, the pointer's name, the database's file; "" for none.

    `new` says that the release isn't there yet; `torn` that one of that name is there, was cut
    short, and gives way. `pages` are the files of the site that are written, `gone` those removed.
    """

    release: str
    pointer: str
    database: str
    new: bool
    torn: bool = False
    pages: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def throw(prepared: Path, out: Path, curated: Path, plan: Plan) -> None:
    """Publish what `prepared` holds by this plan: the `release`, unless it is there already.

    Raises OSError or OutputError with everything as it was. A signal waits until all is done.
    """
    (prepared / _PLAN).write_text(json.dumps(asdict(plan)), encoding="utf-8")
    if plan.pointer:
        (prepared / _POINTER).write_text(f"{plan.release}\n", encoding="utf-8")
    sync_tree(prepared)
    if plan.database:
        sync_file(curated / plan.database)
        sync_folder(curated)
    with stopping.uninterrupted():
        folder = out / f"{PUBLISHING}{prepared.parent.name.removeprefix(BUILDING)}"
        move(prepared, folder)
        _finish(folder, out, curated, plan)
        stopping.leaves(f"release {plan.release} had been published, whole")


def resume(out: Path, curated: Path) -> None:
    """Finish every publication that was cut short; only for whoever holds both folders' locks."""
    for folder in sorted(out.glob(f"{PUBLISHING}*")):
        try:
            plan = Plan(**json.loads((folder / _PLAN).read_bytes()))
        except (OSError, ValueError, TypeError):
            # The plan is flushed before the folder has this name, and removed last: it's all done.
            shutil.rmtree(folder, ignore_errors=True)
            continue
        log.warning("finishing release %s, whose publication was cut short", plan.release)
        try:
            with stopping.uninterrupted():
                _finish(folder, out, curated, plan)
        except (OSError, OutputError) as error:
            log.warning("release %s can't be published and is withdrawn: %s", plan.release, error)


def _finish(folder: Path, out: Path, curated: Path, plan: Plan) -> None:
    """Every step that isn't done yet, in order; each is undone when a later one is refused."""
    with contextlib.ExitStack() as undo:
        undo.callback(_discard, folder, curated, plan)
        made, target = folder / RELEASE, out / plan.release
        if made.is_dir():
            if plan.torn and target.exists():
                aside = set_aside(target)
                undo.callback(move, aside, target)
            move(made, target)
        if plan.new and target.exists():
            undo.callback(move, target, made)
        if plan.database:
            _swap(curated / plan.database, curated / DATABASE, undo)
        _lay_site(folder, out, plan, undo)
        pointer = folder / _POINTER
        if pointer.exists():
            move(pointer, out / plan.pointer)
        undo.pop_all()
    site_files.prune(out, tuple(plan.gone))
    _discard(folder, curated, plan)


def _lay_site(folder: Path, out: Path, plan: Plan, undo: contextlib.ExitStack) -> None:
    """Put the site's files in place, its list last; what they replace is kept until all is done."""
    last = sorted(plan.pages, key=lambda name: (name == site_files.LIST, name))
    for name in (*plan.gone, *last):
        made, target, before = folder / SITE / name, out / name, folder / _SITE_BEFORE / name
        if target.exists() and not before.exists() and (made.exists() or name in plan.gone):
            make_folder(before.parent)
            _second_name(target, before)
        undo.callback(_restore, out, name, before)
        if made.exists():
            make_folder(target.parent)
            move(made, target)
        elif name in plan.gone:
            target.unlink(missing_ok=True)


def _restore(out: Path, name: str, before: Path) -> None:
    if before.exists():
        move(before, out / name)
    else:
        (out / name).unlink(missing_ok=True)
        site_files.prune(out, (name,))


def _second_name(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:  # no second name for a file: no such file system, or no file
        shutil.copyfile(path, other)


def _swap(staged: Path, database: Path, undo: contextlib.ExitStack) -> None:
    """Put the new database in place of the old one, which can be put back."""
    if not staged.exists():
        return
    old = _kept(staged)
    try:
        if database.exists():
            old.unlink(missing_ok=True)
            _second_name(database, old)
        move(staged, database)
    except OSError as error:
        raise OutputError(
            str(database),
            expected="a database that can be replaced",
            found=error.strerror or str(error),
            remedy="close what has it open, or correct its permissions, and run again; release, "
            "pointer and database are as they were",
        ) from error
    undo.callback(_put_back, database, old)


def _put_back(database: Path, old: Path) -> None:
    if old.exists():
        move(old, database)
    else:
        database.unlink()


def _kept(staged: Path) -> Path:
    """The old database under a second name, which whoever builds next removes."""
    return staged.with_name(f"{BUILDING}old-{staged.name.removeprefix(BUILDING)}")


def _discard(folder: Path, curated: Path, plan: Plan) -> None:
    if plan.database:
        staged = curated / plan.database
        for leftover in (staged, _kept(staged)):
            leftover.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    sync_folder(folder.parent)


def set_aside(release: Path) -> Path:
    """Move a torn release out of the way, kept for whoever wants to look; return where it is."""
    names = (f"{TORN}{release.name}{number}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    aside = next(path for path in map(release.with_name, names) if not path.exists())
    move(release, aside)
    log.warning("release %s was torn, as by a power cut: moved aside to %s", release.name, aside)
    return aside
