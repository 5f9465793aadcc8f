"""Files that a spreadsheet saved as "CSV UTF-8" give every borough the same figures."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from tests.unit.counting.countries import frames

from gapwatch.counting.national.boroughs import as_csv, borough_gaps
from gapwatch.counting.national.wards import ward_counts
from gapwatch.demo.national import InventedCountry

SMALL = frames(InventedCountry(seed=3, boroughs=2, wards=4, blocks=24, years=5))


@pytest.mark.parametrize("marked", [0, 1, 2], ids=["deaths", "residents", "lookup"])
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, marked: int):
    paths = SMALL.save(tmp_path)
    plain = as_csv(borough_gaps(ward_counts(*paths)))
    paths[marked].write_bytes(codecs.BOM_UTF8 + paths[marked].read_bytes())
    assert as_csv(borough_gaps(ward_counts(*paths))) == plain
