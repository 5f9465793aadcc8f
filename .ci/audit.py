"""Holds both locks against known advisories: those that are stored, or pip-audit's.

    python .ci/audit.py                      # ask pip-audit, where it is installed
    python .ci/audit.py ADVISORIES.zip       # a stored export of OSV for PyPI; no network

Exit codes: 0 no advisory fits, 1 some do, 2 nothing to hold the lock against.
A stored export is https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip, of any day.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
# What runs, and what develops beside it: who proves the code installs both.
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
MOST_BYTES = 5_000_000
PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def locked(*locks: str) -> dict[str, set[str]]:
    """Versions by normalised name: a lock may hold several, each for other versions of Python."""
    versions: dict[str, set[str]] = {}
    for name, version in (pair for lock in locks for pair in PACKAGE.findall(lock)):
        versions.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(version)
    return versions


def advisories(stored: Path) -> Iterator[dict[str, Any]]:
    """Every advisory of a stored export that isn't withdrawn."""
    with zipfile.ZipFile(stored) as archive:
        for item in archive.infolist():
            if not item.filename.endswith(".json") or item.file_size > MOST_BYTES:
                continue
            told = json.loads(archive.read(item))
            if "withdrawn" not in told:
                yield told


def fits(affected: dict[str, Any], version: str) -> bool:
    """Whether an advisory's part names a version, in its list or by its ranges."""
    if version in affected.get("versions", ()):
        return True
    try:
        mine = Version(version)
        return any(
            _within(mine, told.get("events", ()))
            for told in affected.get("ranges", ())
            if told.get("type") == "ECOSYSTEM"
        )
    except InvalidVersion:
        return False


def _within(mine: Version, events: list[dict[str, str]]) -> bool:
    inside = False
    for event in events:  # in the order of versions, as the format has them
        kind, at = next(iter(event.items()))
        place = Version("0" if at == "0" else at)
        if kind == "introduced" and mine >= place:
            inside = True
        elif (kind == "fixed" and mine >= place) or (kind == "last_affected" and mine > place):
            inside = False
    return inside


def found(stored: Path, *locks: str) -> list[str]:
    """Advisories that fit a package of any of the locks, in words, sorted."""
    versions = locked(*locks)
    told = []
    for advisory in advisories(stored):
        for affected in advisory.get("affected", ()):
            name = re.sub(r"[-_.]+", "-", affected.get("package", {}).get("name", "")).lower()
            told += [
                f"{name} {version}: {advisory['id']} {advisory.get('summary', '')}"
                for version in versions.get(name, ())
                if fits(affected, version)
            ]
    return sorted(set(told))


def main() -> int:
    """Print what fits; the exit code says whether anything does."""
    if len(sys.argv) > 1:
        told = found(Path(sys.argv[1]), *(lock.read_text(encoding="utf-8") for lock in LOCKS))
        print("\n".join(told) or "No stored advisory fits a locked package.")  # noqa: T201
        return 1 if told else 0
    command = shutil.which("pip-audit", path=str(Path(sys.executable).parent)) or shutil.which(
        "pip-audit"
    )
    if command is None:
        print(  # noqa: T201
            "pip-audit is not installed, and no stored advisories were named: "
            "make audit ADVISORIES=all.zip (see .ci/audit.py)",
            file=sys.stderr,
        )
        return 2
    named = [part for lock in LOCKS for part in ("-r", str(lock))]
    return subprocess.run(  # noqa: S603 - a program that the caller installed
        [command, "--disable-pip", "--require-hashes", *named], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
