"""What a built gapwatch brings beside its package: suites, flows, the default study, its snapshot.

Hatchling calls this when it builds. They lie at the top of the repository, and in the wheel in
gapwatch_shipped/, beside gapwatch/ and not in it: the hash of the code (audit/provenance.py) is of
the package alone, so a wheel and the checkout that it was built from make the same releases.

Of data/raw the shipped snapshot alone goes in: the snapshot that no pull made. What was pulled into
a checkout, which may be restricted, stays there.
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


def shipped_snapshot(root: Path) -> list[str]:
    """The files of the newest snapshot that nobody pulled, by their names below `root`."""
    lists = sorted((root / RAW / "snapshots").glob("*/snapshot.json"))
    told = {path.parent: json.loads(path.read_text(encoding="utf-8")) for path in lists}
    common = [folder for folder, content in told.items() if content.get("study", "") == ""]
    if not common:
        raise FileNotFoundError(f"{root / RAW}: no snapshot to ship")
    newest = max(common, key=lambda folder: folder.name)
    files = [newest / "snapshot.json", *sorted((newest / "pins").glob("*.json"))]
    digests = {
        sha for path in files[1:] for sha in _digests(json.loads(path.read_text(encoding="utf-8")))
    }
    objects = [path for path in (root / RAW / "objects").iterdir() if path.stem in digests]
    if {path.stem for path in objects} != digests:
        raise FileNotFoundError(f"{newest}: an object of this snapshot isn't here")
    return [path.relative_to(root).as_posix() for path in (*files, *sorted(objects))]


def _digests(pin: dict[str, Any]) -> list[str]:
    return [str(one["sha256"]) for one in pin.get("objects") or [pin]]


def shipped(root: Path) -> list[str]:
    """Everything that is shipped, by its name below `root`."""
    suites = [f"{SUITES}/{path.name}" for path in sorted((root / SUITES).glob("*.json"))]
    flows = [f"{FLOWS}/{path.name}" for path in sorted((root / FLOWS).glob("*.py"))]
    return [STUDY, *suites, *flows, *shipped_snapshot(root)]


class ShippedHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds what is shipped to a wheel; to a source archive what version control ignores of it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if self.target_name == "sdist":
            build_data["force_include"] |= {name: name for name in shipped_snapshot(root)}
        elif version == "standard":  # an editable one reads the checkout
            build_data["force_include"] |= {name: f"{INTO}/{name}" for name in shipped(root)}
