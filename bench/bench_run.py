"""A whole `gapwatch run`, as a process, beside the one import that no run can do without.

The absolute time is the machine's; the ratio is ours. The budget of a run is six seconds on two
idle cores, of which importing Great Expectations takes about four in a process of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
MOST_IMPORTS = 2.0


def seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def test_a_whole_run_costs_less_than_two_imports_of_its_validation_library(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    run = ("-m", "gapwatch.cli", "--quiet", "run", "--out", str(tmp_path))
    seconds(*run)  # a warm disk, as the budget says
    pairs = []

    def pair() -> None:
        pairs.append((seconds(*run), seconds("-c", "import great_expectations")))

    benchmark.pedantic(pair, rounds=ROUNDS, iterations=1)
    runs, imports = zip(*pairs, strict=True)
    ratio = statistics.median(a / b for a, b in pairs)
    benchmark.extra_info.update(
        run_median_seconds=round(statistics.median(runs), 2),
        import_median_seconds=round(statistics.median(imports), 2),
        ratio_median=round(ratio, 2),
    )
    assert ratio < MOST_IMPORTS
