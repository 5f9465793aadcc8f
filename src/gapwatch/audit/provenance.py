"""What a release rests on besides its snapshot: study, suites, code and lock, each by its hash."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from gapwatch.audit.repository import PACKAGE, ask
from gapwatch.contracts import TABLES
from gapwatch.project import Project
from gapwatch.study import Study, fonts

BASIS = tuple(
    f":(top){name}"
    for name in (
        "src/gapwatch",
        "expectations",
        "data/raw",
        "gapwatch.toml",
        "pyproject.toml",
        "requirements.lock",
    )
)
INPUTS = "inputs"
STUDY, LOCK = f"{INPUTS}/study.toml", f"{INPUTS}/requirements.lock"
FONTS = f"{INPUTS}/{fonts.FOLDER}"


@dataclass(frozen=True)
class Provenance:
    """What a release rests on besides the snapshot: the study, the suites, the code, the lock.

    `commit` is the last one that touched the code, the suites, the shipped snapshot, the study or
    the lock, and `clean` whether these are as committed; both are None outside a git work tree.
    `code_sha256` covers every file of the package, so it stands without git. `made_with` names
    Python and platform: told, and no part of a release's name.
    """

    package_version: str
    code_sha256: str
    commit: str | None
    clean: bool | None
    study_sha256: str
    lock_sha256: str | None
    suites: Mapping[str, str]
    made_with: Mapping[str, str]


@dataclass(frozen=True)
class CodeState:
    """This package's code as `Provenance` tells it: hash, last commit, whether all is committed."""

    code_sha256: str
    commit: str | None
    clean: bool | None


@dataclass(frozen=True)
class Claims(CodeState):
    """What a release says of its making that a later making can't see, and doesn't have to."""

    made_with: Mapping[str, str]


def code_state() -> CodeState:
    """Take the hash of the code, and ask git which commit this is."""
    # The last commit that touched what a release depends on: one that changes only documents is
    # the same code, and gives the same release.
    commit = ask("log", "-1", "--format=%H", "--", *BASIS) or None
    changes = ask("status", "--porcelain", "--", *BASIS) if commit else None
    extra = ask("ls-files", "--others", "--ignored", "--exclude-standard", "--", BASIS[0])
    strange = [name for name in (extra or "").splitlines() if "__pycache__" not in name]
    clean = None if changes is None else changes == "" and not strange
    return CodeState(code_sha256(), commit, clean)


def provenance(project: Project, study_sha256: str, code: CodeState | None = None) -> Provenance:
    """Take the hashes of suites and lock, and the state of the code unless it is known."""
    code = code or code_state()
    return Provenance(
        package_version=metadata.version("gapwatch"),
        code_sha256=code.code_sha256,
        commit=code.commit,
        clean=code.clean,
        study_sha256=study_sha256,
        lock_sha256=_file_sha256(project.lock) if project.lock.is_file() else None,
        suites={path.name: _file_sha256(path) for path in _suites(project)},
        made_with=made_with(),
    )


def made_with() -> dict[str, str]:
    """Python and platform of this process."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}".lower(),
    }


def believing(own: Provenance, claims: Claims | None) -> Provenance:
    """The provenance with what a release says of itself, where the code is the very same.

    The code's hash proves that it is the same code, wherever it lies; which commit that was, and
    with which Python the release was made, only the release can tell.
    """
    if claims is None or claims.code_sha256 != own.code_sha256:
        return own
    return replace(own, commit=claims.commit, clean=claims.clean, made_with=claims.made_with)


def input_files(project: Project, study: Study) -> dict[str, bytes]:
    """Study, its fonts, suites and lock, as a release keeps them to be made again."""
    files = {f"{INPUTS}/expectations/{path.name}": path.read_bytes() for path in _suites(project)}
    files[STUDY] = project.study_file.read_bytes()
    files |= {f"{FONTS}/{font.file}": font.content for font in study.typefaces}
    if project.lock.is_file():
        files[LOCK] = project.lock.read_bytes()
    return files


def code_sha256(package: Path = PACKAGE) -> str:
    """One hash over every file of the package, by name and content."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(package).as_posix()}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _suites(project: Project) -> list[Path]:
    """The suites that a run asks for: one a table."""
    named = (project.expectations / f"{table}.json" for table in sorted(TABLES))
    return [path for path in named if path.is_file()]


def _file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
