"""What moved since another release: its published numbers against these, split by kind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gapwatch import snapshots
from gapwatch import study as study_file
from gapwatch.audit.manifest_model import Manifest
from gapwatch.audit.provenance import STUDY
from gapwatch.audit.revisions.figures import Figures, published
from gapwatch.audit.revisions.ledger import Basis, chain, mixed
from gapwatch.audit.verify import verify_release
from gapwatch.contracts import KINDS
from gapwatch.errors import IntegrityError, StudyError, UsageError
from gapwatch.snapshots import Snapshot
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import Study

_TABLES = ("data/gap.csv", "data/verdict.csv", "data/bridged_gap.csv")


@dataclass(frozen=True)
class Since:
    """The release that is compared with, and the table `revision`; empty when nothing moved."""

    release: str
    as_known_at: dt.date
    same_snapshot: bool
    moved: pd.DataFrame


def since(earlier: Path, raw: Path, study: Study, snapshot: Snapshot, later: Figures) -> Since:
    """Compare figures with those of an earlier release of the study, which must be sound.

    Raises IntegrityError for a release or a snapshot that isn't as it was, UsageError for a
    release of another study.
    """
    told = verify_release(earlier)
    if told.study.id != study.study.id:
        raise UsageError(
            f"release {told.release}",
            expected=f"a release of the study {study.study.id}",
            found=f"one of {told.study.id}",
            remedy="compare two releases of one study",
        )
    now = Basis(study, snapshot.as_known_at.year, lambda asked: load_inputs(raw, snapshot, asked))
    return Since(
        release=told.release,
        as_known_at=dt.date.fromisoformat(told.as_known_at),
        same_snapshot=told.snapshot.id == snapshot.id,
        moved=_ledger(earlier, told, raw, now, later),
    )


def between(earlier: Path, other: Path, raw: Path) -> Since:
    """The same between two releases as they were published."""
    told = verify_release(other)
    study, _ = study_file.load(other / STUDY)
    snapshot = snapshots.load(raw, told.snapshot.id)
    return since(earlier, raw, study.known_at(snapshot.as_known_at), snapshot, figures_of(other))


def figures_of(release: Path) -> Figures:
    """The published numbers of a release."""
    return published(
        {name: (release / name).read_bytes() for name in _TABLES if (release / name).is_file()}
    )


def _ledger(earlier: Path, told: Manifest, raw: Path, now: Basis, later: Figures) -> pd.DataFrame:
    before = figures_of(earlier)
    if before == later:
        return chain(before, later, [])
    try:
        study, _ = study_file.load(earlier / STUDY)
    except StudyError:
        # Today's code can't read that study, so nothing between the two can be made again.
        return chain(before, later, [(kind, None) for kind in KINDS])
    try:
        held = snapshots.load(raw, told.snapshot.id)
    except UsageError as error:
        raise IntegrityError(
            str(raw / "snapshots" / told.snapshot.id),
            found="no such snapshot",
            expected=f"the snapshot of release {told.release}, which is compared with",
            remedy="restore it from a backup, or from a bundle of that release",
        ) from error
    study = study.known_at(held.as_known_at)
    then = Basis(study, held.as_known_at.year, lambda asked: load_inputs(raw, held, asked))
    return chain(before, later, mixed(then, now))
