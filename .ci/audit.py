"""Holds both locks against known advisories: pip-audit's, or stored ones without a network.

    python .ci/audit.py                      # pip-audit, where it is installed; else those stored
    python .ci/audit.py ADVISORIES           # stored ones: an export of OSV for PyPI, or a folder
    python .ci/audit.py --keep all.zip       # keep those of locked packages in .ci/advisories

Exit codes: 0 no advisory fits, 1 some do, 2 nothing to hold the lock against.
An export is https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip, of any day. Of stored
advisories it is told how many there are and how old: whoever relies on them has to know.
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
STORED = ROOT / ".ci" / "advisories"
KEPT = ("schema_version", "id", "aliases", "modified", "summary", "affected", "references")
MOST_BYTES = 5_000_000
PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def normal(name: str) -> str:
    """The name of a package as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> dict[str, set[str]]:
    """Versions by normalised name; a lock for several Pythons may have two of one package."""
    held: dict[str, set[str]] = {}
    for name, version in PACKAGE.findall(lock):
        held.setdefault(normal(name), set()).add(version)
    return held


def advisories(stored: Path) -> Iterator[dict[str, Any]]:
    """Every advisory of an export, or of a folder, that isn't withdrawn.

    ValueError, with the name of the file, for one that is no advisory: to pass it over would be to
    say that it doesn't fit.
    """
    for name, content in _files(stored):
        try:
            told = json.loads(content)
            withdrawn = "withdrawn" in told
            str(told["id"])
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{name}: expected an advisory in OSV's JSON, found none") from error
        if not withdrawn:
            yield told


def _files(stored: Path) -> Iterator[tuple[str, bytes]]:
    if stored.is_dir():
        for path in sorted(stored.glob("*.json")):
            yield path.name, path.read_bytes()
        return
    with zipfile.ZipFile(stored) as archive:
        for item in archive.infolist():
            if not item.filename.endswith(".json"):
                continue
            if item.file_size > MOST_BYTES:
                raise ValueError(f"{item.filename}: expected at most {MOST_BYTES} bytes")
            yield item.filename, archive.read(item)


def fits(affected: dict[str, Any], version: str) -> bool:
    """Whether an advisory's part names a version, in its list or by its ranges."""
    mine = Version(version)
    if any(_is(told, mine) for told in affected.get("versions", ())):
        return True
    return any(
        _within(mine, told.get("events", ()))
        for told in affected.get("ranges", ())
        if told.get("type") == "ECOSYSTEM"
    )


def _is(told: str, mine: Version) -> bool:
    try:
        return Version(told) == mine
    except InvalidVersion:  # some of the oldest versions are none by today's rules
        return False


def _within(mine: Version, events: list[dict[str, str]]) -> bool:
    """Whether a version is within a range, whose events may stand in any order."""
    inside = False
    for event in sorted(events, key=_place):
        kind, _ = next(iter(event.items()))
        at = _place(event)
        if kind == "introduced" and mine >= at:
            inside = True
        elif (kind == "fixed" and mine >= at) or (kind == "last_affected" and mine > at):
            inside = False
    return inside


def _place(event: dict[str, str]) -> Version:
    kind, at = next(iter(event.items()))
    return Version("0.dev0" if (kind, at) == ("introduced", "0") else at)


def mine(advisory: dict[str, Any], held: dict[str, set[str]]) -> list[tuple[str, dict[str, Any]]]:
    """Parts of an advisory that are about a locked package, by its name."""
    parts = [(part.get("package", {}), part) for part in advisory.get("affected", ())]
    return [
        (normal(package.get("name", "")), part)
        for package, part in parts
        if package.get("ecosystem") == "PyPI" and normal(package.get("name", "")) in held
    ]


def found(stored: Path, *locks: str) -> list[str]:
    """Advisories that fit a package of any of the locks, in words, sorted."""
    held = locked("\n".join(locks))
    return sorted(
        {
            " ".join([f"{name} {version}:", *_names(advisory), advisory.get("summary", "")])
            for advisory in advisories(stored)
            for name, part in mine(advisory, held)
            for version in held[name]
            if fits(part, version)
        }
    )


def _names(advisory: dict[str, Any]) -> list[str]:
    return [advisory["id"], *sorted(advisory.get("aliases", ()))]


def held_against(stored: Path, lock: str) -> str:
    """How many advisories of locked packages are stored, of how many packages, and how old."""
    held = locked(lock)
    about = [
        (advisory, name) for advisory in advisories(stored) for name, _ in mine(advisory, held)
    ]
    newest = max((advisory.get("modified", "")[:10] for advisory, _ in about), default="none")
    names = {name for _, name in about}
    ids = {advisory["id"] for advisory, _ in about}
    return (
        f"Held against {len(ids)} stored advisories of {len(names)} of {len(held)} locked "
        f"packages, the newest of {newest}. What became known later isn't among them."
    )


def keep(export: Path, lock: str, into: Path) -> int:
    """Keep an export's advisories of locked packages in a folder; how many there are."""
    held = locked(lock)
    kept = {told["id"]: told for told in advisories(export) if mine(told, held)}
    if not kept:
        raise ValueError(f"{export}: expected advisories of locked packages, found none")
    into.mkdir(exist_ok=True)
    for path in into.glob("*.json"):
        path.unlink()
    for name, told in sorted(kept.items()):
        if not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise ValueError(f"{export}: expected an advisory's name, found {name!r}")
        short = {key: told[key] for key in KEPT if key in told}
        text = json.dumps(short, indent=2, ensure_ascii=True)
        (into / f"{name}.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return len(kept)


def _locks() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in LOCKS)


def against_stored(stored: Path) -> int:
    """Print what fits of stored advisories; the exit code says whether anything does."""
    lock = _locks()
    if not any(mine(advisory, locked(lock)) for advisory in advisories(stored)):
        raise ValueError(f"{stored}: expected advisories of locked packages, found none")
    told = found(stored, lock)
    print("\n".join(told) or "No stored advisory fits a locked package.")  # noqa: T201
    print(held_against(stored, lock), file=sys.stderr)  # noqa: T201
    return 1 if told else 0


def main(arguments: list[str]) -> int:
    """Do what was asked; the exit code says whether an advisory fits."""
    try:
        if arguments[:1] == ["--keep"] and len(arguments) == 2:  # noqa: PLR2004
            number = keep(Path(arguments[1]), _locks(), STORED)
            print(f"{number} advisories are in {STORED.relative_to(ROOT)}.")  # noqa: T201
            return 0
        if arguments:
            return against_stored(Path(arguments[0]))
        command = shutil.which("pip-audit", path=str(Path(sys.executable).parent)) or shutil.which(
            "pip-audit"
        )
        if command is None:
            print("pip-audit is not installed: stored advisories alone.", file=sys.stderr)  # noqa: T201
            return against_stored(STORED)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print(f"No advisories to hold the lock against: {error}", file=sys.stderr)  # noqa: T201
        return 2
    named = [part for path in LOCKS for part in ("-r", str(path))]
    return subprocess.run(  # noqa: S603 - a program that the caller installed
        [command, "--disable-pip", "--require-hashes", *named], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
