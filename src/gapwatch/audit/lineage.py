"""Which release came before, and whether these very inputs were released already."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from gapwatch import publishing, snapshots
from gapwatch.audit.manifest_model import Manifest
from gapwatch.audit.provenance import Claims
from gapwatch.audit.verify import MANIFEST, OlderReleaseError, read_manifest, verify_release
from gapwatch.errors import IntegrityError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Previous:
    """The release that another follows, and the hash of its manifest: a link of the chain."""

    release: str
    sha256: str
    folder: Path


@dataclass(frozen=True)
class Lineage:
    """The release before, and what a release of the very same inputs says of its making."""

    previous: Previous | None = None
    claims: Claims | None = None


def lineage(out: Path, study_id: str, basis: str, known_at: dt.date) -> Lineage:
    """What a run with this basis follows, among the releases in `out`.

    A release with the same basis is made again as it was: after the same release as then. Else the
    run follows the study's newest release that was known at the snapshot's date. Raises
    IntegrityError when that isn't as it was made: what can't be trusted can't be followed.
    """
    same = _same_basis(out, study_id, basis)
    if same is not None:
        return Lineage(_named(out, same), claims_of(same))
    folder = publishing.latest(out, study_id)
    while folder is not None:
        try:
            told = verify_release(folder)
        except OlderReleaseError as error:
            log.warning("%s is of an older schema and isn't followed: %s", folder, error.remedy)
            return Lineage()
        if told.study.id != study_id:
            raise IntegrityError(
                str(folder),
                expected=f"a release of {study_id}",
                found=f"one of {told.study.id}",
                remedy=f"write the name of a release of {study_id} into latest-{study_id}",
            )
        if told.as_known_at <= known_at.isoformat():
            return Lineage(previous_at(folder))
        before = _named(out, told)
        folder = None if before is None else before.folder
    return Lineage()


def previous_at(folder: Path) -> Previous:
    """A release as the one that comes before."""
    content = (folder / MANIFEST).read_bytes()
    return Previous(folder.name, hashlib.sha256(content).hexdigest(), folder)


def claims_of(told: Manifest) -> Claims:
    """What a manifest says of commit, Python and platform."""
    return Claims(told.code.sha256, told.code.commit, told.code.clean, told.made_with.model_dump())


def _same_basis(out: Path, study_id: str, basis: str) -> Manifest | None:
    for path in sorted(out.glob(f"{study_id}-*/{MANIFEST}")):
        try:
            found = read_manifest(path.parent)
        except IntegrityError as error:
            log.warning("%s can't be read and is passed over: %s", path.parent, error.found)
            continue
        if found.basis == basis:
            return found
    return None


def _named(out: Path, told: Manifest) -> Previous | None:
    """The release that a manifest says it follows; it must still be there, unchanged."""
    if told.previous is None:
        return None
    folder = out / told.previous.release
    try:
        found = previous_at(folder)
    except OSError:
        found = None
    if found is None or found.sha256 != told.previous.sha256:
        raise IntegrityError(
            str(folder),
            expected=f"the release that {told.release} follows, with a manifest of "
            f"sha256 {told.previous.sha256}",
            found="no release" if found is None else f"sha256 {found.sha256}",
            remedy="restore it from a backup or a bundle; a chain with a link lost can't be "
            "followed"
            + "; it was deleted by `gapwatch prune`"
            * snapshots.is_pruned(out, told.previous.release, told.previous.sha256),
        )
    return found
