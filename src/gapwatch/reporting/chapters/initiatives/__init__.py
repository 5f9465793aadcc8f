"""What is done about the gap, and whether it can be seen to work."""
