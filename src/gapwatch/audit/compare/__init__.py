"""Two releases, difference by difference."""
