"""Is a release what its manifest says it is?"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError as PydanticError

from gapwatch.audit.manifest_model import Manifest
from gapwatch.codes import LABELS
from gapwatch.contracts import VERDICTS
from gapwatch.durable import is_cut_json, is_torn
from gapwatch.errors import IntegrityError, TornError
from gapwatch.site_files import folders_above

SCHEMA_VERSION = 2
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
_AWAY = "move the release away and run again, or restore it from a backup or a bundle"
_AGAIN = (
    "run again: what made it makes it anew and moves this one aside; or restore it from a backup"
)
_MOST_BYTES = 50_000_000


class OlderReleaseError(IntegrityError):
    """A release of a schema before this one: whole, perhaps, but it can't be checked here."""


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release, held against its seal; IntegrityError when it isn't whole.

    TornError where it, or the seal, was cut short: no such file, an empty one, zeros, or the start
    of what it was. Any other difference is somebody's doing.
    """
    path = folder / MANIFEST
    for name in (MANIFEST, SEAL):
        if not _is_plain(folder / name) and (name == MANIFEST or not _older(path)):
            lost = is_torn(folder / name)
            raise (_torn if lost else _broken)(folder / name, "a plain file", "none")
    if _older(path):
        raise OlderReleaseError(
            f"{path}, schema_version",
            expected=str(SCHEMA_VERSION),
            found="an earlier one",
            remedy="check out the commit that it names and run it there; it kept no inputs",
        )
    content = _sealed(path)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _broken(path, "a manifest in JSON", str(error)[:200]) from error
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        newer = isinstance(version, int) and version > SCHEMA_VERSION
        raise IntegrityError(
            f"{path}, schema_version",
            expected=str(SCHEMA_VERSION),
            found=repr(version)[:40],
            remedy="use the gapwatch that made it, or a newer one" if newer else _AWAY,
        )
    try:
        return Manifest.model_validate_json(content)
    except PydanticError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise _broken(path, f"{key}: {first['msg'].lower()}", repr(first["input"])[:80]) from error


def _sealed(path: Path) -> bytes:
    """The bytes of a manifest, which must be those that its seal names."""
    seal_path = path.with_name(SEAL)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _broken(path, f"at most {_MOST_BYTES} bytes", f"{path.stat().st_size} bytes")
        content, sealed = path.read_bytes(), seal_path.read_bytes()
    except OSError as error:
        raise _broken(
            Path(error.filename or path), "a file that can be read", str(error.strerror)
        ) from error
    seal = f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode()
    if is_torn(path) or is_cut_json(content):
        raise _torn(path, "a manifest with an end", f"one cut short, {len(content)} bytes")
    if sealed != seal:
        if is_torn(seal_path) or seal.startswith(sealed):
            raise _torn(
                seal_path,
                f"{len(seal)} bytes, the manifest's hash",
                f"a seal cut short, {len(sealed)} bytes",
            )
        raise _broken(
            path,
            f"the hash in {SEAL}, {sealed[:64].decode('ascii', 'replace')}",
            f"sha256 {seal[:64].decode()}",
        )
    return content


def release_problems(folder: Path) -> tuple[Manifest | None, list[IntegrityError]]:
    """The manifest, if it can be read, and everything that isn't as it says."""
    try:
        told = read_manifest(folder)
    except IntegrityError as error:
        return None, [error]
    found: list[IntegrityError] = []
    if told.release != folder.name:
        found.append(_broken(folder / MANIFEST, f"the release {folder.name}", told.release))
    found += _declared_problems(told, folder)
    named = {*told.outputs, MANIFEST, SEAL}
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    present = {name for name, path in there.items() if _is_plain(path)}
    kept = {parent for name in named for parent in folders_above(name)}
    found += [
        _broken(path, "files and the folders that hold them", "something else")
        for name, path in sorted(there.items())
        if name not in present and (path.is_symlink() or not path.is_dir() or name not in kept)
    ]
    found += [
        (_broken if name in there else _torn)(
            folder / name, "a file that the manifest names", "no file"
        )
        for name in sorted(named - present)
    ]
    found += [
        _broken(folder / name, "only files that the manifest names", "another file")
        for name in sorted(present - named)
    ]
    for name in sorted(present & told.outputs.keys()):
        wanted = told.outputs[name]
        size, sha = sized_hash(folder / name)
        if (size, sha) != (wanted.bytes, wanted.sha256):
            cut = is_torn(folder / name, wanted.bytes)
            found.append(
                (_torn if cut else _broken)(
                    folder / name,
                    f"{wanted.bytes} bytes, sha256 {wanted.sha256}",
                    f"{size} bytes, sha256 {sha}{', cut short' if cut else ''}",
                )
            )
    if not found:
        found = _answer_problems(told, folder)
    return told, found


def torn_files(folder: Path) -> frozenset[str]:
    """Names of the files of a release that were cut short; none where anything else is wrong too.

    Where the manifest itself was, so that nothing says how long the others are: manifest and seal.
    """
    manifest, found = release_problems(folder)
    if not found or not all(isinstance(error, TornError) for error in found):
        return frozenset()
    if manifest is None:
        return frozenset({MANIFEST, SEAL})
    return frozenset(Path(error.where).relative_to(folder).as_posix() for error in found)


def _is_plain(path: Path) -> bool:
    """A regular file of its own: a link, a pipe or a folder is none."""
    return not path.is_symlink() and path.is_file()


def _older(path: Path) -> bool:
    """Whether a manifest says that it is of an earlier schema, which had no seal."""
    if not _is_plain(path) or path.stat().st_size > _MOST_BYTES:
        return False
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    version = document.get("schema_version") if isinstance(document, dict) else None
    return isinstance(version, int) and 0 < version < SCHEMA_VERSION


def basis_sha256(
    *,
    study: str,
    snapshot: str,
    study_sha256: str,
    code_sha256: str,
    lock_sha256: str | None,
    commit: str | None,
    clean: bool | None,
    suites: Mapping[str, str],
) -> str:
    """Hash of the declared inputs of a release, the release before left out."""
    told = [
        study,
        snapshot,
        study_sha256,
        code_sha256,
        lock_sha256 or "",
        commit or "",
        str(clean),
        *(f"{name} {sha}" for name, sha in sorted(suites.items())),
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def release_name(study: str, as_known_at: str, basis: str, previous_sha256: str) -> str:
    """Name of a release: study, date, and a hash of all that decides its bytes."""
    both = hashlib.sha256(f"{basis}\n{previous_sha256}".encode()).hexdigest()
    return f"{study}-{as_known_at}-{both[:10]}"


def _declared_problems(told: Manifest, folder: Path) -> list[IntegrityError]:
    """What a manifest declares must be what the release holds, and give the release's own name."""
    kept = {name: item.sha256 for name, item in told.outputs.items()}
    suites = {
        name.rpartition("/")[2]: sha
        for name, sha in kept.items()
        if name.startswith("inputs/expectations/")
    }
    basis = basis_sha256(
        study=told.study.id,
        snapshot=told.snapshot.id,
        study_sha256=told.study.sha256,
        code_sha256=told.code.sha256,
        lock_sha256=told.lock.sha256,
        commit=told.code.commit,
        clean=told.code.clean,
        suites=told.suites,
    )
    before = told.previous.sha256 if told.previous else ""
    name = release_name(told.study.id, told.as_known_at, basis, before)
    pairs = (
        ("study.sha256", kept.get("inputs/study.toml", "no study"), told.study.sha256),
        ("lock.sha256", str(kept.get("inputs/requirements.lock")), str(told.lock.sha256)),
        ("suites", str(sorted(suites.items())), str(sorted(told.suites.items()))),
        ("basis", basis, told.basis),
        ("release", name, told.release),
        ("outputs, data/verdict.csv", "True", str("data/verdict.csv" in kept)),
    )
    return [
        _broken(folder / MANIFEST, f"{what}: {expected[:200]}", found[:200])
        for what, expected, found in pairs
        if expected != found
    ]


def verify_release(folder: Path) -> Manifest:
    """Check every file of a release against its manifest, and the answer against its data.

    Raises IntegrityError, which names the first file that is missing, changed or extra.
    """
    told, found = release_problems(folder)
    if found or told is None:
        raise found[0]
    return told


def sized_hash(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a file, read in pieces; a link counts as no content."""
    if path.is_symlink():
        return 0, "a symbolic link"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return file.tell(), digest.hexdigest()


def _answer_problems(told: Manifest, folder: Path) -> list[IntegrityError]:
    """A manifest that was sealed anew still can't say another answer than the data."""
    path = folder / "data" / "verdict.csv"
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        primary = {
            (row["verdict"], row.get("label") or row["verdict"])
            for row in rows
            if row["is_primary"] == "true"
        }
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        return [_broken(path, "the table of verdicts", f"{type(error).__name__}: {error}"[:200])]
    said = (told.answer.verdict, told.answer.called)
    if said in primary and said[0] in VERDICTS and said[1] in LABELS:
        return []
    found = sorted({", called ".join(dict.fromkeys(pair)) for pair in primary})
    return [
        _broken(
            folder / MANIFEST,
            f"the verdict of its data: {', '.join(found)}",
            repr(", called ".join(dict.fromkeys(said))),
        )
    ]


def _broken(path: Path, expected: str, found: str) -> IntegrityError:
    return IntegrityError(str(path), expected=expected, found=found, remedy=_AWAY)


def _torn(path: Path, expected: str, found: str) -> TornError:
    return TornError(str(path), expected=expected, found=found, remedy=_AGAIN)
