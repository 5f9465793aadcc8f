"""The manifest: what a release was made from and what came out, each with its SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from gapwatch.project import Project
from gapwatch.snapshots import Snapshot
from gapwatch.study import Study

SCHEMA_VERSION = 1
PACKAGE = Path(__file__).resolve().parent.parent
BASIS = tuple(
    f":(top){name}"
    for name in ("src/gapwatch", "expectations", "data/raw", "gapwatch.toml", "pyproject.toml",
                 "requirements.lock")
)  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """What a release rests on besides the snapshot: the study, the suites, the code, the lock.

    `commit` is the last one that touched the code, the suites, the shipped snapshot, the study or
    the lock, and `clean` whether these are as committed; both are None outside a git work tree.
    `code_sha256` covers every file of the package, so it stands without git.
    """

    package_version: str
    code_sha256: str
    commit: str | None
    clean: bool | None
    study_sha256: str
    lock_sha256: str | None
    suites: Mapping[str, str]

    def release_id(self, study: Study, snapshot: Snapshot) -> str:
        """Name of the release: study, date, and a hash of everything that decides its bytes."""
        basis = [snapshot.id, self.study_sha256, self.code_sha256, self.lock_sha256 or "",
                 self.commit or "", str(self.clean),
                 *(f"{name} {sha}" for name, sha in sorted(self.suites.items()))]  # fmt: skip
        digest = hashlib.sha256("\n".join(basis).encode()).hexdigest()
        return f"{study.study.id}-{snapshot.as_known_at.isoformat()}-{digest[:10]}"


def provenance(project: Project, study_sha256: str) -> Provenance:
    """Take the hashes of code, suites and lock, and ask git which commit this is."""
    # The last commit that touched what a release depends on: one that changes only documents is
    # the same code, and gives the same release.
    commit = _git("log", "-1", "--format=%H", "--", *BASIS) or None
    changes = _git("status", "--porcelain", "--", *BASIS) if commit else None
    return Provenance(
        package_version=metadata.version("gapwatch"),
        code_sha256=_code_sha256(),
        commit=commit,
        clean=None if changes is None else changes == "",
        study_sha256=study_sha256,
        lock_sha256=_file_sha256(project.lock) if project.lock.is_file() else None,
        suites={
            path.name: _file_sha256(path) for path in sorted(project.expectations.glob("*.json"))
        },
    )


def manifest(
    release_id: str, study: Study, snapshot: Snapshot, basis: Provenance, *,
    answer: Mapping[str, str], files: Mapping[str, bytes],
) -> bytes:  # fmt: skip
    """The content of manifest.json. Its schema is described in docs/manifest.md."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "release": release_id,
        "answer": dict(answer),
        "as_known_at": snapshot.as_known_at.isoformat(),
        "snapshot": {
            "id": snapshot.id,
            "title": snapshot.title,
            "inputs": {pin.id: {"sha256": pin.sha256, "bytes": pin.bytes} for pin in snapshot.pins},
        },
        "study": {"id": study.study.id, "sha256": basis.study_sha256},
        "suites": dict(basis.suites),
        "code": {
            "package_version": basis.package_version,
            "sha256": basis.code_sha256,
            "commit": basis.commit,
            "clean": basis.clean,
        },
        "lock": {"sha256": basis.lock_sha256},
        "simulation": study.simulation.model_dump(),
        "outputs": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def _code_sha256() -> str:
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(PACKAGE).as_posix()}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _git(*arguments: str) -> str | None:
    """Ask git about the folder that the code is in; None when there is no answer."""
    try:
        # Fixed arguments of our own. The code in this folder is running already, so asking about
        # it is safe whoever owns it; without saying so, git refuses another user's folder and
        # the same release would have another manifest.
        answer = subprocess.run(  # noqa: S603
            ["git", "-c", "safe.directory=*", "-C", str(PACKAGE), *arguments],  # noqa: S607
            capture_output=True, text=True, timeout=20, check=False,
            # Inside a git hook these would lead to another repository.
            env={key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
