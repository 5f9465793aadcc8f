"""The smallest release that verifies, for tests of what becomes of releases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gapwatch.audit.manifest import seal
from gapwatch.audit.verify import MANIFEST, SEAL, basis_sha256, release_name
from gapwatch.contracts import VERDICTS

HASH = "a" * 64


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tiny(
    previous: Path | None = None,
    *,
    date: str = "2026-01-01",
    text: str = "study",
    snapshot: str = "2026-01-01-abcdef1234",
    more: Mapping[str, bytes] | None = None,
    study: str = "town",
    verdict: str = min(VERDICTS),
    label: str = "",
    inputs: Mapping[str, Any] | None = None,
) -> tuple[str, dict[str, bytes]]:
    """Name and files of a release of the `study`; `text` makes another basis of it.

    `more` are files that it holds besides or instead; `inputs` what its snapshot holds.
    """
    files = {
        "data/verdict.csv": f"measure,is_primary,verdict\nm,true,{verdict}\n".encode(),
        "inputs/study.toml": text.encode() * 300,
        "inputs/expectations/gap.json": b'{"expectations": []}\n',
        "report.html": b"<p>A report.</p>\n" * 100,
        "report.pdf": b"%PDF-1.7\n" + bytes(600) + b"%%EOF\n",
        **(more or {}),
    }
    suites = {"gap.json": sha(files["inputs/expectations/gap.json"])}
    code = {"package_version": "0.1.0", "sha256": HASH, "commit": None, "clean": None}
    study_sha = sha(files["inputs/study.toml"])
    basis = basis_sha256(
        study=study,
        snapshot=snapshot,
        study_sha256=study_sha,
        code_sha256=HASH,
        lock_sha256=None,
        commit=None,
        clean=None,
        suites=suites,
    )
    before = None if previous is None else sha((previous / MANIFEST).read_bytes())
    name = release_name(study, date, basis, before or "")
    document = {
        "schema_version": 2,
        "release": name,
        "basis": basis,
        "as_known_at": date,
        "previous": previous and {"release": previous.name, "sha256": before},
        "answer": {"verdict": verdict, "sentence": "It is so."}
        | ({"label": label} if label else {}),
        "people": {},
        "snapshot": {"id": snapshot, "inputs": dict(inputs or {})},
        "study": {"id": study, "sha256": study_sha},
        "suites": suites,
        "code": code,
        "lock": {"sha256": None},
        "made_with": {"python": "3.11.7", "platform": "linux"},
        "outputs": {n: {"sha256": sha(c), "bytes": len(c)} for n, c in files.items()},
    }
    content = f"{json.dumps(document, indent=2, sort_keys=True)}\n".encode()
    return name, files | {MANIFEST: content, SEAL: seal(content)}


def put(out: Path, made: tuple[str, dict[str, bytes]]) -> Path:
    """Write a release where it belongs, by hand."""
    name, files = made
    for file, content in files.items():
        path = out / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return out / name
