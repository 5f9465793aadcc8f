"""An environment that holds a built gapwatch and what it declares, and nothing else.

Nothing is fetched: the packages are those of the environment that runs the tests, linked one by
one, so what gapwatch needs and doesn't declare is missing here as it would be elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from tests.conftest import ROOT


def build_wheel(into: Path) -> Path:
    """The wheel of this checkout, by the build backend itself."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    done = subprocess.run(
        [*command, "--directory", str(into)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = into.glob("*.whl")
    return wheel


def environment(folder: Path, wheel: Path, extras: Iterable[str] = ()) -> Path:
    """Make an environment with the wheel and what it declares; return its folder of programs."""
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    uv = Path(sys.executable).parent / "uv"
    install = [str(uv), "pip", "install", "--quiet", "--offline", "--no-deps", "--no-index"]
    install += ["--no-cache", "--python", str(python), str(wheel)]
    subprocess.run(install, check=True, timeout=120)
    (packages,) = folder.glob("lib/python*/site-packages")
    _link([metadata.distribution(name) for name in _needed(packages, extras)], packages)
    return programs


def _needed(packages: Path, extras: Iterable[str]) -> list[str]:
    """Every package that the installed gapwatch asks for, and what those ask for, by name."""
    (own,) = metadata.distributions(name="gapwatch", path=[str(packages)])
    waiting = [(own, extra) for extra in ("", *extras)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        package, extra = waiting.pop()
        for text in package.requires or ():
            wanted = Requirement(text)
            if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
                continue
            name = re.sub("[-_.]+", "-", wanted.name).lower()
            for part in ("", *wanted.extras):
                if (name, part) not in seen:
                    seen.add((name, part))
                    waiting.append((metadata.distribution(name), part))
    return sorted({name for name, _ in seen})


def _link(packages: Iterable[metadata.Distribution], into: Path) -> None:
    """Link the files of packages; a folder that one package alone has is linked as a whole."""
    owners = Counter(
        top for package in metadata.distributions() for top in {p.parts[0] for p in _files(package)}
    )
    for package in packages:
        files = _files(package)
        for top in {path.parts[0] for path in files}:
            inside = [path for path in files if path.parts[0] == top]
            for path in [Path(top)] if owners[top] == 1 else inside:
                target = into / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    target.symlink_to(Path(str(package.locate_file(str(path)))).resolve())


def _files(package: metadata.Distribution) -> list[Path]:
    found = [Path(str(path)) for path in package.files or ()]
    return [path for path in found if path.parts[0] not in ("..", "__pycache__")]
