"""What a built gapwatch brings beside its package: suites, flows, the default study, its snapshots.

Hatchling calls this when it builds. They lie at the top of the repository, and in the wheel in
gapwatch_shipped/, beside gapwatch/ and not in it: the hash of the code (audit/provenance.py) is of
the package alone, so a wheel and the checkout that it was built from make the same releases.

Of data/raw the snapshots alone go in that no pull made. What was pulled into a checkout, which may
be restricted, stays there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INTO = "gapwatch_shipped"
STUDY = "gapwatch.toml"
SUITES, FLOWS = "expectations", "flows"
RAW = "data/raw"


def shipped_snapshots(root: Path) -> list[str]:
    """The files of every snapshot that nobody pulled, by their names below `root`."""
    lists = sorted((root / RAW / "snapshots").glob("*/snapshot.json"))
    told = {path.parent: json.loads(path.read_text(encoding="utf-8")) for path in lists}
    common = [folder for folder, content in told.items() if content.get("study", "") == ""]
    if not common:
        raise FileNotFoundError(f"{root / RAW}: no snapshot to ship")
    pins = [path for folder in common for path in sorted((folder / "pins").glob("*.json"))]
    files = [*(folder / "snapshot.json" for folder in common), *pins]
    digests = {
        sha for path in pins for sha in _digests(json.loads(path.read_text(encoding="utf-8")))
    }
    objects = [path for path in (root / RAW / "objects").iterdir() if path.stem in digests]
    if {path.stem for path in objects} != digests:
        raise FileNotFoundError(f"{root / RAW}: an object of these snapshots isn't here")
    return [path.relative_to(root).as_posix() for path in (*files, *sorted(objects))]


def _digests(pin: dict[str, Any]) -> list[str]:
    return [str(one["sha256"]) for one in pin.get("objects") or [pin]]


def shipped(root: Path) -> list[str]:
    """Everything that is shipped, by its name below `root`."""
    suites = [f"{SUITES}/{path.name}" for path in sorted((root / SUITES).glob("*.json"))]
    flows = [f"{FLOWS}/{path.name}" for path in sorted((root / FLOWS).glob("*.py"))]
    return [STUDY, *suites, *flows, *shipped_snapshots(root)]


class ShippedHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds what is shipped to a wheel; to a source archive what version control ignores of it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if self.target_name == "sdist":
            build_data["force_include"] |= {name: name for name in shipped_snapshots(root)}
        elif version == "standard":  # an editable one reads the checkout
            build_data["force_include"] |= {name: f"{INTO}/{name}" for name in shipped(root)}
