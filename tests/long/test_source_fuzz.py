"""Fifty-five thousand changed answers and files: each a table of its contract, or a named error."""

from __future__ import annotations

import pytest

from tests.unit.sources.fuzz.kinds import KINDS
from tests.unit.sources.fuzz.running import tally

pytestmark = pytest.mark.long
CASES = 5_000


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_answer_is_a_table_of_its_contract_or_a_named_error(name: str) -> None:
    counted = tally(name, KINDS[name], CASES)
    assert counted["read"] + counted["refused"] == CASES
    assert counted["harmless"] > CASES / 20


def test_the_long_run_is_of_fifty_thousand_cases_or_more() -> None:
    assert CASES * len(KINDS) >= 50_000
