"""Verify, replay and bundle beside what they can't do without: reading the disk, making a release.

The absolute time is the machine's; the ratio is ours.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from gapwatch import snapshots
from gapwatch.audit.custody import check_all
from gapwatch.project import Project

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
# Reading and hashing every file is the least that a check can do.
MOST_READINGS = 2.0
MOST_RUNS = 2.0
MOST_BUNDLE_BYTES = 10_000_000
# As much as a few years of monthly pulls; small files would measure the opening of files.
LARGE_OBJECTS, LARGE_BYTES = 60, 4_000_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the shipped project with one release."""
    root = tmp_path_factory.mktemp("audit") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    made = Project(root, root / "gapwatch.toml")
    command(made, "run")
    return made


def command(project: Project, *arguments: str) -> float:
    """Seconds that a command takes."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "gapwatch.cli", "--quiet", *arguments],
        cwd=project.root,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def release_of(project: Project) -> str:
    return (project.reports / "latest-westminster").read_text(encoding="utf-8").strip()


@pytest.fixture(scope="module")
def large(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same project with a snapshot of several hundred megabytes."""
    root = tmp_path_factory.mktemp("large") / "project"
    shutil.copytree(project.root, root)
    made = Project(root, root / "gapwatch.toml")
    old = snapshots.load(made.raw)
    contents = [bytes([number]) * LARGE_BYTES for number in range(LARGE_OBJECTS)]
    objects = tuple(
        old.pins[0]
        .objects[0]
        .model_copy(
            update={
                "role": f"part-{number}",
                "sha256": snapshots.sha256(content),
                "bytes": LARGE_BYTES,
            }
        )
        for number, content in enumerate(contents)
    )
    pin = old.pins[0].model_copy(update={"objects": objects})
    snapshots.write(made.raw, title="Large", as_known_at=old.as_known_at, items=[(pin, contents)])
    return made


def read_all(project: Project) -> int:
    """Read and hash every file; how many bytes there were."""
    size = 0
    for folder in (project.raw, project.reports):
        for path in folder.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    hashlib.file_digest(file, "sha256")
                    size += file.tell()
    return size


def test_a_check_of_everything_goes_at_the_speed_of_reading_it(
    benchmark: BenchmarkFixture, large: Project
) -> None:
    pairs = []

    def pair() -> None:
        started = time.perf_counter()
        size = read_all(large)
        between = time.perf_counter()
        found = check_all(large.raw, large.reports)
        ended = time.perf_counter()
        assert found.problems == ()
        assert found.bytes > LARGE_OBJECTS * LARGE_BYTES
        pairs.append((between - started, ended - between, size))

    pair()  # a warm disk, for both
    benchmark.pedantic(pair, rounds=ROUNDS, iterations=1)
    ratio = statistics.median(check / read for read, check, _ in pairs)
    benchmark.extra_info.update(
        megabytes=round(pairs[0][2] / 1e6),
        megabytes_per_second=round(
            statistics.median(size / check for _, check, size in pairs) / 1e6
        ),
        ratio_median=round(ratio, 2),
    )
    assert ratio < MOST_READINGS


def test_a_replay_costs_less_than_two_runs(benchmark: BenchmarkFixture, project: Project) -> None:
    release = release_of(project)
    pairs = []

    def pair() -> None:
        pairs.append((command(project, "replay", release), command(project, "run")))

    benchmark.pedantic(pair, rounds=ROUNDS, iterations=1)
    ratio = statistics.median(replay / run for replay, run in pairs)
    benchmark.extra_info.update(
        replay_median_seconds=round(statistics.median(replay for replay, _ in pairs), 2),
        run_median_seconds=round(statistics.median(run for _, run in pairs), 2),
        ratio_median=round(ratio, 2),
    )
    assert ratio < MOST_RUNS


def test_a_bundle_of_the_shipped_release_is_under_ten_megabytes(
    benchmark: BenchmarkFixture, project: Project, tmp_path: Path
) -> None:
    target = tmp_path / "release.zip"
    bundle = ("bundle", release_of(project), str(target))
    benchmark.pedantic(command, args=(project, *bundle), rounds=1, iterations=1)
    size = target.stat().st_size
    told = json.loads((project.reports / release_of(project) / "manifest.json").read_bytes())
    # Only a clean checkout has code to put in; it adds about a megabyte.
    benchmark.extra_info.update(bytes=size, with_code=told["code"]["clean"] is True)
    assert size < MOST_BUNDLE_BYTES
