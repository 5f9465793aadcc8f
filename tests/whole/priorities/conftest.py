"""The shipped study and its figures, as the tests of single parts have them."""

from __future__ import annotations

from tests.unit.priorities.conftest import inputs, made, study

__all__ = ["inputs", "made", "study"]
