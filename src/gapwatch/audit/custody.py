"""The whole of a project's custody: snapshots, releases, and the chain that joins them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import filelock

from gapwatch import publishing, site_files, snapshots
from gapwatch.audit.manifest_model import Manifest
from gapwatch.audit.verify import MANIFEST, OlderReleaseError, release_problems
from gapwatch.errors import IntegrityError, TornError

_POINTER, _RECORDS = "latest-", ("retired", snapshots.PRUNED)
_RENAME = "write the newest release's name into it, or run again"
_PLAIN = ("README.md", ".lock", ".gitkeep")


@dataclass(frozen=True)
class Custody:
    """What was checked and everything that is wrong, in order; `bytes` are those read.

    `elsewhere` names restricted objects that aren't on this machine, which is nothing wrong.
    """

    snapshots: int
    pins: int
    objects: int
    releases: int
    older_releases: int
    bytes: int
    problems: tuple[IntegrityError, ...]
    elsewhere: tuple[str, ...] = ()


def check_all(raw: Path, out: Path, *, require_restricted: bool = False) -> Custody:
    """Verify every object, pin, snapshot, release and link; nothing is changed.

    With `require_restricted` a restricted object that isn't on this machine is a problem.
    """
    held = snapshots.check(raw, require_restricted=require_restricted)
    told: dict[str, Manifest] = {}
    problems = list(held.problems)
    size, older = held.bytes, 0
    there: set[str] = set()
    problems += _leftovers(out)
    for folder in _entries(out):
        if folder.name.startswith(_POINTER):
            continue
        if folder.is_symlink() or not folder.is_dir():
            problems.append(_wrong(folder, "a release, or the pointer to one", "another file"))
            continue
        there.add(folder.name)
        manifest, found = release_problems(folder)
        if found and isinstance(found[0], OlderReleaseError):
            older += 1
            continue
        problems += found
        if manifest is not None:
            told[folder.name] = manifest
            size += sum(item.bytes for item in manifest.outputs.values())
            problems += snapshot_problems(raw, folder, manifest)
    problems += [p for name, manifest in told.items() for p in _link(out, name, manifest)]
    problems += [p for path in _entries(out) for p in _pointer(path, told)]
    problems += snapshots.record_problems(out, lambda name: out / name / MANIFEST)
    problems += snapshots.pruned_problems(out)
    problems += site_files.problems(out) or _site_problems(out, raw, told, there)
    return Custody(
        held.snapshots,
        held.pins,
        held.objects,
        len(told),
        older,
        size,
        tuple(problems),
        tuple(held.elsewhere),
    )


def _entries(out: Path) -> list[Path]:
    if not out.is_dir():
        return []
    return [
        path
        for path in sorted(out.iterdir())
        if not path.name.startswith((".building-", ".publishing-", ".torn-"))
        and not (path.name in _RECORDS and path.is_dir() and not path.is_symlink())
        and path.name not in site_files.PLACES
        and not (path.name in _PLAIN and path.is_file() and not path.is_symlink())
    ]


def _site_problems(
    out: Path, raw: Path, told: dict[str, Manifest], there: set[str]
) -> list[IntegrityError]:
    """A site must offer what is there and stands, and each study's newest as the pointer does."""
    site = site_files.read(out)
    if site is None:
        return []
    try:
        gone, out_of_use = snapshots.retired(out), snapshots.retired(raw)
    except IntegrityError:
        return []  # told already, by the check of the records
    retired = {name for name, manifest in told.items() if manifest.snapshot.id in out_of_use}
    retired |= set(gone)
    # One of an older schema, or damaged, is there too: what is wrong with it is said once.
    offered = sorted(set(site.standing) - (there - retired))
    newest = {study: publishing.pointed(out, study) for study in site.newest}
    studies = {manifest.study.id for manifest in told.values()} - set(newest)
    unsaid = sorted(study for study in studies if publishing.pointed(out, study) in site.standing)
    pairs: tuple[tuple[str, object, object], ...] = (
        ("only releases that are there and stand", [], offered),
        ("the newest of each study", sorted(newest.items()), sorted(site.newest.items())),
        ("no study without its newest release", [], unsaid),
    )
    remedy = "lay the site out again with `gapwatch site`"
    return [
        _wrong(out / site_files.LIST, f"{what}: {expected}"[:300], str(found)[:300], remedy)
        for what, expected, found in pairs
        if expected != found
    ]


def _leftovers(out: Path) -> list[IntegrityError]:
    """What a run that was killed left below the releases; none while a run is at work there."""
    left = sorted(out.glob(".building-*")) if out.is_dir() else []
    if not left:
        return []
    try:
        with filelock.FileLock(out / ".lock", timeout=0):
            pass
    except (filelock.Timeout, OSError):
        return []
    return [
        _wrong(
            path,
            "nothing but releases and pointers to them",
            "what a killed run left",
            "remove it, or run again, which does; see first that it holds nothing restricted",
        )
        for path in left
    ]


def snapshot_problems(raw: Path, folder: Path, told: Manifest) -> list[IntegrityError]:
    """The snapshot that a release was made from must be there, with the same inputs."""
    if told.snapshot.id not in snapshots.ids(raw):
        return [
            _wrong(
                raw / "snapshots" / told.snapshot.id,
                f"the snapshot of release {folder.name}",
                "no such snapshot",
                "restore it from a backup or from a bundle of the release",
            )
        ]
    try:
        held = snapshots.load(raw, told.snapshot.id)
    except IntegrityError:
        return []  # told already, by the check of the snapshots
    return [
        _wrong(folder / MANIFEST, f"input {pin.id} with {_digest(pin)}, as pinned", sha)
        for pin in held.pins
        if (
            sha := told.snapshot.inputs[pin.id].sha256
            if pin.id in told.snapshot.inputs
            else "no such input"
        )
        != pin.sha256
    ]


def _digest(pin: snapshots.Pin) -> str:
    return f"{'hmac_sha256' if pin.is_keyed else 'sha256'} {pin.sha256}"


def _link(out: Path, name: str, told: Manifest) -> list[IntegrityError]:
    if told.previous is None:
        return []
    path = out / told.previous.release / MANIFEST
    try:
        sha = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        sha = "no such file"
    if sha == told.previous.sha256:
        return []
    # Deleted on purpose: its hash stands in the record, so the chain still holds.
    if not path.parent.exists() and snapshots.is_pruned(
        out, told.previous.release, told.previous.sha256
    ):
        return []
    return [
        _wrong(
            path,
            f"the manifest that release {name} follows, sha256 {told.previous.sha256}",
            sha,
            "restore the release from a backup or from a bundle",
        )
    ]


def _pointer(path: Path, told: dict[str, Manifest]) -> list[IntegrityError]:
    if not path.name.startswith(_POINTER):
        return []
    plain = path.is_file() and not path.is_symlink()
    name = path.read_text(encoding="utf-8", errors="replace") if plain else ""
    study, release = path.name.removeprefix(_POINTER), name.removesuffix("\n")
    manifest = told.get(release)
    if (
        name != f"{release}\n"
        or (manifest is None and not (path.parent / release).is_dir())
        or (manifest is not None and manifest.study.id != study)
    ):
        cut = plain and not name.endswith("\n")
        kind = TornError if cut else IntegrityError
        return [
            kind(
                str(path),
                expected=f"the name of a release of {study}",
                found=f"{name[:80]!r}{', cut short' if cut else ''}",
                remedy=_RENAME,
            )
        ]
    return []


def _wrong(
    path: Path, expected: str, found: str, remedy: str = "move it away, or restore it"
) -> IntegrityError:
    return IntegrityError(str(path), expected=expected, found=found, remedy=remedy)
