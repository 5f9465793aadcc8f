"""Validation: suites from expectations/, checked by Great Expectations in a process of its own."""
