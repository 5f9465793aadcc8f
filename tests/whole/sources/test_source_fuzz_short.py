"""A few hundred changed answers; the long run has more than fifty thousand."""

from __future__ import annotations

import pytest

from tests.unit.sources.fuzz.kinds import KINDS
from tests.unit.sources.fuzz.running import tally


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_answer_is_a_table_of_its_contract_or_a_named_error(name: str) -> None:
    assert tally(name, KINDS[name], 40)["harmless"]
