"""Writing so that nothing is ever half there: one run at a time, built aside, moved whole."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import filelock

from gapwatch import site_files, switch
from gapwatch.durable import make_folder, sync_file, sync_folder
from gapwatch.errors import IntegrityError, OutputError, TornError

log = logging.getLogger(__name__)

_BUILDING, _LOCK = switch.BUILDING, ".lock"
_RELEASE = re.compile(r"[a-z0-9][a-z0-9-]{0,150}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BROKEN = {errno.EIO}
_REFUSED = dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "change its permissions")
_REFUSED |= dict.fromkeys((errno.ENOTDIR, errno.EEXIST, errno.EISDIR), "move away what is there")
DEFAULT_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Workspace:
    """Where a run builds: `folder` beside the releases, `database` beside the last database."""

    out: Path
    curated: Path
    folder: Path

    @property
    def release(self) -> Path:
        """The release while it is made."""
        return self.prepared / switch.RELEASE

    @property
    def prepared(self) -> Path:
        """All that one rename will publish."""
        return self.folder / "prepared"

    @property
    def checks(self) -> Path:
        """Tables on their way to validation."""
        return self.folder / "checks"

    @property
    def database(self) -> Path:
        """The database while it is made; in its own folder, so that moving it is one step."""
        return self.curated / f"{_BUILDING}{os.getpid()}.duckdb"


@contextlib.contextmanager
def workspace(
    out: Path, curated: Path, *, patience_seconds: float = DEFAULT_PATIENCE_SECONDS
) -> Iterator[Workspace]:
    """Hold both folders alone and give a place to build; leave no trace of what isn't published.

    Waits for another run, then refuses. What a killed run was publishing is finished first, and
    what it was building is removed. Raises OutputError when a folder can't be written or the disk
    is full.
    """
    with told(out, curated, chosen=out), contextlib.ExitStack() as stack:
        folders = tuple(dict.fromkeys((out.resolve(), curated.resolve())))
        for folder in folders:
            make_folder(folder)
            _require_writable(folder)
            stack.enter_context(alone(folder, patience_seconds, chosen=out))
        switch.resume(out, curated)
        for folder in folders:
            _sweep(folder)
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=out))
        stack.callback(_sweep, curated)
        stack.callback(shutil.rmtree, building, ignore_errors=True)
        place = Workspace(out, curated, building)
        place.release.mkdir(parents=True)
        place.checks.mkdir()
        yield place


@contextlib.contextmanager
def beside(target: Path, prefix: str) -> Iterator[Path]:
    """A folder to build a file in, beside it; the next one removes what a killed one left.

    Each is locked while it is in use, so one that isn't is nobody's.
    """
    for leftover in target.parent.glob(f"{prefix}*"):
        _clear(leftover)
    room = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    with filelock.FileLock(room / _LOCK):
        try:
            yield room
        finally:
            _remove(room)


def _clear(leftover: Path) -> None:
    lock = leftover / _LOCK
    if leftover.is_symlink():
        return
    if lock.is_file():
        with contextlib.suppress(filelock.Timeout), filelock.FileLock(lock, timeout=0):
            _remove(leftover)
    elif leftover.is_dir():
        # Without a lock it is new, or all but gone: empty. A full one is another program's.
        with contextlib.suppress(OSError):
            leftover.rmdir()


def _remove(room: Path) -> None:
    """Remove a folder whose lock is held: the lock last, so that the next one knows the rest."""
    for path in room.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _LOCK:
            path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # some systems keep a file that is open
        (room / _LOCK).unlink()
        room.rmdir()


@contextlib.contextmanager
def told(*folders: Path, chosen: Path | None = None) -> Iterator[None]:
    """Turn the operating system's refusal to write into a named error; leave other errors alone.

    `chosen` is the folder that the command's --out names: for no other can another one be chosen.
    """
    try:
        yield
    except OSError as error:
        where = str(error.filename or folders[0])
        if error.errno in _FULL:
            raise OutputError(
                where,
                expected="room on the disk",
                found=error.strerror or str(error),
                remedy="free some space and run again; the last release is untouched",
            ) from error
        if error.errno in _BROKEN:
            raise OutputError(
                where,
                expected="a disk that keeps what is written",
                found=error.strerror or str(error),
                remedy="look into the disk's health, then run again; the last release is untouched",
            ) from error
        if error.errno in _REFUSED:
            raise OutputError(
                where,
                expected="a folder that can be written",
                found=error.strerror or str(error),
                remedy=_another(Path(where), chosen) + _REFUSED[error.errno],
            ) from error
        raise


def _another(where: Path, chosen: Path | None) -> str:
    """The advice to choose another folder, where the option is about this one."""
    if chosen is None or not where.resolve().is_relative_to(chosen.resolve()):
        return ""
    return "choose another folder with --out, or "


def _require_writable(folder: Path) -> None:
    """Refuse early, with the folder's name; root may write anywhere, so ask for the mode too."""
    if not os.access(folder, os.W_OK | os.X_OK) or not folder.stat().st_mode & 0o222:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


@contextlib.contextmanager
def alone(
    folder: Path,
    patience_seconds: float = DEFAULT_PATIENCE_SECONDS,
    *,
    chosen: Path | None = None,
) -> Iterator[None]:
    """Hold the lock of a folder; OutputError when whoever has it doesn't end.

    `chosen` is the folder that the command's --out names, as in `told`.
    """
    lock = filelock.FileLock(folder / _LOCK)
    try:
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            log.warning(
                "another run is at work in %s; waiting up to %.0f s", folder, patience_seconds
            )
            lock.acquire(timeout=patience_seconds)
    except filelock.Timeout as error:
        raise OutputError(
            str(folder),
            expected="no other run at work here",
            found=f"one that didn't end within {patience_seconds:.0f} seconds",
            remedy=f"{_another(folder, chosen)}wait for it to end",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    """Remove what was being built when a run was killed; only called while holding the lock."""
    for leftover in folder.glob(f"{_BUILDING}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below `folder`, in order of their names."""
    for name in sorted(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])


def publish(
    place: Workspace,
    release_id: str,
    study_id: str,
    *,
    torn: Collection[str] = (),
    point: bool = True,
    site: site_files.Made | None = None,
) -> Path:
    """Move the release, its study's pointer to it and the database into place; return the release.

    All of them or none, and with them the `site`: see `switch`. Without a new database the old one
    stays. A release that is there must be the same to the byte, as the same inputs make it, but for
    files known to be `torn`. `point` says whether it may become the study's newest.
    """
    target = place.out / release_id
    new = not target.exists() or bool(torn)
    if target.exists():
        _require_same(target, place.release, torn)
    laid = site_files.Changes((), ())
    if site is not None:
        laid = site_files.changes(place.out, site)
        pages = {name: site.content(name) for name in laid.write}
        write_files(place.prepared / switch.SITE, pages)
    if not new:
        shutil.rmtree(place.release)
    newest = point and becomes_newest(place.out, release_id, study_id)
    plan = switch.Plan(
        release_id,
        f"latest-{study_id}" if newest else "",
        place.database.name if place.database.exists() else "",
        new,
        torn=bool(torn),
        pages=laid.write,
        gone=laid.remove,
    )
    switch.throw(place.prepared, place.out, place.curated, plan)
    return target


def becomes_newest(out: Path, release_id: str, study_id: str) -> bool:
    """Whether a release may take the newest one's place: one of an older date never does."""
    return _date(pointed(out, study_id), study_id) <= _date(release_id, study_id)


def point_to(out: Path, release_id: str, study_id: str) -> None:
    """Name a release as its study's newest; written aside first, so that it is whole."""
    pointer = out / f"{_BUILDING}latest"
    pointer.write_text(f"{release_id}\n", encoding="utf-8")
    sync_file(pointer)
    pointer.replace(out / f"latest-{study_id}")
    sync_folder(out)


def _require_same(old: Path, new: Path, torn: Collection[str]) -> None:
    names = sorted({*_names(old), *_names(new)}.difference(torn))
    differ = [name for name in names if not _same(old / name, new / name)]
    if differ:
        raise IntegrityError(
            str(old),
            expected="the bytes that the same inputs give",
            found=f"other bytes in {', '.join(differ[:5])}",
            remedy="the release was changed after it was made: move its folder away and run again",
        )


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def pointed(out: Path, study_id: str) -> str:
    """What a study's pointer says, whatever it is; "" where there is none."""
    try:
        return (out / f"latest-{study_id}").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _date(release_id: str, study_id: str) -> str:
    """The date in a release's name; "" where there is none, which is before any other."""
    return release_id.removeprefix(f"{study_id}-")[: len("2026-11-23")]


def is_release(name: str) -> bool:
    """Whether a name may be that of a release: nothing that leads elsewhere."""
    return _RELEASE.fullmatch(name) is not None


def latest(out: Path, study_id: str) -> Path | None:
    """The release of a study that was published last; None when none was.

    Raises IntegrityError when the pointer names anything but a release beside it: TornError where
    it, or that release, was cut short, which the next run mends. A release that is gone altogether
    was taken away: no cut does that.
    """
    pointer = out / f"latest-{study_id}"
    try:
        content = pointer.read_bytes()
    except OSError:
        return None
    name = content.decode("utf-8", "replace").strip()
    release = out / name
    if _RELEASE.fullmatch(name) and (release / "manifest.json").is_file():
        return release
    # Ours end in a newline; what was cut short doesn't.
    cut = not content.strip(b"\0") or not content.endswith(b"\n")
    torn = bool(_RELEASE.fullmatch(name)) and (
        release.is_dir() or (out / f"{switch.TORN}{name}").is_dir()
    )
    kind = TornError if cut or torn else IntegrityError
    raise kind(
        str(pointer),
        expected="the name of a release in this folder",
        found=repr(name[:80]),
        remedy="run again: it will name the newest release that stands"
        if cut or torn
        else "restore the release from a backup or a bundle, or remove the file and run again",
    )
