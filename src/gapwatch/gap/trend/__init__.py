"""The gap over time: windows, trend, projection, target and verdict."""
