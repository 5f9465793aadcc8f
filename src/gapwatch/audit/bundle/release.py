"""One file with a release and all that it was made from, for somebody who has neither.

release/<id>/    the release            raw/     the snapshots that both were made from
previous/<id>/   the one it follows     code/    the code, as committed
restricted/      restricted files that were asked for by name, with digests of the bundle's own
"""

from __future__ import annotations

import logging
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gapwatch import snapshots
from gapwatch.audit import repository
from gapwatch.audit.bundle import bag as bags
from gapwatch.audit.custody import snapshot_problems
from gapwatch.audit.disclosed import read_record
from gapwatch.audit.lineage import previous_at
from gapwatch.audit.manifest_model import Manifest
from gapwatch.audit.provenance import code_sha256
from gapwatch.audit.verify import MANIFEST, verify_release
from gapwatch.errors import IntegrityError, UsageError
from gapwatch.publishing import write_files

log = logging.getLogger(__name__)
# What nobody needs to run the code.
_LEFT_OUT = ("tests/", "bench/", "data/", ".")
PACKAGED = "src/gapwatch"
Files = dict[str, bytes | Path]


@dataclass(frozen=True)
class Held:
    """A release with what it was made from, wherever it lies: in a project, or unpacked.

    `previous` is the release that it follows; `code` the folder of its own code, where it is held.
    """

    folder: Path
    told: Manifest
    raw: Path
    previous: Path | None
    code: Path | None = None


def held_in(out: Path, raw: Path, release: Path) -> Held:
    """A release of a project, verified, with the one that it follows.

    Raises IntegrityError for a release, a link or a snapshot that isn't as it was.
    """
    told = verify_release(release)
    previous = _followed(told, out)
    held = Held(release, told, raw, previous)
    _require_snapshot(raw, release, told)
    if previous is not None:
        _require_snapshot(raw, previous, verify_release(previous))
    return held


def write(
    held: Held,
    target: Path,
    *,
    without_code: bool = False,
    include_restricted: Collection[str] = (),
) -> None:
    """Write a release with all that it rests on as one file, a BagIt bag.

    Its code is the committed one; where there is none, the bag says why, and it can be made again
    with current code alone. Restricted files are left out, which the bag says, unless their sources
    are named. Raises UsageError for a name that is no restricted source of the release, or whose
    file isn't on this machine.
    """
    included = _included(held, include_restricted)
    code, why = ({}, "left out") if without_code else own_code(held.told)
    files: Files = {f"code/{name}": content for name, content in code.items()}
    files |= _folder(f"release/{held.folder.name}", held.folder)
    if held.previous is not None:
        files |= _folder(f"previous/{held.previous.name}", held.previous)
    for name in _snapshot_ids(held):
        files |= _snapshot(held.raw, name, included)
    files |= _digests(files)
    out = sorted(set(restricted_sources(held)) - included)
    info = {
        "External-Identifier": held.told.release,
        "External-Description": " ".join(held.told.answer.sentence.split()),
        "Bagging-Date": held.told.as_known_at,
        "Gapwatch-Code": f"none: {why}" if why else f"commit {held.told.code.commit}",
    }
    if out:
        info["Gapwatch-Restricted-Left-Out"] = ", ".join(out)
    if included:
        info["Gapwatch-Restricted-Included"] = ", ".join(sorted(included))
    bags.write(target, files, info, private=bool(included))


def restricted_sources(held: Held) -> dict[str, bool]:
    """Restricted sources of a release and of the one before, and whether their files are here."""
    found: dict[str, bool] = {}
    for name in _snapshot_ids(held):
        for pin in snapshots.load(held.raw, name).pins:
            if pin.restricted:
                here = not snapshots.is_elsewhere(held.raw, pin)
                found[pin.id] = found.get(pin.id, True) and here
    return found


def rests_on(held: Held) -> set[str]:
    """Snapshots that a release reads: its own, and those of closed years of restricted deaths."""
    record = read_record(held.folder)
    return {held.told.snapshot.id, *(record.closed.values() if record else ())}


def _snapshot_ids(held: Held) -> list[str]:
    """Snapshots that a release and the one before were made from."""
    ids = rests_on(held)
    if held.previous is not None:
        ids.add(verify_release(held.previous).snapshot.id)
    return sorted(ids)


def _included(held: Held, asked: Collection[str]) -> set[str]:
    known = restricted_sources(held)
    for name in asked:
        if name not in known:
            raise UsageError(
                f"--include-restricted {name}",
                found="another name",
                expected=f"a restricted source: {', '.join(sorted(known)) or 'there is none'}",
                remedy="name one of these, or leave it out",
            )
        if not known[name]:
            raise UsageError(
                f"--include-restricted {name}",
                expected="its file on this machine",
                found="restricted, not on this machine",
                remedy="bundle where the file is, or leave it out",
            )
    return set(asked)


def require_free(target: Path, told: Manifest) -> None:
    """Raise UsageError where a file is there already, unless it is a bundle of this release."""
    if not target.exists():
        return
    try:
        with zipfile.ZipFile(target) as archive:
            same = archive.namelist()[0].split("/")[0] == told.release
    except (OSError, zipfile.BadZipFile, IndexError):
        same = False
    if not same:
        raise UsageError(
            str(target),
            expected="the name of a new file, or of a bundle of this release",
            found="something else",
            remedy="name another file, or remove this one",
        )


def read(source: Path, into: Path) -> Held:
    """Check a bundle and unpack it into an empty folder; nothing in it is run.

    Raises IntegrityError for whatever isn't as it was packed.
    """
    names = bags.read(source, into)
    releases = sorted({name.split("/")[1] for name in names if name.startswith("release/")})
    if len(releases) != 1 or f"release/{releases[0]}/{MANIFEST}" not in names:
        raise IntegrityError(
            str(source),
            expected="a bundle of one release",
            found=f"{len(releases)} releases",
            remedy="make it again with `gapwatch bundle`",
        )
    folder = names[f"release/{releases[0]}/{MANIFEST}"].parent
    payload = folder.parent.parent
    held = held_in(payload / "previous", payload / "raw", folder)
    code = payload / "code"
    return replace(held, code=code if code.is_dir() else None)


def own_code(told: Manifest) -> tuple[Mapping[str, bytes], str]:
    """The committed code of a release by file name; without it, the reason why there is none."""
    code = told.code
    if code.commit is None:
        return {}, "it was made outside a git work tree, so no commit is known"
    if code.clean is not True:
        return {}, f"it was made while files differed from commit {code.commit}"
    files = repository.files_at(code.commit)
    if files is None:
        return {}, f"commit {code.commit} isn't in the repository of this gapwatch"
    with tempfile.TemporaryDirectory(prefix="gapwatch-") as room:
        write_files(
            Path(room), {n: held for n, held in files.items() if n.startswith(f"{PACKAGED}/")}
        )
        if code_sha256(Path(room) / PACKAGED) != code.sha256:
            return {}, f"commit {code.commit} holds other code than the one that made it"
    return {name: held for name, held in files.items() if not name.startswith(_LEFT_OUT)}, ""


def require_code(told: Manifest, code: Path) -> None:
    """Raise IntegrityError unless a folder holds the very code that made a release."""
    found = code_sha256(code / PACKAGED)
    if found != told.code.sha256:
        raise IntegrityError(
            str(code),
            expected=f"the code that made {told.release}, sha256 {told.code.sha256}",
            found=f"sha256 {found}",
            remedy="replay it with current code; nothing was run",
        )


def _followed(told: Manifest, among: Path) -> Path | None:
    if told.previous is None:
        return None
    folder = among / told.previous.release
    found = previous_at(folder).sha256 if (folder / MANIFEST).is_file() else "no such release"
    if found != told.previous.sha256:
        raise IntegrityError(
            str(folder / MANIFEST),
            found=found,
            expected=f"the manifest that {told.release} follows, sha256 {told.previous.sha256}",
            remedy="restore that release from a backup or a bundle",
        )
    return folder


def _require_snapshot(raw: Path, folder: Path, told: Manifest) -> None:
    """The snapshot that a release was made from must be there, with the same inputs, to the byte.

    What of it can't be read raises IntegrityError of its own.
    """
    for problem in snapshot_problems(raw, folder, told):
        raise problem
    for pin in snapshots.load(raw, told.snapshot.id).pins:
        if not snapshots.is_elsewhere(raw, pin):
            snapshots.read_objects(raw, pin)


def _folder(name: str, folder: Path) -> Files:
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _snapshot(raw: Path, name: str, included: Collection[str]) -> Files:
    """The files of a snapshot: its list, its pins, and the objects that may leave the machine."""
    files = _folder(f"raw/snapshots/{name}", raw / "snapshots" / name)
    for pin in snapshots.load(raw, name).pins:
        if pin.restricted and pin.id not in included:
            continue
        for item in pin.objects:
            path = snapshots.object_path(raw, item, restricted=pin.restricted)
            files[
                path.relative_to(raw.parent).as_posix()
                if pin.restricted
                else f"raw/objects/{path.name}"
            ] = path
    return files


def _digests(files: Files) -> Files:
    """The SHA-256 of the restricted files that go along: the key of their pins doesn't."""
    prefix = f"{snapshots.RESTRICTED}/objects/"
    listed = {
        name.removeprefix(prefix): snapshots.sha256(path.read_bytes())
        for name, path in files.items()
        if name.startswith(prefix) and isinstance(path, Path)
    }
    if not listed:
        return {}
    return {f"{snapshots.RESTRICTED}/{snapshots.DIGESTS}": snapshots.dump_digests(listed)}
