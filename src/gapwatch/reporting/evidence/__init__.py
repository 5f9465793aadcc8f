"""What the report reads: rows of a release's tables, typed."""
