"""A CycloneDX list of what a report needs, from requirements.lock and pyproject.toml alone.

    python .ci/sbom.py > gapwatch.cdx.json

The same lock gives the same bytes: no clock, no random serial number, nothing of this machine.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]*?))?\s*\\?$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict[str, object]]:
    """Every package of a lock, with the hashes of the files that may be installed for it."""
    found: list[tuple[str, str, str, list[str]]] = []
    for line in lock.splitlines():
        package = PACKAGE.match(line)
        if package:
            name = re.sub(r"[-_.]+", "-", package[1]).lower()
            found.append((name, package[2], (package[3] or "").strip(), []))
        elif (sha := HASH.search(line)) and found:
            found[-1][3].append(sha[1])
    return [_component(*item) for item in sorted(found)]


def _component(name: str, version: str, marker: str, hashes: list[str]) -> dict[str, object]:
    address = f"pkg:pypi/{name}@{version}"
    told: dict[str, object] = {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        # A component itself has one hash, and each of these files may be installed for it.
        "externalReferences": [
            {
                "type": "distribution",
                "url": address,
                "hashes": [{"alg": "SHA-256", "content": sha} for sha in hashes],
            }
        ],
    }
    if marker:
        told["properties"] = [{"name": "gapwatch:marker", "value": marker}]
    return told


def document(lock: str, project: dict[str, object]) -> dict[str, object]:
    """The whole list, in CycloneDX 1.5."""
    version = str(project["version"])
    own = f"pkg:pypi/gapwatch@{version}"
    listed = components(lock)
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{own} {hashlib.sha256(lock.encode()).hexdigest()}")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "gapwatch",
                "version": version,
                "purl": own,
                "licenses": [{"license": {"id": "MIT"}}],
            },
        },
        "components": listed,
        "dependencies": [{"ref": own, "dependsOn": [item["bom-ref"] for item in listed]}],
    }


def main() -> None:
    """Print the list."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sys.stdout.write(json.dumps(document(lock, project), indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
