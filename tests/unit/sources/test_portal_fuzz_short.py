"""A few hundred layers that are nearly right; the long run has ten thousand."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.unit.sources.portal_fuzz import layers, reads_or_refuses


@settings(max_examples=300, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(layers())
def test_a_layer_is_read_into_its_contract_or_refused_with_a_named_error(
    case: tuple[str, bytes],
) -> None:
    reads_or_refuses(case)
