"""A release's own code and packages, made once and kept, to make the release again as then.

Code out of a bundle is somebody else's program: it is only run when the user asks for it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import filelock
from packaging.requirements import InvalidRequirement, Requirement

from gapwatch import scratch, system
from gapwatch.audit.bundle import release as bundle
from gapwatch.audit.bundle.release import PACKAGED, Held
from gapwatch.audit.provenance import LOCK
from gapwatch.errors import IntegrityError, OutputError, UsageError
from gapwatch.publishing import told, write_files

log = logging.getLogger(__name__)
_SECONDS = 3600
_PINNED = re.compile(r"==[0-9A-Za-z.!+-]+")
_HASH = re.compile("sha256:[0-9a-f]{64}")


def replay_as_then(held: Held) -> dict[str, Any]:
    """What the release's own code, with its own packages, says of making the release again.

    Raises UsageError when its code isn't known, IntegrityError when what was found isn't that code,
    OutputError when its packages can't be installed or it doesn't run.
    """
    with told(cache()):
        cache().mkdir(parents=True, exist_ok=True)
        # One at a time: two that install into one folder would undo each other.
        with filelock.FileLock(cache() / ".lock"):
            code = _code(held)
            python = _environment(held.folder / LOCK)
    with scratch.room() as room:
        packed = room / "release.zip"
        # It stays in a folder of this user alone, so it may hold what is restricted.
        here = [name for name, held_here in bundle.restricted_sources(held).items() if held_here]
        bundle.write(held, packed, without_code=True, include_restricted=here)
        log.info("replaying with the code of commit %s ...", held.told.code.commit)
        done = _run(
            [
                str(python),
                "-m",
                "gapwatch.cli",
                "replay",
                str(packed),
                "--with-current-code",
                "--json",
            ],
            PYTHONPATH=str(code / "src"),
            PYTHONSAFEPATH="1",
        )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise OutputError(
            f"the code of {held.told.release}",
            expected="an account of the replay",
            found=(done.stderr.strip() or f"exit code {done.returncode}")[-500:],
            remedy="replay it with current code",
        ) from error
    return answer


def cache() -> Path:
    """Where code and environments are kept from one replay to the next."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named else Path.home() / ".cache") / "gapwatch"


def _requirements(lock: Path) -> list[Requirement]:
    """The packages of a lock, each by name and version with its hashes and nothing else.

    Raises IntegrityError for any other line: an option, an address or a path could install
    something else than the registry's own files.
    """
    try:
        text = lock.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _no_lock(lock, str(error)[:200]) from error
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        named, *hashes = line.split(" --hash=")
        try:
            wanted = Requirement(named.strip())
        except InvalidRequirement as error:
            raise _no_lock(lock, line[:200]) from error
        pinned = _PINNED.fullmatch(str(wanted.specifier)) is not None and not wanted.extras
        if (
            wanted.url
            or not pinned
            or not hashes
            or not all(_HASH.fullmatch(part.strip()) for part in hashes)
        ):
            raise _no_lock(lock, line[:200])
        if wanted.marker is None or wanted.marker.evaluate():
            found.append(wanted)
    return found


def lacking(lock: Path) -> list[str]:
    """Packages of a lock that this interpreter hasn't, or has in another version, in words.

    Raises IntegrityError for a lock that asks for anything but packages by version and hash.
    """
    told = []
    for wanted in _requirements(lock):
        try:
            version = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            version = "none"
        if version == "none" or not wanted.specifier.contains(version, prereleases=True):
            told.append(f"{wanted.name} {version} instead of {str(wanted.specifier)[2:]}")
    return told


def _no_lock(lock: Path, found: str) -> IntegrityError:
    return IntegrityError(
        str(lock),
        expected="packages by name, version and hash alone",
        found=found,
        remedy="nothing was installed; replay the release with current code",
    )


def _code(held: Held) -> Path:
    """The release's own code as a folder, kept under its hash."""
    if held.code is not None:
        bundle.require_code(held.told, held.code)
    folder = cache() / "code" / held.told.code.sha256
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as room:
            made = Path(room) / "code"
            write_files(made, {**_package(held), **_description(held)})
            made.replace(folder)
    bundle.require_code(held.told, folder)
    return folder


def _package(held: Held) -> Mapping[str, bytes]:
    """The files of the package that the hash covers, and those alone.

    A bundle may hold more beside them, compiled code or modules of the standard library's names,
    and whatever lies in the folder would be imported.
    """
    if held.code is not None:
        files: Mapping[str, bytes | Path] = {
            path.relative_to(held.code).as_posix(): path
            for path in (held.code / PACKAGED).rglob("*")
            if path.is_file()
        }
    else:
        files, why = bundle.own_code(held.told)
        if why:
            raise UsageError(
                f"{held.told.release}, --as-then",
                expected="a release whose own code is known",
                found=why,
                remedy="replay it with --with-current-code",
            )
    return {
        name: content if isinstance(content, bytes) else content.read_bytes()
        for name, content in files.items()
        if name.startswith(f"{PACKAGED}/") and "__pycache__" not in name.split("/")
    }


def _description(held: Held) -> Mapping[str, bytes]:
    """What an installation would say of the code's version, for code that isn't installed."""
    version = held.told.code.package_version
    text = f"Metadata-Version: 2.1\nName: gapwatch\nVersion: {version}\n"
    return {f"src/gapwatch-{version.replace('-', '_')}.dist-info/METADATA": text.encode()}


def _environment(lock: Path) -> Path:
    """The interpreter with a lock's packages: this one when it has them, else one that is kept."""
    if not lock.is_file() or not lacking(lock):
        return Path(sys.executable)
    key = hashlib.sha256(f"{sys.version}\n".encode() + lock.read_bytes()).hexdigest()
    folder = cache() / "environments" / key
    python = system.interpreter(folder)
    if (folder / ".complete").is_file() and python.exists():
        return python
    log.info("installing the release's own packages into %s (once) ...", folder)
    shutil.rmtree(folder, ignore_errors=True)
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--no-deps",
            "-r",
            str(lock),
        ],
    ):
        done = _run(command)
        if done.returncode:
            raise OutputError(
                str(folder),
                expected="the packages of the release's lock",
                found=done.stderr.strip()[-500:] or f"exit code {done.returncode}",
                remedy="connect to a package index and try again, or replay with current code",
            )
    (folder / ".complete").touch()
    return python


def _run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - a fixed command; the code that it runs was asked for
            command,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired as error:
        raise OutputError(
            command[0],
            expected=f"an end within {_SECONDS} seconds",
            found="none",
            remedy="try again on a quieter machine",
        ) from error
