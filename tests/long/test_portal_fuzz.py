"""Ten thousand layers that are nearly right: each a table of the contract, or a named error."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.sources.portal_fuzz import layers, reads_or_refuses

pytestmark = pytest.mark.long


@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(layers())
def test_a_layer_is_read_into_its_contract_or_refused_with_a_named_error(
    case: tuple[str, bytes],
) -> None:
    reads_or_refuses(case)
