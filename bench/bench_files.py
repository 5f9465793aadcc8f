"""A described file of ten million cells, read in a process of its own: memory and growth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parent.parent
ROWS = 2_000_000  # of five columns
MOST_BYTES = 1_000_000_000
# Four times the rows may cost a little more than four times the seconds: keys are sorted.
MOST_GROWTH = 5.5

READ = """
import io, itertools, json, resource, sys, time
from gapwatch.sources import files
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource

ages = ["under 1", "01 to 04", *(f"{a:02d} to {a + 4:02d}" for a in range(5, 90, 5)), "90 and over"]
source = FileSource.model_validate({
    "id": "deaths", "kind": "file", "table": "deaths", "next_expected": "-", "title": "Deaths",
    "publisher": "-", "attribution": "-", "path": "deaths.csv", "header": ["code"],
    "columns": {"area_code": "code", "area_name": "code", "year": "year", "sex": "sex",
                "age": "age", "deaths_persons": "deaths"},
    "constants": {"geography": "lsoa2011"}, "units": {"deaths_persons": "persons"},
})
rows = int(sys.argv[1])
cells = itertools.product(range(10_000), range(2001, 2021), ("Males", "Females"), ages)
buffer = io.BytesIO()
buffer.write(b"code,year,sex,age,deaths\\n")
for place, (area, year, sex, age) in enumerate(itertools.islice(cells, rows)):
    buffer.write(f"E0100{area:04d},{year},{sex},{age},{place % 13}\\n".encode())
sent = (Payload("data", "deaths.csv", "csv", buffer.getvalue()),)
del buffer
started = time.perf_counter()
frame = files.parse(source, sent)["deaths"]
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"rows": len(frame), "seconds": seconds, "peak_bytes": peak}))
"""


def read(rows: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(rows)], cwd=ROOT, check=True, capture_output=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    assert found["rows"] == rows
    return found


def test_ten_million_cells_stay_under_a_gigabyte_and_time_grows_with_the_rows(
    benchmark: BenchmarkFixture,
) -> None:
    quarter = read(ROWS // 4)
    whole = benchmark.pedantic(read, args=(ROWS,), rounds=1, iterations=1)
    benchmark.extra_info.update(
        peak_megabytes=round(whole["peak_bytes"] / 1e6),
        seconds=round(whole["seconds"], 1),
        growth=round(whole["seconds"] / quarter["seconds"], 2),
    )
    assert whole["peak_bytes"] < MOST_BYTES
    assert whole["seconds"] < MOST_GROWTH * quarter["seconds"]
