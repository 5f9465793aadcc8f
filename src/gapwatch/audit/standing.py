"""Which release of a study is its newest, and how a release that was cut short gives way.

A power cut may leave a release torn: files missing, short or zero, as the manifest's sizes show. It
is nobody's doing, so it doesn't block the study: it is made again in its place where the run has
the same inputs, and moved aside where it hasn't. A release that was edited blocks, as ever.
"""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from gapwatch import publishing, snapshots
from gapwatch.audit.manifest_model import Manifest
from gapwatch.audit.verify import MANIFEST, read_manifest, torn_files
from gapwatch.durable import is_torn, sync_folder
from gapwatch.errors import IntegrityError, TornError, UsageError
from gapwatch.publishing import told
from gapwatch.snapshots import Retirement, sha256
from gapwatch.switch import set_aside

log = logging.getLogger(__name__)
_DATED = "-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]-"


def releases(out: Path, study_id: str) -> dict[str, Manifest | None]:
    """The releases of a study by name, with the manifest of each that has one to be read."""
    found: dict[str, Manifest | None] = {}
    for folder in sorted(out.glob(f"{study_id}{_DATED}*")):
        if folder.is_symlink() or not folder.is_dir():
            continue
        try:
            found[folder.name] = read_manifest(folder)
        except IntegrityError:
            found[folder.name] = None
    return found


def newest(out: Path, study_id: str) -> str | None:
    """The newest release of a study that isn't retired; None where there is none.

    Of two of one date the one that follows the other.
    """
    out_of_use = snapshots.retired(out)
    known = {
        name: manifest
        for name, manifest in releases(out, study_id).items()
        if manifest is not None and manifest.study.id == study_id and name not in out_of_use
    }
    if not known:
        return None
    followed = {item.previous.release for item in known.values() if item.previous is not None}
    # Every chain ends in one that nobody follows, so there is one of the newest date.
    return max(known, key=lambda name: (known[name].as_known_at, name not in followed, name))


def mend(out: Path, study_id: str, basis: str) -> None:
    """Move torn releases of a study out of the way, and have its pointer name the newest.

    One of this `basis` stays where it is: the run makes it again, and it gives way only then. So
    does one that others follow, whose hash they hold: it is told, and can only be restored. Only
    for whoever holds the lock of `out`.
    """
    known = releases(out, study_id)
    torn = {
        name
        for name, manifest in known.items()
        if _looks_torn(out / name, manifest) and torn_files(out / name)
    }
    followed = {
        manifest.previous.release
        for name, manifest in known.items()
        if manifest is not None and manifest.previous is not None and name not in torn
    }
    for name in sorted(torn):
        manifest = known[name]
        if name in followed:
            log.warning(
                "release %s is torn, as by a power cut, and others follow it: restore it "
                "from a backup or a bundle",
                name,
            )
        elif manifest is None or manifest.basis != basis or not _is_linked(out, manifest):
            set_aside(out / name)
    point(out, study_id)


def _is_linked(out: Path, manifest: Manifest) -> bool:
    """Whether the release before, if there is one, has the manifest that this one follows."""
    if manifest.previous is None:
        return True
    path = out / manifest.previous.release / MANIFEST
    return path.is_file() and sha256(path.read_bytes()) == manifest.previous.sha256


def _looks_torn(folder: Path, manifest: Manifest | None) -> bool:
    """By sizes and ends alone: hashing every release of every year would take too long."""
    if manifest is None:
        return True
    return any(is_torn(folder / name, item.bytes) for name, item in manifest.outputs.items())


def point(out: Path, study_id: str) -> None:
    """Have a study's pointer name the newest release that stands, where it names none that does.

    A pointer that names something else altogether is left to be told as what it is.
    """
    try:
        current = publishing.latest(out, study_id)
    except TornError as error:
        log.info("%s: %s", error.where, error.found)
        current = None
    except IntegrityError:
        return
    if current is not None and current.name not in snapshots.retired(out):
        return
    name, pointer = newest(out, study_id), out / f"latest-{study_id}"
    if name is not None:
        publishing.point_to(out, name, study_id)
        log.info("%s names %s now, the newest release that stands", pointer, name)
    elif pointer.exists():
        pointer.unlink()
        sync_folder(out)
        log.info("%s is removed: no release of the study stands", pointer)


def retire(out: Path, release: str, reason: str, today: dt.date) -> str:
    """Record that a release is no longer to be relied on; return the newest that stands, or "".

    It stays where it is, and the pointer leaves it. Raises UsageError for one that isn't there or
    is retired already, IntegrityError for one that can't be read.
    """
    folder = out / release
    if not publishing.is_release(release) or not folder.is_dir():
        known = sorted(path.parent.name for path in out.glob(f"*/{MANIFEST}"))
        raise UsageError(
            f"release {release[:80]!r}",
            expected=f"one of {', '.join(known[-5:]) or 'none yet'}",
            found="no such release",
            remedy="name one of these",
        )
    manifest = read_manifest(folder)
    with told(out), publishing.alone(out):
        snapshots.retire(
            out,
            Retirement(
                kind="release",
                id=release,
                reason=snapshots.checked_reason(reason),
                retired_on=today,
                sha256=sha256((folder / MANIFEST).read_bytes()),
            ),
        )
        point(out, manifest.study.id)
        return publishing.pointed(out, manifest.study.id)


def made_from(out: Path, snapshot: str) -> list[str]:
    """Releases in `out` that were made from a snapshot and aren't retired."""
    found = []
    for path in sorted(out.glob(f"*/{MANIFEST}")):
        try:
            manifest = read_manifest(path.parent)
        except IntegrityError:
            continue
        if manifest.snapshot.id == snapshot and path.parent.name not in snapshots.retired(out):
            found.append(path.parent.name)
    return found
