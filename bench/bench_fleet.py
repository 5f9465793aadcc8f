"""A fleet of districts of the national twin, beside one `gapwatch run` of one of them.

What a further study costs is the time that it adds to a fleet on two cores, as a share of a single
run's in the same minutes, the median of turns: the absolute times are the machine's. A run lays out
a site and makes a database; a fleet does so only where it is asked to, and isn't asked here.
Processor seconds of all processes are told beside it. Each district is of the size of an English
one: 23 wards, 20 years, both sexes, 20 bands of ages.

    FLEET_DISTRICTS=309 python -m pytest bench/bench_fleet.py -k whole    # the whole country
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from gapwatch.demo.national import InventedCountry, write
from gapwatch.shipped import STUDY_FILE

FEW, MIDDLE, MANY = 2, 8, 14
WORKERS, ROUNDS = 2, 5
MOST_SHARE_OF_A_RUN = 0.40
MOST_GROWTH = 1.2
MOST_BYTES = 4_000_000_000
MOST_SECONDS = 25 * 60
DISTRICTS = int(os.environ.get("FLEET_DISTRICTS", "0"))
GAPWATCH = (sys.executable, "-m", "gapwatch.cli", "--quiet")


class _Watched:
    """Processor seconds, seconds and the peak of all memory of a command and its processes."""

    def __init__(self, *words: object) -> None:
        before = os.times()
        started = time.perf_counter()
        process = subprocess.Popen([*GAPWATCH, *map(str, words)], stdout=subprocess.DEVNULL)
        self.peak_bytes = 0
        watching = threading.Thread(target=self._watch, args=(psutil.Process(process.pid),))
        watching.start()
        assert process.wait() == 0
        watching.join()
        after = os.times()
        self.seconds = time.perf_counter() - started
        self.processor_seconds = (
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )

    def _watch(self, process: psutil.Process) -> None:
        while True:
            try:
                # What processes share counts once for each: at most too much.
                held = [process, *process.children(recursive=True)]
                total = sum(one.memory_info().rss for one in held)
            except psutil.Error:
                if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                    return
                continue
            self.peak_bytes = max(self.peak_bytes, total)
            time.sleep(0.2)


def country(folder: Path, districts: int) -> list[Path]:
    """Studies of a national twin, one a district."""
    made = InventedCountry(seed=1, boroughs=districts, wards=23, blocks=115 * districts)
    files = write(made, folder)
    words = [*files.values(), "--studies", folder / "studies", "--out", folder / "gaps.csv"]
    subprocess.run([*GAPWATCH, "boroughs", *map(str, words)], check=True)
    return sorted((folder / "studies").glob(f"*/{STUDY_FILE}"))


def test_a_further_study_costs_at_most_two_fifths_of_a_run_and_cost_grows_in_a_line(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    studies = country(tmp_path, MANY)
    singles: list[_Watched] = []
    fleets: dict[int, list[_Watched]] = {size: [] for size in (FEW, MIDDLE, MANY)}

    def turn() -> None:
        number = len(singles)
        out = tmp_path / f"single-{number}"
        singles.append(_Watched("run", "--study", studies[number], "--out", out))
        for size, made in fleets.items():
            out = tmp_path / f"fleet-{size}-{number}"
            made.append(_Watched("fleet", *studies[:size], "--out", out, "--workers", WORKERS))

    # One after the other in turns: what else the machine does meets all of them alike.
    benchmark.pedantic(turn, rounds=ROUNDS, iterations=1)

    def each(fewer: int, more: int, what: Callable[[_Watched], float]) -> float:
        """What one study adds between two sizes of a fleet: the median of all turns."""
        turns = zip(fleets[fewer], fleets[more], strict=True)
        return median((what(large) - what(small)) / (more - fewer) for small, large in turns)

    run_seconds = median(map(_seconds, singles))
    run_processor = median(map(_processor_seconds, singles))
    first, then = each(FEW, MIDDLE, _seconds), each(MIDDLE, MANY, _seconds)
    further, processor = each(FEW, MANY, _seconds), each(FEW, MANY, _processor_seconds)
    benchmark.extra_info.update(
        run_seconds=round(run_seconds, 1),
        further_study_seconds=round(further, 1),
        share_of_a_run=round(further / run_seconds, 2),
        run_processor_seconds=round(run_processor, 1),
        further_study_processor_seconds=round(processor, 1),
        share_of_a_runs_processor_seconds=round(processor / run_processor, 2),
        growth=round(then / first, 2),
        peak_megabytes={
            size: round(max(one.peak_bytes for one in made) / 1e6) for size, made in fleets.items()
        },
    )
    assert further / run_seconds <= MOST_SHARE_OF_A_RUN
    assert then / first < MOST_GROWTH


def _seconds(one: _Watched) -> float:
    return one.seconds


def _processor_seconds(one: _Watched) -> float:
    return one.processor_seconds


@pytest.mark.skipif(not DISTRICTS, reason="set FLEET_DISTRICTS, such as 12 or 309")
def test_the_whole_country_by_two_workers(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    studies = country(tmp_path, DISTRICTS)
    found: list[_Watched] = []

    def run() -> None:
        found.append(_Watched("fleet", *studies, "--out", tmp_path / "fleet", "--workers", WORKERS))

    benchmark.pedantic(run, rounds=1, iterations=1)
    (whole,) = found
    benchmark.extra_info.update(
        districts=DISTRICTS,
        seconds=round(whole.seconds),
        seconds_each=round(whole.seconds / DISTRICTS, 2),
        processor_seconds_each=round(whole.processor_seconds / DISTRICTS, 2),
        peak_megabytes=round(whole.peak_bytes / 1e6),
    )
    assert whole.peak_bytes <= MOST_BYTES
    assert whole.seconds <= MOST_SECONDS * DISTRICTS / 309
