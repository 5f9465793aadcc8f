"""Everything below data/raw held against its hashes: what is flipped, missing, swapped or extra.

Also what a pull that was stopped half way leaves, which the next pull clears away.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gapwatch import system
from gapwatch.durable import is_torn, move
from gapwatch.errors import IntegrityError, TornError
from gapwatch.snapshots import retirement
from gapwatch.snapshots.keyed import require_digest
from gapwatch.snapshots.objects import AGAIN, PULL_AGAIN, RESTORE, WRITING, restricted_folder
from gapwatch.snapshots.pruned import PRUNED, is_pruned, pruned_problems
from gapwatch.snapshots.reading import LIST, list_in, read_pin
from gapwatch.snapshots.records import Object, sha256
from gapwatch.snapshots.store import TORN, ids, torn

log = logging.getLogger(__name__)
PLAIN = ("README.md", ".lock", ".gitkeep")
_FOLDERS = ("objects", "snapshots", retirement.FOLDER, PRUNED)
_Wanted = dict[tuple[str, bool], tuple[Object, str]]
_EXTRA = "move it away; what a pull that was stopped left, the next pull clears"


@dataclass
class SnapshotCheck:
    """What was checked, and everything that isn't as it was pinned.

    `elsewhere` names the restricted objects that aren't on this machine, which is no fault of them.
    """

    snapshots: int = 0
    pins: int = 0
    objects: int = 0
    bytes: int = 0
    problems: list[IntegrityError] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def check(raw: Path, *, require_restricted: bool = False) -> SnapshotCheck:
    """Verify every snapshot's list, its pins and the objects they name; name every other file.

    A restricted object that isn't here is named in `elsewhere`, and is a problem only where
    `require_restricted` asks for it. Where it is, nobody but its owner may read it.
    """
    found = SnapshotCheck()
    wanted: _Wanted = {}
    for folder in sorted(_inside(raw / "snapshots")):
        if folder.name.startswith(TORN) and _is_folder(folder):
            continue  # moved aside by a pull, and told then
        found.problems += _snapshot(folder, found, wanted)
    _check_objects(raw / "objects", _of(wanted, restricted=False), found)
    secret = _of(wanted, restricted=True)
    absent = {
        name: pin
        for name, (_, pin) in secret.items()
        if not (restricted_folder(raw) / name).exists()
    }
    found.elsewhere = [f"{pin}: {name}" for name, pin in sorted(absent.items())]
    if not require_restricted:
        secret = {name: item for name, item in secret.items() if name not in absent}
    _check_objects(restricted_folder(raw), secret, found)
    found.problems += _loose(restricted_folder(raw))
    found.problems += [
        _extra(path)
        for path in sorted(_inside(raw))
        if path.name not in _FOLDERS or not _is_folder(path)
    ]
    found.problems += pruned_problems(raw)
    found.problems += record_problems(raw, lambda name: raw / "snapshots" / name / LIST)
    return found


def record_problems(root: Path, of: Callable[[str], Path]) -> list[IntegrityError]:
    """What is wrong with the records of what was retired; `of` names the file that one is about."""
    found: list[IntegrityError] = []
    records = retirement.records(root)
    found += [_extra(p) for p in sorted(_inside(root / retirement.FOLDER)) if p not in records]
    for path in records:
        try:
            record = retirement.read(path)
        except IntegrityError as error:
            found.append(error)
            continue
        about = of(record.id)
        sha = sha256(about.read_bytes()) if about.is_file() else "no such file"
        if sha != record.sha256 and (
            about.exists() or not is_pruned(root, record.id, record.sha256)
        ):
            found.append(
                IntegrityError(
                    str(path),
                    expected=f"{about} with sha256 {record.sha256}, as it was retired",
                    found=sha,
                    remedy=RESTORE,
                )
            )
    return found


def _of(wanted: _Wanted, *, restricted: bool) -> dict[str, tuple[Object, str]]:
    return {name: item for (name, secret), item in wanted.items() if secret == restricted}


def _check_objects(
    folder: Path, wanted: dict[str, tuple[Object, str]], found: SnapshotCheck
) -> None:
    there = {path.name: path for path in _inside(folder)}
    for name, (item, pin) in sorted(wanted.items(), key=lambda pair: pair[0]):
        path = there.pop(name, None)
        found.objects += 1
        if path is None:
            found.problems.append(
                TornError(
                    str(folder / name),
                    expected=f"the object of {pin}",
                    found="no such file",
                    remedy=PULL_AGAIN,
                )
            )
            continue
        found.bytes += item.bytes
        found.problems += _object(path, item, pin)
    found.problems += [_extra(path) for _, path in sorted(there.items())]


def _loose(folder: Path) -> list[IntegrityError]:
    """Restricted files, and their folder, that others than their owner may open."""
    if not _is_folder(folder):
        return []
    return [
        IntegrityError(
            str(path),
            expected="open to its owner alone",
            found=system.exposed(path.stat().st_mode),
            remedy=f"chmod go= {path}",
        )
        for path in (folder, *sorted(_inside(folder)))
        if not path.is_symlink() and system.exposed(path.stat().st_mode)
    ]


def _inside(folder: Path) -> list[Path]:
    """What a folder holds, less what belongs to nobody."""
    if not _is_folder(folder):
        return []
    return [
        path
        for path in folder.iterdir()
        if path.name not in PLAIN or path.is_symlink() or not path.is_file()
    ]


def _is_folder(path: Path) -> bool:
    """A link to a folder is none."""
    return path.is_dir() and not path.is_symlink()


def _snapshot(folder: Path, found: SnapshotCheck, wanted: _Wanted) -> list[IntegrityError]:
    if not _is_folder(folder) or folder.name.startswith(WRITING):
        return [_extra(folder)]
    if not (folder / LIST).is_file():
        return [
            TornError(
                str(folder / LIST),
                expected="the list of a snapshot",
                found="no such file",
                remedy=PULL_AGAIN,
            )
        ]
    try:
        listed = list_in(folder)
    except IntegrityError as error:
        return [error]
    found.snapshots += 1
    problems: list[IntegrityError] = []
    for source, sha in sorted(listed.pins.items()):
        try:
            pin = read_pin(folder / "pins", source, sha)
        except IntegrityError as error:
            problems.append(error)
            continue
        found.pins += 1
        wanted |= {
            (item.name, pin.restricted): (item, f"{folder.name}, {source}") for item in pin.objects
        }
    named = {f"{source}.json" for source in listed.pins}
    problems += [_extra(p) for p in sorted(_inside(folder / "pins")) if p.name not in named]
    return problems + [_extra(p) for p in sorted(_inside(folder)) if p.name not in (LIST, "pins")]


def _object(path: Path, item: Object, pin: str) -> list[IntegrityError]:
    if path.is_symlink() or not path.is_file():
        return [_missing(path, f"the object of {pin}")]
    if item.hmac_sha256:
        return _keyed(path, item, pin)
    with path.open("rb") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest()
        found = file.tell()
    if (found, sha) == (item.bytes, item.sha256):
        return []
    cut = is_torn(path, item.bytes)
    return [
        (TornError if cut else IntegrityError)(
            f"{path} (pin {pin})",
            expected=f"{item.bytes} bytes, sha256 {item.sha256}",
            found=f"{found} bytes, sha256 {sha}{', cut short' if cut else ''}",
            remedy=PULL_AGAIN if cut else AGAIN,
        )
    ]


def _keyed(path: Path, item: Object, pin: str) -> list[IntegrityError]:
    try:
        require_digest(path.parent.parent, item, path.read_bytes(), f"{path} (pin {pin})")
    except IntegrityError as error:
        return [error]
    return []


def clear_leftovers(raw: Path) -> None:
    """Remove what a stopped pull left: half-written files, a snapshot not yet in its place, and
    the objects that it brought.

    Only for whoever holds the lock of `raw`. Objects are removed only where a leftover names them
    and every snapshot reads, so nothing that is damaged or lost costs another byte.
    """
    folders = [
        path
        for path in sorted(_inside(raw / "snapshots"))
        if _is_folder(path) and not path.name.startswith(TORN)
    ]
    for folder in (
        raw / "objects",
        restricted_folder(raw),
        *folders,
        *(folder / "pins" for folder in folders),
    ):
        for path in folder.glob(f"{WRITING}*"):
            path.unlink()
    aside = [path for path in folders if path.name.startswith(WRITING)]
    held = [_named(path) for path in folders if path not in aside]
    if None in held:
        return
    for room in aside:
        brought = {name for made in _inside(room) for name in _named(made) or ()}
        for name in sorted(brought.difference(*(names or () for names in held))):
            log.info("removing %s, which a stopped pull left", name[0])
            place = restricted_folder(raw) if name[1] else raw / "objects"
            (place / name[0]).unlink(missing_ok=True)
        # Last: it says which objects came with it.
        shutil.rmtree(room)


def clear_torn(raw: Path) -> None:
    """Move snapshots aside whose list or pins were cut short: nothing can be read from them.

    Only for whoever holds the lock of `raw`. Objects stay: a snapshot that stands may name them.
    """
    for name in ids(raw):
        folder = raw / "snapshots" / name
        problem = torn(raw, name)
        if problem is not None and Path(problem.where).is_relative_to(folder):
            aside = folder.with_name(f"{TORN}{name}")
            if not aside.exists():
                move(folder, aside)
                log.warning(
                    "snapshot %s was torn, as by a power cut: moved aside to %s", name, aside
                )


def _named(folder: Path) -> set[tuple[str, bool]] | None:
    """File names of the objects that a snapshot's pins name, and whether they are restricted.

    None where they can't be read.
    """
    try:
        listed = list_in(folder)
        pins = [read_pin(folder / "pins", name, sha) for name, sha in listed.pins.items()]
    except IntegrityError as error:
        log.warning("%s", error)
        return None
    return {(item.name, pin.restricted) for pin in pins for item in pin.objects}


def _missing(path: Path, what: str) -> IntegrityError:
    return IntegrityError(str(path), expected=what, found="no such file", remedy=RESTORE)


def _extra(path: Path) -> IntegrityError:
    return IntegrityError(
        str(path), expected="nothing that no snapshot names", found="another file", remedy=_EXTRA
    )
