"""The path of the gap against its target."""
