"""What kept releases need: what they were made from, and what a replay of them reads.

A release can be made again only beside the one that it follows, since it says what has changed
since. So that one stays whole, with the snapshots of both. Of all before them the manifest's hash
is enough, which the record of a deletion has. A release of restricted deaths stays for good: what
it told decides what later ones may tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gapwatch import publishing, snapshots
from gapwatch.audit.disclosed import RECORD, read_record
from gapwatch.audit.manifest_model import Keyed, Manifest
from gapwatch.audit.verify import MANIFEST, read_manifest
from gapwatch.errors import UsageError
from gapwatch.snapshots.reading import read_list

NOT_NAMED = "not named"


@dataclass(frozen=True)
class RetentionPlan:
    """What a pruning deletes, and why each of the others stays, in words, by name."""

    study: str
    releases: tuple[str, ...]
    snapshots: tuple[str, ...]
    releases_kept: dict[str, str]
    snapshots_kept: dict[str, str]


def newest_first(out: Path, study: str, known: dict[str, Manifest]) -> list[str]:
    """The study's releases that stand: by date, of one date the one that follows others first."""
    retired = snapshots.retired(out)
    mine = {n: m for n, m in known.items() if m.study.id == study and n not in retired}

    def depth(name: str) -> int:
        steps, seen = 0, {name}
        while (before := known[name].previous) and before.release in known:
            name, steps = before.release, steps + 1
            if name in seen:
                break
            seen.add(name)
        return steps

    return sorted(mine, key=lambda name: (mine[name].as_known_at, depth(name), name), reverse=True)


def every_release(out: Path) -> dict[str, Manifest]:
    """The manifest of every release in a folder, of whatever study.

    Raises IntegrityError for one that can't be read: nobody knows what it needs.
    """
    return {
        path.parent.name: read_manifest(path.parent)
        for path in sorted(out.glob(f"*/{MANIFEST}"))
        if publishing.is_release(path.parent.name) and not path.parent.is_symlink()
    }


def plan(
    raw: Path,
    out: Path,
    study: str,
    *,
    keep: int | None,
    releases: Iterable[str] = (),
    snapshots_named: Iterable[str] = (),
) -> RetentionPlan:
    """What may be deleted of a study: all but the `keep` newest releases, or just what is named.

    Raises UsageError for a release or snapshot that isn't the study's, or that a kept one needs;
    IntegrityError where a release can't be read.
    """
    known = every_release(out)
    named, wanted = set(releases), set(snapshots_named)
    _require_known("release", named, [n for n, m in known.items() if m.study.id == study])
    ours = [name for name in snapshots.ids(raw) if read_list(raw, name).study == study]
    _require_known("snapshot", wanted, ours)
    staying = _releases_staying(out, study, known, keep, named)
    _refuse("release", named, staying)
    gone = named if keep is None else {n for n, m in known.items() if m.study.id == study}
    gone = (gone | named) - set(staying)
    held = _snapshots_staying(raw, out, study, {n: m for n, m in known.items() if n not in gone})
    _refuse("snapshot", wanted, held)
    out_of_use = (set(ours) if keep is not None else set()) | wanted
    return RetentionPlan(
        study, tuple(sorted(gone)), tuple(sorted(out_of_use - set(held))), staying, held
    )


def _releases_staying(
    out: Path, study: str, known: dict[str, Manifest], keep: int | None, named: set[str]
) -> dict[str, str]:
    """Why each release stays, by name."""
    found: dict[str, str] = {}
    order = newest_first(out, study, known)
    for place, name in enumerate(order[: max(1, keep or 1)], 1):
        found[name] = "the newest" if place == 1 else f"one of the {keep} newest"
    pointed = publishing.pointed(out, study)
    if pointed in known:
        found.setdefault(pointed, "the newest")
    for name, manifest in known.items():
        if manifest.study.id != study:
            found[name] = f"of the study {manifest.study.id}"
        elif (out / name / RECORD).is_file() or _is_restricted(manifest):
            found.setdefault(name, "it told of restricted deaths, and decides what may be told")
        elif keep is None and name not in named:
            found.setdefault(name, NOT_NAMED)
    for name in list(found):
        before = known[name].previous
        if before is not None and before.release in known:
            found.setdefault(before.release, f"release {name} follows it, and is kept")
    return found


def _is_restricted(manifest: Manifest) -> bool:
    """Whether it rests on anything restricted, also by the first rules, which kept no record."""
    return any(isinstance(pin, Keyed) for pin in manifest.snapshot.inputs.values())


def _snapshots_staying(
    raw: Path, out: Path, study: str, staying: dict[str, Manifest]
) -> dict[str, str]:
    """Why each snapshot stays, by name."""
    found: dict[str, str] = {}
    for name, manifest in staying.items():
        record = read_record(out / name)
        for one in (manifest.snapshot.id, *(record.closed.values() if record else ())):
            found.setdefault(one, f"release {name} was made from it, and is kept")
    usable = snapshots.usable(raw, study)
    if usable:
        found.setdefault(
            snapshots.load(raw, study=study).id, "the newest: the next pull builds on it"
        )
    for name in snapshots.ids(raw):
        if (whose := read_list(raw, name).study) != study:
            found.setdefault(name, f"of the study {whose}" if whose else "nobody pulled it")
    return found


def _require_known(kind: str, named: set[str], known: list[str]) -> None:
    for name in sorted(named - set(known)):
        raise UsageError(
            f"prune --{kind} {name[:80]}",
            expected=f"one of {', '.join(known[-5:]) or 'none'}",
            found=f"no such {kind} of this study",
            remedy=f"see `gapwatch {kind}s`",
        )


def _refuse(kind: str, named: set[str], staying: dict[str, str]) -> None:
    for name in sorted(named & set(staying)):
        raise UsageError(
            f"prune --{kind} {name}",
            expected=f"a {kind} that nothing kept needs",
            found=f"one that is needed: {staying[name]}",
            remedy="keep it; nothing was deleted",
        )
