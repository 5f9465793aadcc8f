"""The long suites use the projects of the end-to-end tests."""

from __future__ import annotations

from tests.e2e.conftest import bundle, chain, kept, once, undisturbed

__all__ = ["bundle", "chain", "kept", "once", "undisturbed"]
