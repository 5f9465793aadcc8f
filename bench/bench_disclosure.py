"""What disclosure control adds to a run of one borough, and how it grows with earlier releases.

The absolute time is the machine's. Of a borough the ratio is to the same series of open deaths; of
releases, the time for each more of them is held against that of the first ones.
"""

from __future__ import annotations

import datetime as dt
import resource
import time
from collections.abc import Callable
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture
from tests.attacker.places import ordinary, study
from tests.attacker.publications import protected
from tests.long.test_restricted_twin import Borough, opened
from tests.unit.audit.test_disclosed import after, put, record

from gapwatch.audit.closed import closed_as_sent
from gapwatch.audit.disclosed import earlier
from gapwatch.audit.readings import require_no_other_reading, require_same, withheld_before
from gapwatch.counting.disclosure import reconstruction as solving
from gapwatch.demo.twin.making import TODAY
from gapwatch.gap.evidence import series

ROUNDS = 3
# The budget of one borough, in processor seconds, and as a ratio to the series of open deaths.
MOST_SECONDS, MOST_MEGABYTES, MOST_OPEN = 10.0, 500.0, 10.0
RELEASES = (20, 40, 60)
# Each release as much as another: the last third takes no longer than the first, but for noise.
MOST_GROWTH = 1.5


def seconds(call: Callable[[], object]) -> float:
    """Processor seconds of a call."""
    started = time.process_time()
    call()
    return time.process_time() - started


def megabytes() -> float:
    """The most memory that the process had in use."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_control_adds_less_than_ten_seconds_to_a_borough(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    borough = Borough(tmp_path)
    borough.pull(TODAY, borough.content)
    restricted, inputs = borough.inputs()
    closed = closed_as_sent(restricted, inputs, TODAY)
    free = opened(restricted)
    series(free, closed)  # a first one imports, and reaches the memory of an open series
    before, pairs = megabytes(), []

    def pair() -> None:
        solving.step_of.cache_clear()
        pairs.append(
            (seconds(lambda: series(restricted, closed)), seconds(lambda: series(free, closed)))
        )

    benchmark.pedantic(pair, rounds=ROUNDS, iterations=1)
    added = min(mine - theirs for mine, theirs in pairs)
    ratio = min((mine - theirs) / theirs for mine, theirs in pairs)
    more = megabytes() - before
    benchmark.extra_info.update(
        added_cpu_seconds=round(added, 1), ratio_to_open=round(ratio, 1), added_mb=round(more)
    )
    assert added < MOST_SECONDS
    assert ratio < MOST_OPEN
    assert more < MOST_MEGABYTES


def test_the_cost_of_earlier_releases_grows_with_their_number(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    one = study()
    history = ordinary(3, dt.date(2026, 6, 1))
    tables = dict(protected(one, history, [dt.date(2026, 8, 15)])[0].tables)
    links, found, folder = [], {}, None

    def judged() -> None:
        told = earlier(tmp_path, one, after(folder), claimed=False)
        withheld_before(told, tables)
        require_no_other_reading(tmp_path, tmp_path, one, record(closed={}), tables)
        require_same(told, tables)

    def every() -> None:
        nonlocal links, folder
        for number in range(1, max(RELEASES) + 1):
            folder = put(tmp_path, tables, record(earlier=links), name=f"invented-{number:03}")
            if number in RELEASES:
                found[number] = min(seconds(judged) for _ in range(ROUNDS))
            links = list(earlier(tmp_path, one, after(folder), claimed=False).links)

    benchmark.pedantic(every, rounds=1, iterations=1)
    first, middle, last = (found[number] for number in RELEASES)
    growth = (last - middle) / (middle - first)
    benchmark.extra_info.update(
        **{f"cpu_seconds_{number}_releases": round(took, 3) for number, took in found.items()},
        growth=round(growth, 2),
    )
    assert growth < MOST_GROWTH
    assert last < MOST_SECONDS
