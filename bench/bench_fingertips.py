"""The national file of indicator 93283, beside a plain pass of the csv module over its bytes."""

from __future__ import annotations

import csv
import io
import statistics
import time

from pytest_benchmark.fixture import BenchmarkFixture
from tests.unit.sources.fingertips_files import ADDRESS, payloads, row, source, written

from gapwatch.sources import fingertips
from gapwatch.sources.payload import Payload

MSOAS = 6_856
ROUNDS = 5
# Half a second on the machine where a plain pass takes 0.04 s.
MOST_PASSES = 12.0


def national() -> bytes:
    """Every MSOA of England by sex, and England, in today's 27 columns: about 14,000 rows."""
    codes = [f"E02{n:06d}" for n in range(1, MSOAS + 1)]
    rows = [row(code, sex) for code in codes for sex in ("Male", "Female")]
    rows += [row("E92000001", sex) for sex in ("Male", "Female")]
    return written(rows)


def test_a_national_file_parses_in_a_dozen_plain_passes(benchmark: BenchmarkFixture) -> None:
    content = national()
    types = [{"id": 3, "geography": "msoa2021", "expected_areas": MSOAS}]
    described = source(area_types=types)
    sent = tuple(
        Payload(p.role, ADDRESS if p.role == "data" else p.address, p.suffix, p.content)
        for p in payloads(content)
    )
    pairs = []

    def pair() -> None:
        started = time.perf_counter()
        found = fingertips.parse(described, sent)["life_expectancy"]
        middle = time.perf_counter()
        passed = list(csv.reader(io.StringIO(content.decode(), newline="")))
        ended = time.perf_counter()
        assert len(found) == 2 * MSOAS + 2
        assert len(passed) == 2 * MSOAS + 3
        pairs.append((middle - started, ended - middle))

    benchmark.pedantic(pair, rounds=ROUNDS, iterations=1)
    parse = statistics.median(one for one, _ in pairs)
    ratio = statistics.median(one / other for one, other in pairs)
    benchmark.extra_info.update(parse_seconds=round(parse, 3), ratio=round(ratio, 1))
    assert ratio < MOST_PASSES
