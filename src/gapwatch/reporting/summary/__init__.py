"""The summary: two pages that can be read in two minutes."""
