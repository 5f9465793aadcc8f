"""What is done about the gap, what was expected of it, and whether that can be seen."""
