"""Asks the package index whether every locked package of the runtime has a wheel for each platform.

    python .ci/platforms.py

Nothing is installed. A package without a wheel would be built from its source, for which most
machines lack the compilers. Exit codes: 0 all have one, 1 some haven't.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# As uv calls them, with the oldest macOS that the wheels are for.
PLATFORMS = {
    "x86_64-manylinux_2_28": {},
    "aarch64-manylinux_2_28": {},
    "windows": {},
    "aarch64-apple-darwin": {"MACOSX_DEPLOYMENT_TARGET": "14.0"},
}
# Published as source alone, in Python throughout: it builds without a compiler.
PURE = ("bagit",)


def with_wheels(lock: str) -> str:
    """The lock without the packages that need no wheel."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", lock)
    return "".join(block for block in blocks if not block.startswith(tuple(f"{p}==" for p in PURE)))


def asked(lock: Path, platform: str, python: str) -> tuple[bool, str]:
    """Whether every package has a wheel there, and what was told of it."""
    done = subprocess.run(  # noqa: S603 - our own words alone
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--no-deps"),
            *("--target", str(lock.parent / "nothing"), "--require-hashes", "-r", str(lock)),
            *("--only-binary", ":all:", "--python-platform", platform, "--python-version", python),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **PLATFORMS[platform]},
    )
    last = [
        line.strip() for line in done.stderr.splitlines() if "install" in line or "wheel" in line
    ]
    return done.returncode == 0, last[0] if last else done.stderr.strip()


def main() -> None:
    """Ask for each platform and Python, and print a line for each."""
    missing = False
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "requirements.lock"
        lock.write_text(with_wheels(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
        for platform in PLATFORMS:
            for python in PYTHONS:
                found, told = asked(lock, platform, python)
                missing |= not found
                print(f"{platform}, Python {python}: {told}", flush=True)  # noqa: T201
    sys.exit(missing)


if __name__ == "__main__":
    main()
