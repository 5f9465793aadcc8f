"""One byte changed, anywhere in what a project keeps or in a bundle: found, and its file named."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gapwatch.audit.bundle import release as bundle
from gapwatch.audit.custody import check_all
from gapwatch.audit.verify import MANIFEST, SEAL
from gapwatch.errors import IntegrityError
from gapwatch.project import Project

UNPINNED = ("README.md", ".lock", ".gitkeep")


def in_custody(project: Project) -> list[Path]:
    """Every file that is pinned or released, and the pointers."""
    return sorted(
        path
        for folder in (project.raw, project.reports)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in UNPINNED
    )


@contextmanager
def flipped(path: Path, chance: random.Random) -> Iterator[int]:
    """One bit of one byte of a file is another; gives the byte's place, and puts it back."""
    good = path.read_bytes()
    place = chance.randrange(len(good))
    spoiled = bytearray(good)
    spoiled[place] ^= 1 << chance.randrange(8)
    path.write_bytes(spoiled)
    try:
        yield place
    finally:
        path.write_bytes(good)


def require_found_in_custody(project: Project, chance: random.Random, times: int) -> None:
    """Flip a byte of a file so many times, each kind of file as often as the others."""
    kinds: dict[str, list[Path]] = {}
    for path in in_custody(project):
        kinds.setdefault(_kind(project, path), []).append(path)
    assert set(kinds) == {
        "objects",
        "pins",
        "lists",
        "manifests",
        "seals",
        "pointers",
        "inputs",
        "locks",
        "outputs",
    }
    for number in range(times):
        names = sorted(kinds)
        path = chance.choice(kinds[names[number % len(names)]])
        with flipped(path, chance) as place:
            problems = check_all(project.raw, project.reports).problems
        named = [path]
        if path.name in (MANIFEST, SEAL):
            named = [path.with_name(MANIFEST), path.with_name(SEAL)]
        assert any(str(one) in problem.where for one in named for problem in problems), (
            f"byte {place} of {path}: {[problem.where for problem in problems]}"
        )
    assert check_all(project.raw, project.reports).problems == ()


def _kind(project: Project, path: Path) -> str:
    if path.is_relative_to(project.raw):
        lists = {"snapshot.json": "lists"}
        return "objects" if path.parent.name == "objects" else lists.get(path.name, "pins")
    if path.parent == project.reports:
        return "pointers"
    if path.parent.name in ("inputs", "expectations"):
        return "locks" if path.name == "requirements.lock" else "inputs"
    return {MANIFEST: "manifests", SEAL: "seals"}.get(path.name, "outputs")


def require_found_in_bundle(packed: Path, chance: random.Random, times: int) -> None:
    """Flip a byte of a bundle so many times."""
    for _ in range(times):
        with flipped(packed, chance) as place, tempfile.TemporaryDirectory() as room:
            with pytest.raises(IntegrityError) as caught:
                bundle.read(packed, Path(room))
            assert caught.value.where.startswith(str(packed)), f"byte {place}: {caught.value}"
    with tempfile.TemporaryDirectory() as room:
        bundle.read(packed, Path(room))
