"""How long it takes to hold a release of restricted deaths against 1 to 60 earlier ones.

    .venv/bin/python bench/bench_disclosure.py

The chain is checked, the record read, and every figure of closed years compared with those of the
release before. Prints releases, seconds and the most memory that was in use.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.attacker.places import ordinary, study
from tests.attacker.publications import protected
from tests.unit.audit.test_disclosed import after, put, record

from gapwatch.audit.disclosed import earlier
from gapwatch.audit.readings import require_no_other_reading, require_same, withheld_before

NUMBERS = (1, 15, 30, 60)


def main() -> None:
    """Make a chain of releases and hold the next one against it."""
    one = study()
    day = dt.date(2026, 8, 15)
    tables = dict(protected(one, ordinary(3, dt.date(2026, 6, 1)), [day])[0].tables)
    with tempfile.TemporaryDirectory() as room:
        out, links, folder = Path(room), [], None
        for number in range(1, max(NUMBERS) + 1):
            folder = put(out, tables, record(earlier=links), name=f"invented-{number:03}")
            if number in NUMBERS:
                started = time.perf_counter()
                told = earlier(out, one, after(folder), claimed=False)
                withheld_before(told, tables)
                require_no_other_reading(out, out, one, record(closed={}), tables)
                require_same(told, tables)
                took = time.perf_counter() - started
                most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                sys.stdout.write(f"{number:3} releases: {took:.2f} s, {most:.0f} MB in all\n")
            links = list(earlier(out, one, after(folder), claimed=False).links)


if __name__ == "__main__":
    main()
