"""A whole pull of the shipped study from the replica, its workbooks at national size.

13 sources: 313,404 cells of Nomis in pages of 25,000, and both workbooks of deaths with 33,755
small areas, of 14 years and of one. The pull has a process of its own, the publishers another. Its
budget is 60 seconds on two idle cores and 1.5 GB. The time is a ratio of processor time to that of
unfolding the named sheets of both workbooks and doing nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.e2e.conftest import copy_of_shipped
from tests.replicated import ask_replica, world_of

from gapwatch.demo.replica import Replica, workbooks

ROOT = Path(__file__).resolve().parent.parent
AREAS = 33_755
CELLS = 313_404
MOST_BYTES, MOST_TIMES = 1_500_000_000, 40.0
CPU = """
def cpu():
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, theirs = (resource.getrusage(who) for who in both)
    return own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime
"""
PULL = f"""
import io, json, resource, sys, time, zipfile
from pathlib import Path
from gapwatch import snapshots
from gapwatch.project import Project
from gapwatch.sources.inputs import payloads
from tests.replicated import pull
{CPU}
project = Project(Path(sys.argv[1]), Path(sys.argv[1]) / "gapwatch.toml")
started, before = time.perf_counter(), cpu()
snapshot = snapshots.load(project.raw, pull(project, read=60.0).snapshot)
seconds, work = time.perf_counter() - started, cpu() - before
peak = sum(
    resource.getrusage(who).ru_maxrss * 1024
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
)
books = {{name: payloads(project.raw, snapshot.pin(name))[-1].content
         for name in ("lsoa2011-deaths", "lsoa2021-deaths")}}
with zipfile.ZipFile(io.BytesIO(books["lsoa2011-deaths"])) as outer:
    books["lsoa2011-deaths"] = outer.read(outer.namelist()[0])
before = cpu()
for name, sheets in (("lsoa2011-deaths", (6, 7)), ("lsoa2021-deaths", (5, 6))):
    with zipfile.ZipFile(io.BytesIO(books[name])) as book:
        for number in sheets:
            with book.open(f"xl/worksheets/sheet{{number}}.xml") as part:
                while part.read(1 << 20):
                    pass
alone = cpu() - before
cells = sum(
    item.content.count(b"\\n") - 1
    for item in payloads(project.raw, snapshot.pin("lsoa2021-population"))
    if item.role.startswith("data-")
)
print(json.dumps({{"seconds": seconds, "cpu_seconds": work, "alone_cpu_seconds": alone,
                  "peak_bytes": peak, "cells": cells}}))
"""


@pytest.fixture(autouse=True)
def national(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both workbooks hold small areas of elsewhere up to the number of the country's."""
    areas = tuple(
        (f"W01{at:06d}", f"Elsewhere {at}", (("E08000012", "Elsewhere"),))
        for at in range(AREAS - 128)
    )
    monkeypatch.setattr(workbooks, "ELSEWHERE", areas)


def test_a_pull_at_national_size_stays_within_its_budget(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    project = copy_of_shipped(tmp_path / "project")
    with Replica(world_of(project)) as replica:
        ask_replica(project, replica)

        def pull() -> dict[str, float]:
            done = subprocess.run(
                [sys.executable, "-c", PULL, str(project.root)],
                cwd=ROOT,
                check=True,
                capture_output=True,
            )
            found: dict[str, float] = json.loads(done.stdout)
            return found

        found = benchmark.pedantic(pull, rounds=1)
    benchmark.extra_info.update(found)
    assert found["cells"] == CELLS
    assert found["peak_bytes"] < MOST_BYTES
    assert found["cpu_seconds"] < MOST_TIMES * found["alone_cpu_seconds"]
