"""What the answer would be under other choices."""
