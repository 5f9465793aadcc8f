"""What each figure was before, and what moved it."""
