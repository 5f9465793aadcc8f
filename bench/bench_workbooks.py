"""The ONS workbook of deaths at national size, as the shipped study describes it: time and memory.

33,755 small areas, 14 years, two sheets that are named and one that isn't. Processor time is a
ratio to that of unfolding the two sheets and doing nothing else, in the same run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from gapwatch.demo.replica.workbook import Row, write, zipped
from gapwatch.demo.replica.workbooks import OLD_BANDS, OLD_HEAD, OLD_MEMBER, OLD_YEARS

ROOT = Path(__file__).resolve().parent.parent
AREAS = 33_755
HOME = 120
MOST_BYTES, MOST_TIMES = 1_500_000_000, 12.0

READ = """
import io, json, resource, sys, time, tomllib, zipfile
from pathlib import Path
from gapwatch.sources import files
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource

content = Path(sys.argv[1]).read_bytes()
study = tomllib.loads(Path("gapwatch.toml").read_text(encoding="utf-8"))
source = FileSource.model_validate(
    next(item for item in study["sources"] if item["id"] == "lsoa2011-deaths")
)
started = time.process_time()
frame = files.parse(source, (Payload("data", "file.zip", "zip", content),))["deaths"]
seconds = time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
peak += resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
with zipfile.ZipFile(io.BytesIO(content)) as outer:
    book = outer.read(source.member)
started = time.process_time()
with zipfile.ZipFile(io.BytesIO(book)) as inner:
    for number in (6, 7):
        with inner.open(f"xl/worksheets/sheet{number}.xml") as part:
            while part.read(1 << 20):
                pass
alone = time.process_time() - started
found = {"rows": len(frame), "cpu_seconds": seconds, "alone_cpu_seconds": alone}
print(json.dumps({**found, "peak_bytes": peak}))
"""


def national(path: Path, areas: int = AREAS) -> None:
    """Write the zip; the first areas are Westminster's."""

    def table(word: str) -> Iterator[Row]:
        yield from ([f"Deaths, {word}"], [], [])
        yield [*OLD_HEAD, *(f"{word} {band}" for band in OLD_BANDS)]
        for year in OLD_YEARS:
            for at in range(areas):
                mine = at < HOME
                code = f"E0100{4646 + at:04d}" if mine else f"W01{at:06d}"
                where = ("E09000033", "Westminster") if mine else ("E08000012", "Elsewhere")
                counts = [(at + band + year) % 7 for band in range(len(OLD_BANDS))]
                yield [year, *where, code, f"Area {at}", *counts]

    with tempfile.TemporaryFile() as book:
        prose = {name: [["Notes"]] for name in ("Cover", "Contents", "Notes", "Sources")}
        tables = {
            f"Table {n}": table(word) for n, word in enumerate(("Persons", "Males", "Females"))
        }
        sheets: dict[str, Iterable[Row]] = {**prose, **tables}
        write(book, sheets, level=1)
        book.seek(0)
        with path.open("wb") as file:
            zipped(file, OLD_MEMBER, book.read())


def test_the_national_workbook_is_read_in_time_and_memory(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    national(tmp_path / "file.zip")

    def read() -> dict[str, float]:
        done = subprocess.run(
            [sys.executable, "-c", READ, str(tmp_path / "file.zip")],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        found: dict[str, float] = json.loads(done.stdout)
        return found

    found = benchmark.pedantic(read, rounds=1)
    benchmark.extra_info.update(found)
    assert found["rows"] == HOME * len(OLD_YEARS) * 2 * len(OLD_BANDS)
    assert found["peak_bytes"] < MOST_BYTES
    assert found["cpu_seconds"] < MOST_TIMES * found["alone_cpu_seconds"]
