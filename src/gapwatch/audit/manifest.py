"""The manifest: what a release was made from and what came out, each with its SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gapwatch.audit.lineage import Previous
from gapwatch.audit.provenance import Provenance
from gapwatch.audit.verify import MANIFEST, SCHEMA_VERSION, basis_sha256, release_name
from gapwatch.snapshots import Snapshot
from gapwatch.study import Study


@dataclass(frozen=True)
class Identity:
    """What a release is made from: the declared inputs, and the release that it follows.

    `basis` is a hash of everything but the release before. `release` names the release: study,
    date, and a hash of all that decides its bytes.
    """

    basis: str
    previous: Previous | None
    release: str


def basis_of(study: Study, snapshot: Snapshot, made_from: Provenance) -> str:
    """Hash of the declared inputs: snapshot, study, code, lock and suites."""
    return basis_sha256(
        study=study.study.id,
        snapshot=snapshot.id,
        study_sha256=made_from.study_sha256,
        code_sha256=made_from.code_sha256,
        lock_sha256=made_from.lock_sha256,
        commit=made_from.commit,
        clean=made_from.clean,
        suites=made_from.suites,
    )


def identify(study: Study, snapshot: Snapshot, basis: str, previous: Previous | None) -> Identity:
    """Name a release by its basis and the one before it."""
    before = previous.sha256 if previous else ""
    name = release_name(study.study.id, snapshot.as_known_at.isoformat(), basis, before)
    return Identity(basis, previous, name)


def manifest(
    identity: Identity,
    study: Study,
    snapshot: Snapshot,
    made_from: Provenance,
    *,
    answer: Mapping[str, Any],
    files: Mapping[str, bytes],
) -> bytes:
    """The content of manifest.json. Its schema is described in docs/manifest.md."""
    previous = identity.previous
    document = {
        "schema_version": SCHEMA_VERSION,
        "release": identity.release,
        "basis": identity.basis,
        "previous": previous and {"release": previous.release, "sha256": previous.sha256},
        "answer": dict(answer),
        "as_known_at": snapshot.as_known_at.isoformat(),
        "people": study.people.told(),
        "snapshot": {
            "id": snapshot.id,
            "title": snapshot.title,
            "inputs": {pin.id: pin.told for pin in snapshot.pins},
        },
        "study": {"id": study.study.id, "sha256": made_from.study_sha256},
        "suites": dict(made_from.suites),
        "code": {
            "package_version": made_from.package_version,
            "sha256": made_from.code_sha256,
            "commit": made_from.commit,
            "clean": made_from.clean,
        },
        "lock": {"sha256": made_from.lock_sha256},
        "made_with": dict(made_from.made_with),
        "simulation": study.simulation.model_dump(),
        "outputs": {
            name: {"sha256": _sha256(content), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def seal(content: bytes) -> bytes:
    """The content of manifest.sha256, as `sha256sum --check` reads it."""
    return f"{_sha256(content)}  {MANIFEST}\n".encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
