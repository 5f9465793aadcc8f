"""Forty thousand spoiled answers and files: each a table of its contract, or a named error.

With the ten thousand layers of test_portal_fuzz.py these are fifty thousand.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gapwatch.demo.replica import Replica
from gapwatch.errors import GapwatchError
from gapwatch.sources import nomis
from gapwatch.sources.payload import Payload
from tests.unit.sources import test_files, test_fingertips
from tests.unit.sources.fingertips_files import rows, written
from tests.unit.sources.served import WORLD, client, nomis_source, publishers
from tests.unit.sources.spoiling import spoiled

pytestmark = pytest.mark.long
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=14_000, **QUIET)
@given(spoiled(written(rows())))
def test_a_spoiled_csv_of_fingertips(content: bytes) -> None:
    test_fingertips.test_spoiled_bytes_give_a_whole_table_or_a_named_error.hypothesis.inner_test(
        content
    )


@settings(max_examples=20_000, **QUIET)
@given(
    st.one_of(st.binary(max_size=200), test_files.TABLES),
    st.sampled_from(["csv", "xlsx", "ods", "xls"]),
)
def test_any_bytes_of_a_described_file(content: bytes, kind: str) -> None:
    test_files.test_any_bytes_give_a_table_or_a_named_error.hypothesis.inner_test(content, kind)


@settings(max_examples=4_000, **QUIET)
@given(spoiled(test_files.text(test_files.ROWS)))
def test_a_spoiled_csv_of_a_described_file(content: bytes) -> None:
    test_files.test_any_bytes_give_a_table_or_a_named_error.hypothesis.inner_test(content, "csv")


@pytest.fixture(scope="module")
def page() -> tuple[Payload, ...]:
    with Replica(WORLD) as replica, client() as asking:
        return nomis.fetch(nomis_source(years=[2022]), asking, publishers(replica))


@settings(max_examples=2_000, **QUIET)
@given(st.data())
def test_a_spoiled_answer_of_nomis(page: tuple[Payload, ...], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(page) - 1))
    old = page[place]
    content = data.draw(spoiled(old.content))
    sent = [*page[:place], Payload(old.role, old.address, old.suffix, content), *page[place + 1 :]]
    try:
        found = nomis.parse(nomis_source(years=[2022]), tuple(sent))
    except GapwatchError:
        return
    assert len(found["population"]) == len(WORLD.places.lsoas21) * 2 * 91
